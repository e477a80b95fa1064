"""Types made of other types: Variant, Optional, NotUndef, Sensitive, and Type, whose instances are types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from bunraku.catalog.values import Sensitive
from bunraku.language.types.base import ContainingType, Expanding, PAnyType, PType
from bunraku.language.types.quoting import quote
from bunraku.language.types.scalars import (
    PEnumType,
    PFloatType,
    PIntegerType,
    PNumericType,
    PPatternType,
    PStringType,
    PUndefType,
)

_UNDEF = PUndefType.DEFAULT


def variant_of(types: Iterable[PType]) -> PType:
    """The type of what any of `types` has: the one itself where there is only one; nested Variants are flattened."""
    flat: dict[PType, None] = {}
    for kind in types:
        flat.update(dict.fromkeys(kind.types if isinstance(kind, PVariantType) else (kind,)))
    return next(iter(flat)) if len(flat) == 1 else PVariantType(flat)


class PVariantType(PType):
    """`Variant[A, B]`: instances of one of the types."""

    __slots__ = ("types",)
    kind = "Variant"
    DEFAULT: ClassVar[PVariantType]

    def __init__(self, types: Iterable[PType]) -> None:
        self.types = tuple(types)

    def parts(self) -> tuple[Any, ...]:
        """The types; their order does not matter."""
        return (frozenset(self.types), len(self.types))

    def contained(self) -> Iterator[PType]:
        """The types."""
        return iter(self.types)

    def instance(self, value: Any) -> bool:
        """Whether it is of one of the types."""
        for kind in self.types:  # noqa: SIM110 -- half the time of any(), on the path of every parameter
            if kind.instance(value):
                return True
        return False

    def assignable(self, other: PType) -> bool:
        """Whether one of the types takes it; the bare Variant takes Variants only, but for Undef none."""
        if isinstance(other, PVariantType):
            return not self.types or (bool(other.types) and all(map(super().assignable, other.types)))
        return super().assignable(other)

    def accepts(self, other: PType) -> bool:
        """What one of the types takes."""
        return any(kind.assignable(other) for kind in self.types)

    def assigned_to(self, target: PType) -> bool:
        """Whether all types are."""
        if isinstance(target, PAnyType):
            return True
        if isinstance(target, PNotUndefType) and not self.types:
            return target.accepts(self)
        return bool(self.types) and all(map(target.assignable, self.types))

    def arguments(self, expanding: Expanding) -> list[str]:
        """The types."""
        return [kind.show(expanding) for kind in self.types]

    def generalize(self) -> PType:
        """With the types generalized, and equal ones made one."""
        return variant_of([kind.generalize() for kind in self.types]) if self.types else self

    def normalize(self) -> PType:
        """With the types normalized and those of a kind merged; undef makes it an Optional."""
        types = [kind.normalize() for kind in self.types]
        if len(types) == 1:
            return types[0]
        if any(isinstance(kind, PUndefType | POptionalType) for kind in types):
            rest = [k for k in types if not isinstance(k, PUndefType)]
            bare = [k.type if isinstance(k, POptionalType) and k.type else k for k in rest]
            return POptionalType(variant_of(bare)).normalize()
        flat = [k for kind in types for k in (kind.types if isinstance(kind, PVariantType) else (kind,))]
        merged = flat
        for merge in _MERGES:
            merged = merge(merged) if len(merged) > 1 else merged
        if len(merged) == 1:
            return merged[0]
        return self if len(merged) == len(flat) and flat == list(self.types) else variant_of(merged)

    def is_callable(self, optional: bool = True) -> bool:
        """Whether instances of all types are."""
        return all(kind.is_callable(optional) for kind in self.types)


class POptionalType(ContainingType):
    """`Optional[T]`: undef, or a T."""

    __slots__ = ()
    kind = "Optional"
    DEFAULT: ClassVar[POptionalType]

    def instance(self, value: Any) -> bool:
        """Whether it is undef, or of the type."""
        return value is None or (self.type is not None and self.type.instance(value))

    def accepts(self, other: PType) -> bool:
        """Undef and what the type takes."""
        return isinstance(other, PUndefType) or self.type is None or self.type.assignable(other)

    def assigned_to(self, target: PType) -> bool:
        """Whether undef and the type are."""
        return target.assignable(_UNDEF) and (self.type is None or target.assignable(self.type))

    def arguments(self, expanding: Expanding) -> list[str]:
        """The type; that of one string is printed as the string."""
        return _literal(self.type) or super().arguments(expanding)

    def normalize(self) -> PType:
        """The type itself where it takes undef already."""
        inner = None if self.type is None else self.type.normalize()
        if isinstance(inner, PNotUndefType):
            return POptionalType(inner.type).normalize()
        if inner is not None and inner.assignable(_UNDEF):
            return inner
        return self if inner is self.type else POptionalType(inner)

    def is_callable(self, optional: bool = True) -> bool:
        """Whether the type is, and optional counts."""
        return optional and self.type is not None and self.type.is_callable(optional)


class PNotUndefType(ContainingType):
    """`NotUndef[T]`: a T but not undef."""

    __slots__ = ()
    kind = "NotUndef"
    DEFAULT: ClassVar[PNotUndefType]

    def __init__(self, type: PType | None = None) -> None:
        super().__init__(None if isinstance(type, PAnyType) else type)

    def instance(self, value: Any) -> bool:
        """Whether it is of the type and not undef."""
        return value is not None and (self.type is None or self.type.instance(value))

    def accepts(self, other: PType) -> bool:
        """What the type takes and undef does not fit."""
        return not other.assignable(_UNDEF) and (self.type is None or self.type.assignable(other))

    def assigned_to(self, target: PType) -> bool:
        """Whether the type is, where it takes no undef anyway; else the target judges."""
        if self.type is not None and not self.type.assignable(_UNDEF):
            return target.assignable(self.type)
        return target.accepts(self)

    def arguments(self, expanding: Expanding) -> list[str]:
        """The type; that of one string is printed as the string."""
        return _literal(self.type) or super().arguments(expanding)

    def normalize(self) -> PType:
        """The type itself where it takes no undef."""
        inner = None if self.type is None else self.type.normalize()
        if isinstance(inner, POptionalType):
            return PNotUndefType(inner.type).normalize()
        if inner is not None and not inner.assignable(_UNDEF):
            return inner
        return self if inner is self.type else PNotUndefType(inner)


def _literal(kind: PType | None) -> list[str]:
    return [quote(kind.value)] if isinstance(kind, PStringType) and kind.value is not None else []


class PSensitiveType(ContainingType):
    """`Sensitive[T]`: a secret whose value is a T."""

    __slots__ = ()
    kind = "Sensitive"
    type: PType
    DEFAULT: ClassVar[PSensitiveType]

    def __init__(self, type: PType | None = None) -> None:
        super().__init__(PAnyType.DEFAULT if type is None else type.generalize())

    def instance(self, value: Any) -> bool:
        """Whether it is a secret of the type."""
        return isinstance(value, Sensitive) and self.type.instance(value.value)

    def accepts(self, other: PType) -> bool:
        """Sensitive of what the type takes."""
        return isinstance(other, PSensitiveType) and self.type.assignable(other.type)

    def arguments(self, expanding: Expanding) -> list[str]:
        """The type, unless it is Any."""
        return [] if self.type == PAnyType.DEFAULT else super().arguments(expanding)


class PTypeType(ContainingType):
    """`Type[T]`: T and the types below it."""

    __slots__ = ()
    kind = "Type"
    DEFAULT: ClassVar[PTypeType]

    def instance(self, value: Any) -> bool:
        """Whether it is a type that T takes."""
        return isinstance(value, PType) and (self.type is None or self.type.assignable(value))

    def accepts(self, other: PType) -> bool:
        """Type of what T takes."""
        if not isinstance(other, PTypeType):
            return False
        return self.type is None or (other.type is not None and self.type.assignable(other.type))

    def iterable_type(self) -> PType | None:
        """The values of an Enum, the integers of a finite range."""
        from bunraku.language.types.collections import PIterableType

        ranged = isinstance(self.type, PIntegerType) and self.type.finite
        return PIterableType(self.type) if ranged or isinstance(self.type, PEnumType) else None


# ---------------------------------------------------------------- merging the types of a Variant


def _partition(types: list[PType], belongs: Callable[[PType], bool]) -> tuple[list[PType], list[PType]]:
    return [k for k in types if belongs(k)], [k for k in types if not belongs(k)]


def _merge_not_undefs(types: list[PType]) -> list[PType]:
    found, others = _partition(types, lambda k: isinstance(k, PNotUndefType))
    if len(found) < 2:
        return types
    inner = [k.type or PAnyType.DEFAULT for k in found]  # type: ignore[attr-defined]
    return [*others, PNotUndefType(variant_of(inner)).normalize()]


def _merge_enums(types: list[PType]) -> list[PType]:
    def exact(kind: PType) -> bool:
        if isinstance(kind, PEnumType):
            return bool(kind.values) and not kind.case_insensitive
        return isinstance(kind, PStringType) and kind.value is not None

    found, others = _partition(types, exact)
    if len(found) > 1:
        values = [v for k in found for v in (k.values if isinstance(k, PEnumType) else (k.value,))]  # type: ignore[attr-defined]
        types = [*others, PEnumType(values)]
    found, others = _partition(types, lambda k: isinstance(k, PEnumType) and bool(k.values) and k.case_insensitive)
    if len(found) > 1:
        types = [*others, PEnumType([v.lower() for k in found for v in k.values], True)]  # type: ignore[attr-defined]
    return types


def _merge_patterns(types: list[PType]) -> list[PType]:
    found, others = _partition(types, lambda k: isinstance(k, PPatternType))
    if len(found) < 2:
        return types
    return [*others, PPatternType(r for k in found for r in k.regexps)]  # type: ignore[attr-defined]


def _merge_numbers(types: list[PType]) -> list[PType]:
    for number in (PIntegerType, PFloatType):
        found, others = _partition(types, lambda k, number=number: isinstance(k, number))  # type: ignore[misc]
        if len(found) > 1:
            types = [*_merge_ranges(found), *others]  # type: ignore[arg-type]
    return types


def _merge_ranges(ranges: list[PNumericType]) -> list[PType]:
    result: list[PType] = []
    while ranges:
        merged, apart = ranges[-1], []
        for other in ranges[:-1]:
            both = merged.merged(other)
            if both is None:
                apart.append(other)
            else:
                merged = both
        result.append(merged)
        ranges = apart
    return result


_MERGES = (_merge_not_undefs, _merge_enums, _merge_patterns, _merge_numbers)

PVariantType.DEFAULT = PVariantType(())
POptionalType.DEFAULT = POptionalType()
PNotUndefType.DEFAULT = PNotUndefType()
PSensitiveType.DEFAULT = PSensitiveType()
PTypeType.DEFAULT = PTypeType()
