"""Hashes: merging, looking deep, making from arrays, sorting by a lambda."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import hash_key
from bunraku.language.errors import Break, CompileError
from bunraku.language.functions import Block, function, legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.iterables import elements, is_hash_like, numbered
from bunraku.language.functions.stdlib import renamed, wrong_count

# ---------------------------------------------------------------- merging


@function("stdlib::merge", "Variant[Hash[Scalar,Any], Undef, String[0,0]] *args")
def merge(scope: Any, *arguments: Any) -> dict[Any, Any]:
    """One hash of all; later ones win. undef and empty strings count as empty hashes."""
    return {k: v for part in arguments if isinstance(part, dict) for k, v in part.items()}


@function("stdlib::merge", "Iterable *args, Callable[3,3] &block")
def merge_by_three(scope: Any, value: Any, block: Block) -> dict[Any, Any]:
    """One hash of those that the lambda gives for the hash so far, the key or index, and the element."""
    merged: dict[Any, Any] = {}
    try:
        for key, element in numbered(value):
            merged = _with(merged, block(merged, key, element))
    except Break:
        if is_hash_like(value):
            raise
    return merged


@function("stdlib::merge", "Iterable *args, Callable[2,2] &block")
def merge_by_two(scope: Any, value: Any, block: Block) -> dict[Any, Any]:
    """One hash of those that the lambda gives for the hash so far and the element."""
    merged: dict[Any, Any] = {}
    for element in elements(value):
        merged = _with(merged, block(merged, element))
    return merged


def _with(merged: dict[Any, Any], more: Any) -> dict[Any, Any]:
    return merged | more if isinstance(more, dict) else merged


renamed("merge", takes_block=True)


@legacy("deep_merge", -1)
def deep_merge(scope: Any, *arguments: Any) -> dict[Any, Any]:
    """One hash of all, the hashes in them merged likewise."""
    if len(arguments) < 2:
        raise CompileError(f"deep_merge(): wrong number of arguments ({len(arguments)}; must be at least 2)")
    merged: dict[Any, Any] = {}
    for part in arguments:
        if part == "":
            continue
        if not isinstance(part, dict):
            raise CompileError(
                f"deep_merge: unexpected argument type {ruby.ruby_class(part)}, only expects hash arguments"
            )
        merged = _deeply_merged(merged, part)
    return merged


def _deeply_merged(old: dict[Any, Any], new: dict[Any, Any]) -> dict[Any, Any]:
    both = {
        k: _deeply_merged(old[k], v) for k, v in new.items() if isinstance(v, dict) and isinstance(old.get(k), dict)
    }
    return old | new | both


# ---------------------------------------------------------------- looking


@legacy("has_key", -1)
def has_key(scope: Any, *arguments: Any) -> bool:
    """Whether the hash has the key."""
    if len(arguments) != 2:
        raise CompileError(f"has_key(): wrong number of arguments ({len(arguments)}; must be 2)")
    value, key = arguments
    if not isinstance(value, dict):
        raise CompileError(
            "has_key(): expects the first argument to be a hash, "
            f"got {ruby.inspect(value)} which is of type {ruby.ruby_class(value)}"
        )
    return hash_key(key) in value


@legacy("dig44", -2)
def dig44(scope: Any, *arguments: Any) -> Any:
    """What is found by going down a path of keys and indices, else the default."""
    if len(arguments) < 2:
        raise CompileError(f"dig44(): Wrong number of arguments given ({len(arguments)} for at least 2)")
    data, path, default = (*arguments, None)[:3]
    if not isinstance(data, dict | list):
        raise CompileError(f"dig44(): first argument must be a hash or an array, given {ruby.ruby_class(data)}")
    if not isinstance(path, list):
        raise CompileError(f"dig44(): second argument must be an array, given {ruby.ruby_class(path)}")
    found = data
    for key in path:
        found = _step(found, key)
        if found is None:
            return default
    return found


def _step(data: Any, key: Any) -> Any:
    if isinstance(data, dict):
        return data.get(hash_key(key))
    if not isinstance(data, list):
        return None
    try:
        index = ruby.integer(key) if isinstance(key, str) else ruby.to_i(key)
    except CompileError:
        return None
    return data[index] if -len(data) <= index < len(data) else None


@legacy("try_get_value", -2)
def try_get_value(scope: Any, data: Any, path: Any = "", default: Any = None, separator: Any = "/", *rest: Any) -> Any:
    """`dig44` with the path as a text, its parts between slashes (or another separator)."""
    scope.log("warning", "try_get_value() DEPRECATED: this function is deprecated, please use dig() instead.")
    if not isinstance(data, dict | list) or path in ("", False):
        return data if default is None or default is False else default
    return dig44(scope, data, ruby.text_of(path).split(ruby.text_of(separator or "/")), default)


@function("stdlib::nested_values", "Hash hash")
def nested_values(scope: Any, value: dict[Any, Any]) -> list[Any]:
    """The values of the hash and of the hashes in it."""
    flat: list[Any] = []
    for element in value.values():
        flat += nested_values(scope, element) if isinstance(element, dict) else [element]
    return flat


# ---------------------------------------------------------------- making and sorting


@legacy("hash", -1)
def hash_(scope: Any, *arguments: Any) -> dict[Any, Any]:
    """A hash of an array's elements: key, value, key, value …"""
    if not arguments:
        raise wrong_count("hash", arguments, "1")
    if not isinstance(arguments[0], list):
        raise CompileError("hash(): Requires array to work with")
    flat = ruby.flattened(arguments[0])
    if len(flat) % 2:
        raise CompileError("hash(): Unable to compute hash from array given")
    return {hash_key(k): v for k, v in zip(flat[::2], flat[1::2], strict=True)}


@function("stdlib::sort_by", "Array ary, Callable[1,1] &block")
def sort_by(scope: Any, array: list[Any], block: Block) -> list[Any]:
    """The elements by what the lambda says of each."""
    return _sorted_by([(block(e), e) for e in array])


@function("stdlib::sort_by", "String str, Callable[1,1] &block")
def sort_text_by(scope: Any, text: str, block: Block) -> str:
    """The characters by what the lambda says of each."""
    return "".join(_sorted_by([(block(c), c) for c in text]))


@function("stdlib::sort_by", "Hash hsh, Variant[Callable[1,1], Callable[2,2]] &block")
def sort_hash_by(scope: Any, value: dict[Any, Any], block: Block) -> dict[Any, Any]:
    """The entries by what the lambda says of each pair, or of key and value."""
    by_two = block.takes(2) and not block.takes(1)
    pairs = [(block(*pair) if by_two else block(pair), pair) for pair in elements(value)]
    return {hash_key(k): v for k, v in _sorted_by(pairs)}


def _sorted_by(pairs: list[tuple[Any, Any]]) -> list[Any]:
    ordered = ruby.in_order(pairs, lambda a, b: ruby.compare(a[0], b[0]))
    return [element for _, element in ordered]
