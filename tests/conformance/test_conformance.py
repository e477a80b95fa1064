"""Every case compiled with bunraku and held against what real Puppet made of it, level by level (see README.md)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import levels

HERE = Path(__file__).parent
FACTS = json.loads((HERE / "facts.json").read_text())
DIFFERENCES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "differences.toml").read_text())
PUPPET = shutil.which("puppet")


def cases() -> list[Any]:
    found = []
    for path in sorted((HERE / "cases").glob("*.pp")):
        records = json.loads(path.with_suffix(".json").read_text())
        for chunk in path.read_text().split("\n#### ")[0:]:
            name, _, code = chunk.removeprefix("#### ").partition("\n")
            # The split took each case's last newline along; the recorder saw it.
            found.append(
                pytest.param(f"{path.stem}: {name}", code.rstrip("\n") + "\n", records[name], id=f"{path.stem}-{name}")
            )
    return found


@pytest.mark.parametrize(("name", "code", "record"), cases())
def test_the_catalog_is_puppets(name: str, code: str, record: dict[str, Any], tmp_path: Path) -> None:
    ours = levels.compile_case(code, HERE, tmp_path, FACTS)
    differing = levels.compare(record, ours)
    expected = DIFFERENCES.get(name)
    if expected is not None:
        assert set(differing) == set(expected["levels"]), f"differences.toml says {expected['levels']} of {name}"
        return
    assert not differing, "\n".join(f"{level}: {text}" for level, texts in differing.items() for text in texts)


def test_every_difference_belongs_to_a_case_and_has_a_reason() -> None:
    names = {case.values[0] for case in cases()}
    assert set(DIFFERENCES) <= names
    assert all(difference["why"] for difference in DIFFERENCES.values())


@pytest.mark.skipif(PUPPET is None, reason="Puppet is not installed (Debian: puppet-agent): records not checked live")
def test_the_records_are_still_true() -> None:
    # CI looks at a few topics, CONFORMANCE=all at every one.
    topics = sorted(p.stem for p in (HERE / "cases").glob("*.pp"))
    some = topics if os.environ.get("CONFORMANCE") == "all" else topics[::8]
    done = subprocess.run([HERE / "record", "--check", *some], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
