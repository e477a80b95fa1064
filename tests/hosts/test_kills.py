"""Killed at random moments of a run that rewrites 500 files, changes a package and restarts a service.

A few kills by default; BUNRAKU_KILLS=300 makes it 300. A run that ended before its kill does not count. Only bunraku
itself is killed: what it had started goes on for as long as it likes, as it does in life.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import packages
import pytest
from host import Host, children, wait_until

pytestmark = [pytest.mark.root, pytest.mark.slow]
FILES, SIZE = 500, 2_000
KILLS = int(os.environ.get("BUNRAKU_KILLS", "8"))
# The service is started more often than systemd would stand by itself.
UNIT = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sleep infinity\n"


def catalog(host: Host, letter: str) -> str:
    """A catalog where every file holds `letter` and the package is there (a) or is not (b); where it is written."""

    def resource(kind: str, title: str, **parameters: object) -> dict[str, object]:
        return {"type": kind, "title": title, "parameters": parameters, "tags": []}

    resources = [
        resource("File", f"/srv/files/f{n}", content=letter * SIZE, mode="0600", backup=False) for n in range(FILES)
    ]
    resources.insert(FILES // 3, resource("Package", "demo", ensure="present" if letter == "a" else "purged"))
    resources.insert(FILES // 2, resource("Service", "daemon", ensure="running", subscribe=f"File[/srv/files/f{3}]"))
    found = {"name": "host", "resources": resources, "edges": [], "classes": []}
    return host.write(f"/srv/{letter}.json", json.dumps(found))


def check_files(folder: Path) -> None:
    """Every file is whole, and what is half done is hidden and closed to others."""
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
        if ".bunraku-" not in path.name:
            assert path.read_text() in ("a" * SIZE, "b" * SIZE), path


def kill(run: subprocess.Popen[bytes], after: float) -> bool:
    """Kill bunraku, the child of what entered the host for it, once it has run for so long; whether it still ran."""
    wait_until(lambda: bool(children(run.pid)) or run.poll() is not None, "bunraku is there")
    time.sleep(after)
    for child in children(run.pid):
        os.kill(child, signal.SIGKILL)
    return run.wait(timeout=60) == -signal.SIGKILL


def test_every_file_is_whole_and_the_next_run_converges(host: Host, repository: Path) -> None:
    packages.offer(repository, host)
    host.write("/etc/systemd/system/daemon.service", UNIT)
    folder = host.root / "srv/files"
    folder.mkdir()
    catalogs = {letter: catalog(host, letter) for letter in "ab"}
    apply = ("bunraku", "apply", "--detailed-exitcodes", "--catalog")

    assert host.run(*apply, catalogs["a"], ok=False).returncode == 2
    started = time.monotonic()
    assert host.run(*apply, catalogs["b"], ok=False).returncode == 2
    whole = time.monotonic() - started

    moments, killed, runs = random.Random(20), 0, 0
    while killed < KILLS:
        runs += 1
        assert runs <= 10 * KILLS, f"only {killed} of {runs - 1} runs were killed before their end"
        killed += kill(host.start(*apply, catalogs["ab"[runs % 2]]), moments.uniform(0, whole))
        check_files(folder)
    print(f"{killed} of {runs} runs were killed before their end")

    # Whoever was killed holds no lock; apt-get may still be at work, and is waited for.
    done = host.run(*apply, catalogs["a"], ok=False, limit=300)
    assert done.returncode in (0, 2), done.stdout + done.stderr
    assert host.run(*apply, catalogs["a"], ok=False).returncode == 0
    assert {path.read_text() for path in folder.glob("f*")} == {"a" * SIZE}
    assert host.output("dpkg", "--audit") == ""
    assert host.output("systemctl", "is-active", "daemon") == "active"
