"""Keys as a tree and back: what `bunraku etcd export` and `import` write and read.

A key is split at its slashes, but for one in front, and each part is a level. Where a key has a value and others below
it, those below stand under its name with a slash behind: {"a": "value", "a/": {"b": "other"}}. Nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Tree = dict[str, Any]


def to_tree(values: Mapping[str, str | bytes]) -> Tree:
    """The tree of keys and values."""
    tree: Tree = {}
    for key in sorted(values):
        *folders, name = _parts(key)
        level = tree
        for folder in folders:
            level = _below(level, folder)
        level[name] = values[key]
    return tree


def _below(level: Tree, name: str) -> Tree:
    found = level.setdefault(name, {})
    if isinstance(found, dict):
        return found
    below: Tree = level.setdefault(f"{name}/", {})
    return below


def _parts(key: str) -> list[str]:
    head, *rest = key.split("/")
    if head == "" and rest and rest[0]:
        head, *rest = [f"/{rest[0]}", *rest[1:]]
    return [head, *rest]


def from_tree(tree: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, str | bytes]]:
    """The (key, value) pairs of a tree; numbers and Booleans become text. Raises ValueError for lists and nulls."""
    for name, found in tree.items():
        key = f"{above}{name}"
        if isinstance(found, Mapping):
            yield from from_tree(found, key if key.endswith("/") and str(name) != "" else f"{key}/")
        elif isinstance(found, str | bytes):
            yield key, found
        elif isinstance(found, bool):
            yield key, str(found).lower()
        elif isinstance(found, int | float):
            yield key, str(found)
        else:
            raise ValueError(f"{key} is {'null' if found is None else 'a ' + type(found).__name__}, not a text")
