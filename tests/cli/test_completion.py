"""The completion scripts, asked in the shell that they are for."""

import shutil
import subprocess
import sys

import pytest

from bunraku.cli.main import COMMANDS


def script(shell: str) -> str:
    command = [sys.executable, "-m", "bunraku.cli.main", "completion", shell]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def completed(*words: str) -> list[str]:
    line = " ".join(f"'{word}'" for word in words)
    ask = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _bunraku; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(["bash", "-c", script("bash") + "\n" + ask], capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands() -> None:
    assert completed("bunraku", "app") == ["apply"]
    assert set(COMMANDS) < set(completed("bunraku", ""))


def test_bash_completes_the_flags_of_a_command() -> None:
    assert completed("bunraku", "apply", "--noo") == ["--noop"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed: its completion is only looked at")
def test_fish_takes_its_script() -> None:
    subprocess.run(["fish", "--no-execute"], input=script("fish"), text=True, check=True, timeout=30)


def test_every_shell_has_every_command() -> None:
    for shell in ("zsh", "fish"):
        assert all(name in script(shell) for name in COMMANDS)
