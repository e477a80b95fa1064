"""`event-counts` and `aggregate-event-counts`: how many events of each outcome, by what they happened to."""

from __future__ import annotations

from typing import Any

from bunraku.inventory.answers import limited
from bunraku.inventory.ast import compile_query
from bunraku.inventory.clauses import Paging
from bunraku.inventory.errors import QueryError
from bunraku.inventory.fields import Sql
from bunraku.inventory.store import Store

_STATUSES = {"failures": "failure", "successes": "success", "noops": "noop", "skips": "skipped"}
_SUBJECTS = {
    "certname": ("certname",),
    "resource": ("resource_type", "resource_title"),
    "containing_class": ("containing_class",),
}
_COMPARISONS = ("=", ">", "<", ">=", "<=")


def event_counts(
    store: Store,
    query: Any,
    summarize_by: str,
    *,
    count_by: str = "resource",
    counts_filter: Any = None,
    latest_only: bool = False,
    paging: Paging | None = None,
) -> tuple[list[dict[str, Any]], int]:
    """The counts a subject, and how many subjects there are without paging. Raises QueryError.

    query: AST about events. count_by: "resource" counts each event, "certname" a node once an outcome. counts_filter:
    a comparison of a count, `[">", "failures", 0]`.
    """
    sql = _counts(query, summarize_by, count_by, latest_only)
    if counts_filter is not None:
        condition = _filter(counts_filter)
        sql = Sql(f"SELECT * FROM ({sql.text}) WHERE {condition.text}", (*sql.params, *condition.params))
    order, page = _paging(paging or Paging(), summarize_by)
    with limited(store) as db:
        total = db.execute(f"SELECT count(*) FROM ({sql.text})", sql.params).fetchone()[0]
        rows = db.execute(f"SELECT * FROM ({sql.text}) {order} LIMIT ? OFFSET ?", (*sql.params, *page)).fetchall()
    return [_shown(summarize_by, row) for row in rows], total


def aggregate_event_counts(store: Store, query: Any, summarize_by: str, **options: Any) -> dict[str, Any]:
    """The same in one sum: how many subjects there were with each outcome. Raises QueryError."""
    rows, total = event_counts(store, query, summarize_by, **options)
    sums = {name: sum(row[name] > 0 for row in rows) for name in _STATUSES}
    return {"summarize_by": summarize_by, **sums, "total": total}


def _counts(query: Any, summarize_by: str, count_by: str, latest_only: bool) -> Sql:
    subject = _SUBJECTS.get(summarize_by)
    if subject is None:
        raise QueryError(f"summarize_by is one of {', '.join(_SUBJECTS)}, not {summarize_by!r}")
    if count_by not in ("resource", "certname"):
        raise QueryError(f"count_by is resource or certname, not {count_by!r}")
    if latest_only:
        latest = ["=", "latest_report?", True]
        query = latest if query is None else ["and", query, latest]
    wanted = ["extract", [*dict.fromkeys((*subject, "certname", "status"))], *([query] if query is not None else [])]
    statement = compile_query("events", wanted)
    names = {column.name: f"c{number}" for number, column in enumerate(statement.columns)}
    keys = ", ".join(names[name] for name in subject)
    counted = f"DISTINCT {names['certname']}" if count_by == "certname" else "*"
    sums = ", ".join(
        f"count({counted}) FILTER (WHERE {names['status']} = '{status}') AS {name}"
        for name, status in _STATUSES.items()
    )
    return Sql(f"SELECT {keys}, {sums} FROM ({statement.rows.text}) GROUP BY {keys}", statement.rows.params)


def _filter(condition: Any) -> Sql:
    match condition:
        case [("and" | "or") as word, *parts] if parts and len(parts) < 50:
            inner = [_filter(part) for part in parts]
            return Sql(f"({f' {word} '.join(i.text for i in inner)})", tuple(p for i in inner for p in i.params))
        case [operator, name, int() | float() as number] if operator in _COMPARISONS and name in _STATUSES:
            return Sql(f"{name} {operator} ?", (number,))
    raise QueryError(f'counts_filter compares one of {", ".join(_STATUSES)} with a number: [">", "failures", 0]')


def _paging(paging: Paging, summarize_by: str) -> tuple[str, tuple[int, int]]:
    columns = dict(zip(_SUBJECTS[summarize_by], ("c0", "c1"), strict=False)) | {name: name for name in _STATUSES}
    terms = []
    for name, direction in paging.order_by:
        if name not in columns:
            raise QueryError(f"order_by: {name!r} is not one of {', '.join(columns)}")
        terms.append(f"{columns[name]} {direction}")
    order = f"ORDER BY {', '.join(terms)}" if terms else ""
    return order, (-1 if paging.limit is None else paging.limit, paging.offset or 0)


def _shown(summarize_by: str, row: tuple[Any, ...]) -> dict[str, Any]:
    keys = len(_SUBJECTS[summarize_by])
    subject = dict(zip(("type", "title") if keys == 2 else ("title",), row, strict=False))
    return {"subject_type": summarize_by, "subject": subject, **dict(zip(_STATUSES, row[keys:], strict=True))}
