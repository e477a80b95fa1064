"""Resources of types that bunraku does not have: types of modules, and of Puppet, whose providers are written in Ruby.

Such a resource is handed over whole to a Puppet that is installed on the host, at its turn: it reads, compares and
changes, and what it reports becomes the resource's events. Everything else about the run (order, skipping, noop,
notifications in both directions, the report) is bunraku's. What Puppet's provider does to other resources of a
catalog, such as automatic relationships, is not known here: a type that needs one has to be told with `require`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bunraku.resources.base import ResourceError, ResourceType, Run

if TYPE_CHECKING:
    from bunraku.catalog.catalog import Resource
    from bunraku.resources.base import Elsewhere

OURS = ("before", "require", "notify", "subscribe", "schedule", "noop", "audit", "alias", "tag", "stage")
"""Metaparameters that the run sees to."""


class Foreign(ResourceType):
    """A resource of a type that only Puppet can apply."""

    lane = "puppet"

    def __init__(self, resource: Resource, run: Run) -> None:
        super().__init__(resource, run)
        self.type_name = resource.type.lower()  # type: ignore[misc]  # one class stands for many types

    def declare(self, name: str, value: Any) -> None:
        """Any parameter: Puppet will check it."""
        if value is not None and name not in OURS:
            self.values[name] = value

    def apply(self, *, noop: bool, refresh: bool) -> dict[str, Any]:
        """Have Puppet apply it; what it tells (`Elsewhere.apply`). Raises ResourceError."""
        from bunraku.catalog import wire

        elsewhere: Elsewhere | None = self.run.shared.get("elsewhere")
        if elsewhere is None:
            if self.run.elsewhere is None:
                raise ResourceError(f"bunraku has no type '{self.type_name}', and no Puppet to hand it to")
            elsewhere = self.run.shared["elsewhere"] = self.run.elsewhere()
            self.run.at_end.append(elsewhere.end)
        handed = self.resource.to_dict()
        handed["parameters"] = {name: wire.encode(value) for name, value in self.values.items()}
        handed["sensitive_parameters"] = sorted(self.sensitive)
        told = elsewhere.apply(handed, noop=noop, refresh=refresh)
        said = {event.get("message") for event in told["events"]}
        for level, message in told["logs"]:
            if not any(text and text in message for text in said):
                self.run.log(level, message, self.ref)
        return told
