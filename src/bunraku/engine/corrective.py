"""Corrective changes: what somebody changed on the host since the last run, told from what the code changed.

As Puppet 7.23 has it: at every run the declared value of each property is remembered. A change is corrective where the
value found is not the one that was declared the last time. Secrets and messages (notify) are never corrective.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from bunraku.engine.memory import Memory
from bunraku.engine.outcome import Outcome
from bunraku.resources.base import ResourceType, State

LONGEST = 100
"""Characters of a declared value that are kept; of a longer one its checksum is."""


def find(instance: ResourceType, changes: Iterable[str], memory: Memory) -> set[str]:
    """Which of the `changes` that are due are corrective; asked before they are made."""
    before = memory.of(instance.ref).get("declared", {}) if instance.idempotent else {}
    declared = _declared(instance)
    return {
        name
        for name in changes
        if name in before
        and name not in instance.sensitive
        and not _was_so(instance, name, before[name], _plain(declared.get(name)))
    }


def keep(instance: ResourceType, outcome: Outcome, corrective: set[str], memory: Memory) -> None:
    """After the turn: mark the corrective events, and remember what is declared now."""
    if not instance.idempotent:
        return
    declared = {name: _plain(value) for name, value in _declared(instance).items()}
    before: dict[str, Any] = memory.of(instance.ref).get("declared", {})
    changed = {event.property: event for event in outcome.events if event.property and event.status != "audit"}
    if changed or before.keys() - declared.keys():
        anew = any(event.status == "success" for event in changed.values())
        declared |= _derived(instance, declared, before, anew=anew)
    for name, event in changed.items():
        if name in corrective:
            event.corrective = True
            event.message += " (corrective)"
        if event.status == "success":
            continue
        # It is not so yet: what was so last time is what the next run has to be compared with.
        if name in before:
            declared[name] = before[name]
        else:
            declared.pop(name, None)
    memory.keep(instance.ref, declared=declared)


def _declared(instance: ResourceType) -> dict[str, Any]:
    """The properties that the resource declares, as the catalog has them, or by default."""
    given = instance.resource.parameters
    found = {}
    for name in instance.properties:
        value = given.get(name)
        if value is None:
            value = instance.parameters[name].default
        if value is not None and name not in instance.sensitive:
            found[name] = value
    return found


def _derived(instance: ResourceType, declared: Mapping[str, Any], before: Mapping[str, Any], *, anew: bool) -> State:
    """What follows from other parameters, such as the content from a source: as it was made now (`anew`), or is known
    from when it was made so.
    """
    derived = {name: value for name, value in instance.desired().items() if name not in declared}
    if anew:
        return {n: _plain(instance.reported(n, v)) for n, v in derived.items() if n not in instance.sensitive}
    return {name: before[name] for name in derived if name in before}


def _plain(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{{sha256}}{sha256(value.encode('utf-8', 'surrogateescape')).hexdigest()}"
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _was_so(instance: ResourceType, name: str, before: Any, declared: Any) -> bool:
    """Whether the value that was found is the one that was declared the last time."""
    if before == declared:
        return False  # else there would be no event
    current = instance.current.get(name)
    if before == instance.reported(name, current):
        return True
    try:
        return instance.in_sync(name, current, instance.parameters[name].accept(before))
    except Exception:  # an old value that the type, or the host, makes nothing of
        return False
