"""The type system (Pcore): types as values, inference, assignability, conversions, messages of mismatch.

One file a noun: `base` (what every type is), `scalars`, `collections`, `structured`, `variants`, `callables`,
`references`, `aliases` are the types; `semver`, `times`, `uri`, `binary`, `init`, `objects`, `typesets` are those
seldom used, imported when their name is looked up (`registry`). `inference` finds the type of a value, `access` makes
`Type[…]`, `type_parser` reads types in text, `mismatch` says what does not fit, `operators` has the comparisons,
`conversions` is `Type.new` (with `constructors`), `strings` prints values (in `formats`; `interpolation` is what
`"${x}"` prints), `regexp` runs Ruby's regular expressions.

Everything that other rooms use is named here, and imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunraku.language.types.access import parameterize as parameterize
    from bunraku.language.types.aliases import PTypeAliasType as PTypeAliasType
    from bunraku.language.types.aliases import define as define
    from bunraku.language.types.base import BadParameter as BadParameter
    from bunraku.language.types.base import PAnyType as PAnyType
    from bunraku.language.types.base import PType as PType
    from bunraku.language.types.callables import PCallableType as PCallableType
    from bunraku.language.types.collections import PArrayType as PArrayType
    from bunraku.language.types.collections import PHashType as PHashType
    from bunraku.language.types.collections import PTupleType as PTupleType
    from bunraku.language.types.conversions import new as new
    from bunraku.language.types.inference import common as common
    from bunraku.language.types.inference import infer as infer
    from bunraku.language.types.inference import infer_reduced as infer_reduced
    from bunraku.language.types.interpolation import interpolate as interpolate
    from bunraku.language.types.iteration import IteratorValue as IteratorValue
    from bunraku.language.types.iteration import is_iterable as is_iterable
    from bunraku.language.types.iteration import iterate as iterate
    from bunraku.language.types.iteration import iterator_of as iterator_of
    from bunraku.language.types.labels import label as label
    from bunraku.language.types.labels import with_article as with_article
    from bunraku.language.types.mismatch import Signature as Signature
    from bunraku.language.types.mismatch import assert_instance as assert_instance
    from bunraku.language.types.mismatch import check_default as check_default
    from bunraku.language.types.mismatch import check_parameters as check_parameters
    from bunraku.language.types.mismatch import describe_call as describe_call
    from bunraku.language.types.mismatch import describe_mismatch as describe_mismatch
    from bunraku.language.types.mismatch import describe_signatures as describe_signatures
    from bunraku.language.types.operators import compare as compare
    from bunraku.language.types.operators import equals as equals
    from bunraku.language.types.operators import includes as includes
    from bunraku.language.types.operators import matches as matches
    from bunraku.language.types.operators import ordered as ordered
    from bunraku.language.types.operators import type_less as type_less
    from bunraku.language.types.references import PClassType as PClassType
    from bunraku.language.types.references import PResourceType as PResourceType
    from bunraku.language.types.references import PTypeReferenceType as PTypeReferenceType
    from bunraku.language.types.references import capitalize_segments as capitalize_segments
    from bunraku.language.types.regexp import Regexp as Regexp
    from bunraku.language.types.registry import lookup as lookup
    from bunraku.language.types.registry import names as names
    from bunraku.language.types.scalars import PIntegerType as PIntegerType
    from bunraku.language.types.scalars import PStringType as PStringType
    from bunraku.language.types.strings import puppet_repr as puppet_repr
    from bunraku.language.types.strings import to_string as to_string
    from bunraku.language.types.structured import PStructType as PStructType
    from bunraku.language.types.structured import StructElement as StructElement
    from bunraku.language.types.times import time_arithmetic as time_arithmetic
    from bunraku.language.types.type_parser import interpret as interpret
    from bunraku.language.types.type_parser import parse as parse
    from bunraku.language.types.uri import URI as URI
    from bunraku.language.types.variants import PVariantType as PVariantType

_NAMES = {
    "access": ("parameterize",),
    "aliases": ("PTypeAliasType", "define"),
    "base": ("BadParameter", "PAnyType", "PType"),
    "callables": ("PCallableType",),
    "collections": ("PArrayType", "PHashType", "PTupleType"),
    "conversions": ("new",),
    "inference": ("common", "infer", "infer_reduced"),
    "iteration": ("IteratorValue", "is_iterable", "iterate", "iterator_of"),
    "labels": ("label", "with_article"),
    "mismatch": (
        "Signature",
        "assert_instance",
        "check_default",
        "check_parameters",
        "describe_call",
        "describe_mismatch",
        "describe_signatures",
    ),
    "operators": ("compare", "equals", "includes", "matches", "ordered", "type_less"),
    "references": ("PClassType", "PResourceType", "PTypeReferenceType", "capitalize_segments"),
    "regexp": ("Regexp",),
    "registry": ("lookup", "names"),
    "scalars": ("PIntegerType", "PStringType"),
    "interpolation": ("interpolate",),
    "strings": ("puppet_repr", "to_string"),
    "structured": ("PStructType", "StructElement"),
    "times": ("time_arithmetic",),
    "type_parser": ("interpret", "parse"),
    "uri": ("URI",),
    "variants": ("PVariantType",),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return value
