"""Where an entry's data is: files by path, pattern or the values of a variable, and URIs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.hiera.interpolation import interpolate, variable

if TYPE_CHECKING:
    from bunraku.hiera.invocation import Invocation
    from bunraku.hiera.surroundings import Scope


class Location(NamedTuple):
    """declared: as hiera.yaml has it. place: the file or URI. kind: "path" or "uri". exists: whether it is there."""

    declared: str
    place: str
    kind: str
    exists: bool


def locations(
    datadir: str, details: Mapping[str, Any], invocation: Invocation, only_existing: bool
) -> list[Location] | None:
    """The locations of an entry of hiera.yaml; None for one that names none. Raises HieraError.

    only_existing: leave out files that are not there.
    """
    if "mapped_paths" in details:
        return _mapped(datadir, details["mapped_paths"], invocation)
    for name, find in (("path", _paths), ("glob", _globs), ("uri", _uris)):
        declared = details.get(f"{name}s") or ([details[name]] if name in details else None)
        if declared is not None:
            found = find(datadir, declared, invocation)
            return [place for place in found if place.exists or not only_existing]
    return None


def _paths(datadir: str, declared: list[str], invocation: Invocation) -> list[Location]:
    return [_path(datadir, text, interpolate(text, invocation, False), invocation) for text in declared]


def _path(datadir: str, declared: str, filled: str, invocation: Invocation) -> Location:
    path = below(datadir, filled)
    return Location(declared, path, "path", invocation.hiera.surroundings.exists(path))


def below(folder: str, path: str) -> str:
    """`path` as seen from `folder`, with its leading steps up taken."""
    if path.startswith("/"):
        return path
    while path.startswith(("../", "./")):
        if path.startswith("../"):
            folder = folder.rpartition("/")[0]
        path = path.partition("/")[2]
    return f"{folder}/{path}"


def _globs(datadir: str, declared: list[str], invocation: Invocation) -> list[Location]:
    found = []
    for text in declared:
        pattern = below(datadir, interpolate(text, invocation, False))
        for alternative in _alternatives(pattern):
            paths = invocation.hiera.surroundings.glob(alternative)
            found += [Location(pattern, path, "path", True) for path in paths]
    return found


def _alternatives(pattern: str) -> list[str]:
    """The patterns that one with `{a,b}` stands for."""
    braces = re.search(r"\{([^{}]*)\}", pattern)
    if braces is None:
        return [pattern]
    before, after = pattern[: braces.start()], pattern[braces.end() :]
    return [text for choice in braces[1].split(",") for text in _alternatives(f"{before}{choice}{after}")]


def _uris(datadir: str, declared: list[str], invocation: Invocation) -> list[Location]:
    return [Location(text, interpolate(text, invocation, False), "uri", True) for text in declared]


def _mapped(datadir: str, triplet: list[str], invocation: Invocation) -> list[Location]:
    """A path for each value of a variable: [the variable, a name for its value, a path that uses the name]."""
    source, name, template = triplet
    values = variable(source, "string: mapped_path[0]", invocation)
    if not values:
        return []
    outer, invocation.variables = invocation.variables, []
    found = []
    for value in [values] if isinstance(values, str) else values:
        inner = invocation.within(_Named(invocation.scope, name, value))
        inner.variables = invocation.variables
        found.append(_path(datadir, template, interpolate(template, inner, False), invocation))
    inside, invocation.variables = invocation.variables, outer
    if outer is not None:
        outer += [variable for variable in inside if variable[1] != name]
    return found


class _Named:
    """A scope in which one more name has a value."""

    def __init__(self, scope: Scope, name: str, value: Any) -> None:
        self._scope = scope
        self._name = name
        self._value = value
        self.call_function = scope.call_function
        self.fact = scope.fact

    def lookup(self, name: str) -> Any:
        return self._value if name == self._name else self._scope.lookup(name)

    def has(self, name: str) -> bool:
        return name == self._name or self._scope.has(name)
