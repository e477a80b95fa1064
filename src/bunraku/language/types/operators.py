"""The language's comparisons: equality, order, matching and `in`, blind to case for strings and across numbers.

Semantics after the language specification and Puppet 7.23. A match against a regular expression may set `$1` and so
on: `matched` is called with the match, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import DEFAULT, Binary, from_hash_key
from bunraku.language.errors import CompileError
from bunraku.language.types.base import PType
from bunraku.language.types.labels import label
from bunraku.language.types.regexp import Regexp
from bunraku.language.types.scalars import ascii_folded

Matched = Callable[[re.Match[str] | None], None]


def equals(a: Any, b: Any) -> bool:
    """`a == b`: strings without case, numbers by value, collections element by element."""
    kind = type(a)
    if kind is str:
        return type(b) is str and (a == b or (len(a) == len(b) and ascii_folded(a) == ascii_folded(b)))
    if kind is int or kind is float:
        return type(b) is not bool and bool(a == b)  # a time is equal to its seconds
    if kind is list:
        return type(b) is list and len(a) == len(b) and all(map(equals, a, b))
    if kind is dict:
        return type(b) is dict and len(a) == len(b) and all(equals(b.get(key), value) for key, value in a.items())
    if a is None or kind is bool:
        return a is b
    return bool(a == b)


def compare(a: Any, b: Any) -> int:
    """-1, 0 or 1 as `a` is before, with or after `b`. Raises CompileError for what has no order."""
    kind = type(a)
    if kind is str:
        if type(b) is not str:
            raise CompileError("A String is not comparable to a non String")
        left, right = ascii_folded(a).encode(), ascii_folded(b).encode()
        return (left > right) - (left < right)
    if kind is int or kind is float:
        if type(b) in (int, float):
            return int(a > b) - int(a < b)
        if not hasattr(b, "compared"):
            raise CompileError("A Numeric is not comparable to non Numeric")
        return -int(b.compared(a))
    if a is DEFAULT:
        if b is not DEFAULT:
            raise CompileError("Symbol not comparable to non Symbol")
        return 0
    compared = getattr(a, "compared", None)
    if compared is None:
        raise CompileError("Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable")
    return int(compared(b))


def ordered(a: Any, operator: str, b: Any) -> bool:
    """`a < b`, `<=`, `>` and `>=`. Types are ordered by what they take; a type and another value never are.

    Raises CompileError for what has no order.
    """
    if isinstance(a, PType):
        if not isinstance(b, PType):
            return False
        low, high = (a, b) if operator[0] == "<" else (b, a)
        return type_less(low, high, or_equal=len(operator) == 2)
    try:
        order = compare(a, b)
    except CompileError as error:
        raise CompileError(
            f"Comparison of: {label(a)} {operator} {label(b)}, is not possible. Caused by '{error.message}'."
        ) from None
    if order == 0:
        return len(operator) == 2
    return (order < 0) == (operator[0] == "<")


def type_less(a: PType, b: PType, or_equal: bool = False) -> bool:
    """`a < b` and `a <= b` of types: whether `b` takes all of `a`."""
    return b.assignable(a) and (or_equal or a != b)


def matches(value: Any, option: Any, matched: Matched | None = None) -> bool:
    """Whether `value` matches an option of a case or selector, or an element of such an array or hash.

    Regular expressions search strings, types are asked for instances, `default` takes everything; else it is equality.
    """
    kind = type(option)
    if kind is str or kind is int:
        return equals(value, option)
    if kind is Regexp:
        if type(value) is not str:
            return False
        match = option.search(value)
        if matched is not None:
            matched(match)
        return match is not None
    if isinstance(option, PType):
        return option.instance(value)
    if option is DEFAULT:
        return True
    if kind is list:
        return (
            type(value) is list
            and len(value) == len(option)
            and all(matches(v, o, matched) for v, o in zip(value, option, strict=True))
        )
    if kind is dict:
        return type(value) is dict and all(matches(value.get(key), o, matched) for key, o in option.items())
    own = getattr(option, "matches", None)
    return equals(value, option) if own is None else bool(own(value))


def includes(needle: Any, container: Any, matched: Matched | None = None) -> bool:
    """`needle in container`: a part of a string, an element of an array, a key of a hash; False for others."""
    if type(container) is dict:
        container = [from_hash_key(key) for key in container]
    if type(container) is list:
        return _in_array(needle, container, matched)
    if type(container) is str:
        return _in_string(needle, container, matched)
    if isinstance(container, Binary):
        return _in_binary(needle, container)
    own = getattr(container, "includes", None)
    return bool(own(needle)) if own is not None else False


def _in_string(needle: Any, text: str, matched: Matched | None) -> bool:
    if type(needle) is str:
        return needle.lower() in text.lower()
    return isinstance(needle, Regexp) and matches(text, needle, matched)


def _in_array(needle: Any, elements: list[Any], matched: Matched | None) -> bool:
    if isinstance(needle, Regexp):
        found = next((m for m in map(needle.search, (e for e in elements if type(e) is str)) if m), None)
        if matched is not None:
            matched(found)
        return found is not None
    if isinstance(needle, PType):
        return any(map(needle.instance, elements))
    if type(needle) is str or hasattr(needle, "matches"):
        return any(matches(needle, element, matched) for element in elements)
    return any(equals(element, needle) for element in elements)


def _in_binary(needle: Any, container: Binary) -> bool:
    if isinstance(needle, Binary):
        return needle.data in container.data
    if type(needle) is str:
        return needle.encode() in container.data
    return type(needle) is int and 0 <= needle <= 255 and needle in container.data
