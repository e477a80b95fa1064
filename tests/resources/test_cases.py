"""The cases in `cases/*.yaml`: what a folder holds, resources, what is done, what the folder holds then.

A case: `before` and `after` (path → text, or `{mode, text, link, folder: true}`; `after` leaves out what stays),
`gone` (paths that are not there afterwards), `apply` (`type title: parameters`), `does` (words of each event, in
order; `! words` is a failure). `$R` is the scratch folder. Every case is applied three times: with noop, which must
say the same and touch nothing; for real; and again, which must find nothing to do, unless `again` says what.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import Apply, words

CASES = [
    pytest.param(case, id=f"{path.stem}-{case['case'].replace(' ', '_')}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(path.read_text())
]


def placed(value: Any, root: Path) -> Any:
    """`value` with the scratch folder in the place of `$R`."""
    if isinstance(value, str):
        return value.replace("$R", str(root))
    if isinstance(value, list):
        return [placed(item, root) for item in value]
    if isinstance(value, dict):
        return {placed(key, root): placed(item, root) for key, item in value.items()}
    return value


def make(root: Path, tree: dict[str, Any]) -> None:
    for name, what in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        spec = {"text": what} if isinstance(what, str) else what
        if spec.get("folder"):
            path.mkdir(exist_ok=True)
        elif "link" in spec:
            path.symlink_to(placed(spec["link"], root))
            continue
        else:
            path.write_text(placed(spec.get("text", ""), root))
        path.chmod(int(spec.get("mode", "0755" if spec.get("folder") else "0644"), 8))


def snapshot(root: Path) -> dict[str, Any]:
    """Everything about every file below `root`, times left out."""
    found = {}
    for folder, folders, names in os.walk(root):
        for name in folders + names:
            path = Path(folder, name)
            status = path.lstat()
            kind = stat.S_IFMT(status.st_mode)
            text = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
            found[str(path.relative_to(root))] = (
                kind,
                stat.S_IMODE(status.st_mode),
                status.st_uid,
                status.st_ino,
                text,
            )
    return found


def check(root: Path, name: str, what: Any) -> None:
    path = root / name
    spec = {"text": what} if isinstance(what, str) else what
    assert path.is_symlink() or path.exists(), f"{name} is not there"
    if "link" in spec:
        assert os.readlink(path) == placed(spec["link"], root)
        return
    assert not path.is_symlink(), f"{name} is a link"
    if spec.get("folder"):
        assert path.is_dir()
    if "text" in spec:
        assert path.read_text() == placed(spec["text"], root)
    if "mode" in spec:
        assert f"{stat.S_IMODE(path.stat().st_mode):04o}" == spec["mode"]


def told(line: str) -> str:
    """What a line tells, without how: a refresh's reason is told in other words before and after."""
    return "refreshed" if ", because " in line or not line else line


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], tmp_path: Path, apply: Apply) -> None:
    os.umask(0o022)
    make(tmp_path, case.get("before", {}))
    declared = []
    for name, parameters in placed(case["apply"], tmp_path).items():
        type_name, _, title = name.partition(" ")
        declared.append((type_name, title, parameters or {}))

    before = snapshot(tmp_path)
    foretold = [line for outcome in apply(*declared, noop=True).values() for line in words(outcome)]
    assert snapshot(tmp_path) == before, "noop changed something"

    outcomes = apply(*declared)
    done = [line for outcome in outcomes.values() for line in words(outcome)]
    expected = placed(case["does"], tmp_path)
    assert done == expected, [event.detail for outcome in outcomes.values() for event in outcome.events]
    if not any(line.startswith("! ") for line in expected):
        assert list(map(told, foretold)) == list(map(told, done)), "noop told another story"
    for name, what in case.get("after", {}).items():
        check(tmp_path, name, what)
    for name in case.get("gone", ()):
        assert not os.path.lexists(tmp_path / name)

    settled = snapshot(tmp_path)
    again = [line for outcome in apply(*declared).values() for line in words(outcome)]
    assert again == placed(case.get("again", [line for line in expected if line.startswith("! ")]), tmp_path)
    if "again" not in case:
        assert snapshot(tmp_path) == settled, "the second apply changed something"
    assert not [name for name in settled if ".bunraku-" in name]
