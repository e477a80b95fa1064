"""Rich values as JSON and back: Puppet's rich data format (`__ptype` and `__pvalue`), observed from Puppet 7.23.

A hash with only string keys stays a hash; one with other keys becomes
`{"__ptype": "Hash", "__pvalue": [k, v, …]}`. A value of a class that JSON does not know answers `to_wire()`.
"""

from __future__ import annotations

import base64
from typing import Any

from bunraku.catalog.values import DEFAULT, Binary, Default, Deferred, Sensitive, from_hash_key, hash_key

TYPE = "__ptype"
VALUE = "__pvalue"


PLAIN = frozenset([str, bool, int, float, type(None)])
"""The kinds of values that JSON has itself."""


def encode(value: Any) -> Any:
    """`value` in terms of JSON's own types. Raises TypeError for what has no wire form."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is list:
        return [v if type(v) in PLAIN else encode(v) for v in value]
    if kind is dict:
        if all(type(k) is str for k in value) and TYPE not in value:
            return encode_items(value)
        flat = [encode(x) for k, v in value.items() for x in (from_hash_key(k), v)]
        return {TYPE: "Hash", VALUE: flat}
    if kind is Sensitive:
        return {TYPE: "Sensitive", VALUE: encode(value.value)}
    if kind is Deferred:
        data = {TYPE: "Deferred", "name": value.name}
        return data if value.arguments is None else data | {"arguments": encode(value.arguments)}
    if kind is Binary:
        return {TYPE: "Binary", VALUE: base64.b64encode(value.data).decode()}
    if kind is Default:
        return {TYPE: "Default"}
    to_wire = getattr(value, "to_wire", None)
    if to_wire is None:
        raise TypeError(f"a {kind.__name__} has no place in a catalog")
    return to_wire()


def encode_items(values: dict[str, Any]) -> dict[str, Any]:
    """A hash with the values encoded."""
    return {name: value if type(value) in PLAIN else encode(value) for name, value in values.items()}


def decode(data: Any) -> Any:
    """The value that `encode` wrote; a rich type that this room does not know stays a hash."""
    if isinstance(data, list):
        return [decode(v) for v in data]
    if not isinstance(data, dict):
        return data
    ptype = data.get(TYPE)
    if ptype is None:
        return {k: decode(v) for k, v in data.items()}
    if ptype == "Hash":
        flat = [decode(v) for v in data[VALUE]]
        return {hash_key(k): v for k, v in zip(flat[::2], flat[1::2], strict=True)}
    if ptype == "Sensitive":
        return Sensitive(decode(data[VALUE]))
    if ptype == "Deferred":
        return Deferred(data["name"], decode(data["arguments"]) if "arguments" in data else None)
    if ptype == "Binary":
        return Binary(base64.b64decode(data[VALUE]))
    if ptype == "Default":
        return DEFAULT
    return {k: decode(v) for k, v in data.items()}
