"""From one kind of value to another: booleans, numbers, arrays, sizes in bytes."""

from __future__ import annotations

import re
from typing import Any, Final

from bunraku.catalog.values import from_hash_key
from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.stdlib import wrong_count


@legacy("any2array", -1)
def any2array(scope: Any, *arguments: Any) -> list[Any]:
    """An array of the arguments; of a hash its keys and values in turn; an array as it is."""
    if len(arguments) != 1:
        return list(arguments)
    value = arguments[0]
    if isinstance(value, list):
        return value
    if value == "":
        return []
    if isinstance(value, dict):
        return [part for k, v in value.items() for part in (from_hash_key(k), v)]
    return [value]


@legacy("str2bool", -1)
def str2bool(scope: Any, *arguments: Any) -> bool:
    """What a string like "yes", "n", "1" or "" says."""
    if not arguments:
        raise wrong_count("str2bool", arguments, "1")
    return to_bool(arguments[0])


def to_bool(text: Any) -> bool:
    """`str2bool` of one value."""
    if isinstance(text, bool):
        return text
    if not isinstance(text, str):
        raise CompileError("str2bool(): Requires string to work with")
    if "" in _lines(text):
        return False
    for line in _lines(text):
        if line.lower() in ("1", "t", "y", "true", "yes"):
            return True
    for line in _lines(text):
        if line.lower() in ("0", "f", "n", "false", "no") or line in ("undef", "undefined"):
            return False
    raise CompileError("str2bool(): Unknown type of boolean given")


def _lines(text: str) -> list[str]:
    """The lines that Ruby's `^…$` would be tried on."""
    return text.removesuffix("\n").split("\n")


@legacy("num2bool", -1)
def num2bool(scope: Any, *arguments: Any) -> bool:
    """Whether a number, or a string that holds one, is 1 or more."""
    if len(arguments) != 1:
        raise wrong_count("num2bool", arguments, "1")
    value = arguments[0]
    if isinstance(value, str):
        try:
            return int(ruby.floating(value)) > 0
        except CompileError as error:
            message = f"num2bool(): '{value}' does not look like a number: {error.message}"
            raise CompileError(message) from None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) > 0
    return ruby.to_i(ruby.to_s(value)) > 0


@legacy("any2bool", -1)
def any2bool(scope: Any, *arguments: Any) -> bool:
    """What a boolean, number or string says; all else is true."""
    if not arguments:
        raise wrong_count("any2bool", arguments, "1")
    value = arguments[0]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return int(value) > 0
    if isinstance(value, str):
        try:
            return int(ruby.floating(value)) > 0
        except CompileError:
            return to_bool(value)
    return True


@legacy("bool2num", -1)
def bool2num(scope: Any, *arguments: Any) -> int:
    """1 or 0."""
    if not arguments:
        raise wrong_count("bool2num", arguments, "1")
    return int(to_bool(arguments[0]))


@legacy("bool2str", -1)
def bool2str(scope: Any, *arguments: Any) -> str:
    """ "true" or "false", or the two strings that are given."""
    if len(arguments) not in (1, 3):
        raise wrong_count("bool2str", arguments, "3")
    value, true, false = (*arguments, "true", "false")[:3]
    if not isinstance(value, bool):
        raise CompileError("bool2str(): Requires a boolean to work with")
    true, false = "true" if true is False else true, "false" if false is False else false
    if not (isinstance(true, str) and isinstance(false, str)):
        raise CompileError("bool2str(): Requires strings to convert to")
    return true if value else false


_SIZE: Final = re.compile(r"([0-9.e+-]*)\s*([^bB]?)")
_UNITS: Final = {"": 0, "k": 10, "M": 20, "G": 30, "T": 40, "P": 50, "E": 60}


@legacy("to_bytes", -1)
def to_bytes(scope: Any, *arguments: Any) -> int | float:
    """A number of bytes out of a text like "4 kB"."""
    if len(arguments) != 1:
        raise wrong_count("to_bytes", arguments, "1")
    size = arguments[0]
    if isinstance(size, int | float) and not isinstance(size, bool):
        return size
    match = _SIZE.match(ruby.text_of(size))
    assert match is not None
    number, unit = match.groups()
    if unit not in _UNITS:
        raise CompileError(f"to_bytes(): Unknown prefix {unit}")
    return int(ruby.to_f(number) * (1 << _UNITS[unit]))


@legacy("convert_base", 2)
def convert_base(scope: Any, number: Any, base: Any) -> str:
    """The digits of a number in a base from 2 to 36."""
    for value, place in ((number, "First"), (base, "Second")):
        if not isinstance(value, int | str) or isinstance(value, bool):
            raise CompileError(f"convert_base(): {place} argument must be either a string or an integer")
    for value in (number, base):
        if isinstance(value, str) and not any(re.fullmatch("[0-9]+", line) for line in _lines(value)):
            raise CompileError(
                "convert_base(): First argument must be an integer or a string corresponding to an integer in base 10"
            )
    if not 2 <= ruby.to_i(base) <= 36:
        raise CompileError("convert_base(): base must be at least 2 and must not be greater than 36")
    return _digits(ruby.to_i(number), ruby.to_i(base))


def _digits(number: int, base: int) -> str:
    digits = ""
    rest = abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return ("-" if number < 0 else "") + digits
