"""The build that docs/acbuild.md shows, run as it stands there."""

import subprocess
from pathlib import Path

from bunraku.images import aci
from tests.shown import ENVIRONMENT, commands


def test_the_build_that_is_shown_makes_an_image(tmp_path: Path) -> None:
    (tmp_path / "build" / "assets").mkdir(parents=True)
    (tmp_path / "build" / "web").write_text("#!/bin/sh\n")
    shown = commands("acbuild.md")
    assert len(shown) >= 7
    for command in shown:
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, timeout=60)
        assert done.returncode == 0, (command, done.stderr)
    manifest = aci.check(str(tmp_path / "web.aci"))
    assert manifest["app"]["exec"] == ["/srv/web", "--port", "80"]
