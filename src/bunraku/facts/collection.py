"""`Facts`: a mapping that works a fact out when it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bunraku.facts.host import Host

FAMILIES: dict[str, tuple[str, ...]] = {
    "cloud": ("az_metadata", "cloud", "ec2_metadata", "ec2_userdata", "gce"),
    "dmi": ("dmi",),
    "environment": ("facterversion", "path", "timezone"),
    "identity": ("identity",),
    "kernel": ("fips_enabled", "kernel", "kernelmajversion", "kernelrelease", "kernelversion"),
    "memory": ("memory",),
    "networking": ("networking",),
    "operatingsystem": ("os",),
    "partitions": ("partitions",),
    "processors": ("processors",),
    "ruby": ("augeas", "ruby"),
    "ssh": ("ssh",),
    "storage": ("disks", "filesystems", "mountpoints"),
    "uptime": ("load_averages", "system_uptime"),
    "virtual": ("hypervisors", "is_virtual", "virtual"),
}
"""What each family's file answers, so that one fact costs one import. A test holds it against the files."""

_family_of = {name: family for family, names in FAMILIES.items() for name in names}


class Added(Protocol):
    """Facts from elsewhere, asked where neither the host nor an external fact has the name."""

    def find(self, name: str) -> Any:
        """The fact's value, or None."""

    def names(self) -> Sequence[str]:
        """All names there."""


class Facts(Mapping[str, Any]):
    """The facts of `host` by name. Iteration lists the structured facts that the host has, in order of name.

    external: folders of external facts. added: makes the source of further facts on first use, given where warnings
    go. warnings: what could not be used of both, once it was tried.
    """

    def __init__(
        self, host: Host, external: Sequence[str] = (), added: Callable[[list[str]], Added] | None = None
    ) -> None:
        self.host = host
        self.warnings: list[str] = []
        self._folders = external
        self._make_added = added
        self._from_files: dict[str, Any] | None = None
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        value = self._find(name)
        if value is None and name not in _family_of:
            from bunraku.facts import legacy

            value = legacy.find(name, self)
        if value is None and self._added is not None:
            value = self._added.find(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        added = self._added.names() if self._added is not None else ()
        return (name for name in sorted({*_family_of, *self._external, *added}) if self.get(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def _external(self) -> dict[str, Any]:
        if self._from_files is None:
            from bunraku.facts import external

            self._from_files = {}  # for facts in Python, which may ask for those of the host
            self._from_files = external.resolve(self._folders, self)
        return self._from_files

    @cached_property
    def _added(self) -> Added | None:
        return self._make_added(self.warnings) if self._make_added is not None else None

    def _find(self, name: str) -> Any:
        if name in self._external:
            return self._external[name]
        if name not in self._known and name in _family_of:
            family = import_module(f"bunraku.facts.{_family_of[name]}")
            self._known.update(family.resolve(self))
        return self._known.get(name)

    def dig(self, path: str) -> Any:
        """The value at a dotted path (`os.release.major`, `processors.models.0`). Raises KeyError where there is
        none.
        """
        if path in self:
            return self[path]
        name, *steps = path.split(".")
        value = self[name]
        for step in steps:
            try:
                value = value[int(step)] if isinstance(value, list) else value[step]
            except (ValueError, IndexError, TypeError):
                raise KeyError(path) from None
        return value
