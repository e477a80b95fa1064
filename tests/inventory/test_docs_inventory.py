"""The commands that docs/inventory.md shows, run as they stand there, but for where the inventory is."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shown import ENVIRONMENT, commands

FILE, URL = "/var/lib/bunraku/inventory.db", "http://inventory.example:8080"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL of the server that is shown, on a port of its own."""
    (shown,) = (command for command in commands("inventory.md") if "inventory serve" in command)
    command = shown.replace(FILE, f"{tmp_path}/inventory.db").replace("127.0.0.1:8080", "127.0.0.1:0")
    server = subprocess.Popen(["sh", "-c", f"exec {command}"], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        found = re.search(r"url=(\S+)", server.stdout.readline())
        assert found is not None
        yield found[1]
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_the_commands_that_are_shown(served: str, tmp_path: Path) -> None:
    (tmp_path / "site.pp").write_text("notify { 'hi': }\nservice { 'nginx': noop => true }")
    shown = [command for command in commands("inventory.md") if "inventory serve" not in command]
    assert len(shown) >= 7
    environment = ENVIRONMENT | {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "BUNRAKU_STATE": str(tmp_path)}
    for command in shown:
        ours = command.replace(FILE, f"{tmp_path}/inventory.db").replace(URL, served)
        if ours.startswith("bunraku query") and "--inventory" not in ours:
            ours = ours.replace("query", f"query --inventory {served}", 1)
        done = subprocess.run(
            ours, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, (ours, done.stdout, done.stderr)
        assert "Warning" not in done.stderr, done.stderr
