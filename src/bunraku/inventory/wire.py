"""What an apply produced, as PuppetDB's commands: facts 5, catalog 9, report 8.

A catalog for the inventory is not the catalog that is applied: relationships are edges of their own beside
containment, rich values are readable strings, and what is Sensitive is left out, as Puppet's own terminus does it.
Source: PuppetDB's wire formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bunraku.catalog.catalog import Catalog
from bunraku.inventory import times

_RELATIONS = {
    "before": ("before", False),
    "notify": ("notifies", False),
    "require": ("required-by", True),
    "subscribe": ("subscription-of", True),
}
"""By parameter: the edge's word, and whether the other resource is the edge's source."""


def facts_command(certname: str, environment: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """`replace facts` 5."""
    return _head(certname, environment) | {"values": dict(values)}


def catalog_command(catalog: Catalog, transaction_uuid: str | None) -> dict[str, Any]:
    """`replace catalog` 9."""
    data = catalog.to_dict()
    resources = [_resource(resource) for resource in data["resources"]]
    contained = [
        {"source": _split(edge["source"]), "target": _split(edge["target"]), "relationship": "contains"}
        for edge in data["edges"]
    ]
    related = [edge for resource in data["resources"] for edge in _related(resource, catalog.resources)]
    return _head(catalog.name, catalog.environment) | {
        "version": str(catalog.version),
        "transaction_uuid": transaction_uuid,
        "catalog_uuid": data["catalog_uuid"],
        "code_id": data["code_id"],
        "job_id": None,
        "resources": resources,
        "edges": contained + related,
    }


def report_command(report: Mapping[str, Any]) -> dict[str, Any]:
    """`store report` 8, of a report in Puppet's format 12."""
    keys = ("configuration_version", "transaction_uuid", "catalog_uuid", "cached_catalog_status", "status", "noop")
    more = ("noop_pending", "corrective_change", "puppet_version", "report_format")
    metrics = [
        {"category": category, "name": name, "value": value}
        for category, metric in report["metrics"].items()
        for name, _, value in metric["values"]
    ]
    logs = [{key: log.get(key) for key in _LOG_KEYS} for log in report["logs"]]
    taken = {key: report.get(key) for key in keys + more}
    return _head(report["host"], report["environment"]) | taken | {
        "configuration_version": str(report["configuration_version"]),
        "code_id": None,
        "job_id": None,
        "type": "agent",
        "start_time": times.normalised(report["time"]),
        "end_time": _end(report),
        "resources": [_status(status) for status in report["resource_statuses"].values()],
        "metrics": metrics,
        "logs": logs,
    }  # fmt: skip


_LOG_KEYS = ("file", "line", "level", "message", "source", "tags", "time")


def _head(certname: str, environment: str) -> dict[str, Any]:
    now = times.now()
    return {"certname": certname, "environment": environment, "producer_timestamp": now, "producer": certname}


def _resource(resource: dict[str, Any]) -> dict[str, Any]:
    secret = set(resource.get("sensitive_parameters") or ())
    parameters = {
        name: _readable(value) for name, value in (resource.get("parameters") or {}).items() if name not in secret
    }
    own = {key: resource.get(key) for key in ("type", "title", "file", "line", "exported", "tags")}
    return own | {"aliases": _aliases(parameters), "parameters": parameters}


def _aliases(parameters: dict[str, Any]) -> list[str]:
    alias = parameters.get("alias") or []
    return [alias] if isinstance(alias, str) else list(alias)


def _readable(value: Any) -> Any:
    """A value in the rich data format as plain JSON; a secret inside it is not shown."""
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__ptype")
    if kind is None:
        return {key: _readable(item) for key, item in value.items()}
    if kind == "Sensitive":
        return "[value redacted]"
    if kind == "Default":
        return "default"
    if kind == "Hash":
        flat = [_readable(item) for item in value["__pvalue"]]
        return {str(key): item for key, item in zip(flat[::2], flat[1::2], strict=True)}
    if "__pvalue" in value:
        return value["__pvalue"] if isinstance(value["__pvalue"], str) else str(_readable(value["__pvalue"]))
    return f"{kind}({ {key: _readable(item) for key, item in value.items() if key != '__ptype'} })"


def _related(resource: dict[str, Any], known: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    own = {"type": resource["type"], "title": resource["title"]}
    for parameter, (word, reverse) in _RELATIONS.items():
        others = (resource.get("parameters") or {}).get(parameter) or []
        for other in others if isinstance(others, list) else [others]:
            # What the catalog does not name by its title has no place among the edges.
            if isinstance(other, str) and other in known:
                source, target = (_split(other), own) if reverse else (own, _split(other))
                yield {"source": source, "target": target, "relationship": word}


def _split(reference: str) -> dict[str, str]:
    kind, _, title = reference.partition("[")
    return {"type": kind, "title": title[:-1]}


def _status(status: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: status.get(key) for key in ("skipped", "file", "line", "containment_path", "resource_type")}
    return own | {
        "resource_title": status["title"],
        "timestamp": times.normalised(status["time"]),
        "events": [_event(event) for event in status["events"] if not event.get("audited")],
    }


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: event.get(key) for key in ("status", "property", "name", "message", "corrective_change")}
    values = {"new_value": event.get("desired_value"), "old_value": event.get("previous_value")}
    return own | values | {"timestamp": times.normalised(event["time"])}


def _end(report: Mapping[str, Any]) -> str:
    took = {name: value for name, _, value in report["metrics"]["time"]["values"]}.get("total", 0.0)
    started = datetime.fromisoformat(report["time"]).astimezone(UTC)
    return times.normalised((started + timedelta(seconds=took)).isoformat())
