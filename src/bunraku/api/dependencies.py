"""Modules that need others: what `metadata.json` asks for, set against what is on the module path.

A dependency is found by the module's own name (`stdlib` of `puppetlabs-stdlib`), since that is what code names: a fork
of another author serves as well. A module without metadata needs nothing, and serves in any version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

METADATA = "metadata.json"


class Module(NamedTuple):
    """A module as its metadata tells: full name (`author-name`), version, and what it needs: full name → range."""

    name: str
    version: str | None
    needs: Mapping[str, str]


class Unmet(NamedTuple):
    """A dependency that is not met. found: the version that is there, None where there is none. is_older: whether that
    is below all that is asked for; else it is past it, or a prerelease of which the range does not speak.
    """

    module: Module
    dependency: str
    wanted: str
    found: str | None
    is_older: bool

    def __str__(self) -> str:
        module = f"'{self.module.name}' (v{self.module.version})" if self.module.version else f"'{self.module.name}'"
        needs = f"module {module} requires '{self.dependency}' ({self.wanted})"
        return f"{needs}, which is not on the module path" if self.found is None else f"{needs}, found {self.found}"


def read(folder: Path) -> Module:
    """A module's metadata; what is wrong in it counts as not there."""
    try:
        data = json.loads((folder / METADATA).read_bytes())
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict):
        return Module(folder.name, None, {})
    name, version = data.get("name"), data.get("version")
    return Module(
        _full_name(name) if isinstance(name, str) else folder.name,
        version if isinstance(version, str) else None,
        dict(_needs(data.get("dependencies"))),
    )


def _needs(listed: Any) -> Iterator[tuple[str, str]]:
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            wanted = each.get("version_requirement")
            yield _full_name(each["name"]), wanted if isinstance(wanted, str) else ">= 0.0.0"


def unmet(modules: Mapping[str, Path], names: Iterable[str] | None = None) -> list[Unmet]:
    """What the modules `names` (default: all) need and do not find, in order of their names.

    modules: folders by name, as the module path has them.
    """
    known: dict[str, Module] = {}

    def module(name: str) -> Module:
        if name not in known:
            known[name] = read(modules[name])
        return known[name]

    found = []
    for name in sorted(modules if names is None else names):
        for dependency, wanted in module(name).needs.items():
            short = dependency.rpartition("-")[2]
            if short not in modules:
                found.append(Unmet(module(name), dependency, wanted, None, False))
            elif version := module(short).version:
                is_met, is_older = _judged(version, wanted)
                if not is_met:
                    found.append(Unmet(module(name), dependency, wanted, version, is_older))
    return found


def _judged(version: str, wanted: str) -> tuple[bool, bool]:
    """Whether a version is in a range, and whether it is below it. What cannot be read is taken to fit."""
    from bunraku.language.types.semver import SemVer, SemVerRange

    try:
        asked, actual = SemVerRange.parse(wanted), SemVer.parse(version)
    except ValueError:
        return True, False
    return asked.includes(actual), all(actual < interval.low for interval in asked.intervals)


def _full_name(name: str) -> str:
    return name.replace("/", "-")
