"""Collections: Collection, Array, Hash, Tuple, and what can be iterated: Iterable, Iterator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from bunraku.catalog.values import from_hash_key
from bunraku.language.types.base import ContainingType, Expanding, PAnyType, PType, PUnitType
from bunraku.language.types.scalars import ANY_SIZE, NO_SIZE, PIntegerType

_ANY = PAnyType.DEFAULT
_UNIT = PUnitType.DEFAULT


class PCollectionType(PType):
    """Arrays and hashes of a size."""

    __slots__ = ("size",)
    kind = "Collection"
    DEFAULT: ClassVar[PCollectionType]

    def __init__(self, size: PIntegerType | None = None) -> None:
        self.size = None if size is None else size.as_size()

    def parts(self) -> tuple[Any, ...]:
        """The size."""
        return (self.size,)

    @property
    def sizes(self) -> PIntegerType:
        """The range of sizes, of any size where none is set."""
        return self.size or ANY_SIZE

    @property
    def is_empty(self) -> bool:
        """Whether only an empty collection is an instance."""
        return self.size is not None and self.size.high == 0

    def fits(self, value: Any) -> bool:
        """Whether the size of a list or dict is in the range."""
        return self.size is None or self.size.low <= len(value) <= self.size.high

    def instance(self, value: Any) -> bool:
        """Whether it is an array or hash of that size."""
        return type(value) in (list, dict) and self.fits(value)

    def accepts(self, other: PType) -> bool:
        """Arrays, hashes, tuples and structs of that size."""
        sizes = sizes_of(other)
        return sizes is not None and self.sizes.accepts(sizes)

    def arguments(self, expanding: Expanding) -> list[str]:
        """The size."""
        return self.size_shown()

    def size_shown(self) -> list[str]:
        """The size as printed."""
        return [] if self.size is None else self.size.bounds_shown()

    def generalize(self) -> PType:
        """Without the size."""
        return PCollectionType.DEFAULT

    def normalize(self) -> PType:
        """Without the size."""
        return PCollectionType.DEFAULT

    def iterable_type(self) -> PType | None:
        """Anything."""
        return PIterableType.DEFAULT


def sizes_of(kind: PType) -> PIntegerType | None:
    """The sizes that instances of a collection type have; None for other types."""
    if isinstance(kind, PCollectionType | PTupleType):
        return kind.sizes
    from bunraku.language.types.structured import PStructType

    return PIntegerType(len(kind.elements), len(kind.elements)) if isinstance(kind, PStructType) else None


class PArrayType(PCollectionType):
    """`Array[element, low, high]`."""

    __slots__ = ("element",)
    kind = "Array"
    DEFAULT: ClassVar[PArrayType]
    EMPTY: ClassVar[PArrayType]

    def __init__(self, element: PType | None = None, size: PIntegerType | None = None) -> None:
        super().__init__(size)
        self.element: PType = _UNIT if self.is_empty else element or _ANY

    def parts(self) -> tuple[Any, ...]:
        """Element type and size."""
        return (self.element, self.size)

    def contained(self) -> Iterator[PType]:
        """The element type."""
        yield self.element

    def instance(self, value: Any) -> bool:
        """Whether it is an array of such elements."""
        if type(value) is not list or not self.fits(value):
            return False
        element = self.element
        return element is _ANY or all(map(element.instance, value))

    def accepts(self, other: PType) -> bool:
        """Arrays and tuples of such elements."""
        if isinstance(other, PTupleType):
            return self.sizes.accepts(other.declared_sizes) and all(map(self.element.assignable, other.types))
        return isinstance(other, PArrayType) and super().accepts(other) and self.element.assignable(other.element)

    def arguments(self, expanding: Expanding) -> list[str]:
        """Element type and size."""
        if self.is_empty:
            return ["0", "0"]
        if self.element is _ANY and self.size is None:
            return []
        return [self.element.show(expanding), *self.size_shown()]

    def generalize(self) -> PType:
        """Without size, the element type generalized."""
        if self.element == _ANY:
            return PArrayType.DEFAULT
        element = self.element.generalize()
        return self if self.size is None and element is self.element else PArrayType(element)

    def normalize(self) -> PType:
        """With the element type normalized."""
        if self.element == _ANY:
            return PArrayType.DEFAULT
        element = self.element.normalize()
        return self if element is self.element else PArrayType(element, self.size)

    def iterable_type(self) -> PType | None:
        """The elements."""
        return PIterableType.DEFAULT if self.element == _ANY else PIterableType(self.element)


class PHashType(PCollectionType):
    """`Hash[key, value, low, high]`."""

    __slots__ = ("key", "value")
    kind = "Hash"
    DEFAULT: ClassVar[PHashType]
    EMPTY: ClassVar[PHashType]

    def __init__(self, key: PType | None = None, value: PType | None = None, size: PIntegerType | None = None) -> None:
        super().__init__(size)
        self.key: PType = _UNIT if self.is_empty else key or _ANY
        self.value: PType = _UNIT if self.is_empty else value or _ANY

    def parts(self) -> tuple[Any, ...]:
        """Key type, value type and size."""
        return (self.key, self.value, self.size)

    def contained(self) -> Iterator[PType]:
        """Key type and value type."""
        yield self.key
        yield self.value

    def instance(self, value: Any) -> bool:
        """Whether it is a hash of such keys and values."""
        if type(value) is not dict or not self.fits(value):
            return False
        key, element = self.key, self.value
        return (key is _ANY or all(key.instance(from_hash_key(k)) for k in value)) and (
            element is _ANY or all(map(element.instance, value.values()))
        )

    def accepts(self, other: PType) -> bool:
        """Hashes and structs of such keys and values."""
        if isinstance(other, PHashType):
            if other == PHashType.EMPTY and (self.size is None or self.size.low == 0):
                return True
            return self.key.assignable(other.key) and self.value.assignable(other.value) and super().accepts(other)
        from bunraku.language.types.structured import PStructType

        return (
            isinstance(other, PStructType)
            and self.sizes.instance(len(other.elements))
            and all(self.key.instance(e.name) and self.value.assignable(e.value) for e in other.elements)
        )

    def arguments(self, expanding: Expanding) -> list[str]:
        """Key type, value type and size."""
        if self.is_empty:
            return ["0", "0"]
        if self.key is _ANY and self.value is _ANY and self.size is None:
            return []
        return [self.key.show(expanding), self.value.show(expanding), *self.size_shown()]

    def generalize(self) -> PType:
        """Without size, key and value types generalized."""
        if self in (PHashType.DEFAULT, PHashType.EMPTY):
            return self
        key, value = self.key.generalize(), self.value.generalize()
        unchanged = self.size is None and key is self.key and value is self.value
        return self if unchanged else PHashType(key, value)

    def normalize(self) -> PType:
        """With key and value types normalized."""
        key, value = self.key.normalize(), self.value.normalize()
        return self if key is self.key and value is self.value else PHashType(key, value, self.size)

    def iterable_type(self) -> PType | None:
        """Pairs of key and value."""
        if self in (PHashType.DEFAULT, PHashType.EMPTY):
            return PIterableType(PTupleType((_UNIT, _UNIT), PAIR))
        return PIterableType(PTupleType((self.key, self.value), PAIR))


class PTupleType(PType):
    """`Tuple[a, b, low, high]`: the last type stands for the elements after it."""

    __slots__ = ("size", "types")
    kind = "Tuple"
    DEFAULT: ClassVar[PTupleType]

    def __init__(self, types: Sequence[PType] = (), size: PIntegerType | None = None) -> None:
        self.types = tuple(types)
        self.size = None if size is None else size.as_size()

    def parts(self) -> tuple[Any, ...]:
        """Types and size."""
        return (self.types, self.size)

    def contained(self) -> Iterator[PType]:
        """The element types."""
        return iter(self.types)

    @property
    def declared_sizes(self) -> PIntegerType:
        """The size, or the number of types where none is set."""
        return self.size or PIntegerType(len(self.types), len(self.types))

    @property
    def sizes(self) -> PIntegerType:
        """The sizes that instances have: any, for the bare Tuple."""
        return self.declared_sizes if self.types or self.size else ANY_SIZE

    def type_at(self, index: int) -> PType:
        """The type of an element; the last one stands for all after it."""
        return self.types[min(index, len(self.types) - 1)]

    def instance(self, value: Any) -> bool:
        """Whether it is an array of such elements."""
        if type(value) is not list:
            return False
        if not self.types and self.size is None:
            return True
        if not self.declared_sizes.low <= len(value) <= self.declared_sizes.high:
            return False
        return not self.types or all(self.type_at(i).instance(v) for i, v in enumerate(value))

    def accepts(self, other: PType) -> bool:
        """Tuples and arrays of such elements."""
        if self == other:
            return True
        if isinstance(other, PTupleType):
            if not self.sizes.accepts(other.sizes):
                return False
            if not self.types:
                return True
            if not other.types:
                return self.sizes.low == 0
            return all(self.type_at(i).assignable(t) for i, t in enumerate(other.types))
        if not isinstance(other, PArrayType) or not self.sizes.accepts(other.sizes):
            return False
        return all(t.assignable(other.element) for t in self.types[: int(min(len(self.types), other.sizes.high))])

    def arguments(self, expanding: Expanding) -> list[str]:
        """Types and size."""
        shown = [t.show(expanding) for t in self.types]
        return shown if not shown or self.size is None else shown + self.size.bounds_shown()

    def generalize(self) -> PType:
        """With the types generalized."""
        return PTupleType([t.generalize() for t in self.types], self.size)

    def normalize(self) -> PType:
        """With the types normalized."""
        return PTupleType([t.normalize() for t in self.types], self.size)

    def iterable_type(self) -> PType | None:
        """The elements."""
        from bunraku.language.types.variants import variant_of

        return PIterableType(variant_of(self.types))


class PIterableType(ContainingType):
    """`Iterable[element]`: what can be iterated, strings, positive integers and some types among it."""

    __slots__ = ()
    kind = "Iterable"
    DEFAULT: ClassVar[PIterableType]

    def instance(self, value: Any) -> bool:
        """Whether iteration gives such elements."""
        from bunraku.language.types.inference import infer_reduced
        from bunraku.language.types.iteration import is_iterable

        if self.type is None or self.type.assignable(_ANY):
            return is_iterable(value)
        return self.assignable(infer_reduced(value))

    def accepts(self, other: PType) -> bool:
        """The types whose instances give such elements."""
        elements = other.iterable_type()
        if elements is None:
            return False
        if self.type is None or self.type.assignable(_ANY):
            return True
        return isinstance(elements, PIterableType) and elements.type is not None and self.type.assignable(elements.type)

    def iterable_type(self) -> PType | None:
        """Itself."""
        return self


class PIteratorType(ContainingType):
    """`Iterator[element]`: the value that `reverse_each`, `step` and the like return."""

    __slots__ = ()
    kind = "Iterator"
    DEFAULT: ClassVar[PIteratorType]

    def instance(self, value: Any) -> bool:
        """Whether it is an iterator of such elements."""
        from bunraku.language.types.iteration import IteratorValue

        return isinstance(value, IteratorValue) and (self.type is None or self.type.assignable(value.element_type))

    def accepts(self, other: PType) -> bool:
        """Iterators of such elements."""
        if not isinstance(other, PIteratorType):
            return False
        return self.type is None or (other.type is not None and self.type.assignable(other.type))

    def iterable_type(self) -> PType | None:
        """The elements."""
        return PIterableType(self.type)


PAIR = PIntegerType(2, 2)

PCollectionType.DEFAULT = PCollectionType()
PArrayType.DEFAULT = PArrayType()
PArrayType.EMPTY = PArrayType(_UNIT, NO_SIZE)
PHashType.DEFAULT = PHashType()
PHashType.EMPTY = PHashType(_UNIT, _UNIT, NO_SIZE)
PTupleType.DEFAULT = PTupleType()
PIterableType.DEFAULT = PIterableType()
PIteratorType.DEFAULT = PIteratorType()
