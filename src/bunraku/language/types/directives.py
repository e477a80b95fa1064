"""One directive of Ruby's `format`: `%-8.3f` and the like, for one value."""

from __future__ import annotations

import re
from math import isinf, isnan
from typing import Any, NamedTuple

_FORM = re.compile(r"%([-+ #0]*)(\d+)?(?:\.(\d+))?([a-zA-Z])\Z")
_DIGITS = "0123456789abcdef"
_RADIX = {"b": (2, "0b"), "B": (2, "0B"), "o": (8, "0"), "x": (16, "0x"), "X": (16, "0X")}


class Directive(NamedTuple):
    """The parts of a directive. width and precision are None where they are left out."""

    flags: str
    width: int | None
    precision: int | None
    letter: str

    @classmethod
    def parse(cls, text: str) -> Directive:
        """The parts of `text`. Raises ValueError for what is no directive."""
        match = _FORM.match(text)
        if match is None and text[1:2] in ("{", "<"):
            raise ValueError("malformed name - unmatched parenthesis")
        if match is None:
            raise ValueError(f"malformed format string - {text[:2]}")
        width, precision = (None if part is None else int(part) for part in match.group(2, 3))
        return cls(match[1], width, precision, match[4])

    def padded(self, text: str) -> str:
        """`text` in the width, to the right or with `-` to the left."""
        return text.ljust(self.width or 0) if "-" in self.flags else text.rjust(self.width or 0)

    def of_text(self, text: str) -> str:
        """`%s`: cut to the precision, then padded."""
        return self.padded(text if self.precision is None else text[: self.precision])

    def of_integer(self, value: int) -> str:
        """`%d %x %o %b`; a negative number in a radix is Ruby's two's complement, `..f`, unless a sign is asked."""
        signed = "+" in self.flags or " " in self.flags
        sign = "-" if value < 0 else "+" if "+" in self.flags else " " if " " in self.flags else ""
        if self.letter in "diu":
            return self._number(sign, "", str(abs(value)))
        base, prefix = _RADIX[self.letter]
        prefix = prefix if "#" in self.flags and value != 0 else ""
        if value < 0 and not signed:
            digits = _complement(value, base)
            sign, prefix = "", "" if base == 8 else prefix
            if self.precision is not None or ("0" in self.flags and "-" not in self.flags):
                size = self.precision if self.precision is not None else (self.width or 0) - len(prefix)
                digits = digits[2:].rjust(size, digits[2]) if size > len(digits) else digits
        else:
            digits = _in_base(abs(value), base)
        if self.letter == "X":
            digits = digits.upper()
        return self._number(sign, prefix, digits)

    def _number(self, sign: str, prefix: str, digits: str) -> str:
        if self.precision is not None:
            digits = digits.rjust(self.precision, "0")
        elif "0" in self.flags and "-" not in self.flags:
            digits = digits.rjust((self.width or 0) - len(sign) - len(prefix), "0")
        return self.padded(sign + prefix + digits)

    def of_float(self, value: float) -> str:
        """`%e %f %g %a`."""
        if isinf(value) or isnan(value):
            sign = "-" if value < 0 else "+" if "+" in self.flags else " " if " " in self.flags else ""
            return self.padded(sign + ("Inf" if isinf(value) else "NaN"))
        if self.letter in "aA":
            return self._hexadecimal(value)
        precision = "" if self.precision is None else f".{self.precision}"
        return str(f"%{self.flags}{self.width or ''}{precision}{self.letter}" % value)

    def _hexadecimal(self, value: float) -> str:
        mantissa, _, exponent = abs(value).hex()[2:].partition("p")
        whole, _, fraction = mantissa.partition(".")
        fraction = fraction.rstrip("0") if self.precision is None else fraction[: self.precision]
        sign = "-" if value < 0 else "+" if "+" in self.flags else " " if " " in self.flags else ""
        digits = f"{whole}{'.' + fraction if fraction or '#' in self.flags else ''}p{exponent}"
        if "0" in self.flags and "-" not in self.flags:
            digits = digits.rjust((self.width or 0) - len(sign) - 2, "0")
        text = self.padded(f"{sign}0x{digits}")
        return text.upper() if self.letter == "A" else text


def format_one(directive: str, value: Any) -> str:
    """`value` as `directive` prints it; numbers are converted to what the letter wants.

    Raises ValueError for a directive that Ruby does not know.
    """
    parts = Directive.parse(directive)
    if parts.letter in "diubBoxX":
        return parts.of_integer(int(value))
    if parts.letter in "eEfgGaA":
        return parts.of_float(float(value))
    if parts.letter in "sp":
        return parts.of_text(str(value))
    raise ValueError(f"malformed format string - %{parts.letter}")


def _in_base(value: int, base: int) -> str:
    digits = ""
    while True:
        value, digit = divmod(value, base)
        digits = _DIGITS[digit] + digits
        if value == 0:
            return digits


def _complement(value: int, base: int) -> str:
    """The digits of a negative number with infinitely many of the highest digit before them, written `..f`."""
    size = len(_in_base(-value, base)) + 1
    digits = _in_base(base**size + value, base)
    highest = _DIGITS[base - 1]
    return f"..{highest}{digits.lstrip(highest)}"
