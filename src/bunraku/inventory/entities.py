"""What can be asked for: each entity's fields and their kinds, and which entities belong together.

Source: the PuppetDB API's pages of `/pdb/query/v4/*`. An entity's rows are those of the view of its name (`schema`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "number", "boolean", "timestamp", "json", "array", "path", "expanded"]
"""json: any value, compared by its type. array: a list of strings, compared with each. path: into a structured
fact. expanded: a document that is shown, but cannot be compared."""


@dataclass(frozen=True, slots=True)
class Field:
    """kind: see `Kind`. column: its name in the view. shown: whether it is in every answer."""

    kind: Kind
    column: str
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Entity:
    """name: as in queries; the view's name too. fields: by name. active_only: leaves deactivated nodes out. dotted:
    the fields that dots lead into. order: the field that sorts answers where no order is asked for."""

    name: str
    fields: dict[str, Field]
    active_only: bool = False
    dotted: frozenset[str] = frozenset()
    order: str | None = None


def _fields(**names: str) -> dict[str, Field]:
    return {name: Field(kind, name) for kind, line in names.items() for name in line.split()}  # type: ignore[arg-type]


def _hidden(kind: Kind, column: str) -> Field:
    return Field(kind, column, shown=False)


_LATEST = {"latest_report?": _hidden("boolean", "latest_report?")}

ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        Entity(
            "nodes",
            _fields(
                string="certname catalog_environment facts_environment report_environment latest_report_status"
                " latest_report_hash latest_report_job_id cached_catalog_status",
                timestamp="deactivated expired catalog_timestamp facts_timestamp report_timestamp",
                boolean="latest_report_noop latest_report_noop_pending latest_report_corrective_change",
            ),
            active_only=True,
        ),
        Entity("facts", _fields(string="certname name environment", json="value"), active_only=True),
        Entity(
            "fact_contents", _fields(string="certname name environment", path="path", json="value"), active_only=True
        ),
        Entity("fact_names", _fields(string="name"), order="name"),
        Entity(
            "fact_paths",
            _fields(path="path", string="type")
            | {"name": _hidden("string", "name"), "depth": _hidden("number", "depth")},
        ),
        Entity(
            "factsets",
            _fields(
                string="certname environment producer hash", timestamp="timestamp producer_timestamp", expanded="facts"
            ),
            active_only=True,
        ),
        Entity(
            "inventory",
            _fields(string="certname environment", timestamp="timestamp", json="facts trusted"),
            active_only=True,
            dotted=frozenset(("facts", "trusted")),
        ),
        Entity(
            "catalogs",
            _fields(
                string="certname version environment transaction_uuid catalog_uuid code_id job_id hash producer",
                timestamp="producer_timestamp",
                expanded="resources edges",
            ),
        ),
        Entity(
            "resources",
            _fields(
                string="certname resource type title file environment",
                number="line",
                boolean="exported",
                array="tags",
                json="parameters",
            )
            | {"tag": _hidden("array", "tags")},
            active_only=True,
            dotted=frozenset(("parameters",)),
        ),
        Entity(
            "edges",
            _fields(string="certname relationship source_type source_title target_type target_title"),
            active_only=True,
        ),
        Entity(
            "reports",
            _fields(
                string="hash certname environment puppet_version configuration_version producer transaction_uuid"
                " catalog_uuid code_id job_id cached_catalog_status status type",
                number="report_format",
                timestamp="start_time end_time producer_timestamp receive_time",
                boolean="noop noop_pending corrective_change",
                expanded="resource_events",
            )
            | {"metrics": Field("expanded", "metric_list"), "logs": Field("expanded", "log_list")}
            | _LATEST,
        ),
        Entity(
            "events",
            _fields(
                string="certname report status resource_type resource_title property name message file"
                " containing_class environment configuration_version",
                number="line",
                timestamp="timestamp run_start_time run_end_time report_receive_time",
                boolean="corrective_change",
                array="containment_path",
                json="new_value old_value",
            )
            | _LATEST,
        ),
        Entity("environments", _fields(string="name")),
        Entity("producers", _fields(string="name")),
    )
}

_SPECIAL: dict[frozenset[str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    frozenset(("facts", "fact_contents")): (("certname", "name"), ("certname", "name")),
    frozenset(("fact_paths", "fact_contents")): (("path",), ("path",)),
    frozenset(("fact_paths", "facts")): (("name",), ("name",)),
}


def relation(outer: Entity, inner: Entity) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The fields on which an implicit subquery joins: `outer`'s, then `inner`'s; None where the two are not related."""
    pair = _SPECIAL.get(frozenset((outer.name, inner.name)))
    if pair is not None:
        return pair
    match outer.name, inner.name:
        case "reports", "events":
            return ("hash",), ("report",)
        case "events", "reports":
            return ("report",), ("hash",)
    for name, field in (("environments", "environment"), ("producers", "producer")):
        if outer.name == name and field in inner.fields:
            return ("name",), (field,)
        if inner.name == name and field in outer.fields:
            return (field,), ("name",)
    if "certname" in outer.fields and "certname" in inner.fields:
        return ("certname",), ("certname",)
    return None
