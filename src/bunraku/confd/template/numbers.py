"""Numeric constants, by Go's rules: bases, underscores, and every type that can hold the value."""

from __future__ import annotations

import re

from bunraku.confd.template.nodes import Number
from bunraku.confd.template.strings import quote, unquote_rune

_INTEGER = (
    r"([+-]?)(?:0[xX](?P<x>(?:_?[0-9a-fA-F])+)|0[oO]?(?P<o>(?:_?[0-7])+)|0[bB](?P<b>(?:_?[01])+)"
    r"|(?P<d>0|[1-9](?:_?[0-9])*))"
)
_FLOAT = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_HEX_FLOAT = r"[+-]?0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?\d+"
_BASES = {"x": 16, "o": 8, "b": 2, "d": 10}
_INT64 = range(-(1 << 63), 1 << 63)


def number(pos: int, text: str, kind: str) -> Number:
    """The constant written as `text`, of token kind NUMBER, CHAR or COMPLEX. ValueError if it is none."""
    if kind == "CHAR":
        code = unquote_rune(text)
        return Number(pos, text, code, float(code))
    if kind == "COMPLEX" or text[-1:] == "i" and re.fullmatch(_FLOAT, text[:-1]):
        return _complex(pos, text)
    value = _integer(text)
    if value is not None:
        if value >= 1 << 64 or value < _INT64.start:
            raise ValueError(f"integer overflow: {quote(text)}")
        # A number of 64 bits without sign is an integer that no int holds: it fails when it is used.
        return Number(pos, text, value, float(value))
    floating = _float(text)
    if floating is None:
        raise ValueError(f"illegal number syntax: {quote(text)}")
    if not set(text) & set(".eEpP"):
        raise ValueError(f"integer overflow: {quote(text)}")
    whole = floating.is_integer() and int(floating) in _INT64
    return Number(pos, text, int(floating) if whole else None, floating)


def _integer(text: str) -> int | None:
    match = re.fullmatch(_INTEGER, text)
    if match is None:
        return None
    for group, base in _BASES.items():
        if match[group] is not None:
            digits = match[group].replace("_", "")
            return int(match[1] + digits, base)
    return None


def _float(text: str) -> float | None:
    if re.fullmatch(_HEX_FLOAT, text):
        return float.fromhex(text.replace("_", ""))
    return float(text) if re.fullmatch(_FLOAT, text) else None


def _complex(pos: int, text: str) -> Number:
    try:
        value = complex(text[:-1] + "j")
    except ValueError:
        raise ValueError(f"illegal number syntax: {quote(text)}") from None
    if value.imag:
        return Number(pos, text, complexed=value)
    whole = value.real.is_integer() and int(value.real) in _INT64
    return Number(pos, text, int(value.real) if whole else None, value.real, value)
