"""Events in words: a change, a failure, a refresh, as people read them and as Puppet's logs have them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from bunraku.engine.outcome import MASK, Event, EventStatus
from bunraku.resources.base import ResourceError, ResourceType, quoted
from bunraku.system.process import CommandError


class Notification(NamedTuple):
    """What one resource tells another: where it came from, what happened there, and whether it only would have."""

    source: str
    words: str
    noop: bool

    @classmethod
    def of(cls, ref: str, event: Event) -> Notification:
        """What resource `ref` tells of one of its events."""
        return cls(ref, "changed" if event.property else "was refreshed", event.status == "noop")


def change(instance: ResourceType, name: str, desired: Any, noop: bool) -> Event:
    """Property `name` becomes `desired`, or would."""
    current = instance.current.get(name)
    status: EventStatus = "noop" if noop else "success"
    if name in instance.sensitive:
        message = f"current_value {MASK}, should be {MASK} (noop)" if noop else f"changed {MASK} to {MASK}"
        return Event(
            name,
            status,
            previous=MASK,
            desired=MASK,
            words=f"{name} changed {MASK}",
            message=message,
            name=instance.event_name(name, desired),
        )
    previous, wanted = instance.reported(name, current), instance.reported(name, desired)
    if noop:
        message = f"current_value {quoted(previous)}, should be {quoted(wanted)} (noop)"
    else:
        message = instance.told(name, previous, wanted)
    return Event(
        name,
        status,
        previous=previous,
        desired=wanted,
        words=instance.describe(name, current, desired),
        message=message,
        name=instance.event_name(name, desired),
        diff=instance.diff(name, current, desired),
    )


def failed_change(planned: Event, error: Exception, instance: ResourceType) -> Event:
    """What was `planned`, and went wrong."""
    event = failure(error, instance)
    event.property, event.name = planned.property, planned.name
    event.previous, event.desired = planned.previous, planned.desired
    previous, desired = (MASK if value == MASK else quoted(value) for value in (event.previous, event.desired))
    event.message = f"change from {previous} to {desired} failed: {event.message}"
    return event


def failure(error: Exception, instance: ResourceType | None) -> Event:
    """What went wrong at a resource, in words that name what and where, never a traceback."""
    message = ""
    if isinstance(error, ResourceError):
        words, detail, message = error.words, error.detail, error.message
    elif isinstance(error, CommandError):
        words, detail = str(error), error.result.output if error.result else ""
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename and error.filename != getattr(instance, "title", "") else ""
        why = error.strerror or str(error)
        words, detail = f"{place}{why[:1].lower()}{why[1:]}", ""
        if isinstance(error, PermissionError) and os.geteuid():
            words += f" for user {os.geteuid()}, whom bunraku runs as (is this for root?)"
    elif isinstance(error, ValueError):
        words, detail = str(error), ""
    else:
        words, detail = f"{type(error).__name__}: {error}", ""
    return Event(None, "failure", words=words, message=message or words, detail=detail, name="resource_failed")


def told(event: dict[str, Any], instance: ResourceType, notifications: Sequence[Notification]) -> Event:
    """An event that Puppet told of a resource that was handed over to it (`resources.base.Elsewhere`)."""
    if event["property"] is None and event["status"] != "failure":
        return noop_refresh(notifications) if event["status"] == "noop" else refresh(notifications, "refreshed")
    name, previous, desired = event["property"], event["previous"], event["desired"]
    words = event["message"]
    if event["status"] != "failure" and name not in instance.sensitive:
        words = instance.describe(name, previous, desired)
    if event["resource"].lower() != instance.ref.lower():
        words = f"{event['resource']}: {words}"
    return Event(
        name,
        event["status"],
        previous=previous,
        desired=desired,
        words=words,
        message=event["message"],
        name=event["name"] or f"{name}_changed",
    )


def interrupted() -> Event:
    """The run was told to stop in the middle of a resource's turn."""
    return Event(None, "failure", words="interrupted", message="interrupted")


def refresh(notifications: Sequence[Notification], done: str) -> Event:
    """A resource was refreshed. done: how, in a word; "" where there was nothing to do."""
    words = f"{done}, because {_because(notifications)}" if done else ""
    message = f"Triggered 'refresh' from {_count(notifications)}"
    return Event(None, "success", name="refresh", words=words, message=message)


def noop_refresh(notifications: Sequence[Notification]) -> Event:
    """A resource would be refreshed."""
    words = f"refreshed, because {_because(notifications)}"
    message = f"Would have triggered 'refresh' from {_count(notifications)}"
    return Event(None, "noop", name="noop_restart", words=words, message=message)


def _count(notifications: Sequence[Notification]) -> str:
    return f"{len(notifications)} event{'s' if len(notifications) > 1 else ''}"


def _because(notifications: Sequence[Notification]) -> str:
    """The reason of a refresh: the first source by name, the others by number."""
    sources = list(dict.fromkeys(n.source for n in notifications))
    title = sources[0].partition("[")[2][:-1]
    first = title if title.startswith("/") else sources[0]
    words = "would change" if notifications[0].noop else notifications[0].words
    more = len(sources) - 1
    others = f" and {more} other{'s' if more > 1 else ''}" if more else ""
    return f"{first}{others} {words}"
