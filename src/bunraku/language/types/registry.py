"""The built-in types by name. Those seldom used live in modules that are imported when their name is looked up."""

from __future__ import annotations

from importlib import import_module

from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import PAnyType, PType
from bunraku.language.types.callables import PCallableType
from bunraku.language.types.collections import (
    PArrayType,
    PCollectionType,
    PHashType,
    PIterableType,
    PIteratorType,
    PTupleType,
)
from bunraku.language.types.references import (
    PCatalogEntryType,
    PClassType,
    PResourceType,
    PRuntimeType,
    PTypeReferenceType,
)
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
from bunraku.language.types.structured import PStructType
from bunraku.language.types.variants import (
    PNotUndefType,
    POptionalType,
    PSensitiveType,
    PTypeType,
    PVariantType,
)

_BUILT_IN: dict[str, PType] = {
    kind.kind.lower(): kind.DEFAULT
    for kind in (
        PAnyType,
        PArrayType,
        PBooleanType,
        PCallableType,
        PCatalogEntryType,
        PClassType,
        PCollectionType,
        PDefaultType,
        PEnumType,
        PFloatType,
        PHashType,
        PIntegerType,
        PIterableType,
        PIteratorType,
        PNotUndefType,
        PNumericType,
        POptionalType,
        PPatternType,
        PRegexpType,
        PResourceType,
        PRuntimeType,
        PScalarDataType,
        PScalarType,
        PSensitiveType,
        PStringType,
        PStructType,
        PTupleType,
        PTypeAliasType,
        PTypeReferenceType,
        PTypeType,
        PUndefType,
        PVariantType,
    )
}

# Where the others are: the module that puts `DEFAULT` on the class, or the type under a name.
_LATER: dict[str, tuple[str, str]] = {
    "annotation": ("predefined", "ANNOTATION"),
    "binary": ("binary", "PBinaryType"),
    "deferred": ("predefined", "DEFERRED"),
    "error": ("predefined", "ERROR"),
    "init": ("init", "PInitType"),
    "object": ("objects", "PObjectType"),
    "puppet::lookupcontext": ("lookup_context", "PLookupContextType"),
    "semver": ("semver", "PSemVerType"),
    "semverrange": ("semver", "PSemVerRangeType"),
    "timespan": ("timespan", "PTimespanType"),
    "timestamp": ("timestamp", "PTimestampType"),
    "typeset": ("typesets", "PTypeSetType"),
    "uri": ("uri", "PURIType"),
}


def names() -> list[str]:
    """The names of all built-in types, in lower case."""
    return [*_BUILT_IN, *_LATER]


def lookup(name: str) -> PType | None:
    """The built-in type called `name` (lower case, a leading `::` may stand before it), or None."""
    name = name.removeprefix("::")
    found = _BUILT_IN.get(name)
    if found is None and name in _LATER:
        module, attribute = _LATER[name]
        value = getattr(import_module(f"bunraku.language.types.{module}"), attribute)
        found = _BUILT_IN[name] = value if isinstance(value, PType) else value.DEFAULT
    return found


def _data() -> PType:
    return PVariantType(
        (
            PScalarDataType.DEFAULT,
            PUndefType.DEFAULT,
            PHashType(PStringType.DEFAULT, DATA),
            PArrayType(DATA),
        )
    )


def _rich_data() -> PType:
    later = [lookup(name) for name in ("semverrange", "binary", "typeset", "uri", "object")]
    return PVariantType(
        (
            PScalarType.DEFAULT,
            PUndefType.DEFAULT,
            PDefaultType.DEFAULT,
            PSensitiveType.DEFAULT,
            PTypeType.DEFAULT,
            PHashType(RICH_DATA_KEY, RICH_DATA),
            PArrayType(RICH_DATA),
            *(kind for kind in later if kind is not None),
        )
    )


DATA = PTypeAliasType("Data", _data)
RICH_DATA_KEY = PTypeAliasType("RichDataKey", lambda: PVariantType((PStringType.DEFAULT, PNumericType.DEFAULT)))
RICH_DATA = PTypeAliasType("RichData", _rich_data)

for _alias in (
    DATA,
    RICH_DATA_KEY,
    RICH_DATA,
    PTypeAliasType("Puppet::LookupKey", lambda: RICH_DATA_KEY),
    PTypeAliasType("Puppet::LookupValue", lambda: RICH_DATA),
):
    PTypeAliasType.BUILT_IN[_alias.name] = _alias
    _BUILT_IN[_alias.name.lower()] = _alias
