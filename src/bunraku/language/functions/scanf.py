"""`scanf`, after Ruby's library of that name: values read from a string by a format.

Directives are `%[*][width]type` with the types d u (integer), i (in any base), x X, o, f e g a, s (a word), c
(characters) and `[…]` (a set of them); `*` reads and drops. White space matches any, also none. Reading ends at the
first directive that does not match; what was read so far is the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from bunraku.language.functions import Block, function
from bunraku.language.functions import ruby_text as ruby

_DIRECTIVE: Final = re.compile(r"\s+|%%|%(\*?)(\d*)([diuoxXaefgcsAEFG]|\[\^?\]?[^\]]*\])|[^%\s]|%", re.DOTALL)

_PATTERNS: Final = {
    "d": r"[-+]?\d+",
    "u": r"[-+]?\d+",
    "i": r"[-+]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)",
    "o": r"[-+]?[0-7]+",
    "x": r"[-+]?(?:0[xX])?[0-9a-fA-F]+",
    "f": r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?",
    "s": r"\S+",
}
_VALUES: Final[dict[str, Callable[[str], Any]]] = {
    "d": int,
    "u": int,
    "i": ruby.integer,
    "o": lambda text: int(text, 8),
    "x": lambda text: int(text, 16),
    "f": float,
}


@function("scanf", "String data, String format, Callable ?&block")
def scanf(scope: Any, data: str, template: str, block: Block | None = None) -> Any:
    """The values that were read, or what the lambda makes of them."""
    values = _scanned(data, template)
    return block(values) if block else values


def _scanned(data: str, template: str) -> list[Any]:
    values: list[Any] = []
    at = 0
    for directive in _DIRECTIVE.finditer(template):
        drop, width, kind = directive.groups()
        if kind is None:
            match = _literal(directive[0]).match(data, at)
        else:
            start = at if kind[0] in "c[" else _SPACE.match(data, at).end()  # type: ignore[union-attr]
            most = int(width) if width else 1 if kind == "c" else len(data)
            match = _pattern(kind).match(data, start, start + most)
        if match is None:
            break
        at = match.end()
        if kind is not None and not drop:
            values.append(_VALUES.get(_family(kind), str)(match[0]))
    return values


_SPACE: Final = re.compile(r"\s*")


def _literal(text: str) -> re.Pattern[str]:
    return _SPACE if text.isspace() else re.compile(re.escape("%" if text == "%%" else text))


def _pattern(kind: str) -> re.Pattern[str]:
    if kind.startswith("["):
        return re.compile(f"{kind}+", re.DOTALL)
    return re.compile(".+", re.DOTALL) if kind == "c" else re.compile(_PATTERNS[_family(kind)])


def _family(kind: str) -> str:
    lower = kind.lower()
    return "f" if lower in "aefg" else lower
