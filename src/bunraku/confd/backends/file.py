"""YAML and JSON files: nested maps and lists are paths, /a/b/0."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from bunraku.confd.backends.base import Backend, BackendError
from bunraku.confd.settings import Settings
from bunraku.confd.template.formatting import text_of


class Files(Backend):
    """The keys in some files, or in all files of folders whose names match `pattern`; later files win."""

    loose = True
    poll = None

    def __init__(self, paths: Sequence[str], pattern: str) -> None:
        self._paths = paths
        self._pattern = pattern

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The keys that begin with one of `keys`. Raises BackendError for a file that cannot be read."""
        prefixes = tuple(keys)
        values: dict[str, str] = {}
        for path in self.files():
            values.update((key, value) for key, value in flat("", document(path)) if key.startswith(prefixes))
        return values

    def folders(self) -> list[str]:
        """The folders that hold the files."""
        return sorted(
            {os.path.dirname(os.path.abspath(path)) for path in self.files()} | set(filter(os.path.isdir, self._paths))
        )

    def files(self) -> Iterator[str]:
        """The files, in order."""
        for path in self._paths:
            if not os.path.isdir(path):
                yield path
                continue
            for root, folders, names in os.walk(path):
                folders.sort()
                yield from (os.path.join(root, name) for name in sorted(names) if fnmatchcase(name, self._pattern))


def document(path: str) -> Any:
    """What a YAML or JSON file says. Raises BackendError."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise BackendError(f"{path} cannot be read: {error.strerror}") from None
    if path.endswith(".json"):
        import json

        try:
            return json.loads(content or b"{}")
        except ValueError as error:
            raise BackendError(f"{path} is no JSON: {error}") from None
    import yaml

    try:
        return yaml.load(content, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise BackendError(f"{path} is no YAML: {' '.join(str(error).split())}") from None


def flat(path: str, node: Any) -> Iterator[tuple[str, str]]:
    """The keys and values of a document, below `path`."""
    match node:
        case dict():
            for key, value in node.items():
                yield from flat(f"{path}/{text_of(key)}", value)
        case list():
            for index, value in enumerate(node):
                yield from flat(f"{path}/{index}", value)
        case str():
            yield path, node
        case float():
            # Without an exponent, as confd writes them.
            yield path, f"{node:f}".rstrip("0").rstrip(".") if abs(node) < 1e15 else text_of(node)
        case None:
            return
        case _:
            yield path, text_of(node) if isinstance(node, (int, bool)) else str(node)


def connect(settings: Settings) -> Backend:
    """The files that the settings name."""
    if not settings.file:
        raise BackendError("backend file needs a file: --file PATH, or file = […] in confd.toml")
    return Files(settings.file, settings.filter)
