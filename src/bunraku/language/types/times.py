"""Arithmetic with Timespans and Timestamps; a number stands for seconds."""

from __future__ import annotations

from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.types.labels import ruby_class, with_article
from bunraku.language.types.timespan import TimeData, Timespan, nanoseconds_of
from bunraku.language.types.timestamp import Timestamp


def time_arithmetic(operator: str, a: Any, b: Any) -> Any:
    """`a OPERATOR b` where one is a time: a time, or a number of seconds or a ratio.

    Raises CompileError for an operand that does not fit the time, TypeError for an operator that times do not have,
    ZeroDivisionError, and OverflowError for a result without end.
    """
    if not isinstance(a, TimeData):
        if operator == "+" or (operator == "*" and isinstance(b, Timespan)):
            a, b = b, a
        elif operator == "-" and isinstance(b, Timespan):
            a = Timespan(nanoseconds_of(a))
        else:
            raise TypeError(operator)
    how = (_OF_SPAN if isinstance(a, Timespan) else _OF_STAMP).get(operator)
    if how is None:
        raise TypeError(operator)
    return how(a, b)


def _refuse(b: Any, what: str, capital: bool = False) -> CompileError:
    name = with_article(ruby_class(b).rpartition("::")[2], capital)
    return CompileError(f"{name} {what}" if capital else f"{what} {name}")


def _seconds(b: Any) -> int | None:
    return nanoseconds_of(b) if type(b) in (int, float) else None


def _add(a: TimeData, b: Any) -> TimeData:
    if isinstance(b, Timestamp) and isinstance(a, Timespan):
        return Timestamp(a.nanoseconds + b.nanoseconds)
    more = b.nanoseconds if isinstance(b, Timespan) else _seconds(b)
    if more is None:
        raise _refuse(b, f"cannot be added to a {a.label}", capital=True)
    return type(a)(a.nanoseconds + more)


def _subtract(a: TimeData, b: Any) -> TimeData:
    if isinstance(b, Timestamp) and isinstance(a, Timestamp):
        return Timespan(a.nanoseconds - b.nanoseconds)
    less = b.nanoseconds if isinstance(b, Timespan) else _seconds(b)
    if less is None:
        raise _refuse(b, f"cannot be subtracted from a {a.label}", capital=True)
    return type(a)(a.nanoseconds - less)


def _multiply(a: TimeData, b: Any) -> Timespan:
    if type(b) not in (int, float):
        raise _refuse(b, "A Timestamp cannot be multiplied by")  # the reference's words, for Timespans
    return Timespan(int(a.nanoseconds * b))


def _divide(a: TimeData, b: Any) -> Timespan | float:
    if isinstance(b, Timespan):
        if not b.nanoseconds:
            raise OverflowError
        return a.nanoseconds / b.nanoseconds
    if type(b) in (int, float):
        return Timespan(int(a.nanoseconds // b))
    raise _refuse(b, "A Timespan cannot be divided by")


def _modulo(a: TimeData, b: Any) -> int | float:
    if type(b) not in (int, float):
        raise _refuse(b, "Can not do modulus on a Timespan using a")
    return a.to_int() % b if type(b) is int else a.to_float() % b


_OF_SPAN = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide, "%": _modulo}
_OF_STAMP = {"+": _add, "-": _subtract}
