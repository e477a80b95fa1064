"""Running a query: SQL to rows as JSON's own types."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson

from bunraku.inventory.ast import Statement
from bunraku.inventory.errors import QueryError
from bunraku.inventory.store import Store

QUERY_SECONDS = 60.0
"""A query that takes longer is ended."""


class Answer(NamedTuple):
    """rows: objects, or names for fact_names. total: how many there are without paging, where it was asked for."""

    rows: list[Any]
    total: int | None


def answer(store: Store, statement: Statement, *, total: bool = False) -> Answer:
    """What the store has to say. Raises QueryError for a query that takes too long."""
    readers = [(column.name, _READERS.get(column.kind, _as_it_is)) for column in statement.columns]
    with limited(store) as db:
        found = db.execute(*statement.rows)
        rows: list[Any] = [{name: read(cell) for (name, read), cell in zip(readers, row, strict=True)} for row in found]
        count = db.execute(*statement.total).fetchone()[0] if total else None
    if statement.entity.name == "fact_names" and [column.name for column in statement.columns] == ["name"]:
        rows = [row["name"] for row in rows]
    return Answer(rows, count)


@contextmanager
def limited(store: Store) -> Iterator[sqlite3.Connection]:
    """This thread's connection, for at most `QUERY_SECONDS`; what SQLite objects to becomes a QueryError."""
    db = store.reader()
    end = time.monotonic() + QUERY_SECONDS
    db.set_progress_handler(lambda: time.monotonic() > end, 100_000)
    try:
        yield db
    except sqlite3.OperationalError as error:
        late = "interrupted" in str(error)
        why = f"it took longer than {QUERY_SECONDS:.0f} s; narrow it down" if late else str(error)
        raise QueryError(f"the query cannot be answered: {why}") from None
    finally:
        db.set_progress_handler(None, 0)


def _json(text: str | None) -> Any:
    # What is kept as JSON text goes into the answer as it is, without being read.
    return None if text is None else orjson.Fragment(text)


def _as_it_is(cell: Any) -> Any:
    return cell


_READERS: dict[str, Callable[[Any], Any]] = {
    "boolean": lambda cell: None if cell is None else bool(cell),
    "json": _json,
    "array": _json,
    "path": _json,
    "expanded": _json,
}


def as_json(value: Any, *, pretty: bool = False) -> bytes:
    """An answer as JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 if pretty else 0)
