"""service: by commands of its own, and by an init script."""

import os
import shutil
import time
from pathlib import Path

import pytest

from bunraku.resources.service.base import processes

from .conftest import Apply, only, words

SCRIPT = """#!/bin/sh
pid=ROOT/pid
case $1 in
start) sleep 300 >/dev/null 2>&1 & echo $! >$pid ;;
stop) kill $(cat $pid); rm -f $pid ;;
status) [ -e $pid ] && kill -0 $(cat $pid) || exit 3 ;;
restart) $0 stop; $0 start ;;
*) exit 2 ;;
esac
"""


@pytest.fixture
def script(tmp_path: Path):
    path = tmp_path / "bnrk-daemon"
    path.write_text(SCRIPT.replace("ROOT", str(tmp_path)))
    path.chmod(0o755)
    yield path
    os.system(f"{path} status && {path} stop")


def pid(script: Path) -> str:
    file = script.parent / "pid"
    return file.read_text() if file.exists() else ""


@pytest.mark.parametrize("provider", ["base", "sysv"])
def test_a_service_is_started_restarted_on_notice_and_stopped(apply: Apply, script: Path, provider: str) -> None:
    if provider == "base":
        parameters = {word: f"{script} {word}" for word in ("start", "stop", "status")}
    else:
        parameters = {"path": str(script.parent)}
    parameters |= {"provider": provider}
    config = script.parent / "config"
    running = (
        ("file", str(config), {"content": "1", "notify": "Service[bnrk-daemon]"}),
        ("service", "bnrk-daemon", {"ensure": "running", **parameters}),
    )
    # What would be started would not be restarted, though it would be notified.
    assert words(apply(*running, noop=True)["Service[bnrk-daemon]"]) == ["started"]
    assert pid(script) == ""
    # What was just started is not restarted, though it was notified.
    assert words(apply(*running)["Service[bnrk-daemon]"]) == ["started"]
    first = pid(script)
    assert words(apply(*running)["Service[bnrk-daemon]"]) == []
    config.write_text("2")
    assert words(apply(*running)["Service[bnrk-daemon]"]) == [f"restarted, because {config} changed"]
    assert pid(script) not in ("", first)
    stopped = ("service", "bnrk-daemon", {"ensure": "stopped", **parameters})
    assert words(only(apply(stopped))) == ["stopped"]
    assert pid(script) == ""
    assert words(only(apply(stopped))) == []


def test_a_process_is_found_by_its_pattern_and_ended(apply: Apply, tmp_path: Path) -> None:
    parameters = {"provider": "base", "pattern": "sleep 86399", "start": "sleep 86399 & "}
    assert words(only(apply(("service", "sleeper", {"ensure": "running", **parameters})))) == ["started"]
    # Between fork and exec a process has no command line yet; on a busy machine that moment lasts.
    limit = time.monotonic() + 10
    while not processes("^sleep 86399"):
        assert time.monotonic() < limit, "the process never came up"
        time.sleep(0.01)
    assert words(only(apply(("service", "sleeper", {"ensure": "running", **parameters})))) == []
    assert words(only(apply(("service", "sleeper", {"ensure": "stopped", **parameters})))) == ["stopped"]


def test_failures_name_the_command_and_what_it_said(apply: Apply, tmp_path: Path) -> None:
    parameters = {"ensure": "running", "provider": "base", "start": "echo port is busy; exit 7", "status": "false"}
    outcome = only(apply(("service", "s", parameters)))
    assert words(outcome) == ["! Could not start s: 'echo port is busy; exit 7' returned 7"]
    assert outcome.events[0].detail == "port is busy\n"
    outcome = only(apply(("service", "bnrk-nothing", {"ensure": "running", "provider": "sysv"})))
    assert words(outcome) == ["! Could not find init script for 'bnrk-nothing' in /etc/init.d"]


@pytest.mark.skipif(shutil.which("systemctl") is None, reason="systemctl is not installed")
def test_in_a_chroot_nothing_is_started(apply: Apply, monkeypatch: pytest.MonkeyPatch) -> None:
    """There systemctl says that it ignores the command, and exits 0. SYSTEMD_OFFLINE has it take any place for one."""
    monkeypatch.setenv("SYSTEMD_OFFLINE", "1")
    parameters = {"provider": "systemd"}
    assert words(only(apply(("service", "bnrk-nothing", {"ensure": "running", **parameters})))) == [
        "! Could not start bnrk-nothing: systemd does not run here (is this a chroot?)"
    ]
    assert words(only(apply(("service", "bnrk-nothing", {"ensure": "stopped", **parameters})))) == []
    (line,) = words(only(apply(("service", "bnrk-nothing", {"enable": True, **parameters}))))
    assert line == "! Could not enable bnrk-nothing: exit 1"
    # A unit that every systemd has, of which is-enabled knows offline, too, that there is nothing to be enabled.
    assert words(only(apply(("service", "systemd-reboot", {"enable": True, **parameters})))) == []
