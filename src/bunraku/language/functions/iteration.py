"""Functions that call a lambda for each element: `each`, `map`, `filter`, `reduce` … and those beside them.

A lambda with two parameters gets key and value of a hash, index and element of others. `break` in a lambda ends
`each`, `map`, `filter`, `reduce`, `slice` and the like with what they have so far; elsewhere it is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from bunraku.catalog.values import hash_key, same
from bunraku.language.errors import Break, CompileError, Next, Return
from bunraku.language.functions import Block, function
from bunraku.language.functions.iterables import elements, is_hash_like, is_true, iterator_of, numbered
from bunraku.language.functions.regex import compiled

Turn = Callable[[tuple[Any, ...]], Any]


def _four_ways(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function for hashes and other iterables, with lambdas of two parameters and of one.

    The decorated function gets the scope, the iterable, what a lambda is to be called with at each turn (a tuple),
    and the lambda as a function of such a tuple.
    """

    def register(python: Callable[..., Any]) -> Callable[..., Any]:
        def by_two(scope: Any, value: Any, block: Block) -> Any:
            return python(scope, value, numbered(value), lambda turn: block(*turn))

        def by_one(scope: Any, value: Any, block: Block) -> Any:
            return python(scope, value, ((e,) for e in elements(value)), lambda turn: block(*turn))

        by_two.__doc__ = by_one.__doc__ = python.__doc__
        for collection in ("Hash[Any, Any] hash", "Iterable enumerable"):
            function(name, f"{collection}, Callable[2, 2] &block")(by_two)
            function(name, f"{collection}, Callable[1, 1] &block")(by_one)
        return python

    return register


@_four_ways("each")
def each(scope: Any, value: Any, turns: Iterable[Any], call: Turn) -> Any:
    """The value itself, after a call for each element."""
    try:
        for turn in turns:
            call(turn)
    except Break:
        pass
    return value


@_four_ways("map")
def map_(scope: Any, value: Any, turns: Iterable[Any], call: Turn) -> list[Any]:
    """The lambda's values."""
    result: list[Any] = []
    try:
        for turn in turns:
            result.append(call(turn))  # noqa: PERF401  (what is there at a break counts)
    except Break:
        pass
    return result


@_four_ways("filter")
def filter_(scope: Any, value: Any, turns: Iterable[Any], call: Turn) -> Any:
    """The elements for which the lambda is true; of a hash a hash."""
    if is_hash_like(value):
        pairs = zip(value.items(), turns, strict=True)
        return {k: v for (k, v), turn in pairs if is_true(call(turn))}
    result: list[Any] = []
    try:
        for turn in turns:
            if is_true(call(turn)):
                result.append(turn[-1])
    except Break:
        pass
    return result


@_four_ways("all")
def all_(scope: Any, value: Any, turns: Iterable[Any], call: Turn) -> bool:
    """Whether the lambda is true for every element."""
    return all(is_true(call(turn)) for turn in turns)


@_four_ways("any")
def any_(scope: Any, value: Any, turns: Iterable[Any], call: Turn) -> bool:
    """Whether the lambda is true for some element."""
    return any(is_true(call(turn)) for turn in turns)


# ---------------------------------------------------------------- index


def index_by_two(scope: Any, value: Any, block: Block) -> Any:
    """The first key or index for which the lambda of two parameters is true."""
    return next((k for k, v in numbered(value) if is_true(block(k, v))), None)


def index_by_one(scope: Any, value: Any, block: Block) -> Any:
    """The first key or index whose element the lambda is true for."""
    return next((k for k, v in numbered(value) if is_true(block(v))), None)


for _kind in ("Hash[Any, Any] hash", "Iterable enumerable"):
    function("index", f"{_kind}, Callable[2, 2] &block")(index_by_two)
    function("index", f"{_kind}, Callable[1, 1] &block")(index_by_one)


@function("index", "String str, Variant[String,Regexp] match")
def index_in_text(scope: Any, text: str, wanted: Any) -> int | None:
    """The offset of the first occurrence."""
    if isinstance(wanted, str):
        found = text.find(wanted)
        return found if found >= 0 else None
    match = compiled(wanted).search(text)
    return match.start() if match else None


@function("index", "Iterable enumerable, Any match")
def index_of(scope: Any, value: Any, wanted: Any) -> Any:
    """The first key or index whose element is `wanted`."""
    return next((k for k, v in numbered(value) if _equal(v, wanted)), None)


def _equal(a: Any, b: Any) -> bool:
    """Ruby's `==`: 1 is 1.0, strings as they are."""
    if isinstance(a, int | float) and isinstance(b, int | float) and isinstance(a, bool) == isinstance(b, bool):
        return a == b
    return same(a, b)


# ---------------------------------------------------------------- reduce and regrouping


@function("reduce", "Iterable enumerable, Callable[2, 2] &block")
def reduce_(scope: Any, value: Any, block: Block) -> Any:
    """The lambda's last value, each call getting the value before and the next element."""
    turns = iter(elements(value))
    return _reduced(next(turns, None), turns, block)


@function("reduce", "Iterable enumerable, Any memo, Callable[2, 2] &block")
def reduce_from(scope: Any, value: Any, memo: Any, block: Block) -> Any:
    """As `reduce`, from a first value that is given."""
    return _reduced(memo, iter(elements(value)), block)


def _reduced(memo: Any, turns: Iterator[Any], block: Block) -> Any:
    try:
        for element in turns:
            memo = block(memo, element)
    except Break:
        pass
    return memo


@function("group_by", "Collection collection, Callable[1,1] &block")
def group_by(scope: Any, collection: Any, block: Block) -> dict[Any, Any]:
    """The elements by the lambda's value for them."""
    return _grouped((element, block(element)) for element in elements(collection))


@function("group_by", "Array array, Callable[2,2] &block")
def group_array_by(scope: Any, array: list[Any], block: Block) -> dict[Any, Any]:
    """The elements by the lambda's value for index and element."""
    return _grouped((element, block(i, element)) for i, element in enumerate(array))


@function("group_by", "Collection collection, Callable[2,2] &block")
def group_hash_by(scope: Any, collection: dict[Any, Any], block: Block) -> dict[Any, Any]:
    """The pairs by the lambda's value for key and value."""
    return _grouped((pair, block(*pair)) for pair in elements(collection))


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    groups: dict[Any, Any] = {}
    for element, key in pairs:
        groups.setdefault(hash_key(key), []).append(element)
    return groups


@function("partition", "Collection collection, Callable[1,1] &block")
def partition(scope: Any, collection: Any, block: Block) -> list[Any]:
    """The elements for which the lambda is true, and the others."""
    return _parted((element, block(element)) for element in elements(collection))


@function("partition", "Array array, Callable[2,2] &block")
def partition_array(scope: Any, array: list[Any], block: Block) -> list[Any]:
    """As `partition`, the lambda getting index and element."""
    return _parted((element, block(i, element)) for i, element in enumerate(array))


@function("partition", "Collection collection, Callable[2,2] &block")
def partition_hash(scope: Any, collection: dict[Any, Any], block: Block) -> list[Any]:
    """As `partition`, the lambda getting key and value."""
    return _parted((pair, block(*pair)) for pair in elements(collection))


def _parted(verdicts: Iterable[tuple[Any, Any]]) -> list[Any]:
    chosen: list[Any] = []
    others: list[Any] = []
    for element, verdict in verdicts:
        (chosen if is_true(verdict) else others).append(element)
    return [chosen, others]


# ---------------------------------------------------------------- slice, step, reverse_each, tree_each


@function("slice", "Hash[Any, Any] hash, Integer[1, default] slice_size, Callable ?&block")
def slice_hash(scope: Any, value: dict[Any, Any], size: int, block: Block | None = None) -> Any:
    """Pairs in groups of `size`."""
    return _sliced(value, size, [], block)


@function("slice", "Iterable enumerable, Integer[1, default] slice_size, Callable ?&block")
def slice_(scope: Any, value: Any, size: int, block: Block | None = None) -> Any:
    """Elements in groups of `size`."""
    return _sliced(value, size, None, block)


def _sliced(value: Any, size: int, filler: Any, block: Block | None) -> Any:
    """Arrays of `size` elements; with a lambda `value`, after a call for each, the last one filled up."""
    if block is None:
        return list(_groups(value, size))
    serving = _serving_size(block, size)
    try:
        for group in _groups(value, size):
            if serving == 1:
                block(group)
            else:
                block(*group, *[filler] * (serving - len(group)))
    except Break:
        pass
    return value


def _groups(value: Any, size: int) -> Iterator[list[Any]]:
    source = iter(elements(value))
    while group := list(islice(source, size)):
        yield group


def _serving_size(block: Block, size: int) -> int:
    """How many arguments the lambda of `slice` gets: one, or as many as a slice has elements."""
    count = len(block.parameter_names)
    if count == 0:
        raise CompileError("slice(): block must define at least one parameter. Block has 0.")
    if not block.takes(count) or block.takes(count + 1) or block.takes(count - 1):
        return size
    if count not in (1, size):
        raise CompileError(
            "slice(): block must define one parameter, or the same number of parameters as the given size of the "
            f"slice ({size}). Block has {count}; {', '.join(block.parameter_names)}"
        )
    return count


@function("step", "Iterable iterable, Integer[1] step")
def step(scope: Any, value: Any, size: int) -> Any:
    """An iterator over every `size`th element."""
    return iterator_of(value).step(size)


@function("step", "Iterable iterable, Integer[1] step, Callable[1,1] &block")
def step_each(scope: Any, value: Any, size: int, block: Block) -> None:
    """Calls the lambda for every `size`th element."""
    _call_each(islice(elements(value), 0, None, size), block)


@function("reverse_each", "Iterable iterable")
def reverse_each(scope: Any, value: Any) -> Any:
    """An iterator from the last element to the first."""
    return iterator_of(value).reversed()


@function("reverse_each", "Iterable iterable, Callable[1,1] &block")
def reverse_each_block(scope: Any, value: Any, block: Block) -> None:
    """Calls the lambda for each element from the last to the first."""
    _call_each(iterator_of(value).reversed(), block)


def _call_each(values: Iterable[Any], block: Block) -> None:
    try:
        for value in values:
            block(value)
    except Break:
        pass


# ---------------------------------------------------------------- with, then, lest; leaving


@function("with", "Any *arg, Callable &block")
def with_(scope: Any, *arguments: Any, block: Block) -> Any:
    """The lambda's value for the arguments."""
    return block(*arguments)


@function("then", "Any arg, Callable[1,1] &block")
def then(scope: Any, value: Any, block: Block) -> Any:
    """The lambda's value for what is not undef."""
    return None if value is None else block(value)


@function("lest", "Any arg, Callable[0,0] &block")
def lest(scope: Any, value: Any, block: Block) -> Any:
    """The value, or the lambda's where it is undef."""
    return block() if value is None else value


@function("next", "Any ?value")
def next_(scope: Any, value: Any = None) -> None:
    """Ends this turn of the lambda with `value`."""
    raise Next(value)


@function("return", "Any ?value")
def return_(scope: Any, value: Any = None) -> None:
    """Leaves the function, class or define with `value`."""
    raise Return(value)


@function("break", "")
def break_(scope: Any) -> None:
    """Ends the iteration around the lambda."""
    raise Break
