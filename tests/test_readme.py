"""Every command and every line of Python that the README shows is run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text()
BIN = Path(sys.executable).parent
COMMANDS = re.findall(
    r"^\$ (bunraku .*)$", "\n".join(re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)), re.MULTILINE
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_shown_command_works(command: str, tmp_path: Path) -> None:
    env = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_python_that_is_shown_works() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "hi\n"


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_scripts_it_names_can_be_run() -> None:
    for name in re.findall(r"scripts/(\w+)", TEXT):
        assert os.access(ROOT / "scripts" / name, os.X_OK)
