"""`bunraku apply` as people and scripts use it: exit codes, signals, one at a time, nothing torn."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

APPLY = [sys.executable, "-m", "bunraku.cli.main", "apply"]


class Runner:
    def __init__(self, state: Path) -> None:
        self.state = state

    def command(self, *arguments: str) -> list[str]:
        return [*APPLY, "--statedir", str(self.state), *arguments]

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120)


@pytest.fixture
def apply(tmp_path: Path) -> Runner:
    return Runner(tmp_path / "state")


def test_detailed_exit_codes(apply: Runner, tmp_path: Path) -> None:
    file = f"file {{ '{tmp_path}/a': content => 'x' }}"
    bad = "exec { '/bin/false': }"
    assert [apply("--detailed-exitcodes", "-e", code).returncode for code in (file, file, bad)] == [2, 0, 4]
    (tmp_path / "a").unlink()
    assert apply("--detailed-exitcodes", "-e", f"{file} {bad}").returncode == 6
    assert apply("--detailed-exitcodes", "-e", "nonsense {").returncode == 1


def test_without_them_failure_is_one(apply: Runner, tmp_path: Path) -> None:
    file = f"file {{ '{tmp_path}/a': content => 'x' }}"
    codes = [apply("-e", code).returncode for code in (file, file, "exec { '/bin/false': }")]
    assert codes == [0, 0, 1]


def test_what_is_shown(apply: Runner, tmp_path: Path) -> None:
    code = f"""
      class web {{
        file {{ '{tmp_path}/a': content => "one\\n", mode => '0640', notify => Exec['reload'] }}
        exec {{ 'reload': command => '/bin/echo loaded', refreshonly => true, logoutput => true }}
      }}
      include web
      exec {{ '/bin/sh -c "echo oops; exit 3"': }}
      -> notify {{ 'after': }}
      file {{ '{tmp_path}/secret': content => Sensitive('hunter2') }}
    """
    (tmp_path / "a").write_text("zero\n")
    (tmp_path / "secret").write_text("hunter1")
    shown = apply("-e", code).stdout
    # What took its time is told; how long is the machine's affair.
    lines = [re.sub(r" [0-9.]+ m?s$", "", " ".join(line.split())) for line in shown.splitlines()]
    for line in (
        "Web",
        f"~ file {tmp_path}/a content",
        "-zero",
        "+one",
        f"↻ exec reload executed, because {tmp_path}/a changed",
        "loaded",
        "main",
        "oops",
        '∙ notify after skipped: Exec[/bin/sh -c "echo oops; exit 3"] failed',
        f"~ file {tmp_path}/secret content changed [sensitive]",
    ):
        assert line in lines, shown
    assert "1 failed · 1 skipped" in shown
    assert "hunter" not in shown
    kept = [path.read_text() for path in (tmp_path / "state").rglob("*.json")]
    assert kept
    assert not any("hunter" in text for text in kept)


def test_json_is_one_document(apply: Runner) -> None:
    result = apply("--format", "json", "-e", "notify { 'hi': }")
    report = json.loads(result.stdout)
    assert report["resource_statuses"]["Notify[hi]"]["changed"] is True


def test_a_stored_catalog_is_applied(apply: Runner, tmp_path: Path) -> None:
    catalog = tmp_path / "c.json"
    resource = {"type": "File", "title": str(tmp_path / "a"), "parameters": {"content": "x"}, "tags": []}
    catalog.write_text(json.dumps({"name": "h", "resources": [resource], "edges": [], "classes": []}))
    assert apply("--catalog", str(catalog)).returncode == 0
    assert (tmp_path / "a").read_text() == "x"
    catalog.write_text('{"name": ')
    result = apply("--catalog", str(catalog))
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: {catalog} is not a catalog")


def test_noop_is_truthful_and_the_report_is_kept(apply: Runner, tmp_path: Path) -> None:
    code = f"file {{ '{tmp_path}/a': content => 'x' }}"
    assert "would be created" in apply("--noop", "-e", code).stdout
    assert not (tmp_path / "a").exists()
    listed = subprocess.run(
        [sys.executable, "-m", "bunraku.cli.main", "report", "--statedir", str(apply.state)],
        capture_output=True,
        text=True,
    ).stdout
    assert "(noop)" in listed


def test_one_at_a_time_and_the_other_is_named(apply: Runner, tmp_path: Path) -> None:
    with subprocess.Popen(apply.command("-e", "exec { '/bin/sleep 250': }"), stdout=subprocess.PIPE) as first:
        try:
            wait_for(lambda: children(first.pid))
            result = apply("-e", "notify { 'x': }")
            assert result.returncode == 1
            assert f"another apply is running: {apply.state}/apply.lock is held by process {first.pid}" in result.stderr
        finally:
            first.kill()
    # A killed owner holds the lock no longer.
    assert apply("-e", "notify { 'x': }").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_and_its_command_with_a_report(apply: Runner, number: int) -> None:
    code = "exec { '/bin/sleep 30': } -> notify { 'never': }"
    with subprocess.Popen(apply.command("-e", code), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        wait_for(lambda: children(run.pid))
        (sleep,) = children(run.pid)
        run.send_signal(number)
        _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Ended early (told to stop): 1 resources were not looked at" in err
    assert not Path(f"/proc/{sleep}").exists()
    (report,) = (apply.state / "reports").glob("*.json")
    assert json.loads(report.read_text())["transaction_completed"] is False


def test_the_deadline_of_a_run(apply: Runner) -> None:
    result = apply("--deadline", "0.2", "-e", "exec { '/bin/sleep 0.5': } -> notify { 'late': }")
    assert result.returncode == 130
    assert "the run's deadline of 0.2 s is over" in result.stderr


@pytest.mark.slow
def test_killed_at_any_moment_every_file_is_whole_and_the_next_run_converges(apply: Runner, tmp_path: Path) -> None:
    """A run that rewrites 200 files is killed at random moments; scripts may raise the number of kills."""
    kills, count, size = int(os.environ.get("BUNRAKU_KILLS", "12")), 200, 20_000
    root = tmp_path / "files"
    root.mkdir()
    random.seed(7)

    def catalog(letter: str) -> str:
        path = tmp_path / f"{letter}.json"
        resources = [
            {
                "type": "File",
                "title": f"{root}/f{n}",
                "parameters": {"content": letter * size, "mode": "0600"},
                "tags": [],
            }
            for n in range(count)
        ]
        path.write_text(json.dumps({"name": "h", "resources": resources, "edges": [], "classes": []}))
        return str(path)

    catalogs = {letter: catalog(letter) for letter in "ab"}
    assert apply("--catalog", catalogs["a"]).returncode == 0
    for kill in range(kills):
        letter = "ba"[kill % 2]
        with subprocess.Popen(apply.command("--catalog", catalogs[letter]), stdout=subprocess.DEVNULL) as run:
            time.sleep(random.uniform(0.05, 0.6))
            run.kill()
        for path in root.iterdir():
            if ".bunraku-" in path.name:
                assert path.stat().st_mode & 0o077 == 0
                continue
            text = path.read_text()
            assert len(text) == size, path
            assert text in ("a" * size, "b" * size), path
    result = apply("--detailed-exitcodes", "--catalog", catalogs["a"])
    assert result.returncode in (0, 2)
    assert {path.read_text() for path in root.glob("f*")} == {"a" * size}
    assert apply("--detailed-exitcodes", "--catalog", catalogs["a"]).returncode == 0


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def wait_for(condition) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
