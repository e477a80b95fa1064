"""Which Python value stands for which Go value.

| Go                      | here                                                        |
|-------------------------|-------------------------------------------------------------|
| nil                     | None                                                        |
| bool, float64           | bool, float                                                 |
| int; uint8              | int; `Uint8`                                                |
| string                  | str (bytes that are not UTF-8 as lone surrogates)           |
| []interface{}           | list                                                        |
| []string, []int …       | `Strings`, `Ints`, or another `Slice`                       |
| map[string]interface{}  | dict                                                        |
| a struct                | a `Struct`: `fields` are read by name, `methods` are called |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from bunraku.confd.template.strings import to_bytes, to_text

Value = Any
"""A Go value."""


class Slice(list[Value]):
    """A slice whose elements have a type of their own."""

    go_type: ClassVar[str]


class Strings(Slice):
    """[]string."""

    go_type = "[]string"


class Ints(Slice):
    """[]int."""

    go_type = "[]int"


class Uint8(int):
    """A byte: what indexing a string gives."""


class Struct:
    """A Go struct. `go_string`, if not None, is its String method."""

    __slots__ = ()
    go_type: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()
    methods: ClassVar[frozenset[str]] = frozenset()
    go_string: Callable[[], str] | None = None


class KVPair(Struct):
    """A key and its value."""

    __slots__ = ("Key", "Value")
    go_type = "memkv.KVPair"
    fields = ("Key", "Value")

    def __init__(self, key: str, value: str) -> None:
        self.Key = key
        self.Value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KVPair) and (self.Key, self.Value) == (other.Key, other.Value)

    def __hash__(self) -> int:
        return hash((self.Key, self.Value))


class KVPairs(Slice):
    """What `gets` gives."""

    go_type = "memkv.KVPairs"


_TYPES = {
    bool: "bool",
    int: "int",
    Uint8: "uint8",
    float: "float64",
    complex: "complex128",
    str: "string",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    type(None): "<nil>",
}


def type_name(value: Value) -> str:
    """The Go type of `value`, as %T prints it."""
    name = _TYPES.get(type(value))
    if name is not None:
        return name
    return getattr(value, "go_type", "func()")


def is_true(value: Value) -> bool:
    """Go's truth: anything but nil, false, zero and what is empty."""
    return bool(value)


def length(value: Value) -> int | None:
    """Go's len, a string's in bytes; None where there is no such thing."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(to_bytes(value))
    return len(value) if isinstance(value, (list, dict)) else None


def substring(text: str, start: int, end: int) -> str:
    """Bytes `start` to `end` of `text`."""
    return text[start:end] if text.isascii() else to_text(to_bytes(text)[start:end])
