"""Regular expressions: no pattern, however broken, ends in anything but a match object or a CompileError."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bunraku.language.errors import CompileError
from bunraku.language.types import Regexp

PIECES = st.sampled_from(
    ["a", "b", "1", "^", "$", ".", "*", "+", "?", "{2}", "{,3}", "[", "]", "[^", "&&", "(", ")", "(?:", "(?<n>", "(?i)"]
    + ["(?>", "(?<!", "(?=", "|", "\\d", "\\h", "\\A", "\\z", "\\Z", "\\R", "\\g<n>", "\\k<n>", "\\p{L}", "-"]
    + ["[[:alpha:]]", "\\", "#", " ", "\n", "é"]
)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=12).map("".join), st.text("ab1 \n-é", max_size=8))
def test_every_pattern_is_translated_or_refused(pattern: str, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            match = Regexp(pattern).search(text)
        except CompileError as error:
            assert pattern in error.message
        else:
            assert match is None or text[match.start() : match.end()] == match[0]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("[", "premature end of char-class"),
        ("(", "end pattern with unmatched parenthesis"),
        (")", "unmatched close parenthesis"),
        ("\\", "too short escape sequence"),
        ("[a\\", "too short escape sequence"),
        ("[a-\\", "too short escape sequence"),
        ("*", "target of repeat operator is not specified"),
        (r"(?<a>x\g<a>)", "runs itself"),
    ],
)
def test_what_is_refused_is_named_as_ruby_does(pattern: str, message: str) -> None:
    with pytest.raises(CompileError, match=message):
        Regexp(pattern).search("x")
