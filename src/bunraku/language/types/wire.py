"""Types in the catalog's rich data: `Pcore::IntegerType` and its attributes.

Attributes come in the order in which the type is made of them; those at the end that are as by default are left out,
those between stay as null. Observed from Puppet 7.23.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.catalog import wire
from bunraku.language.errors import CompileError
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import Bound, PAnyType, PType, inf


def encode_type(kind: PType) -> Any:
    """`kind` in terms of JSON's own types. Raises CompileError for an alias that speaks of itself: it has no end."""
    if isinstance(kind, PTypeAliasType) and kind.is_recursive:
        what = "Puppet::Pops::Types::PTypeAliasType"
        raise CompileError(f"Endless recursion detected when attempting to serialize value of class {what}")
    how = _ATTRIBUTES.get(kind.kind)
    given = [] if how is None else list(how(kind).items())
    if kind.kind not in _WHOLE:
        while given and (given[-1][1] is None or (isinstance(given[-1][1], PAnyType) and kind.kind != "Type")):
            given.pop()
    return {wire.TYPE: f"Pcore::{kind.kind}Type", **{name: _encode(value) for name, value in given}}


_WHOLE = ("Callable", "TypeAlias")
"""The types whose last attributes are never left out."""


def _encode(value: Any) -> Any:
    if isinstance(value, PType):
        return encode_type(value)
    if isinstance(value, list):
        return [_encode(element) for element in value]
    if isinstance(value, dict) and any(isinstance(key, PType) for key in value):
        return {wire.TYPE: "Hash", wire.VALUE: [_encode(part) for entry in value.items() for part in entry]}
    if isinstance(value, dict):
        return {name: _encode(element) for name, element in value.items()}
    return wire.encode(value)


def _bound(value: Bound) -> Any:
    return None if value in (-inf, inf) else value


def _range(kind: Any) -> dict[str, Any]:
    return {"from": _bound(kind.low), "to": _bound(kind.high)}


def _inside(kind: Any) -> dict[str, Any]:
    return {"type": kind.type}


def _struct(kind: Any) -> dict[str, Any]:
    entry = {wire.TYPE: "Pcore::StructElement"}
    return {"elements": [{**entry, "key_type": e.key_type, "value_type": e.value} for e in kind.elements]}


_ATTRIBUTES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "Array": lambda k: {"element_type": k.element, "size_type": k.size},
    "Callable": lambda k: {"param_types": k.parameters, "block_type": k.block, "return_type": k.returns},
    "Class": lambda k: {"class_name": k.class_name},
    "Collection": lambda k: {"size_type": k.size},
    "Enum": lambda k: {"values": list(k.values), "case_insensitive": k.case_insensitive or None},
    "Float": _range,
    "Hash": lambda k: {"key_type": k.key, "value_type": k.value, "size_type": k.size},
    "Init": lambda k: {"type": k.type, "init_args": k.further or None},
    "Integer": _range,
    "Iterable": _inside,
    "Iterator": _inside,
    "NotUndef": _inside,
    "Object": lambda k: {"_pcore_init_hash": k.definition()},
    "ObjectTypeExten": lambda k: {"base_type": k.object_type, "init_parameters": k.values()},
    "Optional": _inside,
    "Pattern": lambda k: {"patterns": list(k.contained())},
    "Regexp": lambda k: {"pattern": k.pattern},
    "Resource": lambda k: {"type_name": k.type_name, "title": k.title},
    "Runtime": lambda k: {"runtime": k.runtime, "name_or_pattern": k.type_name},
    "SemVer": lambda k: {"ranges": list(k.ranges) or None},
    "String": lambda k: {"size_type_or_value": k.value if k.size is None else k.size},
    "Struct": _struct,
    "Timespan": _range,
    "Timestamp": _range,
    "Tuple": lambda k: {"types": list(k.types), "size_type": k.size},
    "Type": _inside,
    "TypeAlias": lambda k: {"name": k.name, "type_expr": None, "resolved_type": k.resolved},
    "TypeReference": lambda k: {"type_string": k.type_string},
    "TypeSet": lambda k: {"_pcore_init_hash": dict(k.definition)},
    "URI": lambda k: {"parameters": k.conditions},
    "Variant": lambda k: {"types": list(k.types)},
}
