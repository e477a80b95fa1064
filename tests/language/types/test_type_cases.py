"""The cases in cases/, whose answers tests/record/pcore.py recorded from Puppet."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pcore_evaluation import evaluate, show

from bunraku.catalog import wire
from bunraku.language.errors import CompileError
from bunraku.language.types import common, describe_mismatch, infer, infer_reduced, interpolate

CASES = [
    pytest.param(json.loads(line), id=f"{path.stem}-{number}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for number, line in enumerate(path.read_text().splitlines(), 1)
]


def answer(operation: str, *code: str) -> Any:
    try:
        args = [evaluate(text) for text in code]
        return ANSWERS[operation](*args)
    except (CompileError, ValueError) as error:
        return {"error": getattr(error, "message", None) or str(error)}


def search(regexp: Any, text: str) -> Any:
    match = regexp.search(text)
    return match and [match.start(), match[0], *match.groups()]


ANSWERS = {
    "eval": show,
    "interpolate": interpolate,
    "instance": lambda kind, value: kind.instance(value),
    "assignable": lambda a, b: a.assignable(b),
    "infer": lambda value: str(infer(value)),
    "reduced": lambda value: str(infer_reduced(value)),
    "general": lambda kind: str(kind.generalize()),
    "normal": lambda kind: str(kind.normalize()),
    "common": lambda a, b: str(common(a, b)),
    "mismatch": lambda kind, value: describe_mismatch("x", kind, infer(value)),
    "search": search,
    "wire": wire.encode,
}


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_puppet(case: list[Any]) -> None:
    *given, expected = case
    assert answer(*given) == expected


@pytest.mark.skipif(shutil.which("puppet") is None, reason="puppet is not installed: the records are not checked live")
def test_the_records_are_still_true() -> None:
    script = Path(__file__).parents[2] / "record" / "pcore.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, timeout=300)
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr
