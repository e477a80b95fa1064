"""What can be iterated, and how: arrays, hashes, strings, integers, ranges, enumerations and iterators.

An integer n gives 0 … n-1, a string its characters, `Integer[a, b]` its numbers, an `Enum` its values. A hash gives
pairs `[key, value]`, and its lambdas with two parameters get key and value where others get index and element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bunraku.catalog.values import from_hash_key
from bunraku.language import types


def elements(value: Any) -> Iterable[Any]:
    """The elements of what is Iterable; pairs `[key, value]` of a hash."""
    if type(value) is list:
        return value
    if type(value) is dict:
        return [[from_hash_key(k), v] for k, v in value.items()]
    found = types.iterate(value)
    assert found is not None, "the signature lets only what is Iterable in"
    return found


def iterator_of(value: Any) -> types.IteratorValue:
    """An iterator over the elements, as a value."""
    found = types.iterator_of(value)
    assert found is not None, "the signature lets only what is Iterable in"
    return found


def is_hash_like(value: Any) -> bool:
    """Whether lambdas with two parameters get key and value."""
    return type(value) is dict


def numbered(value: Any) -> Iterator[tuple[Any, Any]]:
    """What lambdas with two parameters get: key and value of a hash, else index and element."""
    if is_hash_like(value):
        return ((from_hash_key(k), v) for k, v in value.items())
    return enumerate(elements(value))


def is_true(value: Any) -> bool:
    """Whether a lambda's value counts as true: all but undef and false."""
    return value is not None and value is not False
