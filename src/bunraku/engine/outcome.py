"""What became of a resource: its events and its outcome."""

from __future__ import annotations

import time
from typing import Any, Literal

from bunraku.catalog.catalog import Resource

MASK = "[sensitive]"
"""What stands in the place of a value that nobody may see."""

EventStatus = Literal["success", "failure", "noop", "audit"]


class Event:
    """One property that was changed, would be, or could not be; or a refresh (property None).

    previous, desired: the values, masked where sensitive. words: the change as a person reads it. message: the
    same as Puppet's logs have it. diff: lines of a unified diff. detail: further lines about a failure. corrective:
    whether it makes good what somebody changed since the last run.
    """

    __slots__ = (
        "corrective",
        "desired",
        "detail",
        "diff",
        "message",
        "name",
        "previous",
        "property",
        "status",
        "time",
        "words",
    )

    def __init__(
        self,
        property: str | None,
        status: EventStatus,
        *,
        previous: Any = None,
        desired: Any = None,
        words: str = "",
        message: str = "",
        name: str = "",
        diff: list[str] | None = None,
        detail: str = "",
    ) -> None:
        self.property = property
        self.status = status
        self.previous = previous
        self.desired = desired
        self.words = words
        self.message = message
        self.name = name
        self.diff = diff or []
        self.detail = detail
        self.corrective = False
        self.time = time.time()


class Outcome:
    """One resource at the end of its turn.

    events: what happened to it, in order. skipped: why it was left alone, or "". containers: the references of the
    classes and defines that hold it, outermost first. notes: (level, line) that it logged. provider: what Puppet calls
    the provider at work. seconds: its turn's length.
    """

    __slots__ = ("containers", "events", "notes", "provider", "resource", "seconds", "skipped", "started")

    def __init__(self, resource: Resource, containers: tuple[str, ...] = ()) -> None:
        self.resource = resource
        self.containers = containers
        self.events: list[Event] = []
        self.skipped = ""
        self.seconds = 0.0
        self.started = time.time()
        self.provider: str | None = None
        self.notes: list[tuple[str, str]] = []

    def note(self, level: str, message: str, source: str = "") -> None:
        """Keep a line that the resource had to say on its turn, such as a command's output."""
        self.notes.append((level, message))

    def has(self, status: EventStatus) -> bool:
        """Whether one of its events ended so."""
        return any(event.status == status for event in self.events)

    @property
    def failed(self) -> bool:
        """Whether something went wrong."""
        return self.has("failure")

    @property
    def changed(self) -> bool:
        """Whether something was changed, or refreshed."""
        return self.has("success")

    @property
    def corrective(self) -> bool:
        """Whether a change made good what somebody changed since the last run."""
        return any(event.corrective for event in self.events)

    @property
    def out_of_sync(self) -> bool:
        """Whether it was not as declared, or was refreshed, changed or not."""
        return any(event.status != "audit" for event in self.events)

    @property
    def state(self) -> str:
        """In a word: failed, skipped, changed, noop or unchanged."""
        if self.failed:
            return "failed"
        if self.skipped:
            return "skipped"
        if self.changed:
            return "changed"
        return "noop" if self.has("noop") else "unchanged"
