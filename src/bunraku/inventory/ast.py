"""PuppetDB's AST query language to SQL: conditions joined, projections, paging, and queries inside queries.

A query is a JSON array in prefix notation. Source: PuppetDB's page "AST query language". `clauses` takes a query apart,
`comparisons` turns a field, an operator and a value into SQL; names reach the SQL only out of `entities`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from bunraku.inventory.clauses import Paging, Select, find_entity, read, read_from, shown
from bunraku.inventory.comparisons import ACTIVE, OPERATORS, comparison
from bunraku.inventory.entities import Entity, relation
from bunraku.inventory.errors import QueryError
from bunraku.inventory.fields import FUNCTIONS, Column, Sql, column_of, joined, value_of
from bunraku.inventory.store import as_text

MAX_DEPTH = 100


class Statement(NamedTuple):
    """A query as SQL. columns: what the answer's rows hold. total: the SQL that counts the rows without paging."""

    entity: Entity
    rows: Sql
    total: Sql
    columns: list[Column]


def compile_query(entity: str | None, query: Any, paging: Paging | None = None) -> Statement:
    """The SQL of `query` (JSON's own types, or None for everything) about `entity`.

    entity: None where the query itself begins with `from`. paging: what the request asked for beside the query; wins.
    Raises QueryError: what is wrong, and where.
    """
    if isinstance(query, list) and query[:1] == ["from"]:
        select = read_from(query)
        if entity is not None and select.entity.name != entity:
            raise QueryError(f"this endpoint answers about {entity}, the query asks from {select.entity.name}")
    elif entity is None:
        raise QueryError('the query must say what it is about: ["from", "nodes", …], or nodes { … }')
    else:
        select = read(find_entity(entity), [] if query is None else [query])
    asked = paging or Paging()
    own = select.paging
    page = Paging(
        own.limit if asked.limit is None else asked.limit,
        own.offset if asked.offset is None else asked.offset,
        asked.order_by or own.order_by or _usual_order(select),
    )
    columns = _columns(select)
    unpaged = _select_sql(select, columns, 0)
    total = Sql(f"SELECT count(*) FROM ({unpaged.text})", unpaged.params)
    return Statement(select.entity, joined(unpaged, _paging_sql(select, page)), total, columns)


def _usual_order(select: Select) -> tuple[tuple[Any, str], ...]:
    return ((select.entity.order, "asc"),) if select.entity.order and not select.extract else ()


# Putting SQL together -------------------------------------------------------------------------------------------------


def _columns(select: Select) -> list[Column]:
    if select.extract is None:
        return [column_of(select.entity, name) for name, known in select.entity.fields.items() if known.shown]
    if not select.extract:
        raise QueryError('"extract" needs at least one field')
    return [column_of(select.entity, name) for name in select.extract]


def _select_sql(select: Select, columns: list[Column], depth: int, *, active: bool = True) -> Sql:
    entity = select.entity
    named = [Sql(f'{c.sql.text} AS "c{n}"', c.sql.params) for n, c in enumerate(columns)]
    sql = joined(Sql("SELECT"), joined(*named, by=", "), Sql(f"FROM {entity.name} AS e"))
    conditions = [] if select.where is None else [_condition(entity, select.where, depth)]
    if active and entity.active_only and not _names_state(select.where):
        conditions.append(Sql(f"e.certname IN ({ACTIVE})"))
    if conditions:
        sql = joined(sql, Sql("WHERE"), joined(*conditions, by=" AND "))
    if select.group_by:
        groups = [column_of(entity, name).sql for name in select.group_by]
        sql = joined(sql, Sql("GROUP BY"), joined(*groups, by=", "))
    elif any(c.aggregate for c in columns) and not all(c.aggregate for c in columns):
        # As PuppetDB: what stands beside an aggregate is what it is grouped by.
        raise QueryError('a field beside a function must be named in ["group_by", …]')
    return sql


def _paging_sql(select: Select, page: Paging) -> Sql:
    parts = []
    if page.order_by:
        terms = [joined(_order_term(select, name), Sql(_direction(name, how))) for name, how in page.order_by]
        parts += [Sql("ORDER BY"), joined(*terms, by=", ")]
    if page.limit is not None or page.offset is not None:
        parts.append(Sql("LIMIT ? OFFSET ?", (-1 if page.limit is None else page.limit, page.offset or 0)))
    return joined(*parts)


def _direction(name: Any, how: str) -> str:
    """Nulls stand where PostgreSQL puts them; a certname is never null, and an index can give its order."""
    if name == "certname":
        return how
    return "ASC NULLS LAST" if how == "asc" else "DESC NULLS FIRST"


def _order_term(select: Select, name: Any) -> Sql:
    if isinstance(name, str) and name in FUNCTIONS:
        for number, asked in enumerate(select.extract or []):
            if isinstance(asked, list) and asked[1:2] == [name]:
                return Sql(f'"c{number}"')
    value = value_of(select.entity, name)
    return value.scalar if value.kind == "json" else value.sql


def _names_state(query: Any) -> bool:
    """Whether a condition itself says which nodes it is about, active or not."""
    if not isinstance(query, list) or not query:
        return False
    if query[0] in ("and", "or", "not"):
        return any(map(_names_state, query[1:]))
    return len(query) > 1 and query[1] in ("node_state", ["node", "active"])


def _condition(entity: Entity, query: Any, depth: int) -> Sql:
    if not isinstance(query, list) or not query or not isinstance(query[0], str):
        raise QueryError(f'{shown(query)} is not a condition: an array such as ["=", FIELD, VALUE] is')
    if depth > MAX_DEPTH:
        raise QueryError(f"the query is nested deeper than {MAX_DEPTH}")
    operator, *arguments = query
    if operator in ("and", "or"):
        if not arguments:
            raise QueryError(f'"{operator}" needs at least one condition')
        parts = [_condition(entity, argument, depth + 1) for argument in arguments]
        return _parenthesised(joined(*parts, by=f" {operator.upper()} "))
    if operator == "not":
        (inner,) = _arguments(query, 1, "a condition")
        return joined(Sql("NOT"), _parenthesised(_condition(entity, inner, depth + 1)))
    if operator == "subquery":
        other, inner = _arguments(query, 2, "an entity and a condition")
        return _implicit(entity, other, inner, depth)
    if operator == "in":
        fields, source = _arguments(query, 2, "fields and a list")
        return _membership(entity, fields, source, depth)
    if operator in OPERATORS:
        return comparison(entity, operator, *_arguments(query, 2, "a field and a value"))
    raise QueryError(f'"{operator}" is not an operator; known are = ~ ~> > < >= <= null? and or not in subquery')


def _arguments(query: list[Any], count: int, what: str) -> list[Any]:
    if len(query) != count + 1:
        raise QueryError(f'"{query[0]}" takes {what}: {shown(query)}')
    return query[1:]


def _parenthesised(sql: Sql) -> Sql:
    return Sql(f"({sql.text})", sql.params)


# Subqueries -----------------------------------------------------------------------------------------------------------


def _implicit(entity: Entity, other: Any, condition: Any, depth: int) -> Sql:
    inner = find_entity(other)
    pair = relation(entity, inner)
    if pair is None:
        raise QueryError(f'{entity.name} and {inner.name} are not related; say how with ["in", FIELDS, …]')
    outer_fields, inner_fields = pair
    return _in_select(entity, list(outer_fields), Select(inner, condition, list(inner_fields)), depth)


def _membership(entity: Entity, fields: Any, source: Any, depth: int) -> Sql:
    # ["fact", NAME] and ["parameter", NAME] are one field, every other list is fields.
    single = isinstance(fields, str) or isinstance(fields, list) and fields[:1] in (["fact"], ["parameter"])
    names = [fields] if single else fields
    if not isinstance(names, list) or not names or not isinstance(source, list) or not source:
        raise QueryError('"in" takes fields and a list: ["in", "certname", ["extract", "certname", …]]')
    if source[0] == "array":
        return _in_array(entity, names, source)
    if source[0] == "from":
        return _in_select(entity, names, read_from(source), depth)
    if source[0] != "extract" or len(source) != 3 or not isinstance(source[2], list):
        raise QueryError('the list of "in" is an "extract", a "from" or an "array"')
    selector, *condition = source[2] or [""]
    if not isinstance(selector, str) or not selector.startswith("select_") or len(condition) > 1:
        raise QueryError('"extract" in an "in" reads from a subquery: ["select_facts", CONDITION]')
    select = read(find_entity(selector.removeprefix("select_")), [["extract", source[1], *condition]])
    return _in_select(entity, names, select, depth)


def _in_array(entity: Entity, names: list[Any], source: list[Any]) -> Sql:
    if len(names) != 1 or len(source) != 2 or not isinstance(source[1], list):
        raise QueryError('"array" is for one field: ["in", "certname", ["array", ["a", "b"]]]')
    values = source[1]
    if not values:
        return Sql("0")
    if isinstance(names[0], str) and "." not in names[0]:
        found = value_of(entity, names[0])
        if found.kind == "string" and all(isinstance(value, str) for value in values):
            return joined(found.sql, Sql("IN (SELECT value FROM json_each(?))", (as_text(values),)))
    if len(values) > 500:
        raise QueryError(f"an array of {len(values)} values is too long for {names[0]}; 500 is the most")
    return _parenthesised(joined(*(comparison(entity, "=", names[0], value) for value in values), by=" OR "))


def _in_select(entity: Entity, names: list[Any], select: Select, depth: int) -> Sql:
    columns = _columns(select)
    if len(columns) != len(names):
        raise QueryError(f'"in" compares {len(names)} fields with {len(columns)}')
    outer = [value_of(entity, name) for name in names]
    # JSON is compared with the same thing's text, so both sides are brought to it.
    left = joined(*(v.scalar if v.kind == "json" else v.sql for v in outer), by=", ")
    plain = [c._replace(sql=c.scalar) for c in columns]
    if depth > MAX_DEPTH:
        raise QueryError(f"the query is nested deeper than {MAX_DEPTH}")
    rows = joined(_select_sql(select, plain, depth + 1, active=False), _paging_sql(select, select.paging))
    return Sql(f"({left.text}) IN ({rows.text})", (*left.params, *rows.params))
