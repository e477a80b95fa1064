"""The line that a terminal gets while something takes long, and a pipe does not."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

DEADLINE = 120


def test_a_terminal_is_told_what_takes_long_and_the_line_goes_away(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    waiting = f'/bin/sh -c "until [ -e {flag} ]; do sleep 0.05; done"'
    code = f"exec {{ 'wait': command => '{waiting}' }} notify {{ 'x': }}"
    argv = [sys.executable, "-m", "bunraku.cli.main", "apply", "--statedir", str(tmp_path / "state"), "-e", code]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(argv, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    seen = b""
    try:
        while len(seen) < 200_000:  # where the line never comes, some hundred drawings of another
            try:
                data = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            seen += data
            if "exec wait · 1 s · 1 to go".encode() in seen:
                flag.touch()
        assert process.wait(timeout=DEADLINE) == 0
    finally:
        flag.touch()
        process.kill()
        os.close(ours)
    text = seen.decode()
    assert "exec wait · 1 s · 1 to go" in text
    # What was drawn was erased each time: of every line, only what follows the last erasure stays.
    stays = [line.rpartition("\r\x1b[2K")[2].rstrip("\r") for line in text.split("\n")]
    assert not [line for line in stays if "to go" in line]
    assert [line for line in stays if "executed" in line]


def test_a_pipe_is_not(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "bunraku.cli.main", "apply", "--statedir", str(tmp_path), "-e"]
    result = subprocess.run([*argv, "exec { '/bin/sleep 1.3': }"], capture_output=True, text=True, timeout=DEADLINE)
    assert "to go" not in result.stdout + result.stderr
    assert "\x1b" not in result.stdout
