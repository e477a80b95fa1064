"""The type of a value, and the narrowest type that two types have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bunraku.catalog.values import Binary, Default, Deferred, Sensitive, from_hash_key
from bunraku.language.types.base import PAnyType, PType, PUnitType
from bunraku.language.types.callables import PCallableType
from bunraku.language.types.collections import PArrayType, PHashType, PTupleType
from bunraku.language.types.references import PClassType, PResourceType, PRuntimeType
from bunraku.language.types.regexp import Regexp
from bunraku.language.types.scalars import (
    PBooleanType,
    PDefaultType,
    PEnumType,
    PFloatType,
    PIntegerType,
    PNumericType,
    PPatternType,
    PRegexpType,
    PScalarDataType,
    PScalarType,
    PStringType,
    PUndefType,
)
from bunraku.language.types.structured import PStructType, StructElement
from bunraku.language.types.variants import PSensitiveType, PTypeType, PVariantType, variant_of


def infer(value: Any) -> PType:
    """The most precise type of a value, as `type()` gives it: Tuple and Struct for arrays and hashes.

    A value of a class that this module does not know tells its type by an attribute `ptype`.
    """
    kind = type(value)
    if kind is list:
        return PTupleType([infer(v) for v in value]) if value else PArrayType.EMPTY
    if kind is dict:
        return _infer_hash(value) if value else PHashType.EMPTY
    precise = getattr(value, "precise_ptype", None)
    return infer_reduced(value) if precise is None else precise


def _infer_hash(value: dict[Any, Any]) -> PType:
    if all(type(key) is str and key for key in value):
        return PStructType([StructElement(key, infer(v)) for key, v in value.items()])
    keys = variant_of(infer(from_hash_key(key)) for key in value)
    return PHashType(keys, variant_of(map(infer, value.values())), _size(value))


def infer_reduced(value: Any) -> PType:
    """The type of a value with one type for all elements of an array or hash: the one they have in common."""
    how = _INFER.get(type(value))
    if how is not None:
        return how(value)
    if isinstance(value, PType):
        return PTypeType(value)
    found = getattr(value, "ptype", None)
    return found if found is not None else PRuntimeType("ruby", type(value).__name__)


def _infer_array_reduced(value: list[Any]) -> PType:
    return PArrayType(common_of(map(infer_reduced, value)), _size(value)) if value else PArrayType.EMPTY


def _infer_hash_reduced(value: dict[Any, Any]) -> PType:
    if not value:
        return PHashType.EMPTY
    keys = common_of(infer_reduced(from_hash_key(key)) for key in value)
    return PHashType(keys, common_of(map(infer_reduced, value.values())), _size(value))


def _infer_deferred(value: Deferred) -> PType:
    from bunraku.language.types.registry import lookup

    return lookup("deferred") or PAnyType.DEFAULT


def _infer_binary(value: Binary) -> PType:
    from bunraku.language.types.binary import PBinaryType

    return PBinaryType.DEFAULT


def _size(value: list[Any] | dict[Any, Any]) -> PIntegerType:
    return PIntegerType(len(value), len(value))


_INFER: dict[type, Callable[[Any], PType]] = {
    str: lambda v: PStringType(value=v),
    int: lambda v: PIntegerType(v, v),
    bool: lambda v: PBooleanType.TRUE if v else PBooleanType.FALSE,
    float: lambda v: PFloatType(v, v),
    list: _infer_array_reduced,
    dict: _infer_hash_reduced,
    type(None): lambda _: PUndefType.DEFAULT,
    Default: lambda _: PDefaultType.DEFAULT,
    Regexp: PRegexpType,
    Sensitive: lambda v: PSensitiveType(infer_reduced(v.value)),
    Deferred: _infer_deferred,
    Binary: _infer_binary,
}


def type_of(value: Any) -> PType:
    """A type where a type is expected: itself; a string names a type of the runtime; else the value's general type."""
    if isinstance(value, PType):
        return value
    if isinstance(value, str):
        return PRuntimeType("ruby", value)
    return infer_reduced(value).generalize()


# ---------------------------------------------------------------- what types have in common


def common_of(types: Iterable[PType]) -> PType:
    """The type that all of `types` have in common."""
    result: PType = PUnitType.DEFAULT
    first = True
    for kind in types:
        result = kind if first else common(result, kind)
        first = False
    return result


def common(a: PType, b: PType) -> PType:
    """The narrowest type that takes both, as the reference finds it: Undef gives way, ranges are spanned."""
    if isinstance(a, PUndefType | PUnitType):
        return b
    if isinstance(b, PUndefType | PUnitType):
        return a
    if a.assignable(b):
        return a
    if b.assignable(a):
        return b
    return _common_of_a_kind(a, b) or _common_family(a, b)


def _common_of_a_kind(a: PType, b: PType) -> PType | None:
    if isinstance(a, PArrayType) and isinstance(b, PArrayType):
        return PArrayType(common(a.element, b.element))
    if isinstance(a, PHashType) and isinstance(b, PHashType):
        return PHashType(common(a.key, b.key), common(a.value, b.value))
    if isinstance(a, PResourceType) and isinstance(b, PResourceType):
        return PResourceType(a.type_name) if a.type_name == b.type_name else PResourceType.DEFAULT
    for number in (PIntegerType, PFloatType):
        if isinstance(a, number) and isinstance(b, number):
            return number(min(a.low, b.low), max(a.high, b.high))
    if isinstance(a, PStringType | PEnumType) and isinstance(b, PStringType | PEnumType):
        return _common_text(a, b)
    if isinstance(a, PPatternType) and isinstance(b, PPatternType):
        return PPatternType((*a.regexps, *b.regexps))
    if isinstance(a, PVariantType) and isinstance(b, PVariantType):
        return variant_of((*a.types, *b.types))
    for bare in (PClassType, PRegexpType, PCallableType):
        if isinstance(a, bare) and isinstance(b, bare):
            return bare.DEFAULT
    return None


def _common_text(a: PStringType | PEnumType, b: PStringType | PEnumType) -> PType:
    if isinstance(a, PStringType) and isinstance(b, PStringType):
        if a.size is not None and b.size is not None:
            return PStringType(common(a.size, b.size))  # type: ignore[arg-type]
        return PStringType.DEFAULT if a.value is None or b.value is None else PEnumType((a.value, b.value))
    texts = [(k.value,) if isinstance(k, PStringType) else k.values for k in (a, b)]
    values = [value for text in texts for value in text]
    return PEnumType.DEFAULT if None in values else PEnumType(v for v in values if v is not None)


def _common_family(a: PType, b: PType) -> PType:
    for family in (PNumericType.DEFAULT, PScalarDataType.DEFAULT, PScalarType.DEFAULT):
        if family.assignable(a) and family.assignable(b):
            return family
    from bunraku.language.types.registry import DATA, RICH_DATA

    if DATA.assignable(a) and DATA.assignable(b):
        return DATA
    if isinstance(a, PTypeType) and isinstance(b, PTypeType):
        return PTypeType(None if a.type is None or b.type is None else common(a.type, b.type))
    if RICH_DATA.assignable(a) and RICH_DATA.assignable(b):
        return RICH_DATA
    return PAnyType.DEFAULT
