"""The tour, from the wheel, in a clean environment: what a user gets is what was built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PATH = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
MISSING = [p for p in ("etcd", "etcdctl", "nginx", "start-stop-daemon") if not shutil.which(p, path=PATH)]


def run(*command: str | Path, **kwargs: object) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=240, **kwargs)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return str(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"the tour's programs are not installed: {', '.join(MISSING)}")
def test_the_wheel_in_a_clean_environment_runs_the_tour(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)

    shutil.copytree(ROOT / "examples/tour", tmp_path / "tour")
    output = run(python, tmp_path / "tour/tour.py", "--bunraku", tmp_path / "venv/bin/bunraku", cwd=tmp_path)

    steps = 7 + (0 if "left out: the overlay network" in output else 2) + (0 if "left out: the pod" in output else 1)
    assert output.count("✓") == steps
    assert "✗" not in output.split("═")[-1]
