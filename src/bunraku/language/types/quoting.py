"""Strings and numbers as the Puppet language and Ruby print them."""

from __future__ import annotations

import re
from math import inf, isinf, isnan
from typing import Any

from bunraku.catalog.values import from_hash_key

_CONTROL = re.compile(r"[\x00-\x1f]")
_DOUBLE = re.compile(r'[\x00-\x1f"$\\]')
_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "$": "\\$", "\\": "\\\\"}


def quote(text: str, double: bool = False) -> str:
    """`text` as a literal of the Puppet language: in single quotes, or double ones where it has control characters.

    A backslash stays single unless the next character would be escaped by it, as the reference prints it.
    """
    if double or _CONTROL.search(text):
        return _double_quoted(text)
    if "'" not in text and "\\" not in text:
        return f"'{text}'"
    out: list[str] = []
    escaped = False
    for char in text:
        if escaped:
            out.append("\\" + char)
            escaped = False
        elif char == "'":
            out.append("\\'")
        elif char == "\\":
            escaped = True
        else:
            out.append(char)
    return "'" + "".join(out) + ("\\'" if escaped else "'")


def _double_quoted(text: str) -> str:
    def escape(match: re.Match[str]) -> str:
        char = match[0]
        return _ESCAPES.get(char) or f"\\u{{{ord(char):X}}}"

    return f'"{_DOUBLE.sub(escape, text)}"'


def float_text(value: float) -> str:
    """A float as Ruby's `Float#to_s` prints it: `1.0`, `1.0e+20`, `1.0e-05`, `Infinity`."""
    if isinf(value):
        return "Infinity" if value == inf else "-Infinity"
    if isnan(value):
        return "NaN"
    if value == 0 or 1e-4 <= abs(value) < 1e15:
        return repr(value)
    digits = repr(value).partition("e")[0].replace(".", "").strip("-0")
    mantissa, _, exponent = f"{value:.{len(digits) - 1}e}".partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"


def number_text(value: int | float) -> str:
    """A number as Ruby prints it."""
    return float_text(value) if isinstance(value, float) else str(value)


def literal(value: Any) -> str:
    """A value as a literal of the Puppet language; `str()` of what has none."""
    if isinstance(value, str):
        return quote(value)
    if value is None:
        return "undef"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        pairs = [f"{literal(from_hash_key(key))} => {literal(element)}" for key, element in value.items()]
        return f"{{{', '.join(pairs)}}}"
    return repr(value)
