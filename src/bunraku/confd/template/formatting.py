"""Go's fmt: how each value prints under each verb and its flags; print and println.

A verb prints with `Flags`; what a verb cannot print comes out as Go's `%!verb(type=value)`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from bunraku.confd.template.floats import FLOATS, with_point
from bunraku.confd.template.strings import quote, quote_rune, to_bytes
from bunraku.confd.template.values import Struct, Uint8, Value, type_name


def sprint(values: Sequence[Value]) -> str:
    """The values side by side, with a space between two that are no strings."""
    out: list[str] = []
    after_string = True
    for value in values:
        is_string = isinstance(value, str)
        if not is_string and not after_string:
            out.append(" ")
        out.append(text_of(value))
        after_string = is_string
    return "".join(out)


def sprintln(values: Sequence[Value]) -> str:
    """The values with spaces between them, and the end of the line."""
    return " ".join(map(text_of, values)) + "\n"


def text_of(value: Value) -> str:
    """`value` as %v prints it."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    return formatted(value, "v", _PLAIN)


class Flags:
    """What stands between `%` and the verb."""

    __slots__ = ("sharp", "zero", "plus", "minus", "space", "sharp_v", "plus_v", "width", "precision")

    def __init__(self) -> None:
        self.sharp = self.zero = self.plus = self.minus = self.space = self.sharp_v = self.plus_v = False
        self.width: int | None = None
        self.precision: int | None = None

    def pad(self, text: str, zeros: bool | None = None) -> str:
        """`text` brought to the width."""
        missing = (self.width or 0) - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        return ("0" if (self.zero if zeros is None else zeros) else " ") * missing + text


_PLAIN = Flags()


def formatted(value: Value, verb: str, flags: Flags) -> str:
    """`value` as `verb` prints it under `flags`."""
    return _Format(flags).value(value, verb, 0)


class _Format:
    """One value under one verb."""

    def __init__(self, flags: Flags) -> None:
        self.flags = flags

    def value(self, value: Value, verb: str, depth: int) -> str:
        if verb == "T":
            return self.flags.pad(self.cut(type_name(value)))
        if value is None:
            return self.nil(verb, depth)
        if isinstance(value, Struct) and value.go_string is not None and verb in "vsxXq" and not self.flags.sharp_v:
            return self.string(value.go_string(), verb)
        match value:
            case bool():
                return self.flags.pad("true" if value else "false") if verb in "tv" else self.bad(value, verb)
            case int():
                return self.integer(value, verb)
            case float():
                return self.floating(value, verb)
            case complex():
                return self.complexed(value, verb)
            case str():
                return self.string(value, verb)
            case list():
                return self.sequence(value, verb, depth)
            case dict():
                return self.mapping(value, verb, depth)
            case Struct():
                return self.struct(value, verb, depth)
        return self.bad(value, verb)

    def bad(self, value: Value, verb: str) -> str:
        if value is None:
            return f"%!{verb}(<nil>)"
        return f"%!{verb}({type_name(value)}={self.value(value, 'v', 0)})"

    def nil(self, verb: str, depth: int) -> str:
        if not depth:
            return self.flags.pad("<nil>") if verb == "v" else self.bad(None, verb)
        return "interface {}(nil)" if self.flags.sharp_v else "<nil>"

    # What holds other values

    def sequence(self, values: list[Value], verb: str, depth: int) -> str:
        if verb == "p":
            return self.bad(values, verb)
        items = [self.value(value, verb, depth + 1) for value in values]
        if self.flags.sharp_v:
            return type_name(values) + "{" + ", ".join(items) + "}"
        return "[" + " ".join(items) + "]"

    def mapping(self, values: dict[str, Value], verb: str, depth: int) -> str:
        items = [
            self.value(key, verb, depth + 1) + ":" + self.value(values[key], verb, depth + 1) for key in sorted(values)
        ]
        if self.flags.sharp_v:
            return type_name(values) + "{" + ", ".join(items) + "}"
        return "map[" + " ".join(items) + "]"

    def struct(self, struct: Struct, verb: str, depth: int) -> str:
        named = self.flags.sharp_v or self.flags.plus_v
        items = [
            (f"{name}:" if named else "") + self.value(getattr(struct, name), verb, depth + 1) for name in struct.fields
        ]
        if self.flags.sharp_v:
            return struct.go_type + "{" + ", ".join(items) + "}"
        return "{" + " ".join(items) + "}"

    # Strings

    def cut(self, text: str) -> str:
        return text if self.flags.precision is None else text[: self.flags.precision]

    def string(self, text: str, verb: str) -> str:
        flags = self.flags
        if verb in "xX":
            return self.hexadecimal(to_bytes(text), verb)
        if verb == "q" or verb == "v" and flags.sharp_v:
            text = self.cut(text)
            if flags.sharp and not re.search("[\x00-\x08\x0a-\x1f`\x7f\ufeff\ud800-\udfff]", text):
                return flags.pad(f"`{text}`")
            return flags.pad(quote(text, flags.plus))
        return flags.pad(self.cut(text)) if verb in "sv" else self.bad(text, verb)

    def hexadecimal(self, data: bytes, verb: str) -> str:
        flags = self.flags
        data = data[: flags.precision]
        prefix = "0x" if flags.sharp and data else ""
        if flags.space:
            text = " ".join(f"{prefix}{byte:02x}" for byte in data)
        else:
            text = prefix + data.hex()
        return flags.pad(text.upper() if verb == "X" else text)

    # Numbers

    def integer(self, value: int, verb: str) -> str:
        flags = self.flags
        match verb:
            case "v" if flags.sharp_v and isinstance(value, Uint8):
                return self.digits(value, f"0x{value:x}"[2:], "0x")
            case "d" | "v":
                return self.digits(value, str(abs(value)), "")
            case "b":
                return self.digits(value, f"{abs(value):b}", "0b" if flags.sharp else "")
            case "o":
                return self.digits(value, f"{abs(value):o}", "0" if flags.sharp and value else "")
            case "O":
                return self.digits(value, f"{abs(value):o}", "0o")
            case "x":
                return self.digits(value, f"{abs(value):x}", "0x" if flags.sharp else "")
            case "X":
                return self.digits(value, f"{abs(value):X}", "0X" if flags.sharp else "")
            case "c":
                return flags.pad(_character(value))
            case "q":
                return flags.pad(quote_rune(_character(value), flags.plus))
            case "U":
                return self.code_point(value)
        return self.bad(value, verb)

    def digits(self, value: int, digits: str, prefix: str) -> str:
        flags = self.flags
        sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
        if flags.precision is not None:
            if not flags.precision and not value:
                return " " * (flags.width or 0)
            digits = digits.rjust(flags.precision, "0")
        elif flags.zero and flags.width is not None:
            digits = digits.rjust(flags.width - len(sign), "0")
        if prefix == "0" and digits[0] == "0":
            prefix = ""
        return flags.pad(sign + prefix + digits, zeros=False)

    def code_point(self, value: int) -> str:
        flags = self.flags
        code = value % (1 << 64)
        text = f"U+{code:0{max(4, flags.precision or 0)}X}"
        if flags.sharp and code <= 0x10FFFF and chr(code).isprintable():
            text += f" '{chr(code)}'"
        return flags.pad(text, zeros=False)

    def floating(self, value: float, verb: str) -> str:
        flags = self.flags
        make = FLOATS.get(verb)
        if make is None:
            return self.bad(value, verb)
        precision = flags.precision
        text = make(abs(value), precision)
        negative = math.copysign(1, value) < 0 and not math.isnan(value)
        sign = "-" if negative else "+" if flags.plus else " " if flags.space else ""
        if not math.isfinite(value):
            # The sign of an infinity always stands before what is no NaN; zeros never pad it.
            return flags.pad(sign + text, zeros=False)
        if flags.sharp and verb != "b":
            text = with_point(text, verb, precision)
        if flags.zero and not flags.minus and sign:
            return sign + text.rjust((flags.width or 0) - 1, "0")
        return flags.pad(sign + text)

    def complexed(self, value: complex, verb: str) -> str:
        if verb not in FLOATS:
            return self.bad(value, verb)
        real = self.floating(value.real, verb)
        plus, self.flags.plus = self.flags.plus, True
        imaginary = self.floating(value.imag, verb)
        self.flags.plus = plus
        return f"({real}{imaginary}i)"


def _character(value: int) -> str:
    return chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else "\ufffd"
