"""Arrays and hashes as wholes: size, keys and values, order, uniqueness, digging."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bunraku.catalog.values import Binary, Sensitive, from_hash_key, hash_key
from bunraku.language.errors import CompileError
from bunraku.language.functions import Block, function
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.iterables import elements
from bunraku.language.functions.logging import deprecated


@function("keys", "Hash hsh")
def keys(scope: Any, value: dict[Any, Any]) -> list[Any]:
    """The hash's keys."""
    return [from_hash_key(k) for k in value]


@function("values", "Hash hsh")
def values(scope: Any, value: dict[Any, Any]) -> list[Any]:
    """The hash's values."""
    return list(value.values())


@function("length", "Collection arg", "String arg")
def length(scope: Any, value: Any) -> int:
    """The number of elements or characters."""
    return len(value)


@function("length", "Binary arg")
def length_of_binary(scope: Any, value: Binary) -> int:
    """The number of bytes."""
    return len(value.data)


@function("size", "Variant[Collection, String, Binary] arg")
def size(scope: Any, value: Any) -> int:
    """The same as `length`."""
    return len(value.data) if isinstance(value, Binary) else len(value)


@function("empty", "Collection coll")
def is_empty(scope: Any, value: Any) -> bool:
    """Whether there is no element."""
    return not value


@function("empty", "Sensitive[String] str")
def is_empty_sensitive(scope: Any, value: Sensitive) -> bool:
    """Whether the string inside has no character."""
    return not value.value


@function("empty", "String str")
def is_empty_text(scope: Any, text: str) -> bool:
    """Whether there is no character."""
    return not text


@function("empty", "Numeric num")
def is_empty_number(scope: Any, number: float) -> bool:
    """False: a number is not empty."""
    file, line, _ = scope.place()
    message = "Calling function empty() with Numeric value is deprecated."
    deprecated(scope, f"empty-from-{file}-{line}", message, here=True)
    return False


@function("empty", "Binary bin")
def is_empty_binary(scope: Any, value: Binary) -> bool:
    """Whether there is no byte."""
    return not value.data


@function("empty", "Undef x")
def is_empty_undef(scope: Any, value: None) -> bool:
    """True."""
    return True


@function("flatten", "Any *args")
def flatten(scope: Any, *arguments: Any) -> list[Any]:
    """All arguments as one array, nested arrays dissolved."""
    return ruby.flattened(arguments)


@function("join", "Array arg, String ?delimiter")
def join(scope: Any, array: list[Any], delimiter: str = "") -> str:
    """The elements as texts, with `delimiter` between."""
    return ruby.joined(array, delimiter)


# ---------------------------------------------------------------- order and uniqueness


@function("sort", "String string_value, Callable[2,2] ?&block")
def sort_text(scope: Any, text: str, block: Block | None = None) -> str:
    """The string's characters in order."""
    return "".join(sort_array(scope, list(text), block))


@function("sort", "Array array_value, Callable[2,2] ?&block")
def sort_array(scope: Any, array: list[Any], block: Block | None = None) -> list[Any]:
    """The elements in order: the natural one, or by the number that the lambda says for two of them."""
    if block is None:
        return ruby.in_order(array)

    def order(a: Any, b: Any) -> int:
        verdict = block(a, b)
        if verdict is None:
            raise ruby.not_comparable(a, b)
        return ruby.compare(verdict, 0)

    return ruby.in_order(array, order)


@function("unique", "String string, Callable[String] ?&block")
def unique_text(scope: Any, text: str, block: Block | None = None) -> str:
    """Each character once."""
    return "".join(_unique(text, block))


@function("unique", "Hash hash, Callable[Any] ?&block")
def unique_hash(scope: Any, value: dict[Any, Any], block: Block | None = None) -> dict[Any, Any]:
    """Arrays of the keys that share a value (or what the lambda makes of it), each with an array of the values."""
    groups: dict[Any, tuple[list[Any], list[Any]]] = {}
    for key, element in value.items():
        same_keys, same_values = groups.setdefault(hash_key(block(element) if block else element), ([], []))
        same_keys.append(from_hash_key(key))
        same_values.append(element)
    return {hash_key(k): _unique(v) for k, v in groups.values()}


@function("unique", "Array array, Callable[Any] ?&block", "Iterable iterable, Callable[Any] ?&block")
def unique(scope: Any, value: Any, block: Block | None = None) -> list[Any]:
    """Each element once; two are the same if the lambda says the same of them."""
    return _unique(elements(value), block)


def _unique(values: Iterable[Any], by: Callable[[Any], Any] | None = None) -> list[Any]:
    seen: dict[Any, Any] = {}
    for value in values:
        seen.setdefault(hash_key(by(value) if by else value), value)
    return list(seen.values())


# ---------------------------------------------------------------- digging


class DigError(CompileError):
    """A path that leads to something without elements. `data` is the Error value that a lambda of `get` is given."""

    def __init__(self, message: str, walked: list[Any], kind: str, detail: tuple[str, Any]) -> None:
        super().__init__(message)
        self.walked = walked
        self.kind = kind
        self.detail = detail


@function("dig", "Optional[Collection] data, Any *arg")
def dig(scope: Any, data: Any, *path: Any) -> Any:
    """What is found in `data` by going down `path`, key by key; undef where it ends early."""
    walked: list[Any] = []
    for key in path:
        if data is None or key is None:
            return None
        if not isinstance(data, list | dict):
            kind = _type_of(data)
            message = f"The given data does not contain a Collection at {ruby.inspect(walked)}, got '{kind}'"
            raise DigError(message, walked, "EXPECTED_COLLECTION", ("value_type", kind))
        walked.append(key)
        if isinstance(data, list):
            if not isinstance(key, int) or isinstance(key, bool):
                kind = _type_of(key)
                message = f"The given data requires an Integer index at {ruby.inspect(walked)}, got '{kind}'"
                raise DigError(message, walked, "EXPECTED_INTEGER_INDEX", ("index_type", kind))
            data = data[key] if -len(data) <= key < len(data) else None
        else:
            data = data.get(hash_key(key))
    return data


def _type_of(value: Any) -> Any:
    from bunraku.language import types

    return types.infer_reduced(value)
