"""anchor: a point in the order of work, for other resources to come before or after."""

from __future__ import annotations

from bunraku.resources.base import Changes, Param, ResourceType, State


class Anchor(ResourceType):
    """Does nothing; what notifies it is passed on to what it notifies."""

    lane = None

    name = Param("The anchor's name.", namevar=True)

    def read(self) -> State:
        """Nothing."""
        return {}

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""

    def refresh(self) -> str:
        """Nothing is done, but a notification goes on from here."""
        return ""
