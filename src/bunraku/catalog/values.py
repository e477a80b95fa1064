"""Rich values: what a parameter may hold beyond JSON's own types.

The rest of Puppet's values are Python's: undef is None, Boolean bool, Integer int, Float float, String str,
Array list, Hash dict. A dict's keys are Puppet's values as they are, except where Python would confuse or refuse
them (1, 1.0 and true are one key to Python; lists and dicts are none): those keys are wrapped by `hash_key` and
come back with `from_hash_key`.
"""

from __future__ import annotations

from typing import Any, Final


class Default:
    """The `default` keyword as a value; there is one, `DEFAULT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "default"

    def __reduce__(self) -> str:
        return "DEFAULT"


DEFAULT: Final = Default()


class Sensitive:
    """A value that no log, diff, report or process list may show."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sensitive) and same(self.value, other.value)

    def __hash__(self) -> int:
        return hash(("Sensitive", hash_key(self.value)))

    def __repr__(self) -> str:
        return "Sensitive [value redacted]"


class Deferred:
    """A function call that is kept in the catalog and made when it is applied."""

    __slots__ = ("arguments", "name")

    def __init__(self, name: str, arguments: list[Any] | None = None) -> None:
        self.name = name
        self.arguments = arguments

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Deferred) and self.name == other.name and same(self.arguments, other.arguments)

    def __hash__(self) -> int:
        return hash(("Deferred", self.name))

    def __repr__(self) -> str:
        return f"Deferred({self.name!r}, {self.arguments!r})"


class Binary:
    """A string of bytes."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Binary) and self.data == other.data

    def __hash__(self) -> int:
        return hash(self.data)

    def __repr__(self) -> str:
        return f"Binary({self.data!r})"


class HashKey:
    """A key of a dict that Python would confuse with another key, or refuse: a bool, float, list or dict."""

    __slots__ = ("_hash", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self._hash = hash((type(value).__name__, _frozen(value)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HashKey) and same(self.value, other.value)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return repr(self.value)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, dict):
        return frozenset((k, _frozen(v)) for k, v in value.items())
    return value


_WRAPPED = (bool, float, list, dict)


def hash_key(value: Any) -> Any:
    """`value` as it stands as a key of a dict that holds a Puppet Hash."""
    return HashKey(value) if isinstance(value, _WRAPPED) else value


def from_hash_key(key: Any) -> Any:
    """The Puppet value of a dict's key; undoes `hash_key`."""
    return key.value if type(key) is HashKey else key


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same value: as Ruby's `eql?`, 1, 1.0 and true are three values."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(k in b and same(v, b[k]) for k, v in a.items())
    return bool(a == b)
