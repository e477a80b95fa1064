"""Arrays: putting together, taking out, sets, ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from bunraku.catalog.values import from_hash_key, hash_key
from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.regex import compiled
from bunraku.language.functions.stdlib import wrong_count
from bunraku.language.functions.stdlib.conversions import to_bool


def is_equal(a: Any, b: Any) -> bool:
    """Ruby's `==`: 1 is 1.0, and strings as they are."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(is_equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_equal(v, b[k]) for k, v in a.items())
    return bool(a == b)


# ---------------------------------------------------------------- sets


def keys_of(values: Iterable[Any]) -> dict[Any, Any]:
    """The values by what they are the same by (Ruby's `eql?`); the first of each."""
    found: dict[Any, Any] = {}
    for value in values:
        found.setdefault(hash_key(value), value)
    return found


@legacy("difference", -1)
def difference(scope: Any, *arguments: Any) -> list[Any]:
    """The first array without what is in the second."""
    if len(arguments) != 2:
        raise wrong_count("difference", arguments, "2")
    first, second = arguments
    if not (isinstance(first, list) and isinstance(second, list)):
        raise CompileError("difference(): Requires 2 arrays")
    return without(first, second)


def without(first: list[Any], second: list[Any]) -> list[Any]:
    """`first - second`."""
    taken = keys_of(second)
    return [v for v in first if hash_key(v) not in taken]


@legacy("intersection", -1)
def intersection(scope: Any, *arguments: Any) -> list[Any]:
    """What is in both arrays."""
    if len(arguments) != 2:
        raise wrong_count("intersection", arguments, "2")
    first, second = arguments
    if not (isinstance(first, list) and isinstance(second, list)):
        classes = f"{ruby.ruby_class(first)} and {ruby.ruby_class(second)}"
        raise CompileError(f"intersection(): Requires 2 arrays, got {classes}")
    common = keys_of(second)
    return [v for k, v in keys_of(first).items() if k in common]


@legacy("union", -1)
def union(scope: Any, *arguments: Any) -> list[Any]:
    """What is in any of the arrays, once."""
    if len(arguments) < 2:
        raise wrong_count("union", arguments, "< 2")
    if not all(isinstance(a, list) for a in arguments):
        raise CompileError("union(): Every parameter must be an array")
    return list(keys_of(v for array in arguments for v in array).values())


@legacy("member", -1)
def member(scope: Any, *arguments: Any) -> bool:
    """Whether the array has the value, or all of several."""
    if len(arguments) < 2:
        raise wrong_count("member", arguments, "2")
    array, wanted = arguments[:2]
    if not isinstance(array, list):
        raise CompileError("member(): Requires array to work with")
    if isinstance(wanted, bool) or not isinstance(wanted, str | int | list):
        raise CompileError("member(): Item to search for must be a string, fixnum, or array")
    items = wanted if isinstance(wanted, list) else [wanted]
    if not items:
        raise CompileError("member(): You must provide item to search for within array given")
    return not without(items, array)


# ---------------------------------------------------------------- putting together and taking out


@legacy("concat", -1)
def concat(scope: Any, *arguments: Any) -> list[Any]:
    """The array with the elements of others, or further values, after it."""
    if len(arguments) < 2:
        raise wrong_count("concat", arguments, "< 2")
    if not isinstance(arguments[0], list):
        raise CompileError("concat(): Requires array to work with")
    return [v for part in arguments for v in (part if isinstance(part, list) else [part])]


@legacy("count", -2)
def count(scope: Any, *arguments: Any) -> int:
    """How many elements are the value; without one, how many are neither undef nor empty strings."""
    if len(arguments) > 2:
        raise CompileError(f"count(): Wrong number of arguments given {len(arguments)} for 1 or 2.")
    collection, *wanted = arguments
    if isinstance(collection, str):
        if not wanted:
            raise CompileError("wrong number of arguments (given 0, expected 1+)")
        from bunraku.language.functions.stdlib.strings import character_set

        return sum(map(character_set(ruby.text_of(wanted[0])), collection))
    if not isinstance(collection, list | dict):
        raise CompileError(f"undefined method `count' for {ruby.described(collection)}")
    values = collection if isinstance(collection, list) else [[from_hash_key(k), v] for k, v in collection.items()]
    if wanted and wanted[0] is not False:
        return sum(is_equal(v, wanted[0]) for v in values)
    return sum(v is not None and v != "" for v in values)


@legacy("delete", -1)
def delete(scope: Any, *arguments: Any) -> Any:
    """The array, hash or string without the elements, keys or substrings that are named."""
    if len(arguments) != 2:
        raise CompileError(f"delete(): Wrong number of arguments given {len(arguments)} for 2")
    collection, named = arguments
    for item in _as_array(named):
        if isinstance(collection, list):
            collection = [v for v in collection if not is_equal(v, item)]
        elif isinstance(collection, dict):
            collection = {k: v for k, v in collection.items() if k != hash_key(item)}
        elif isinstance(collection, str):
            if not isinstance(item, str):
                raise CompileError(f"wrong argument type {ruby.class_or_constant(item)} (expected Regexp)")
            collection = collection.replace(item, "")
        else:
            raise CompileError(
                "delete(): First argument must be an Array, String, or Hash. "
                f"Given an argument of class {ruby.ruby_class(collection)}."
            )
    return collection


def _as_array(value: Any) -> list[Any]:
    """Ruby's `Array(value)`."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [[from_hash_key(k), v] for k, v in value.items()]
    return [] if value is None else [value]


@legacy("delete_at", -1)
def delete_at(scope: Any, *arguments: Any) -> list[Any]:
    """The array without the element at an index."""
    if len(arguments) < 2:
        raise wrong_count("delete_at", arguments, "2")
    array, index = arguments[:2]
    if not isinstance(array, list):
        raise CompileError("delete_at(): Requires array to work with")
    if isinstance(index, str) and not compiled(r"^\d+$").search(index):
        raise CompileError("delete_at(): You must provide non-negative numeric index")
    position = ruby.to_i(index)
    if position > len(array) - 1:
        raise CompileError("delete_at(): Given index exceeds size of array given")
    result = list(array)
    if position >= -len(array):
        del result[position]
    return result


@legacy("delete_regex", -1)
def delete_regex(scope: Any, *arguments: Any) -> Any:
    """The array or hash without the elements or keys in which a pattern is found as a word."""
    if len(arguments) != 2:
        raise CompileError(f"delete_regex(): Wrong number of arguments given {len(arguments)} for 2")
    collection, patterns = arguments
    for text in _as_array(patterns):
        pattern = compiled(rf"\b{ruby.to_s(text)}\b")
        if isinstance(collection, list):
            collection = [v for v in collection if not (isinstance(v, str) and pattern.search(v))]
        elif isinstance(collection, dict):
            collection = {k: v for k, v in collection.items() if not (isinstance(k, str) and pattern.search(k))}
        elif isinstance(collection, str):
            raise CompileError(f"undefined method `reject!' for {ruby.described(collection)}")
        else:
            raise CompileError(
                "delete_regex(): First argument must be an Array, Hash, or String. "
                f"Given an argument of class {ruby.ruby_class(collection)}."
            )
    return collection


@legacy("delete_undef_values", -1)
def delete_undef_values(scope: Any, *arguments: Any) -> Any:
    """The array or hash without undef."""
    if not arguments:
        raise CompileError("delete_undef_values(): Wrong number of arguments given (0)")
    value = arguments[0]
    if isinstance(value, list):
        return [v for v in value if v is not None]
    if isinstance(value, dict):
        return {k: v for k, v in value.items() if v is not None}
    raise CompileError(
        f"delete_undef_values(): expected an array or hash, got {ruby.to_s(value)} type  {ruby.ruby_class(value)} "
    )


@legacy("delete_values", -1)
def delete_values(scope: Any, *arguments: Any) -> dict[Any, Any]:
    """The hash without the entries that have a certain value."""
    if len(arguments) != 2:
        raise CompileError(f"delete_values(): Wrong number of arguments given ({len(arguments)} of 2)")
    value, unwanted = arguments
    if not isinstance(value, dict):
        raise CompileError(
            f"delete_values(): First argument must be a Hash. Given an argument of class {ruby.ruby_class(value)}."
        )
    return {k: v for k, v in value.items() if not is_equal(unwanted, v)}


@legacy("grep", -1)
def grep(scope: Any, *arguments: Any) -> list[Any]:
    """The elements in which the pattern is found."""
    if len(arguments) != 2:
        raise CompileError(f"grep(): Wrong number of arguments given {len(arguments)} for 2")
    return [v for v in _listed("grep", arguments[0]) if _found(arguments[1], v)]


@legacy("reject", -1)
def reject(scope: Any, *arguments: Any) -> list[Any]:
    """The elements in which the pattern is not found."""
    if len(arguments) != 2:
        raise CompileError(f"reject(): Wrong number of arguments given {len(arguments)} for 2")
    return [v for v in _listed("grep_v", arguments[0]) if not _found(arguments[1], v)]


def _listed(method: str, value: Any) -> list[Any]:
    if not isinstance(value, list | dict):
        raise CompileError(f"undefined method `{method}' for {ruby.described(value)}")
    return _as_array(value)


def _found(pattern: Any, value: Any) -> bool:
    return compiled(ruby.text_of(pattern)).search(value) is not None if isinstance(value, str) else False


# ---------------------------------------------------------------- each element changed


def _with_affix(name: str, join: Callable[[str, str], str]) -> None:
    @legacy(name, -1)
    def changed(scope: Any, *arguments: Any) -> Any:
        """The array, or the hash's keys, each with the second argument put to it on the side that the name tells."""
        if not arguments:
            raise wrong_count(name, arguments, "1")
        value, affix = (*arguments, "")[:2]
        if not isinstance(value, list | dict):
            message = f"{name}(): expected first argument to be an Array or a Hash, got {ruby.inspect(value)}"
            raise CompileError(message)
        affix = "" if affix is False else affix
        if not isinstance(affix, str):
            raise CompileError(f"{name}(): expected second argument to be a String, got {ruby.inspect(affix)}")
        if isinstance(value, list):
            return [join(affix, ruby.to_s(v)) for v in value]
        return {join(affix, ruby.to_s(from_hash_key(k))): v for k, v in value.items()}


_with_affix("prefix", lambda affix, text: affix + text)
_with_affix("suffix", lambda affix, text: text + affix)


@legacy("reverse", -1)
def reverse(scope: Any, *arguments: Any) -> Any:
    """The array or string from its end to its beginning."""
    if not arguments:
        raise wrong_count("reverse", arguments, "1")
    value = arguments[0]
    if not isinstance(value, list | str):
        raise CompileError("reverse(): Requires either array or string to work with")
    return value[::-1]


@legacy("join_keys_to_values", -1)
def join_keys_to_values(scope: Any, *arguments: Any) -> list[str]:
    """ "key separator value" for each entry, and for each value of an array."""
    if len(arguments) != 2:
        raise CompileError(f"join_keys_to_values(): Takes exactly two arguments, but {len(arguments)} given.")
    value, separator = arguments
    if not isinstance(value, dict):
        raise CompileError(
            f"join_keys_to_values(): The first argument must be a hash, but a {ruby.ruby_class(value)} was given."
        )
    if not isinstance(separator, str):
        raise CompileError(
            "join_keys_to_values(): The second argument must be a string, "
            f"but a {ruby.ruby_class(separator)} was given."
        )
    result = []
    for key, entry in value.items():
        name = ruby.to_s(from_hash_key(key))
        if isinstance(entry, list):
            result += [name + separator + ruby.to_s(v) for v in entry]
        else:
            text = ruby.to_s(entry)
            result.append(name if text == "undef" else name + separator + text)
    return result


@legacy("zip", -1)
def zip_(scope: Any, *arguments: Any) -> list[Any]:
    """Pairs of the elements of two arrays; in one flat array if the third argument says so."""
    if len(arguments) < 2:
        raise wrong_count("zip", arguments, "2")
    first, second = arguments[:2]
    if not (isinstance(first, list) and isinstance(second, list)):
        raise CompileError("zip(): Requires array to work with")
    padded = second + [None] * (len(first) - len(second))
    pairs = [[a, b] for a, b in zip(first, padded, strict=False)]
    flat = len(arguments) > 2 and arguments[2] is not False and to_bool(arguments[2])
    return ruby.flattened(pairs) if flat else pairs


# ---------------------------------------------------------------- picking


@legacy("pick", -1)
def pick(scope: Any, *arguments: Any) -> Any:
    """The first argument that is neither undef nor an empty string."""
    for value in arguments:
        if value is not None and value != "":
            return value
    raise CompileError("pick(): must receive at least one non empty value")


@legacy("pick_default", -1)
def pick_default(scope: Any, *arguments: Any) -> Any:
    """As `pick`, with the last argument as the default, even undef or empty."""
    if not arguments:
        raise CompileError("Must receive at least one argument.")
    return next((v for v in arguments[:-1] if v is not None and v != ""), arguments[-1])
