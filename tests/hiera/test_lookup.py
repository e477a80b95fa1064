"""Lookups, set beside the real Puppet's answers (recorded by record_lookups.py)."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hiera_fixture import FixtureScope, FixtureSurroundings
from record_lookups import CASES, anonymous

from bunraku.catalog import wire
from bunraku.hiera import MISSING, Hiera
from bunraku.hiera.errors import HieraError
from bunraku.language import types
from bunraku.language.errors import CompileError

REQUEST = json.loads(CASES.read_text())

OTHERWISE = {
    # The reference lets a Ruby exception through; we say what is wrong with the data.
    "undefined method `include?' for 5:Integer": "Data Provider type mismatch: Got Integer when a hash-like object",
    "comparison of String with Array failed": "sort_merged_arrays: a list of strings, or of numbers, is needed",
    "comparison of Hash with Hash failed": "sort_merged_arrays: a list of strings, or of numbers, is needed",
    # The fixture's `new` is not the language's.
    "The convert_to lookup_option for key 'convert_bad' raised error: 'new'": "The convert_to lookup_option for key",
}
"""Messages that differ on purpose: how the reference's begins, and ours."""


@pytest.fixture(scope="module")
def surroundings() -> Iterator[FixtureSurroundings]:
    if shutil.which("ruby") is None:
        pytest.skip("ruby is not installed: the fixture has data functions in Ruby")
    made = FixtureSurroundings()
    yield made
    made.worker.end()


def ask(surroundings: FixtureSurroundings, case: dict[str, Any]) -> dict[str, Any]:
    try:
        value = Hiera(surroundings).lookup(
            case["names"],
            FixtureScope(REQUEST["scope"]),
            value_type=types.parse(case["type"]) if "type" in case else None,
            merge=case.get("merge"),
            default=case.get("default", MISSING),
            overrides=case.get("overrides", {}),
            defaults=case.get("defaults", {}),
        )
        return {"value": wire.encode(value)}
    except CompileError as error:
        return {"error": str(error)}


@pytest.mark.parametrize("case", REQUEST["cases"], ids=lambda case: json.dumps(case)[:70])
def test_a_lookup_gives_what_the_reference_gives(
    surroundings: FixtureSurroundings, case: dict[str, Any], tmp_path: Path
) -> None:
    surroundings.hiera_config = str(surroundings.folder / "hiera.yaml")
    if "config" in case:
        (tmp_path / "hiera.yaml").write_text(case["config"])
        surroundings.hiera_config = str(tmp_path / "hiera.yaml")
    answer = json.loads(anonymous(json.dumps(ask(surroundings, case))))
    expected = case["answer"]
    for theirs, ours in OTHERWISE.items():
        if str(expected.get("error")).startswith(theirs):
            assert answer["error"].startswith(ours)
            return
    assert json.dumps(answer) == json.dumps(expected)


@pytest.mark.slow
def test_the_record_is_still_true() -> None:
    if shutil.which("puppet") is None:
        pytest.skip("puppet is not installed: nothing to ask")
    done = subprocess.run(
        [sys.executable, str(CASES.parent / "record_lookups.py"), "--check"], timeout=180, check=False
    )
    assert done.returncode == 0


def test_a_file_is_read_once(surroundings: FixtureSurroundings) -> None:
    surroundings.hiera_config = str(surroundings.folder / "hiera.yaml")
    surroundings.reads.clear()
    hiera = Hiera(surroundings)
    scope = FixtureScope(REQUEST["scope"])
    for name in ("where", "text", "int", "list"):
        hiera.lookup(name, scope, merge="unique")
    data = [path for path in surroundings.reads if "/data/" in path]
    assert len(data) == len(set(data)) > 3


def test_the_hierarchy_follows_the_scope(surroundings: FixtureSurroundings) -> None:
    surroundings.hiera_config = str(surroundings.folder / "hiera.yaml")
    hiera = Hiera(surroundings)
    web = FixtureScope({**REQUEST["scope"], "trusted": {}, "roles": "web"})
    db = FixtureScope({**REQUEST["scope"], "trusted": {}, "roles": "db"})
    assert [hiera.lookup("where", scope) for scope in (web, db, web)] == ["web", "db", "web"]


def test_parameters_are_searched_without_an_error_for_none(surroundings: FixtureSurroundings) -> None:
    surroundings.hiera_config = str(surroundings.folder / "hiera.yaml")
    hiera = Hiera(surroundings)
    scope = FixtureScope(REQUEST["scope"])
    assert hiera.parameter("web::port", scope) == 99
    assert hiera.parameter("web::nothing", scope) is MISSING
    with pytest.raises(HieraError, match="Unable to parse"):
        hiera.parameter("broken::a", scope)


def test_an_environment_has_a_layer_of_its_own(surroundings: FixtureSurroundings, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "common.yaml").write_text("where: environment\nmine: '%{lookup(\"where\")}'\nlist: [e]\n")
    (tmp_path / "hiera.yaml").write_text("version: 5\n")
    surroundings.hiera_config = str(surroundings.folder / "hiera.yaml")
    surroundings.environment_folder = str(tmp_path)
    try:
        hiera = Hiera(surroundings)
        scope = FixtureScope(REQUEST["scope"])
        assert hiera.lookup("where", scope) == "node"
        assert hiera.lookup("mine", scope) == "node"
        assert hiera.lookup("list", scope, merge="unique")[-1] == "e"
        assert hiera.lookup("mine", scope, default="d", global_only=True) == "d"
    finally:
        surroundings.environment_folder = None
