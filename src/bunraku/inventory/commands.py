"""Commands: what puts data in. Each is checked and brought to one form before anything of it is stored.

Source: PuppetDB's command API and wire formats: replace catalog 6-9, replace facts 4-5, store report 5-8, deactivate
node 1-3. The older versions differ in what they leave out; what 1 and 2 of deactivate node say is a bare name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bunraku.inventory import times
from bunraku.inventory.errors import CommandError
from bunraku.inventory.store import Store


def submit(store: Store, command: str, version: int, payload: Any, certname: str | None = None) -> None:
    """Check and store a command.

    command: `replace catalog`, with spaces or underscores. payload: the wire format's own JSON. certname: as the
    request named it; must then be the payload's. Raises CommandError, and InventoryError where it cannot be stored.
    """
    name = command.replace("_", " ")
    known = COMMANDS.get(name)
    if known is None:
        raise CommandError(f"the command '{command}' is not known; known are {', '.join(COMMANDS)}")
    if version not in known.versions:
        versions = ", ".join(map(str, known.versions))
        raise CommandError(f"version {version} of '{name}' is not supported; supported are {versions}")
    try:
        checked = known.check(payload)
        if certname is not None and certname != checked["certname"]:
            raise CommandError(f"the payload is about '{checked['certname']}', the request about '{certname}'")
    except CommandError as error:
        raise CommandError(f"{name}, version {version}: {error}") from None
    try:
        known.store(store, checked)
    except (TypeError, OverflowError) as error:  # nested too deeply, or a number that no column holds
        raise CommandError(f"{name}, version {version}: the payload cannot be stored: {error}") from None


_REQUIRED = object()
_KINDS = {str: "a string", dict: "an object", list: "a list", bool: "true or false", int: "a whole number"}


def _take(data: dict[str, Any], key: str, kind: type, default: Any = _REQUIRED, where: str = "") -> Any:
    value = data.get(key)
    if value is None:
        if default is _REQUIRED:
            raise CommandError(f"{where}'{key}' is missing")
        return default
    if not isinstance(value, kind) or kind is int and isinstance(value, bool):
        raise CommandError(f"{where}'{key}' must be {_KINDS[kind]}")
    return value


def _time(data: dict[str, Any], key: str, default: Any = _REQUIRED, where: str = "") -> str:
    try:
        return times.normalised(data.get(key) or (default if default is not _REQUIRED else None))
    except ValueError as error:
        raise CommandError(f"{where}'{key}': {error}") from None


def _node(payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise CommandError("the payload must be a JSON object")
    name = _take(payload, "certname", str)
    if not name or len(name) > 255 or any(c.isspace() or c < " " for c in name):
        raise CommandError(f"'certname' is no name of a node: {name[:80]!r}")
    return payload | {"producer_timestamp": _time(payload, "producer_timestamp", times.now())}


def _facts(payload: Any) -> dict[str, Any]:
    data = _node(payload)
    _take(data, "environment", str, "production")
    _take(data, "values", dict)
    return data


def _catalog(payload: Any) -> dict[str, Any]:
    data = _node(payload)
    _take(data, "environment", str, "production")
    if not isinstance(data.get("version"), (str, int)):
        raise CommandError("'version' must be a string")
    resources = [_resource(r, n) for n, r in enumerate(_take(data, "resources", list))]
    known = {(r["type"], r["title"]) for r in resources}
    edges = [_edge(e, n, known) for n, e in enumerate(_take(data, "edges", list))]
    return data | {"resources": resources, "edges": edges}


def _resource(resource: Any, number: int) -> dict[str, Any]:
    where = f"resources[{number}]: "
    if not isinstance(resource, dict):
        raise CommandError(f"{where}must be an object")
    _take(resource, "type", str, where=where), _take(resource, "title", str, where=where)
    tags = _take(resource, "tags", list, [], where)
    if not all(isinstance(tag, str) for tag in tags):
        raise CommandError(f"{where}'tags' must be strings")
    line = resource.get("line")
    return resource | {
        "exported": _take(resource, "exported", bool, False, where),
        "tags": tags,
        "parameters": _take(resource, "parameters", dict, {}, where),
        "file": _take(resource, "file", str, None, where),
        "line": int(line) if isinstance(line, str) and line.isdigit() else _take(resource, "line", int, None, where),
    }


_RELATIONSHIPS = frozenset(("contains", "before", "required-by", "notifies", "subscription-of"))


def _edge(edge: Any, number: int, known: set[tuple[str, str]]) -> dict[str, Any]:
    where = f"edges[{number}]: "
    if not isinstance(edge, dict):
        raise CommandError(f"{where}must be an object")
    for end in ("source", "target"):
        spec = _take(edge, end, dict, where=where)
        if (spec.get("type"), spec.get("title")) not in known:
            raise CommandError(f"{where}the {end} {spec.get('type')}[{spec.get('title')}] is not in the catalog")
    if _take(edge, "relationship", str, where=where) not in _RELATIONSHIPS:
        raise CommandError(f"{where}'relationship' must be one of {', '.join(sorted(_RELATIONSHIPS))}")
    return edge


def _report(payload: Any) -> dict[str, Any]:
    data = _node(payload)
    for key in ("environment", "puppet_version", "status"):
        _take(data, key, str)
    _take(data, "report_format", int)
    _take(data, "metrics", list, []), _take(data, "logs", list, [])
    for key in ("noop", "noop_pending", "corrective_change"):
        _take(data, key, bool, None)
    for key in _TEXTS:
        _take(data, key, str, None)
    resources = data.get("resources", data.get("resource_events"))
    if not isinstance(resources, list):
        raise CommandError("'resources' must be a list")
    return data | {
        "type": data.get("type") or "agent",
        "configuration_version": str(data.get("configuration_version") or ""),
        "start_time": _time(data, "start_time"),
        "end_time": _time(data, "end_time"),
        "resources": [_status(r, n) for n, r in enumerate(resources)],
    }


_TEXTS = ("producer", "transaction_uuid", "catalog_uuid", "code_id", "job_id", "cached_catalog_status", "type")


def _status(status: Any, number: int) -> dict[str, Any]:
    """A resource of a report; in version 5 each entry is one event with its resource's fields beside its own."""
    where = f"resources[{number}]: "
    if not isinstance(status, dict):
        raise CommandError(f"{where}must be an object")
    _take(status, "resource_type", str, where=where), _take(status, "resource_title", str, where=where)
    path = _take(status, "containment_path", list, [], where)
    if not all(isinstance(step, str) for step in path):
        raise CommandError(f"{where}'containment_path' must be strings")
    events = status.get("events", [status] if "status" in status else [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise CommandError(f"{where}'events' must be a list of objects")
    when = _time(status, "timestamp", where=where)
    return status | {
        "timestamp": when,
        "file": _take(status, "file", str, None, where),
        "line": _take(status, "line", int, None, where),
        "events": [_event(event, when, where) for event in events],
    }


def _event(event: dict[str, Any], when: str, where: str) -> dict[str, Any]:
    texts = {key: _take(event, key, str, None, where) for key in ("property", "name", "message")}
    return event | texts | {
        "status": _take(event, "status", str, where=where),
        "timestamp": _time(event, "timestamp", when, where),
        "corrective_change": _take(event, "corrective_change", bool, None, where),
    }  # fmt: skip


def _deactivation(payload: Any) -> dict[str, Any]:
    return _node({"certname": payload} if isinstance(payload, str) else payload)


@dataclass(frozen=True, slots=True)
class _Command:
    versions: tuple[int, ...]
    check: Callable[[Any], dict[str, Any]]
    store: Callable[[Store, dict[str, Any]], None]


COMMANDS = {
    "replace catalog": _Command((6, 7, 8, 9), _catalog, Store.replace_catalog),
    "replace facts": _Command((4, 5), _facts, Store.replace_facts),
    "store report": _Command((5, 6, 7, 8), _report, Store.store_report),
    "deactivate node": _Command((1, 2, 3), _deactivation, Store.deactivate_node),
}
