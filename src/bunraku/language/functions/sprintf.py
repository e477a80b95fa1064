"""`sprintf`, after Ruby's Kernel#sprintf.

A directive is `%[flags][width][.precision]type`. What differs from C: `%b`, `%p` (inspect), `%<name>d` and `%{name}`
taken from a hash, and negative numbers in bases 2, 8 and 16, which without `+` or space are written as an endless two's
complement: -255 in base 16 is `..f01`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
from bunraku.language.functions import ruby_text as ruby

if TYPE_CHECKING:
    from decimal import Decimal

_BASES: Final = {"d": 10, "i": 10, "u": 10, "x": 16, "X": 16, "o": 8, "b": 2, "B": 2}
_PREFIXES: Final = {"x": "0x", "X": "0X", "o": "0", "b": "0b", "B": "0B"}
_LIMIT: Final = 2**31


@legacy("sprintf", -2)
def sprintf(scope: Any, template: Any, *arguments: Any) -> str:
    """The template with its directives replaced by the arguments."""
    return formatted(ruby.text_of(template), arguments)


def formatted(template: str, arguments: Sequence[Any]) -> str:
    """`template` with its directives replaced. Raises CompileError for a directive or argument that does not fit."""
    return _Formatter(template, arguments).run()


class _Directive:
    """One directive as read so far."""

    __slots__ = ("flags", "precision", "value", "width")

    def __init__(self) -> None:
        self.flags = ""
        self.width: int | None = None
        self.precision: int | None = None
        self.value: Any = _UNREAD

    @property
    def is_begun(self) -> bool:
        """Whether there are flags, a width or a precision."""
        return bool(self.flags) or self.width is not None or self.precision is not None

    def padded(self, text: str) -> str:
        """The text, brought to the width with spaces."""
        width = self.width or 0
        return text.ljust(width) if "-" in self.flags else text.rjust(width)

    def padded_number(self, sign: str, digits: str) -> str:
        """Sign (and prefix) and digits, brought to the width with spaces or zeros."""
        if "0" in self.flags and "-" not in self.flags and self.width:
            digits = digits.rjust(self.width - len(sign), "0")
        return self.padded(sign + digits)

    def plus(self) -> str:
        """What stands before a number that is not negative."""
        return "+" if "+" in self.flags else " " if " " in self.flags else ""


_UNREAD: Final = object()


class _Formatter:
    """Goes through a template once; `_at` is where it is, `_next` the argument that comes next."""

    def __init__(self, template: str, arguments: Sequence[Any]) -> None:
        self._text = template
        self._arguments = arguments
        self._at = 0
        self._next = 0
        self._numbered = 0

    def run(self) -> str:
        out: list[str] = []
        while True:
            start = self._at
            percent = self._text.find("%", start)
            if percent < 0:
                return "".join((*out, self._text[start:]))
            out.append(self._text[start:percent])
            self._at = percent + 1
            out.append(self._directive())

    def _directive(self) -> str:
        directive = _Directive()
        while True:
            char = self._text[self._at : self._at + 1]
            self._at += 1
            if not char and directive.is_begun:
                return self._percent(directive, char)
            if not char:
                raise CompileError("incomplete format specifier; use %% (double %) instead")
            if char in " #+-0":
                directive.flags += char
            elif char in "123456789":
                self._number(directive)
            elif char == "*":
                self._star(directive)
            elif char == ".":
                self._precision(directive)
            elif char == "<":
                directive.value = self._named("<", ">")
            elif char == "{":
                return directive.padded(self._cut(directive, ruby.to_s(self._named("{", "}"))))
            elif char in "%\n\0":
                return self._percent(directive, char)
            else:
                return self._converted(directive, char)

    # ---- the parts of a directive

    def _number(self, directive: _Directive) -> None:
        """A width, or with `$` the number of an argument."""
        number = self._digits(self._at - 1)
        if self._text[self._at : self._at + 1] == "$":
            self._at += 1
            if directive.value is not _UNREAD:
                raise CompileError(f"value given twice - {number}$")
            directive.value = self._argument_number(number)
        elif directive.width is not None:
            raise CompileError("width given twice")
        else:
            directive.width = number

    def _digits(self, start: int) -> int:
        end = start
        while self._text[end : end + 1].isdigit():
            end += 1
        self._at = end
        number = int(self._text[start:end] or 0)
        if number >= _LIMIT:
            raise CompileError("width too big")
        return number

    def _star(self, directive: _Directive) -> None:
        if directive.width is not None:
            raise CompileError("width given twice")
        width = self._star_argument()
        if width < 0:
            directive.flags += "-"
        directive.width = abs(width)

    def _star_argument(self) -> int:
        start = self._at
        number = self._digits(start)
        if self._at > start and self._text[self._at : self._at + 1] == "$":
            self._at += 1
            return _index(self._argument_number(number))
        self._at = start
        return _index(self._argument())

    def _precision(self, directive: _Directive) -> None:
        if directive.precision is not None:
            raise CompileError("precision given twice")
        if self._text[self._at : self._at + 1] == "*":
            self._at += 1
            precision = self._star_argument()
            directive.precision = precision if precision >= 0 else None
        else:
            directive.precision = self._digits(self._at)

    def _named(self, opening: str, closing: str) -> Any:
        end = self._text.find(closing, self._at)
        if end < 0:
            raise CompileError("malformed name - unmatched parenthesis")
        name = self._text[self._at : end]
        self._at = end + 1
        if len(self._arguments) != 1 or not isinstance(self._arguments[0], Mapping):
            raise CompileError("one hash required")
        if name not in self._arguments[0]:
            raise CompileError(f"key{opening}{name}{closing} not found")
        return self._arguments[0][name]

    def _percent(self, directive: _Directive, char: str) -> str:
        if directive.is_begun:
            raise CompileError("invalid format character - %")
        return "%" if char == "%" else "%" + char

    # ---- arguments

    def _argument(self) -> Any:
        if self._numbered:
            raise CompileError(f"unnumbered({self._next + 1}) mixed with numbered")
        if self._next >= len(self._arguments):
            raise CompileError("too few arguments")
        self._next += 1
        return self._arguments[self._next - 1]

    def _argument_number(self, number: int) -> Any:
        if self._next:
            raise CompileError(f"numbered({number}) after unnumbered({self._next})")
        if not 1 <= number <= len(self._arguments):
            raise CompileError("too few arguments")
        self._numbered = number
        return self._arguments[number - 1]

    # ---- conversion

    def _converted(self, directive: _Directive, kind: str) -> str:
        convert = _CONVERSIONS.get(kind)
        if convert is None:
            raise CompileError(f"malformed format string - %{kind}")
        value = self._argument() if directive.value is _UNREAD else directive.value
        return convert(directive, kind, value)

    @staticmethod
    def _cut(directive: _Directive, text: str) -> str:
        return text if directive.precision is None else text[: directive.precision]


def _as_integer(value: Any) -> int:
    """`Integer(value)`, a float cut off."""
    if isinstance(value, str):
        return ruby.integer(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CompileError(ruby.float_to_s(value))
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise CompileError(f"can't convert {ruby.class_or_constant(value)} into Integer")


def _index(value: Any) -> int:
    """What stands for a width or a character: a number that a C int holds, and nothing that would be made one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CompileError(f"no implicit conversion of {ruby.class_or_constant(value)} into Integer")
    number = _as_integer(value)
    if not -_LIMIT <= number < _LIMIT:
        raise CompileError(f"integer {number} too big to convert to `int'")
    return number


def _as_float(value: Any) -> float | int:
    if isinstance(value, str):
        return ruby.floating(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise CompileError(f"can't convert {ruby.class_or_constant(value)} into Float")


def _string(directive: _Directive, kind: str, value: Any) -> str:
    text = ruby.inspect(value) if kind == "p" else ruby.to_s(value)
    return directive.padded(text if directive.precision is None else text[: directive.precision])


def _character(directive: _Directive, kind: str, value: Any) -> str:
    if isinstance(value, str):
        if len(value) != 1:
            raise CompileError("%c requires a character")
        return directive.padded(value)
    code = _index(value)
    if not 0 <= code < 0x110000:
        raise CompileError("invalid character")
    return directive.padded(chr(code))


def _integer(directive: _Directive, kind: str, value: Any) -> str:
    number = _as_integer(value)
    base = _BASES[kind]
    sign = "-" if number < 0 else directive.plus()
    if base != 10 and number < 0 and not directive.plus():
        return _endless(directive, kind, number)
    digits = "" if number == 0 == directive.precision else _digits_of(abs(number), base)
    prefix = _PREFIXES.get(kind, "") if "#" in directive.flags and (number or kind == "o") else ""
    if kind == "o" and prefix and digits.startswith("0"):
        prefix = ""
    if kind == "X":
        digits = digits.upper()
    if directive.precision is not None:
        digits = digits.rjust(directive.precision - (kind == "o" and bool(prefix)), "0")
        return directive.padded(sign + prefix + digits)
    return directive.padded_number(sign + prefix, digits)


def _endless(directive: _Directive, kind: str, number: int) -> str:
    """A negative number in base 2, 8 or 16 as an endless two's complement, `..f01`."""
    base = _BASES[kind]
    length = 1
    while base**length < -number:
        length += 1
    top = _digits_of(base - 1, base)
    digits = top + _digits_of(base**length + number, base).rjust(length, "0").lstrip(top)
    prefix = _PREFIXES[kind] if "#" in directive.flags and kind != "o" else ""
    if kind == "X":
        top, digits = top.upper(), digits.upper()
    length = directive.precision or 0
    if directive.precision is None and "0" in directive.flags and "-" not in directive.flags:
        length = (directive.width or 0) - len(prefix)
    return directive.padded(f"{prefix}..{digits.rjust(length - 2, top)}")


def _digits_of(number: int, base: int) -> str:
    if base == 10:
        return str(number)
    return format(number, {2: "b", 8: "o", 16: "x"}[base])


def _float(directive: _Directive, kind: str, value: Any) -> str:
    number = _as_float(value)
    if isinstance(number, float) and not math.isfinite(number):
        name = "NaN" if math.isnan(number) else "Inf"
        return directive.padded(("-" if number < 0 else directive.plus()) + name)
    negative = math.copysign(1.0, number) < 0
    if kind in "aA":
        digits = _hexadecimal(directive, abs(float(number)))
    elif kind == "f" and isinstance(number, int):
        precision = 6 if directive.precision is None else directive.precision
        digits = str(abs(number)) + ("." + "0" * precision if precision or "#" in directive.flags else "")
    else:
        precision = 6 if directive.precision is None else directive.precision
        form = f"%{'#' if '#' in directive.flags else ''}.{precision}{kind}"
        digits = form % _rounded(abs(number), kind, precision)
    sign = "-" if negative else directive.plus()
    if kind in "aA":
        sign, digits = sign + digits[:2], digits[2:]
    if kind == "A":
        sign, digits = sign.upper(), digits.upper()
    return directive.padded_number(sign, digits)


def _rounded(number: float, kind: str, precision: int) -> float | Decimal:
    """The number, rounded as Ruby rounds it: to 15 digits, then, halves to even, to the digits that are asked for.

    So 2.675, which is a little less, is 2.68 with two digits, where C has 2.67.
    """
    from decimal import ROUND_HALF_EVEN, Decimal

    fifteen = Decimal(f"{number:.14e}")
    places = precision if kind == "f" else precision - fifteen.adjusted()
    if kind in "gG":
        places = max(precision, 1) - 1 - fifteen.adjusted()
    if fifteen.adjusted() + places >= 14:
        return number
    return fifteen.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def _hexadecimal(directive: _Directive, number: float) -> str:
    """`0x1.8p+1`: the shortest mantissa, or one of `precision` digits."""
    mantissa, exponent = number.hex().split("p")
    whole, _, fraction = mantissa.partition(".")
    if directive.precision is None:
        fraction = fraction.rstrip("0")
    elif directive.precision < 13:
        rounded = round(int(whole[2:] + fraction.ljust(13, "0"), 16) / 16 ** (13 - directive.precision))
        text = format(rounded, "x").rjust(directive.precision + 1, "0")
        if text[0] == "2":  # rounded up to a whole power
            text, exponent = "1" + text[1:], f"{int(exponent) + 1:+d}"
        whole, fraction = "0x" + text[0], text[1:]
    else:
        fraction = fraction.ljust(directive.precision, "0")
    point = "." if fraction or "#" in directive.flags else ""
    return f"{whole}{point}{fraction}p{exponent}"


_CONVERSIONS: Final[dict[str, Callable[[_Directive, str, Any], str]]] = {
    **dict.fromkeys("sp", _string),
    **dict.fromkeys("c", _character),
    **dict.fromkeys("diuxXobB", _integer),
    **dict.fromkeys("feEgGaA", _float),
}
