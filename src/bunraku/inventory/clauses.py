"""A query taken apart: what it is about, which of it, and how the answer is cut. No SQL yet.

The clauses are those of PuppetDB's page "AST query language": `from`, `extract`, `group_by`, `limit`, `offset`,
`order_by`, and one condition, which is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bunraku.inventory.entities import ENTITIES, Entity
from bunraku.inventory.errors import QueryError
from bunraku.inventory.store import as_text

_PAGING = frozenset(("limit", "offset", "order_by"))


class Paging(NamedTuple):
    """Which part of the answer, in which order. order_by: pairs of a field and "asc" or "desc"."""

    limit: int | None = None
    offset: int | None = None
    order_by: tuple[tuple[Any, str], ...] = ()


@dataclass(slots=True)
class Select:
    """A query taken apart."""

    entity: Entity
    where: Any = None
    extract: list[Any] | None = None
    group_by: list[Any] = field(default_factory=list)
    paging: Paging = Paging()


def find_entity(name: Any) -> Entity:
    """The entity called `name`, with underscores. Raises QueryError."""
    if not isinstance(name, str) or name not in ENTITIES:
        raise QueryError(f"{name!r} is not an entity; known are {', '.join(ENTITIES)}")
    return ENTITIES[name]


def read_from(query: list[Any]) -> Select:
    """The query ["from", ENTITY, …]. Raises QueryError."""
    if len(query) < 2:
        raise QueryError('"from" needs an entity: ["from", "nodes", …]')
    return read(find_entity(query[1]), query[2:])


def read(entity: Entity, clauses: list[Any]) -> Select:
    """A query about `entity` out of its clauses. Raises QueryError."""
    select = Select(entity)
    for clause in clauses:
        _read_clause(select, clause)
    return select


def _read_clause(select: Select, clause: Any) -> None:
    if not isinstance(clause, list) or not clause or not isinstance(clause[0], str):
        raise QueryError(f'{shown(clause)} is not a condition: an array such as ["=", FIELD, VALUE] is')
    operator, *arguments = clause
    if operator == "extract":
        if not arguments or select.extract is not None:
            raise QueryError('"extract" needs fields: ["extract", ["certname"], …], and stands once')
        fields = arguments[0]
        if not isinstance(fields, (str, list)):
            raise QueryError(f'"extract" takes a field or a list of fields, not {shown(fields)}')
        single = isinstance(fields, str) or fields[:1] == ["function"]
        select.extract = [fields] if single else list(fields)
        for inner in arguments[1:]:
            if inner is not None:
                _read_clause(select, inner)
    elif operator == "group_by":
        select.group_by = list(arguments)
    elif operator in _PAGING:
        if len(arguments) != 1:
            raise QueryError(f'"{operator}" takes one argument')
        select.paging = select.paging._replace(**{operator: _PAGE_READERS[operator](arguments[0])})
    elif select.where is not None:
        raise QueryError('a query has one condition; join several with ["and", …]')
    else:
        select.where = clause


def read_count(value: Any) -> int:
    """A limit or an offset. Raises QueryError."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**62:
        raise QueryError(f"limit and offset are whole numbers from 0, not {value!r}")
    return value


def read_order(value: Any) -> tuple[tuple[Any, str], ...]:
    """An order: fields, pairs of a field and a direction, or maps with `field` and `order`. Raises QueryError."""
    if not isinstance(value, list):
        raise QueryError('order_by is an array: [{"field": "certname", "order": "desc"}]')
    found = []
    for entry in value:
        if isinstance(entry, dict):
            entry = [entry.get("field"), entry.get("order") or "asc"]
        name, direction = entry if isinstance(entry, list) and len(entry) == 2 else (entry, "asc")
        if not isinstance(name, (str, list)) or str(direction).lower() not in ("asc", "desc"):
            raise QueryError(f"order_by: {shown(entry)} is not a field with asc or desc")
        found.append((name, str(direction).lower()))
    return tuple(found)


_PAGE_READERS: dict[str, Any] = {"limit": read_count, "offset": read_count, "order_by": read_order}


def shown(value: Any) -> str:
    """The start of a part of a query, for a message."""
    try:
        return as_text(value)[:100]
    except TypeError:  # nested deeper than can be written
        return f"{str(value)[:40]}…"
