"""Resources below a folder that its owner swaps for a link while they are applied."""

import os
import time
from pathlib import Path

import pytest

from tests.swapper import NOBODY, swapping

from .conftest import Apply

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give folders to others")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder of nobody's."""
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    for folder in (home, home / "sub"):
        os.chown(folder, NOBODY, NOBODY)
    return home


def declared(home: Path, number: int) -> list[tuple[str, str, dict[str, object]]]:
    sub = home / "sub"
    return [
        ("file", str(home), {"ensure": "directory", "recurse": True, "owner": "nobody", "mode": "0777"}),
        ("file", f"{sub}/file", {"content": f"{number}", "mode": "0666"}),
        ("file", f"{sub}/gone", {"ensure": "absent"}),
        ("file_line", "line", {"path": f"{sub}/lines", "line": f"line {number}"}),
        ("ini_setting", "setting", {"path": f"{sub}/ini", "section": "a", "setting": "b", "value": str(number)}),
        ("tidy", f"{sub}", {"recurse": True, "matches": ["old*"]}),
    ]


def test_nothing_outside_is_touched(apply: Apply, home: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    for name in ("file", "gone", "lines", "ini", "old", "deep/file"):
        (outside / name).write_text("precious\n")
        (outside / name).chmod(0o600)
    before = sorted((p, p.stat().st_uid, p.stat().st_mode) for p in outside.rglob("*"))
    with swapping(home / "sub", outside, NOBODY):
        told = ""
        limit, number = time.monotonic() + 120, 0
        while number < 30 or "a link that " not in told:
            assert time.monotonic() < limit, told
            outcomes = apply(*declared(home, number))
            told += "".join(event.words for outcome in outcomes.values() for event in outcome.events)
            number += 1
    assert sorted((p, p.stat().st_uid, p.stat().st_mode) for p in outside.rglob("*")) == before
    assert {p.read_text() for p in outside.rglob("*") if p.is_file()} == {"precious\n"}


def test_what_stands_in_the_way_is_told_and_put_right(apply: Apply, home: Path, tmp_path: Path) -> None:
    (home / "sub").rmdir()
    (home / "sub").symlink_to(tmp_path)
    os.chown(home / "sub", NOBODY, NOBODY, follow_symlinks=False)
    file = ("file", f"{home}/sub/file", {"content": "new"})
    (outcome,) = apply(file).values()
    assert [event.words for event in outcome.events] == [
        f"{home}/sub: a link that nobody can change leads to a folder of root"
    ]
    assert not (tmp_path / "file").exists()
    outcomes = apply(("file", f"{home}/sub", {"ensure": "directory"}), file)
    assert all(outcome.changed for outcome in outcomes.values())
    assert (home / "sub/file").read_text() == "new"
