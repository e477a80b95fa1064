"""Struct: hashes with known keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from bunraku.language.types.base import Expanding, PType
from bunraku.language.types.collections import PAIR, PHashType, PIterableType, PTupleType
from bunraku.language.types.quoting import quote
from bunraku.language.types.scalars import PEnumType, PIntegerType, PStringType, PUndefType
from bunraku.language.types.variants import PNotUndefType, POptionalType, variant_of

_UNDEF = PUndefType.DEFAULT


class StructElement(NamedTuple):
    """One entry of a Struct: its key, whether it may be left out, and the type of its value."""

    name: str
    value: PType
    optional: bool = False

    @property
    def key_type(self) -> PType:
        """The key as a type."""
        key = PStringType(value=self.name)
        return POptionalType(key) if self.optional else key

    def shown(self, expanding: Expanding) -> str:
        """`'key' => Type`; the key says whether it is optional where that does not follow from the value."""
        key = quote(self.name)
        takes_undef = self.value.assignable(_UNDEF)
        if self.optional and not takes_undef:
            key = f"Optional[{key}]"
        elif takes_undef and not self.optional:
            key = f"NotUndef[{key}]"
        return f"{key} => {self.value.show(expanding)}"


class PStructType(PType):
    """`Struct[{key => Type, …}]`."""

    __slots__ = ("by_name", "elements")
    kind = "Struct"
    DEFAULT: ClassVar[PStructType]

    def __init__(self, elements: Sequence[StructElement] = ()) -> None:
        self.elements = tuple(elements)
        self.by_name = {element.name: element for element in self.elements}

    @classmethod
    def of(cls, entries: Mapping[Any, PType]) -> PStructType:
        """The Struct of `Struct[{…}]`; a key is a string, or a type such as `Optional['a']` and `NotUndef['a']`.

        Raises ValueError for a key that names none.
        """
        return cls([_element(key, value) for key, value in entries.items()])

    def parts(self) -> tuple[Any, ...]:
        """The elements in order."""
        return self.elements

    def contained(self) -> Iterator[PType]:
        """The types of the values."""
        return (element.value for element in self.elements)

    def required(self) -> int:
        """How many keys may not be left out."""
        return sum(not element.optional for element in self.elements)

    def instance(self, value: Any) -> bool:
        """Whether it is a hash with these keys, no others, and such values."""
        if type(value) is not dict:
            return False
        present = 0
        for name, kind, optional in self.elements:
            if name in value:
                present += 1
                if not kind.instance(value[name]):
                    return False
            elif not optional:
                return False
        return present == len(value)

    def accepts(self, other: PType) -> bool:
        """Structs within this one, and the hashes of a size whose keys and values fit all that is required."""
        if isinstance(other, PStructType):
            return self._accepts_struct(other)
        if not isinstance(other, PHashType):
            return False
        for element in self.elements:
            if not element.optional:
                if not element.value.assignable(other.value) or not PStringType.DEFAULT.assignable(other.key):
                    return False
        return PIntegerType(self.required(), len(self.elements)).accepts(other.sizes)

    def _accepts_struct(self, other: PStructType) -> bool:
        present = 0
        for element in self.elements:
            theirs = other.by_name.get(element.name)
            if theirs is None:
                if not element.optional:
                    return False
            else:
                present += 1
                if theirs.optional and not element.optional or not element.value.assignable(theirs.value):
                    return False
        return present == len(other.elements)

    def arguments(self, expanding: Expanding) -> list[str]:
        """The entries as a hash."""
        shown = [element.shown(expanding) for element in self.elements]
        return [f"{{{', '.join(shown)}}}"] if shown else []

    def generalize(self) -> PType:
        """With the values' types generalized."""
        return PStructType([e._replace(value=e.value.generalize()) for e in self.elements])

    def normalize(self) -> PType:
        """With the values' types normalized."""
        return PStructType([e._replace(value=e.value.normalize()) for e in self.elements])

    def iterable_type(self) -> PType | None:
        """Pairs of key and value."""
        if not self.elements:
            return PHashType.DEFAULT.iterable_type()
        keys = variant_of([e.key_type for e in self.elements])
        return PIterableType(PTupleType((keys, variant_of([e.value for e in self.elements])), PAIR))


def _element(key: Any, value: PType) -> StructElement:
    if isinstance(key, str):
        if not key:
            raise ValueError("Struct element key cannot be an empty String")
        return StructElement(key, value, optional=value.assignable(_UNDEF))
    inner = key.type if isinstance(key, POptionalType | PNotUndefType) else key
    if isinstance(inner, PEnumType) and inner is key and len(inner.values) == 1:
        inner = PStringType(value=inner.values[0])
    elif not isinstance(key, POptionalType | PNotUndefType | PStringType | PEnumType):
        from bunraku.language.types.labels import ruby_class

        raise ValueError(
            f"Illegal Struct member key type. Expected NotUndef, Optional, String, or Enum. Got: {ruby_class(key)}"
        )
    if not isinstance(inner, PStringType) or inner.value is None:
        raise ValueError(f"Unable to extract a non-empty literal string from Struct member key type {key}")
    return StructElement(inner.value, value, optional=isinstance(key, POptionalType))


PStructType.DEFAULT = PStructType()
