"""`tree_each`: all values of nested arrays and hashes, each with the path that leads to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from bunraku.catalog.values import Deferred, from_hash_key
from bunraku.language import types
from bunraku.language.errors import Break, CompileError
from bunraku.language.functions import Block, function, local_type

local_type(
    "OptionsType",
    "Struct[{container_type => Optional[Type], include_root => Optional[Boolean], "
    "include_containers => Optional[Boolean], include_values => Optional[Boolean], "
    "order => Optional[Enum[depth_first, breadth_first]], include_refs => Optional[Boolean]}]",
)
_TREE = "Variant[Iterator, Array, Hash, Object] tree, OptionsType ?options"

Entry = tuple[list[Any], Any]
"""A path (indices and keys from the root) and the value there."""


@function("tree_each", f"{_TREE}, Callable[2,2] &block")
def tree_each_path(scope: Any, tree: Any, options: dict[str, Any] | None = None, *, block: Block) -> Any:
    """Calls the lambda with path and value."""
    return _visited(tree, options, lambda path, value: block(path, value))


@function("tree_each", f"{_TREE}, Callable[1,1] &block")
def tree_each_value(scope: Any, tree: Any, options: dict[str, Any] | None = None, *, block: Block) -> Any:
    """Calls the lambda with each value."""
    return _visited(tree, options, lambda path, value: block(value))


def _visited(tree: Any, options: dict[str, Any] | None, call: Any) -> Any:
    try:
        for path, value in _Tree(tree, options or {}).entries():
            call(path, value)
    except Break:
        pass
    return tree


@function("tree_each", _TREE)
def tree_iterator(scope: Any, tree: Any, options: dict[str, Any] | None = None) -> Any:
    """An iterator over pairs of path and value."""
    pairs = [[path, value] for path, value in _Tree(tree, options or {}).entries()]
    return types.IteratorValue(pairs, types.parse("Any"))


class _Tree:
    """A tree to go through. `entries` gives what the options ask for, in the order that they ask for."""

    def __init__(self, root: Any, options: dict[str, Any]) -> None:
        self._root = root
        self._containers = options.get("container_type") or types.parse("Variant[Array, Hash, Object]")
        if not types.parse("Variant[Array, Hash, Object]").assignable(self._containers):
            raise CompileError(
                f"Only Array, Hash, and Object types can be used as container types. Got {self._containers}"
            )
        self._with_containers = options.get("include_containers") is not False
        self._with_values = options.get("include_values") is not False
        self._with_root = self._with_containers and options.get("include_root") is not False
        self._breadth_first = options.get("order") == "breadth_first"
        if not (self._with_containers or self._with_values):
            raise CompileError("Options 'include_containers' and 'include_values' cannot both be false")

    def entries(self) -> Iterator[Entry]:
        """Paths and values."""
        if self._with_root:
            yield [], self._root
        waiting: deque[Entry] = deque(self._children([], self._root) or [])
        while waiting:
            path, value = waiting.popleft()
            below = self._children(path, value)
            if below is None:
                # Breadth first, the reference gives values even where it is asked not to.
                if self._with_values or self._breadth_first:
                    yield path, value
                continue
            if self._with_containers:
                yield path, value
            if self._breadth_first:
                waiting.extend(below)
            else:
                waiting.extendleft(reversed(below))

    def _children(self, path: list[Any], value: Any) -> list[Entry] | None:
        """What is directly in a value; None for what is no container."""
        if not self._containers.instance(value):
            return None
        if isinstance(value, list):
            return [([*path, i], v) for i, v in enumerate(value)]
        if isinstance(value, dict):
            return [([*path, from_hash_key(k)], v) for k, v in value.items()]
        if isinstance(value, Deferred):
            return [([*path, "name"], value.name), ([*path, "arguments"], value.arguments)]
        return [([*path, name], v) for name, v in value.attributes().items()]
