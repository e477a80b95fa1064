"""The database file: opened, written by one command at a time, read by any number of threads.

A command is one transaction: it is stored whole or not at all. A command whose `producer_timestamp` is older than what
is stored changes nothing, so late and repeated deliveries do no harm.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import orjson

from bunraku.inventory import schema, times
from bunraku.inventory.errors import InventoryError
from bunraku.inventory.patterns import compiled

BUSY_SECONDS = 30.0
"""How long a write waits for another process's write to end."""


class Store:
    """The inventory in the file `path`; made, readable to its owner only, where there is none.

    Raises InventoryError where the file is not an inventory or cannot be used.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._writing = threading.Lock()
        self._local = threading.local()
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._writer = self._connect()
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise InventoryError(f"{path} cannot be used as an inventory: {error}") from None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        connection.create_function("regexp", 2, _regexp, deterministic=True)
        connection.create_function("path_matches", 2, _path_matches, deterministic=True)
        connection.create_function("to_char", 2, _to_char, deterministic=True)
        return connection

    def _prepare(self) -> None:
        (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        if version not in (0, schema.VERSION):
            raise InventoryError(f"{self.path} was written by another version of bunraku (schema {version})")
        self._writer.execute("PRAGMA journal_mode = WAL")
        if version == 0:
            if self._writer.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise InventoryError(f"{self.path} is a database of something else")
            self._writer.executescript(
                f"BEGIN; {schema.TABLES} {schema.VIEWS} PRAGMA user_version = {schema.VERSION}; COMMIT"
            )

    def reader(self) -> sqlite3.Connection:
        """This thread's own connection, which cannot write."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            connection.execute("PRAGMA query_only = 1")
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One change at a time, whole or not at all. Raises InventoryError."""
        with self._writing:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                self._writer.execute("COMMIT")
            except sqlite3.Error as error:
                raise InventoryError(f"{self.path} cannot be written: {error}") from None
            finally:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def close(self) -> None:
        """Close what this thread and the writer have open."""
        self._writer.close()
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()

    # What is stored; the payloads are checked and normalised by `commands` ------------------------------------------

    def replace_facts(self, payload: dict[str, Any]) -> None:
        """Store a node's facts in place of those it had."""
        with self.transaction() as db:
            if not _is_news(db, "factset", payload):
                return
            name, facts = payload["certname"], payload["values"]
            for table in ("factset", "fact", "fact_content"):
                db.execute(f"DELETE FROM {table} WHERE certname = ?", (name,))
            row = _common(payload) | {"hash": _hash(payload), "facts": as_text(facts)}
            _insert(db, "factset", row)
            db.executemany("INSERT INTO fact VALUES (?, ?, ?)", [(name, k, as_text(v)) for k, v in facts.items()])
            db.executemany("INSERT INTO fact_content VALUES (?, ?, ?, ?, ?, ?)", _contents(name, facts))
            _seen(db, payload)

    def replace_catalog(self, payload: dict[str, Any]) -> None:
        """Store a node's catalog in place of the one it had."""
        with self.transaction() as db:
            if not _is_news(db, "catalog", payload):
                return
            name, resources, edges = payload["certname"], payload["resources"], payload["edges"]
            for table in ("catalog", "resource", "edge"):
                db.execute(f"DELETE FROM {table} WHERE certname = ?", (name,))
            row = _common(payload) | {"hash": _hash([resources, edges]), "version": str(payload["version"])}
            uuids = {key: payload.get(key) for key in ("transaction_uuid", "catalog_uuid", "code_id", "job_id")}
            _insert(db, "catalog", row | uuids)
            for resource in resources:
                identity = {key: resource[key] for key in ("type", "title", "parameters")}
                places = {key: resource.get(key) for key in ("type", "title", "file", "line")}
                lists = {"tags": as_text(sorted(resource["tags"])), "parameters": as_text(resource["parameters"])}
                own = {"certname": name, "resource": _hash(identity), "exported": resource["exported"]}
                _insert(db, "resource", own | places | lists)
            for edge in edges:
                ends = {f"{end}_{key}": edge[end][key] for end in ("source", "target") for key in ("type", "title")}
                _insert(db, "edge", {"certname": name, "relationship": edge["relationship"]} | ends)
            _seen(db, payload)

    def store_report(self, payload: dict[str, Any]) -> None:
        """Store a run's report and its events; a report that is stored already changes nothing."""
        with self.transaction() as db:
            name, key = payload["certname"], _hash(payload)
            if db.execute("SELECT 1 FROM report WHERE hash = ?", (key,)).fetchone():
                return
            row = {k: v for k, v in payload.items() if k in _REPORT_COLUMNS}
            documents = {k: as_text(payload.get(k) or []) for k in ("metrics", "logs")}
            _insert(db, "report", row | documents | {"hash": key, "receive_time": times.now()})
            for event in _events(payload["resources"]):
                _insert(db, "event", {"report": key, "certname": name} | event)
            _seen(db, payload)
            db.execute(
                "UPDATE node SET latest_report = (SELECT hash FROM report WHERE certname = ?1"
                " ORDER BY producer_timestamp DESC LIMIT 1) WHERE certname = ?1",
                (name,),
            )

    def deactivate_node(self, payload: dict[str, Any]) -> None:
        """Leave a node out of queries until it is heard of again."""
        with self.transaction() as db:
            name, when = payload["certname"], payload["producer_timestamp"]
            newer = db.execute(
                "SELECT 1 FROM (SELECT producer_timestamp FROM factset WHERE certname = ?1 UNION ALL"
                " SELECT producer_timestamp FROM catalog WHERE certname = ?1 UNION ALL"
                " SELECT producer_timestamp FROM report WHERE certname = ?1) WHERE producer_timestamp > ?2",
                (name, when),
            ).fetchone()
            if not newer:
                db.execute(
                    "INSERT INTO node (certname, deactivated) VALUES (?, ?)"
                    " ON CONFLICT DO UPDATE SET deactivated = coalesce(deactivated, excluded.deactivated)",
                    (name, when),
                )


def as_text(value: Any) -> str:
    """Any JSON value as the text that is stored and compared: sorted keys, nothing between."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _hash(value: Any) -> str:
    return hashlib.sha1(as_text(value).encode(), usedforsecurity=False).hexdigest()


def _insert(db: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))


def _common(payload: dict[str, Any]) -> dict[str, Any]:
    keys = ("certname", "environment", "producer_timestamp", "producer")
    return {key: payload.get(key) for key in keys} | {"timestamp": times.now()}


def _is_news(db: sqlite3.Connection, table: str, payload: dict[str, Any]) -> bool:
    held = db.execute(f"SELECT producer_timestamp FROM {table} WHERE certname = ?", (payload["certname"],)).fetchone()
    return held is None or bool(held[0] <= payload["producer_timestamp"])


def _seen(db: sqlite3.Connection, payload: dict[str, Any]) -> None:
    """The node exists, and is active again if this is newer than its deactivation or its expiry."""
    db.execute("INSERT OR IGNORE INTO node (certname) VALUES (?)", (payload["certname"],))
    db.execute(
        "UPDATE node SET deactivated = NULL, expired = NULL"
        " WHERE certname = ? AND max(coalesce(deactivated, ''), coalesce(expired, '')) < ?",
        (payload["certname"], payload["producer_timestamp"]),
    )


_REPORT_COLUMNS = frozenset(
    (
        *("certname", "environment", "puppet_version", "report_format", "configuration_version", "type", "status"),
        *("start_time", "end_time", "producer_timestamp", "producer", "transaction_uuid", "catalog_uuid", "code_id"),
        *("job_id", "cached_catalog_status", "noop", "noop_pending", "corrective_change"),
    )
)

_EVENT_KEYS = ("status", "timestamp", "property", "name", "message", "corrective_change")


def _events(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of `event` for a report's resources; a skipped resource counts as one event."""
    for resource in resources:
        path = resource.get("containment_path")
        shared = {key: resource.get(key) for key in ("resource_type", "resource_title", "file", "line")}
        shared |= {"containment_path": as_text(path), "containing_class": _containing_class(path or [])}
        skipped = [{"status": "skipped", "timestamp": resource["timestamp"]}] if resource.get("skipped") else []
        for event in resource.get("events") or skipped:
            values = {key: as_text(event.get(key)) for key in ("new_value", "old_value")}
            yield shared | {key: event.get(key) for key in _EVENT_KEYS} | values


def _containing_class(path: list[str]) -> str | None:
    """The innermost class of a containment path: classes stand there by bare name, everything else as `Type[title]`."""
    return next((name for name in reversed(path) if name and "[" not in name), None)


_TYPES = {str: "string", bool: "boolean", int: "integer", float: "float", type(None): "null"}


def _contents(certname: str, facts: dict[str, Any]) -> Iterator[tuple[str, str, str, int, str, str]]:
    """The rows of `fact_content`: one for each leaf; an empty list or hash is a leaf of type json."""
    pending: list[tuple[list[str | int], Any]] = [([name], value) for name, value in facts.items()]
    while pending:
        path, value = pending.pop()
        if value and isinstance(value, dict):
            pending += [([*path, key], inner) for key, inner in value.items()]
        elif value and isinstance(value, list):
            pending += [([*path, index], inner) for index, inner in enumerate(value)]
        else:
            kind = _TYPES.get(type(value), "json")
            yield certname, str(path[0]), as_text(path), len(path) - 1, kind, as_text(value)


# Functions that queries call ------------------------------------------------------------------------------------------


def _regexp(pattern: str, value: Any) -> bool | None:
    return None if value is None else compiled(pattern).search(str(value)) is not None


@lru_cache(maxsize=64)
def _loaded(text: str) -> list[Any]:
    found: list[Any] = orjson.loads(text)
    return found


def _path_matches(pattern: str, path: str) -> bool:
    """PuppetDB's `~>`: element by element; an integer, or a pattern that is not all digits, matches an index."""
    patterns, elements = _loaded(pattern), orjson.loads(path)
    return len(patterns) == len(elements) and all(map(_element_matches, patterns, elements))


def _element_matches(pattern: str | int, element: str | int) -> bool:
    if isinstance(pattern, int):
        return pattern == element
    if isinstance(element, int) and pattern.isdigit():
        return False
    return compiled(pattern).fullmatch(str(element)) is not None


# The parts of PostgreSQL's to_char that have a meaning for a time in UTC, longest first.
_TO_CHAR = {
    "FMMonth": "%B", "FMmonth": "%B", "FMDay": "%A", "Month": "%B", "month": "%B", "YYYY": "%Y", "HH24": "%H",
    "HH12": "%I", "DDD": "%j", "Day": "%A", "day": "%A", "Mon": "%b", "mon": "%b", "YY": "%y", "MM": "%m",
    "DD": "%d", "Dy": "%a", "HH": "%I", "MI": "%M", "SS": "%S", "ID": "%u", "IW": "%V",
}  # fmt: skip
_TO_CHAR_PART = re.compile("|".join(_TO_CHAR))


def _to_char(value: Any, mask: str) -> str | None:
    """A time by a mask of PostgreSQL's to_char; a number as its digits."""
    from datetime import datetime

    if value is None or isinstance(value, (int, float)):
        return None if value is None else str(value)
    when = datetime.fromisoformat(value)

    def part(match: re.Match[str]) -> str:
        word = match[0]
        text = when.strftime(_TO_CHAR[word])
        return text.lower() if word.removeprefix("FM")[0].islower() else text

    return _TO_CHAR_PART.sub(part, mask)
