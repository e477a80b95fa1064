"""No input ends in anything but a program or an error with its place: broken code, made-up code, and extremes."""

from __future__ import annotations

import pytest
from fuzz import check, mutations
from grammar import programs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bunraku.language.errors import CompileError
from bunraku.language.parser import parse, parse_epp

DEEP = 10_000


def test_mutated_code() -> None:
    outcomes = [check(text, is_template=is_template) for text, is_template in mutations(seed=1, count=4000)]
    assert 400 < sum(outcomes) < 3600  # both programs and errors were made


@settings(max_examples=150)
@given(programs())
def test_what_the_grammar_allows_has_no_syntax_error(code: str) -> None:
    try:
        parse(code)
    except CompileError as error:
        assert not error.message.startswith("Syntax error"), code


@settings(max_examples=100)
@given(st.text(max_size=200), st.booleans())
@example("\x00", False)
@example("$x = @(\n", False)
@example('"${"${"${', False)
@example("<%= { <%", True)
def test_any_text(text: str, is_template: bool) -> None:
    check(text, is_template=is_template)


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    check(content.decode(errors="replace"))


@pytest.mark.parametrize(
    "code",
    [
        "(" * DEEP,
        "(" * DEEP + "1" + ")" * DEEP,
        "[" * DEEP + "]" * DEEP,
        "{a=>" * DEEP + "1" + "}" * DEEP,
        "!" * DEEP + "$x",
        "-" * DEEP + "1",
        "if true {" * DEEP + "}" * DEEP,
        "if " * DEEP,
        "class a {" * DEEP + "}" * DEEP,
        '"${' * DEEP,
        '"${' * DEEP + "x" + '}"' * DEEP,
        "$x." + "a(" * DEEP + ")" * DEEP,
        "$x = " * DEEP + "1",
        "a[" * DEEP + "1" + "]" * DEEP,
        "$a ? { 1 => " * DEEP + "1" + "}" * DEEP,
        "$x = @(A) + @(B)\n" * DEEP,
    ],
    ids=lambda code: code[:12],
)
def test_deep_nesting_is_an_error(code: str) -> None:
    assert check(code) is False


def test_deep_template() -> None:
    assert check("<%= { %>" * DEEP, is_template=True) is False


def test_deep_nesting_says_so() -> None:
    with pytest.raises(CompileError, match="nested too deeply") as caught:
        parse("notice(\n" + "(" * DEEP + ")" * DEEP)
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "code",
    ["notice(" + " + ".join(["1"] * 5000) + ")", "if $x { }" + " elsif $x { }" * 5000, "notice(1)\n" * 50_000],
    ids=["operators", "elsifs", "statements"],
)
def test_long_is_not_deep(code: str) -> None:
    parse(code)


@pytest.mark.parametrize(
    "code",
    [
        "file { '/tmp/é': content => \"${x}\" } # comment\n" * 40_000,
        "# " + "x" * 10_000_000,
        "$x = '" + "y" * 10_000_000 + "'",
        "\n" * 10_000_000,
    ],
    ids=["resources", "comment", "string", "lines"],
)
def test_megabytes(code: str) -> None:
    parse(code)


@pytest.mark.parametrize(
    "code",
    [" " * 10_000_000 + "(", '$x = "' + "\\" * 10_000_000, "/* " * 3_000_000, "'" * 999_999 + '"', "$x = @(" * 100_000],
    ids=["space", "escapes", "comments", "quotes", "heredocs"],
)
def test_broken_megabytes(code: str) -> None:
    with pytest.raises(CompileError):
        parse(code)


def test_carriage_returns() -> None:
    program = parse("if $x {\r\n  notice(1)\r\n}\r\n")
    assert program.place(program.body.then.pos) == (2, 3)  # type: ignore[attr-defined]


def test_byte_order_mark() -> None:
    with pytest.raises(CompileError, match="Byte Order mark"):
        parse("\ufeffnotice(1)")


def test_null_byte() -> None:
    with pytest.raises(CompileError) as caught:
        parse("notice(1)\n\0")
    assert (caught.value.line, caught.value.column) == (2, 1)
    assert parse("'a\0b'").body.value == "a\0b"  # type: ignore[attr-defined]


def test_template_of_plain_text() -> None:
    assert parse_epp("x" * 1_000_000)
