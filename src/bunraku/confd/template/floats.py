"""Floating point numbers as Go's strconv writes them: under each verb, the text of a number that is not negative.

Each takes the number and the precision; None is the verb's own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable


def _shortest(value: float) -> tuple[str, int]:
    """The fewest digits that mean `value`, and the decimal exponent of the first."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    if not digits:
        return "0", 0
    return digits, len(whole) - leading - 1 + int(exponent or 0)


_EXPONENT_FROM = 6
"""From this decimal exponent on, %v and %g write one."""


def _general(value: float, precision: int | None) -> str:
    if not math.isfinite(value):
        return _special(value)
    if precision is not None:
        return f"{value:.{precision}g}"
    digits, exponent = _shortest(value)
    if exponent < -4 or exponent >= _EXPONENT_FROM:
        return _scientific(digits, exponent)
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    fraction = digits[exponent + 1 :]
    return f"{whole}.{fraction}" if fraction else whole


def _scientific(digits: str, exponent: int) -> str:
    return digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + f"e{exponent:+03d}"


def _fixed(letter: str) -> Callable[[float, int | None], str]:
    def make(value: float, precision: int | None) -> str:
        if not math.isfinite(value):
            return _special(value)
        return f"{value:.{6 if precision is None else precision}{letter}}"

    return make


def _binary(value: float, precision: int | None) -> str:
    if not math.isfinite(value):
        return _special(value)
    mantissa, exponent = math.frexp(value)
    return f"{int(mantissa * (1 << 53))}p{(exponent - 53 if value else -1074):+d}"


def _hexadecimal(value: float, precision: int | None) -> str:
    if not math.isfinite(value):
        return _special(value)
    mantissa, exponent = math.frexp(value)
    scaled, exponent = int(mantissa * (1 << 53)), exponent - 1
    if not value:
        exponent = 0
    fraction = scaled & ((1 << 52) - 1)
    lead = 1 if value else 0
    if precision is not None and precision < 13:
        # Half to even, at the last digit that stays.
        shift = 4 * (13 - precision)
        whole = (lead << 52) | fraction
        kept, rest = whole >> shift, whole & ((1 << shift) - 1)
        kept += rest > 1 << (shift - 1) or rest == 1 << (shift - 1) and kept & 1
        if kept >> (4 * precision) > 1:
            kept, exponent = kept >> 1, exponent + 1
        lead, fraction = kept >> (4 * precision), kept & ((1 << (4 * precision)) - 1)
        digits = f"{fraction:0{precision}x}" if precision else ""
    else:
        digits = f"{fraction:013x}"
        digits = digits.rstrip("0") if precision is None else digits.ljust(precision, "0")
    return f"0x{lead}" + (f".{digits}" if digits else "") + f"p{exponent:+03d}"


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "+Inf"


def _upper(make: Callable[[float, int | None], str]) -> Callable[[float, int | None], str]:
    return lambda value, precision: make(value, precision).upper()


FLOATS: dict[str, Callable[[float, int | None], str]] = {
    "v": _general,
    "g": _general,
    "G": _upper(_general),
    "e": _fixed("e"),
    "E": _fixed("E"),
    "f": _fixed("f"),
    "F": _fixed("f"),
    "b": _binary,
    "x": _hexadecimal,
    "X": _upper(_hexadecimal),
}


def with_point(text: str, verb: str, precision: int | None) -> str:
    """`text` of a number under `#`: always a decimal point, and under g all digits of the precision."""
    mark = "p" if verb in "xX" else "e"
    mantissa, found, tail = re.match(r"([^epEP]*)([epEP]?)(.*)", text).groups() if mark == "e" else _split_hex(text)  # type: ignore[union-attr]
    wanted = 0
    if verb in "vgGx":
        wanted = 6 if precision is None else precision
        seen = mantissa.replace(".", "").lstrip("0")
        wanted -= len(seen) if seen else (1 if mantissa == "0" else 0)
    if "." not in mantissa:
        mantissa += "."
    return mantissa + "0" * max(0, wanted) + found + tail


def _split_hex(text: str) -> tuple[str, str, str]:
    at = max(text.find("p"), text.find("P"))
    return text[:at], text[at], text[at + 1 :]
