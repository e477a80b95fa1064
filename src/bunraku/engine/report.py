"""The report of a run, in Puppet's report format 12 (https://puppet.com/docs/puppet/7/format_report.html).

Written as JSON into the state folder's `reports/`, named by its time; the oldest are removed past `KEEP`.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.engine.outcome import MASK, Event, Outcome
from bunraku.system import files

FORMAT = 12
REDACTED = "[redacted]"
"""What Puppet's reports have in place of a value that nobody may see."""

KEEP = 100
"""How many reports are kept."""


def build(
    catalog: Catalog,
    outcomes: Iterable[Outcome],
    *,
    started: float,
    seconds: dict[str, float],
    noop: bool,
    completed: bool = True,
    logs: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The report as JSON's own types.

    started: when, in seconds of the epoch. seconds: how long each stage took (config_retrieval, total …). noop:
    whether the whole run only looked. completed: False where it was interrupted. logs: what was logged before the
    catalog was applied, in the report's form.
    """
    outcomes = list(outcomes)
    statuses = {outcome.resource.ref: _status(outcome) for outcome in outcomes}
    counts = count(outcomes)
    return {
        "host": catalog.name,
        "time": _time(started),
        "configuration_version": catalog.version,
        "transaction_uuid": _uuid(),
        "report_format": FORMAT,
        "puppet_version": "7.23.0",
        "status": "failed" if counts["failed"] else "changed" if counts["changed"] else "unchanged",
        "transaction_completed": completed,
        "noop": noop,
        "noop_pending": any(outcome.has("noop") for outcome in outcomes),
        "environment": catalog.environment,
        "logs": [*logs] + [line for outcome in outcomes for line in _logs(outcome)],
        "metrics": _metrics(outcomes, counts, seconds),
        "resource_statuses": statuses,
        "corrective_change": any(outcome.corrective for outcome in outcomes),
        "catalog_uuid": None,
        "cached_catalog_status": "not_used",
    }


def count(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many resources ended in each state (`Outcome.state`)."""
    counts = dict.fromkeys(("unchanged", "changed", "noop", "failed", "skipped"), 0)
    for outcome in outcomes:
        counts[outcome.state] += 1
    return counts


def _status(outcome: Outcome) -> dict[str, Any]:
    resource = outcome.resource
    events = outcome.events
    return {
        "title": resource.title,
        "file": resource.file,
        "line": resource.line,
        "resource": resource.ref,
        "resource_type": resource.type,
        "provider_used": outcome.provider,
        "containment_path": [*map(_path_name, outcome.containers), resource.ref],
        "evaluation_time": round(outcome.seconds, 6),
        "tags": list(resource.tags),
        "time": _time(outcome.started),
        "failed": outcome.failed,
        "failed_to_restart": any(e.status == "failure" and e.message.startswith("Failed to call") for e in events),
        "changed": outcome.changed,
        "out_of_sync": outcome.out_of_sync,
        "skipped": bool(outcome.skipped),
        "change_count": sum(e.status == "success" for e in events),
        "out_of_sync_count": sum(e.status != "audit" for e in events),
        "events": [_event(event) for event in events],
        "corrective_change": outcome.corrective,
    }


def _event(event: Event) -> dict[str, Any]:
    secret = event.previous == MASK
    return {
        "audited": event.status == "audit",
        "property": event.property,
        "previous_value": REDACTED if secret else _plain(event.previous),
        "desired_value": REDACTED if secret else _plain(event.desired),
        "historical_value": None,
        "message": event.message.replace(MASK, REDACTED) if secret else event.message,
        "name": event.name,
        "status": event.status,
        "time": _time(event.time),
        "redacted": True if secret else None,
        "corrective_change": event.corrective,
    }


def _logs(outcome: Outcome) -> Iterable[dict[str, Any]]:
    source = "/" + "/".join([*map(_path_name, outcome.containers), outcome.resource.ref])
    if outcome.skipped and outcome.skipped not in ("tags", "schedule"):
        yield log("warning", f"Skipping because {outcome.skipped}", source, outcome)
    for level, message in outcome.notes:
        yield log(level, message, source, outcome)
    for event in outcome.events:
        level = {"failure": "err"}.get(event.status, "notice")
        place = f"{source}/{event.property}" if event.property else source
        message = f"{event.message}\n{event.detail}" if event.detail else event.message
        message = message.replace(MASK, REDACTED) if event.previous == MASK else message
        yield log(level, message, place, outcome, event.time)


def log(level: str, message: str, source: str, outcome: Outcome | None = None, when: float = 0.0) -> dict[str, Any]:
    """One line of a report's `logs`."""
    resource = outcome.resource if outcome else None
    return {
        "level": level,
        "message": message,
        "source": source,
        "tags": [level, *(resource.tags if resource else ())],
        "time": _time(when or (outcome.started if outcome else time.time())),
        "file": resource.file if resource else None,
        "line": resource.line if resource else None,
    }


def _metrics(outcomes: list[Outcome], counts: dict[str, int], seconds: dict[str, float]) -> dict[str, Any]:
    events = [event for outcome in outcomes for event in outcome.events]
    by_type: dict[str, float] = {}
    for outcome in outcomes:
        name = outcome.resource.type.lower()
        by_type[name] = by_type.get(name, 0.0) + outcome.seconds
    return {
        "resources": _metric(
            "resources",
            {
                "changed": counts["changed"],
                "corrective_change": sum(outcome.corrective for outcome in outcomes),
                "failed": counts["failed"],
                "failed_to_restart": 0,
                "out_of_sync": sum(outcome.out_of_sync for outcome in outcomes),
                "restarted": sum(any(e.name == "refresh" for e in outcome.events) for outcome in outcomes),
                "scheduled": 0,
                "skipped": counts["skipped"],
                "total": len(outcomes),
            },
        ),
        "time": _metric("time", {name: round(value, 6) for name, value in (by_type | seconds).items()}),
        "changes": _metric("changes", {"total": sum(e.status == "success" for e in events)}),
        "events": _metric(
            "events",
            {
                "total": len(events),
                "failure": 0,
                "success": 0,
                **Counter(event.status for event in events),
            },
        ),
    }


def _metric(name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.capitalize(),
        "values": [[key, key.replace("_", " ").capitalize(), value] for key, value in values.items()],
    }


def _path_name(ref: str) -> str:
    """A container as Puppet's paths have it: `Class[Nginx::Config]` is `Nginx::Config`, `Class[main]` is `Main`."""
    return ref[6:-1].capitalize() if ref == "Class[main]" else ref[6:-1] if ref.startswith("Class[") else ref


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)


def _time(seconds: float) -> str:
    """ISO 8601 with microseconds, in UTC."""
    whole = int(seconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{int((seconds - whole) * 1e6):06d}+00:00"


def _uuid() -> str:
    """A random UUID (version 4), without the import of `uuid`."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


# The reports that are kept -------------------------------------------------------------------------------------------


def store(report: dict[str, Any], folder: Path) -> str:
    """Write the report into `folder`, readable to its owner only, drop the oldest; the report's name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = report["time"][:19] + "Z"
    path = folder / f"{name}.json"
    number = 2
    while path.exists():
        path = folder / f"{name}-{number}.json"
        number += 1
    files.replace(str(path), json.dumps(report).encode(), mode=0o600)
    for old in sorted(folder.glob("*.json"))[:-KEEP]:
        files.remove(str(old))
    return path.stem


def read_outcomes(data: dict[str, Any]) -> list[Outcome]:
    """The outcomes that a report was built from, as far as it tells of them."""
    outcomes = []
    for status in data["resource_statuses"].values():
        resource = Resource(status["resource_type"], status["title"], file=status["file"], line=status["line"])
        holders = [name if "[" in name else f"Class[{name}]" for name in status["containment_path"][:-1]]
        outcome = Outcome(resource, tuple(holders))
        outcome.seconds = status["evaluation_time"]
        outcome.skipped = "it, or what it depends on, was left out" if status["skipped"] else ""
        for event in status["events"]:
            previous, desired = event["previous_value"], event["desired_value"]
            words = event["message"].replace(REDACTED, MASK)
            outcome.events.append(
                Event(
                    event["property"],
                    event["status"],
                    previous=previous,
                    desired=desired,
                    words=words,
                    name=event["name"],
                )
            )
        outcomes.append(outcome)
    return outcomes


def stored(folder: Path) -> list[Path]:
    """The reports in `folder`, oldest first."""
    return sorted(folder.glob("*.json"))
