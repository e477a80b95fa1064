"""Numbers: absolute value, rounding, the greatest and the least, comparison."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions import Block, function, on_mismatch
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.logging import deprecated

_DECIMAL_INTEGER: Final = re.compile(r"-?\d+")
_DECIMAL_FLOAT: Final = re.compile(r"-?\d+\.\d+")


@function("abs", "Numeric val")
def abs_(scope: Any, number: float) -> float:
    """The number without its sign."""
    return abs(number)


@function("abs", "String val")
def abs_of_text(scope: Any, text: str) -> float:
    """The same of a decimal number in a string."""
    deprecated(
        scope,
        "abs_function_numeric_coerce_string",
        "The abs() function's auto conversion of String to Numeric is deprecated - change to convert input before "
        "calling",
    )
    if _DECIMAL_FLOAT.fullmatch(text):
        return abs(float(text))
    if _DECIMAL_INTEGER.fullmatch(text):
        return abs(int(text))
    raise CompileError("abs(): Requires float or integer to work with - was given non decimal string")


def _rounded_to_integer(name: str, rounding: Callable[[float], int]) -> None:
    """Registers `ceiling` or `floor`, for numbers and for strings that hold one."""

    def of_number(scope: Any, number: float) -> int:
        if isinstance(number, float) and not math.isfinite(number):
            raise CompileError(ruby.float_to_s(number))
        return rounding(number)

    def of_text(scope: Any, text: str) -> int:
        deprecated(
            scope,
            f"{name}_function_numeric_coerce_string",
            f"The {name}() function's auto conversion of String to Float is deprecated - change to convert input "
            "before calling",
        )
        try:
            return rounding(ruby.floating(text))
        except CompileError:
            raise CompileError(f"{name}(): cannot convert given value to a floating point value.") from None

    of_number.__doc__ = f"The integer next to the number, {'above' if rounding is math.ceil else 'below'} it."
    function(name, "Numeric val")(of_number)
    function(name, "String val")(of_text)


_rounded_to_integer("ceiling", math.ceil)
_rounded_to_integer("floor", math.floor)


@function("round", "Numeric val")
def round_(scope: Any, number: float) -> int:
    """The nearest integer, halves away from zero."""
    return int(number + 0.5) if number > 0 else int(number - 0.5)


# ---------------------------------------------------------------- max and min

_NUMBER_TEXT: Final = re.compile(r"-?\d+([._eE]\d+)?")


def _as_numbers_or_texts(name: str, scope: Any) -> Callable[[Any, Any], int]:
    """The order of `max` and `min`: as numbers where both look like one, else as texts."""

    def order(a: Any, b: Any) -> int:
        a_text, b_text = ruby.to_s(a), ruby.to_s(b)
        if _NUMBER_TEXT.fullmatch(a_text) and _NUMBER_TEXT.fullmatch(b_text):
            _warn(scope, name, "numeric_coerce_string", "String to Numeric")
            return ruby.compare(ruby.to_f(a), ruby.to_f(b))
        if not (isinstance(a, str) and isinstance(b, str)):
            _warn(scope, name, "string_coerce_any", "Any to String")
        return ruby.compare(a_text, b_text)

    return order


def _warn(scope: Any, name: str, key: str, conversion: str) -> None:
    deprecated(
        scope,
        f"{name}_function_{key}",
        f"The {name}() function's auto conversion of {conversion} is deprecated - change to convert input before "
        "calling, or use lambda",
    )


def _extreme(name: str, sign: int) -> None:
    """Registers `max` (sign 1) or `min` (sign -1): the first of the values that no other is beyond."""

    def pick(values: Sequence[Any], order: Callable[[Any, Any], int]) -> Any:
        best = values[0] if values else None
        for value in values[1:]:
            if order(value, best) * sign > 0:
                best = value
        return best

    def required(values: Sequence[Any]) -> Sequence[Any]:
        if not values:
            raise CompileError(f"{name}(): Wrong number of arguments need at least one")
        return values

    def of_numbers(scope: Any, *values: Any) -> Any:
        return pick(required(values), ruby.compare)

    def of_any(scope: Any, *values: Any) -> Any:
        return pick(required(values), _as_numbers_or_texts(name, scope))

    def with_block(scope: Any, *values: Any, block: Block) -> Any:
        return pick(values, lambda a, b: ruby.compare(block(a, b), 0))

    def of_number_array(scope: Any, values: list[Any], block: Block | None = None) -> Any:
        return with_block(scope, *values, block=block) if block else of_numbers(scope, *values)

    def of_array(scope: Any, values: list[Any], block: Block | None = None) -> Any:
        return with_block(scope, *values, block=block) if block else of_any(scope, *values)

    of_numbers.__doc__ = f"The {'largest' if sign > 0 else 'smallest'} of the values."
    with_block.__doc__ = f"{of_numbers.__doc__[:-1]}, as the lambda orders two of them: negative, 0 or positive."
    function(name, "Numeric *values")(of_numbers)
    function(name, "String *values")(of_any)
    function(name, "Array[Numeric] values, Callable[2,2] ?&block")(of_number_array)
    function(name, "Array[String] values, Callable[2,2] ?&block")(of_array)
    function(name, "Array values, Callable[2,2] ?&block")(of_array)
    function(name, "Any *values, Callable[2,2] &block")(with_block)
    function(name, "Any *values")(of_any)


_extreme("max", 1)
_extreme("min", -1)

# ---------------------------------------------------------------- compare


@function("compare", "Numeric a, Numeric b")
def compare_numbers(scope: Any, a: float, b: float) -> int:
    """-1, 0 or 1: the order of two numbers."""
    return types.compare(a, b)


@function("compare", "String a, String b, Boolean ?ignore_case")
def compare_texts(scope: Any, a: str, b: str, ignore_case: bool = True) -> int:
    """-1, 0 or 1: the order of two strings, in general without regard to case."""
    return types.compare(a, b) if ignore_case else ruby.compare(a, b)


@function(
    "compare",
    "SemVer a, SemVer b",
    "Numeric a, Variant[Timespan, Timestamp] b",
    "Timestamp a, Variant[Timestamp, Numeric] b",
    "Timespan a, Variant[Timespan, Numeric] b",
)
def compare_versions_and_times(scope: Any, a: Any, b: Any) -> int:
    """-1, 0 or 1: the order of two versions, times or spans of time."""
    return types.compare(a, b)


@on_mismatch("compare")
def why_not_compared(*arguments: Any) -> str | None:
    """Why two values cannot be compared."""
    if len(arguments) < 2:
        return None
    a, b, *rest = arguments
    comparable = types.parse("Variant[String, SemVer, Numeric, Timespan, Timestamp]")
    if not (comparable.instance(a) and comparable.instance(b)):
        return (
            "compare(): Non comparable type. Only values of the types Numeric, String, Semver, Timestamp and "
            f"Timestamp can be compared. Got {types.label(a)} and {types.label(b)}"
        )
    if rest and not (isinstance(a, str) and isinstance(b, str)):
        return "compare(): The third argument (ignore case) can only be used when comparing strings"
    if len(rest) > 1:
        return f"compare(): Accepts at most 3 arguments, got {len(arguments)}"
    if rest and not isinstance(rest[0], bool):
        return f"compare(): The third argument (ignore case) must be a Boolean. Got {types.label(rest[0])}"
    return (
        "compare(): Can only compare values of the same type (or for Timestamp/Timespan also against Numeric). "
        f"Got {types.label(a)} and {types.label(b)}"
    )
