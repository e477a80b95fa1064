"""Our templates against what Go's own text/template made of them (record/, re-recorded by `go run`)."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bunraku.confd.functions import store_functions
from bunraku.confd.store import Store
from bunraku.confd.template import TemplateError, parse

RECORD = Path(__file__).parent / "record"
RECORDED = json.loads((RECORD / "recorded.json").read_text())


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"line {case['line']}")
def test_as_go(case: dict[str, Any]) -> None:
    functions = store_functions(Store(json.loads(case["keys"])))
    try:
        outcome = {"output": parse("t", case["template"], functions).render(json.loads(case["data"]))}
    except TemplateError as error:
        outcome = {"error": as_go_says(error)}
    assert outcome == {key: case[key] for key in ("output", "error") if key in case}


def as_go_says(error: TemplateError) -> str:
    """Go leaves the column out where a template cannot be parsed."""
    if error.context is None:
        return f"template: {error.name}:{error.line}: {error.message}"
    return str(error)


@pytest.mark.skipif(shutil.which("go") is None, reason="the go compiler is not installed")
def test_the_record_is_what_go_says_today(tmp_path: Path) -> None:
    ran = subprocess.run(
        ["go", "run", "."],
        cwd=RECORD,
        input=(RECORD / "cases.txt").read_bytes(),
        capture_output=True,
        timeout=120,
        check=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/go/bin", "HOME": str(tmp_path), "GOFLAGS": "-mod=mod"},
    )
    assert json.loads(ran.stdout) == RECORDED
