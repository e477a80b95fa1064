"""Going through values: what can be iterated, and the iterators that `step` and `reverse_each` return."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bunraku.catalog.values import from_hash_key
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import PAnyType, PType, PUnitType
from bunraku.language.types.collections import PAIR, PIteratorType, PTupleType
from bunraku.language.types.inference import infer
from bunraku.language.types.scalars import PEnumType, PIntegerType, PStringType
from bunraku.language.types.variants import variant_of


class IteratorValue:
    """A value of type Iterator: a source of elements, gone through with a step, forward or backward.

    source: what is iterated, a range, str, list or dict. Pairs of a dict are lists of two.
    """

    __slots__ = ("_elements", "element_type")

    def __init__(self, elements: range | list[Any], element_type: PType) -> None:
        self._elements = elements
        self.element_type = element_type

    @property
    def ptype(self) -> PType:
        """Iterator of the elements' type."""
        return PIteratorType(self.element_type)

    def step(self, step: int) -> IteratorValue:
        """Every step-th element, from the first."""
        return IteratorValue(self._elements[::step], self.element_type)

    def reversed(self) -> IteratorValue:
        """The same from the end."""
        return IteratorValue(self._elements[::-1], self.element_type)

    def __len__(self) -> int:
        return len(self._elements)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._elements)

    def to_list(self) -> list[Any]:
        """All elements."""
        return list(self._elements)

    def __str__(self) -> str:
        return f"Iterator[{self.element_type.generalize()}]-Value"


def is_iterable(value: Any) -> bool:
    """Whether a value can be iterated: collections, strings, integers from 0, Enums, finite Integer ranges."""
    if isinstance(value, PTypeAliasType):
        return is_iterable(value.resolved)
    kind = type(value)
    if kind is int:
        return bool(value >= 0)
    if isinstance(value, PIntegerType):
        return value.finite
    return kind in (str, list, dict) or isinstance(value, IteratorValue | PEnumType)


def iterate(value: Any) -> Iterator[Any] | None:
    """The elements of a value, hashes as lists of key and value; None for what cannot be iterated."""
    elements = _elements(value)
    return None if elements is None else iter(elements)


def iterator_of(value: Any) -> IteratorValue | None:
    """An Iterator over a value, which knows the type of its elements; None for what cannot be iterated."""
    if isinstance(value, IteratorValue):
        return value
    elements = _elements(value)
    if elements is None:
        return None
    return IteratorValue(elements, _element_type(value))


def _elements(value: Any) -> range | list[Any] | None:
    if isinstance(value, PTypeAliasType):
        value = value.resolved
    kind = type(value)
    if kind is list:
        return list(value)
    if kind is dict:
        return [[from_hash_key(key), element] for key, element in value.items()]
    if kind is str:
        return list(value)
    if kind is int:
        return range(value) if value >= 0 else None
    if isinstance(value, IteratorValue):
        return value.to_list()
    if isinstance(value, PIntegerType) and value.finite:
        return range(int(value.low), int(value.high) + 1)
    return list(value.values) if isinstance(value, PEnumType) else None


def _element_type(value: Any) -> PType:
    if isinstance(value, PTypeAliasType):
        value = value.resolved
    kind = type(value)
    if kind is str:
        return PStringType(PIntegerType(1, 1))
    if kind is int:
        return PIntegerType(0, value - 1) if value else PUnitType.DEFAULT
    if isinstance(value, PIntegerType | PEnumType):
        return value
    if not value:
        return PUnitType.DEFAULT if kind is list else PTupleType((PUnitType.DEFAULT, PUnitType.DEFAULT), PAIR)
    if kind is list:
        return variant_of(map(infer, value))
    if kind is dict:
        keys = variant_of(infer(from_hash_key(key)) for key in value)
        return PTupleType((keys, variant_of(map(infer, value.values()))), PAIR)
    return PAnyType.DEFAULT
