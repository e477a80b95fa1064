"""notify: a message in the log of the run."""

from __future__ import annotations

from typing import Any

from bunraku.resources.base import Changes, Param, Property, ResourceType, State, boolean, shown


class Notify(ResourceType):
    """Says something every time it is applied, and counts as a change, so that what subscribes to it is refreshed."""

    isomorphic = False
    idempotent = False
    lane = None

    name = Param("A name for the message; the default of `message`.", namevar=True)
    message = Property("What to say.")
    withpath = Param("Whether to show the full path of the resource; accepted.", munge=boolean, default=False)

    def validate(self) -> None:
        """The message is the name unless it is given."""
        self.values.setdefault("message", self.name)

    def read(self) -> State:
        """A message is never said already."""
        return {"message": None}

    def change(self, changes: Changes) -> None:
        """The event that tells of the change says it."""

    def reported(self, name: str, value: Any) -> Any:
        """It has not been said before."""
        return "absent" if value is None else value

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """The message itself."""
        return shown(desired)
