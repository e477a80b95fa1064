import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "bunraku.cli.main"]
PACKAGES = {"actool": "appc-spec"}


@pytest.fixture
def need() -> Callable[..., None]:
    """Skip the test, and say why, where a program is not installed."""

    def check(*programs: str) -> None:
        for program in programs:
            if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
                pytest.skip(f"{program} is not installed (Debian: apt-get install {PACKAGES.get(program, program)})")

    return check


@pytest.fixture
def acbuild(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run one acbuild command on the test's own build; it must end with `code`."""

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [*PROGRAM, "acbuild", "--work-path", str(tmp_path), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
