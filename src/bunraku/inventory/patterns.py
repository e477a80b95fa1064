"""Regular expressions of queries: RE2, so that a match takes no longer than its text is long, whatever the pattern."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import re2

from bunraku.inventory.errors import QueryError


class Pattern(NamedTuple):
    """A `match("…")` in a dotted field: any key that the regular expression takes as a whole."""

    text: str


@lru_cache(256)
def compiled(pattern: Any) -> Any:
    """The regular expression, with `search` and `fullmatch`. Raises QueryError for what is none."""
    if not isinstance(pattern, str):
        raise QueryError(f"a regular expression is a string, not {pattern!r}")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        problem = error.args[0]
        words = problem.decode("utf-8", "replace") if isinstance(problem, bytes) else problem
        raise QueryError(f"'{pattern}' is not a regular expression: {words}") from None


def literal(text: str) -> str:
    """A regular expression for the text itself."""
    escaped: str = re2.escape(text)
    return escaped
