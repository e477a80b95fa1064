"""One resource's turn: read what is, compare with what is declared, change, refresh.

A turn touches its own resource and outcome, and nothing of the others: several may be under way at once.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Collection, Sequence
from typing import Any

from bunraku.engine import corrective, deferred, events
from bunraku.engine.events import Notification
from bunraku.engine.memory import Memory
from bunraku.engine.outcome import MASK, Event, Outcome
from bunraku.engine.plan import Plan, as_list
from bunraku.resources._foreign import Foreign
from bunraku.resources.base import ResourceType, shown


class Turns:
    """Takes resources at their turn. plan: all of the run's. memory: from run to run."""

    def __init__(self, plan: Plan, memory: Memory, resolve: deferred.Resolve | None) -> None:
        self._plan = plan
        self._memory = memory
        self._resolve = resolve
        self._prefetched: set[type[ResourceType]] = set()
        self._prefetching = allocate_lock()

    def take(
        self, instance: ResourceType, outcome: Outcome, notifications: Sequence[Notification], *, noop: bool
    ) -> None:
        """Make the resource as declared, or say what would be changed; `outcome` gets the events. Raises what types
        raise (ResourceError, OSError, CommandError) where it cannot even be read."""
        deferred.resolve(instance, self._resolve)
        if isinstance(instance, Foreign):
            told = instance.apply(noop=noop, refresh=bool(notifications) and not all(n.noop for n in notifications))
            outcome.events += [events.told(event, instance, notifications) for event in told["events"]]
            return
        self._prefetch(type(instance))
        instance.current = instance.read()
        changes = out_of_sync(instance)
        drifted: set[str] = set()
        if changes:
            drifted = corrective.find(instance, changes, self._memory)
            _change(instance, changes, outcome, noop)
        self._audit(instance, outcome, changes)
        corrective.keep(instance, outcome, drifted, self._memory)
        if outcome.failed:
            return
        if notifications and not (changes and instance.absorbs_refresh(changes)):
            _refresh(instance, outcome, notifications, noop)

    def _prefetch(self, native: type[ResourceType]) -> None:
        with self._prefetching:
            if native not in self._prefetched:
                self._prefetched.add(native)
                same = [i for i in list(self._plan.instances.values()) if type(i) is native]
                native.prefetch(same, self._plan.run)

    def _audit(self, instance: ResourceType, outcome: Outcome, changes: Collection[str]) -> None:
        """Tell of audited properties that are not what they were on the last run (metaparameter `audit`)."""
        asked = list(as_list(instance.resource.parameters.get("audit")))
        if not asked:
            return
        names = instance.properties if "all" in asked else [name for name in asked if name in instance.properties]
        before = self._memory.of(instance.ref).get("audit", {})
        seen = {n: shown(instance.reported(n, instance.current[n])) for n in names if n in instance.current}
        seen.update(dict.fromkeys(instance.sensitive & seen.keys(), MASK))
        for name, value in seen.items():
            if name in before and before[name] != value and name not in changes:
                words = f"{name} was {before[name]} and is now {value}"
                outcome.events.append(Event(name, "audit", words=words, message=words, name=f"{name}_audited"))
        self._memory.keep(instance.ref, audit=seen)


def out_of_sync(instance: ResourceType) -> dict[str, Any]:
    """The declared values of the properties that differ from `instance.current`; `ensure` hides the others."""
    current = instance.current
    desired = instance.desired()
    ensure = desired.pop("ensure", None) if instance.ensure_rules else None
    if ensure is not None and not instance.in_sync("ensure", current.get("ensure"), ensure):
        return {"ensure": ensure}
    if instance.ensure_rules and current.get("ensure") == "absent":
        return {}
    return {n: v for n, v in desired.items() if not instance.in_sync(n, current.get(n), v)}


def _change(instance: ResourceType, changes: dict[str, Any], outcome: Outcome, noop: bool) -> None:
    told = [events.change(instance, name, desired, noop) for name, desired in changes.items()]
    if noop:
        outcome.events += told
        return
    try:
        instance.change(changes)
    except Exception as error:
        outcome.events.append(events.failed_change(told[0], error, instance))
    else:
        outcome.events += told


def _refresh(instance: ResourceType, outcome: Outcome, notifications: Sequence[Notification], noop: bool) -> None:
    if type(instance).refresh is ResourceType.refresh:
        return
    if noop or all(n.noop for n in notifications):
        outcome.events.append(events.noop_refresh(notifications))
        return
    try:
        done = instance.refresh()
    except Exception as error:
        event = events.failure(error, instance)
        event.message = f"Failed to call refresh: {event.message}"
        outcome.events.append(event)
    else:
        outcome.events.append(events.refresh(notifications, done))
