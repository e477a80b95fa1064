"""Every recorded piece of code is accepted or refused as the real Puppet does: message, line and column."""

from __future__ import annotations

import pytest
from cases import ask, has_puppet, load

from bunraku.language.errors import CompileError
from bunraku.language.parser import parse, parse_epp

CASES = load()

DIFFERENT = {
    # Code within `${…}` that ends in a comment: the reference quotes an empty string here.
    '"${ # c',
    # A warning whose place the reference cannot work out, so that it breaks.
    '$x = @("A"/u)\n\\u0041 \\u{41} \\u1\nA\n',
}
"""Cases in which bunraku differs on purpose."""


def problems(case: dict[str, object]) -> tuple[list[list[object]], list[list[object]]]:
    """bunraku's errors and warnings."""
    try:
        program = (parse_epp if case.get("epp") else parse)(str(case["code"]))
    except CompileError as error:
        return [[each.message, each.line, each.column] for each in (error, *error.others)], []
    return [], [[message, *program.place(pos)] for _, message, pos in program.warnings]


@pytest.mark.parametrize("case", CASES, ids=[repr(case["code"])[:60] for case in CASES])
def test_case(case: dict[str, object]) -> None:
    errors, warnings = problems(case)
    if "crash" in case or case["code"] in DIFFERENT:
        return  # the reference breaks: all that is asked of bunraku is that it does not
    if case.get("syntax"):
        assert errors[:1] == case["errors"]  # the reference stops there; bunraku goes on to find more
    else:
        assert errors == case["errors"]
    if not errors:
        assert warnings == case["warnings"]


def test_there_are_cases_of_every_kind() -> None:
    assert len(CASES) > 1000
    assert sum(bool(case.get("errors")) for case in CASES) > 400
    assert sum(bool(case.get("warnings")) for case in CASES) > 5
    assert len({str(error[0])[:25] for case in CASES for error in case.get("errors", ())}) > 60  # type: ignore[attr-defined]


@pytest.mark.skipif(not has_puppet(), reason="Puppet 7 is not installed: the records cannot be checked against it")
def test_records_are_still_true() -> None:
    recorded = [{key: case[key] for key in ("errors", "warnings", "syntax", "crash") if key in case} for case in CASES]
    assert ask(CASES) == recorded
