"""What Ruby's own methods make of Puppet's values, where a function's result or message lets them show through.

`to_s`, `inspect`, `to_i`, `to_f`, `Integer()`, `Float()`, comparison by `<=>`, and the names of classes in messages.
Source of the rules: the documentation of Ruby 3.1's core classes, and what that Ruby answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cmp_to_key
from typing import Any, Final

from bunraku.catalog.values import Default, Sensitive, from_hash_key, same
from bunraku.language.errors import CompileError
from bunraku.language.types.labels import ruby_class as ruby_class

_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\a": "\\a",
    "\b": "\\b",
    "\v": "\\v",
    "\f": "\\f",
    "\x1b": "\\e",
}


def class_or_constant(value: Any) -> str:
    """How a refused conversion or comparison names a value: nil, true and false by themselves, others by class."""
    return inspect(value) if value is None or isinstance(value, bool) else ruby_class(value)


def to_s(value: Any) -> str:
    """The value as `to_s` writes it; undef is empty."""
    kind = type(value)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return float_to_s(value)
    if kind is list or kind is dict:
        return inspect(value)
    if kind is Default:
        return "default"
    if kind is Sensitive:
        return "Sensitive [value redacted]"
    if kind.__name__ == "Regexp":
        return f"(?-mix:{value.pattern})"
    from bunraku.language import types

    return str(types.interpolate(value))


def inspect(value: Any) -> str:
    """The value as `inspect` writes it."""
    kind = type(value)
    if kind is str:
        return inspect_text(value)
    if value is None:
        return "nil"
    if kind is list:
        return f"[{', '.join(map(inspect, value))}]"
    if kind is dict:
        return "{" + ", ".join(f"{inspect(from_hash_key(k))}=>{inspect(v)}" for k, v in value.items()) + "}"
    if kind is Default:
        return ":default"
    if kind is Sensitive:
        return "#<Sensitive [value redacted]>"
    if kind.__name__ == "Regexp":
        return str(value)
    return to_s(value)


def inspect_text(text: str) -> str:
    """A string in double quotes with Ruby's escapes."""
    out = []
    for i, c in enumerate(text):
        if c == "#" and text[i + 1 : i + 2] in ("{", "$", "@"):
            out.append("\\#")
        elif c in _ESCAPES:
            out.append(_ESCAPES[c])
        elif c.isprintable() or ord(c) >= 0xA0:
            out.append(c)
        else:
            out.append(f"\\u{ord(c):04X}")
    return f'"{"".join(out)}"'


def float_to_s(number: float) -> str:
    """A float as Ruby writes it: always with a fraction, `1.0e+20`, `Infinity`, `NaN`."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    mantissa, exponent_mark, exponent = repr(number).partition("e")
    return mantissa + ("" if "." in mantissa else ".0") + exponent_mark + exponent


def text_of(value: Any) -> str:
    """The value as a method that wants a String takes it. Raises CompileError for what is none."""
    if isinstance(value, str):
        return value
    raise CompileError(f"no implicit conversion of {class_or_constant(value)} into String")


_LEADING_INTEGER: Final = re.compile(r"\s*([-+]?\d+(?:_\d+)*)")
_LEADING_FLOAT: Final = re.compile(r"\s*([-+]?(?:\d+(?:_\d+)*)?(?:\.\d+(?:_\d+)*)?(?:[eE][-+]?\d+)?)")
_INTEGER: Final = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F_]+)|0[bB]([01_]+)|0[oO]?([0-7_]+)|0[dD]([0-9_]+)|(0|[1-9][0-9_]*))"
)
_FLOAT: Final = re.compile(r"[-+]?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+(?:[eE][-+]?\d+)?")
_HEX_FLOAT: Final = re.compile(r"[-+]?0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]+)?(?:[pP][-+]?\d+)?")


def to_i(value: Any) -> int:
    """`to_i`: the number that a text begins with, else 0; a float cut off; undef 0."""
    if isinstance(value, str):
        match = _LEADING_INTEGER.match(value)
        return int(match[1]) if match else 0
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CompileError(f"undefined method `to_i' for {described(value)}")
    return int(value)


def to_f(value: Any) -> float:
    """`to_f`: the number that a text begins with, else 0.0."""
    if isinstance(value, str):
        match = _LEADING_FLOAT.match(value)
        try:
            return float(match[1]) if match else 0.0
        except ValueError:
            return 0.0
    return 0.0 if value is None else float(value)


def integer(text: str) -> int:
    """`Integer(text)`: Ruby's prefixes and underscores. Raises CompileError for anything else."""
    stripped = text.strip(" \t\n\v\f\r")
    match = _INTEGER.fullmatch(stripped)
    if match and "__" not in stripped and not stripped.endswith("_"):
        for digits, base in zip(match.groups()[1:], (16, 2, 8, 10, 10), strict=True):
            if digits is not None and not digits.startswith("_"):
                return int(match[1] + digits, base)
    raise CompileError(f"invalid value for Integer(): {inspect_text(text)}")


def floating(text: str) -> float:
    """`Float(text)`. Raises CompileError for what is no number."""
    stripped = text.strip(" \t\n\v\f\r")
    if _FLOAT.fullmatch(stripped):
        return float(stripped)
    if _HEX_FLOAT.fullmatch(stripped):
        return float.fromhex(stripped)
    raise CompileError(f"invalid value for Float(): {inspect_text(text)}")


def described(value: Any) -> str:
    """A receiver as Ruby's "undefined method" message shows it: `nil:NilClass`, `"a":String`, `1:Integer`."""
    return f"{inspect(value)}:{ruby_class(value)}"


def compare(a: Any, b: Any) -> int:
    """`a <=> b`: -1, 0 or 1. Raises CompileError where Ruby has no order."""
    result = _order(a, b)
    if result is None:
        raise not_comparable(a, b)
    return result


def not_comparable(a: Any, b: Any) -> CompileError:
    """The error about two values that have no order."""
    shown = inspect(b) if b is None or isinstance(b, bool | int | float) else ruby_class(b)
    return CompileError(f"comparison of {ruby_class(a)} with {shown} failed")


def _order(a: Any, b: Any) -> int | None:
    if isinstance(a, str) and isinstance(b, str):
        return (a > b) - (a < b)
    if _is_number(a) and _is_number(b):
        return int(a > b) - int(a < b)
    if isinstance(a, list) and isinstance(b, list):
        for x, y in zip(a, b, strict=False):
            order = _order(x, y)
            if order != 0:
                return order
        return (len(a) > len(b)) - (len(a) < len(b))
    if same(a, b):
        return 0
    if type(a) is type(b) and hasattr(a, "__lt__") and not isinstance(a, bool | dict):
        return int(a > b) - int(a < b)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def in_order(values: Iterable[Any], order: Callable[[Any, Any], int] = compare) -> list[Any]:
    """The values sorted by `order`, which is asked about the earlier of two first (Python would ask the other way)."""
    return sorted(values, key=cmp_to_key(lambda later, earlier: -order(earlier, later)))


def joined(values: Sequence[Any], separator: str) -> str:
    """`Array#join`: nested arrays are joined likewise, undef is empty."""
    return separator.join(joined(v, separator) if isinstance(v, list) else to_s(v) for v in values)


def flattened(values: Iterable[Any]) -> list[Any]:
    """`Array#flatten`: the elements of nested arrays, in order."""
    flat: list[Any] = []
    for value in values:
        if isinstance(value, list):
            flat += flattened(value)
        else:
            flat.append(value)
    return flat
