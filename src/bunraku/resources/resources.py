"""resources: what there is of a type on the host and is not in the catalog is removed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunraku import resources
from bunraku.catalog.catalog import Resource, capitalize
from bunraku.resources.base import Changes, Param, ResourceError, ResourceType, State, boolean, integer


def _limit(value: Any) -> int:
    """A number below which users belong to the system: true is 500, false none."""
    return {"true": 500, "false": -1}[str(value).lower()] if str(value).lower() in ("true", "false") else integer(value)


class Resources(ResourceType):
    """Purges: resources of the type in its title that the host has and the catalog does not declare are removed."""

    name = Param("The type.", namevar=True)
    purge = Param("Whether to remove what is not declared.", munge=boolean, default=False)
    unless_system_user = Param("Users below this number stay; true is 500.", munge=_limit)
    unless_uid = Param(
        "Users with these numbers stay.", many=True, munge=lambda v: {integer(n) for n in v}, default=set()
    )

    def validate(self) -> None:
        """The type is known."""
        if resources.find(self.name) is None:
            raise ValueError(f"Could not find resource type '{self.name}'")

    def read(self) -> State:
        """Nothing: what is to be removed is brought in."""
        return {}

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""

    def generate(self) -> Iterable[Resource]:
        """Every resource that is not declared, as absent."""
        native = resources.load(self.name)
        if not self.purge:
            return
        if native is None or "ensure" not in native.parameters:
            raise ResourceError(f"Resources of type '{self.name}' cannot be purged")
        for name in native.instances(self.run):
            if self.run.find(self.name, name) is None and not (self.name == "user" and self._spared(name)):
                yield Resource(capitalize(self.name), name, {"ensure": "absent"})

    def _spared(self, user: str) -> bool:
        from bunraku.system import accounts

        uid = accounts.user_id(user)
        limit = 500 if self.unless_system_user is None else self.unless_system_user
        return uid is None or uid == 0 or uid < limit or user == "nobody" or uid in self.unless_uid
