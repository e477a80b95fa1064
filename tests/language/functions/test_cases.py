"""The cases in cases/, whose answers tests/record/functions.py recorded from Puppet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bunraku.api import make_inputs
from bunraku.catalog import wire
from bunraku.language import types
from bunraku.language.compiler import Compiler
from bunraku.language.errors import CompileError, ControlFlow
from bunraku.language.functions import names
from bunraku.language.parser import parse

HERE = Path(__file__).parent
FACTS = json.loads((HERE.parents[1] / "conformance" / "facts.json").read_text())
PLACE = re.compile(r" \((?:file: [^)]*|line: \d+(?:, column: \d+)?)\)$", re.MULTILINE)
OF_A_MODULE = re.compile(r" at \S+:\d+(?:\n   \(file.*)?\Z")
"""Ends the warning of a module that something is deprecated; the records are without those."""

CASES = [
    pytest.param(json.loads(line), id=f"{path.stem}-{number}")
    for path in sorted((HERE / "cases").glob("*.json"))
    for number, line in enumerate(path.read_text().splitlines(), 1)
]


@pytest.fixture(scope="module")
def inputs() -> Any:
    given = make_inputs(facts=FACTS, certname="web1.example.com")
    yield given
    given.close()


def answer(code: str, inputs: Any) -> dict[str, Any]:
    """bunraku's answer: {"value": rich data} or {"error": message}, and "logs" where there are some."""
    compiler = Compiler(inputs)
    told: dict[str, Any] = {}
    try:
        unit = compiler.loader.add(parse(code))
        compiler._prepare()
        compiler._evaluate_main([])
        value = unit.closure(unit.program.body)(compiler.top)
        told["value"] = wire.encode(value.to_list() if isinstance(value, types.IteratorValue) else value)
    except CompileError as error:
        told["error"] = PLACE.sub("", error.message)
    except ControlFlow as flow:
        told["error"] = f"{type(flow).__name__.lower()}() from context where this is illegal"
    logs = [
        [log.level, log.message.partition("\n   (file")[0]]
        for log in compiler.logs
        if log.level not in ("debug", "info") and not OF_A_MODULE.search(log.message)
    ]
    return told | ({"logs": logs} if logs else {})


@pytest.mark.parametrize("case", CASES)
def test_answers_are_those_of_puppet(case: dict[str, Any], inputs: Any) -> None:
    expected = case["ours"] if "ours" in case else {k: v for k, v in case.items() if k != "code"}
    assert json.dumps(answer(case["code"], inputs)) == json.dumps(expected)


def test_what_differs_has_a_reason_and_differs() -> None:
    for parameters in CASES:
        case: Any = parameters.values[0]
        if "ours" in case:
            told = {key: case[key] for key in ("value", "error", "logs") if key in case}
            assert case["why"] and case["ours"] != told, case["code"]


NO_CASES = {
    "assert_private": "needs modules",
    "generate": "runs commands",
    "module_directory": "needs modules",
    "private": "needs modules",
    "return": "needs a function to leave",
    "scanf": "its Ruby library is not part of Ruby any more",
    "tag": "needs a class to be seen",
    "validate_cmd": "runs commands",
}


def test_every_function_has_a_case() -> None:
    code = "\n".join(case.values[0]["code"] for case in CASES)  # type: ignore[attr-defined]
    missing = {name for name in names() if not re.search(rf"(?<![\w:]){re.escape(name)}\b", code)}
    assert missing <= set(NO_CASES), sorted(missing - set(NO_CASES))


@pytest.mark.skipif(shutil.which("puppet") is None, reason="puppet is not installed: the records are not checked live")
def test_the_records_are_still_true() -> None:
    script = HERE.parents[1] / "record" / "functions.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, timeout=300)
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr
