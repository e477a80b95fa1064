"""PuppetDB's AST query language to SQL.

A query is a JSON array in prefix notation. Source: PuppetDB's page "AST query language". Comparisons with null are
SQL's (neither true nor false); a comparison with a fact or parameter that a row does not have is false, so its `not`
is true. Every value goes to SQLite as a parameter; names reach the SQL only out of `entities`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bunraku.inventory import times
from bunraku.inventory.entities import ENTITIES, Entity, relation
from bunraku.inventory.errors import QueryError
from bunraku.inventory.fields import (
    FUNCTIONS,
    Column,
    Sql,
    Value,
    checked_pattern,
    column_of,
    joined,
    split_dotted,
    value_of,
)
from bunraku.inventory.store import as_text

MAX_DEPTH = 100
_ACTIVE = "SELECT certname FROM node WHERE deactivated IS NULL AND expired IS NULL"
_INACTIVE = "SELECT certname FROM node WHERE deactivated IS NOT NULL OR expired IS NOT NULL"
_COMPARISONS = frozenset(("=", ">", "<", ">=", "<="))
_PAGING = frozenset(("limit", "offset", "order_by"))


class Paging(NamedTuple):
    """Which part of the answer, in which order. order_by: pairs of a field and "asc" or "desc"."""

    limit: int | None = None
    offset: int | None = None
    order_by: tuple[tuple[Any, str], ...] = ()


class Statement(NamedTuple):
    """A query as SQL. columns: what the answer's rows hold. total: the SQL that counts the rows without paging."""

    entity: Entity
    rows: Sql
    total: Sql
    columns: list[Column]


@dataclass(slots=True)
class _Select:
    """A query taken apart."""

    entity: Entity
    where: Any = None
    extract: list[Any] | None = None
    group_by: list[Any] = field(default_factory=list)
    paging: Paging = Paging()


def compile_query(entity: str | None, query: Any, paging: Paging | None = None) -> Statement:
    """The SQL of `query` (JSON's own types, or None for everything) about `entity`.

    entity: None where the query itself begins with `from`. paging: what the request asked for beside the query; wins.
    Raises QueryError: what is wrong, and where.
    """
    if isinstance(query, list) and query[:1] == ["from"]:
        select = _read_from(query)
        if entity is not None and select.entity.name != entity:
            raise QueryError(f"this endpoint answers about {entity}, the query asks from {select.entity.name}")
    elif entity is None:
        raise QueryError('the query must say what it is about: ["from", "nodes", …], or nodes { … }')
    else:
        select = _read(find_entity(entity), [] if query is None else [query])
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


def _usual_order(select: _Select) -> tuple[tuple[Any, str], ...]:
    return ((select.entity.order, "asc"),) if select.entity.order and not select.extract else ()


def find_entity(name: Any) -> Entity:
    """The entity called `name`, with underscores. Raises QueryError."""
    if not isinstance(name, str) or name not in ENTITIES:
        raise QueryError(f"{name!r} is not an entity; known are {', '.join(ENTITIES)}")
    return ENTITIES[name]


# Taking a query apart -------------------------------------------------------------------------------------------------


def _read_from(query: list[Any]) -> _Select:
    if len(query) < 2:
        raise QueryError('"from" needs an entity: ["from", "nodes", …]')
    return _read(find_entity(query[1]), query[2:])


def _read(entity: Entity, clauses: list[Any]) -> _Select:
    select = _Select(entity)
    for clause in clauses:
        _read_clause(select, clause)
    return select


def _read_clause(select: _Select, clause: Any) -> None:
    if not isinstance(clause, list) or not clause or not isinstance(clause[0], str):
        raise QueryError(f'{_shown(clause)} is not a condition: an array such as ["=", FIELD, VALUE] is')
    operator, *arguments = clause
    if operator == "extract":
        if not arguments or select.extract is not None:
            raise QueryError('"extract" needs fields: ["extract", ["certname"], …], and stands once')
        fields = arguments[0]
        if not isinstance(fields, (str, list)):
            raise QueryError(f'"extract" takes a field or a list of fields, not {_shown(fields)}')
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
            raise QueryError(f"order_by: {_shown(entry)} is not a field with asc or desc")
        found.append((name, str(direction).lower()))
    return tuple(found)


_PAGE_READERS: dict[str, Any] = {"limit": read_count, "offset": read_count, "order_by": read_order}


# Putting SQL together -------------------------------------------------------------------------------------------------


def _columns(select: _Select) -> list[Column]:
    if select.extract is None:
        return [column_of(select.entity, name) for name, known in select.entity.fields.items() if known.shown]
    if not select.extract:
        raise QueryError('"extract" needs at least one field')
    return [column_of(select.entity, name) for name in select.extract]


def _select_sql(select: _Select, columns: list[Column], depth: int, *, active: bool = True) -> Sql:
    entity = select.entity
    shown = [Sql(f'{c.sql.text} AS "c{n}"', c.sql.params) for n, c in enumerate(columns)]
    sql = joined(Sql("SELECT"), joined(*shown, by=", "), Sql(f"FROM {entity.name} AS e"))
    conditions = [] if select.where is None else [_condition(entity, select.where, depth)]
    if active and entity.active_only and not _names_state(select.where):
        conditions.append(Sql(f"e.certname IN ({_ACTIVE})"))
    if conditions:
        sql = joined(sql, Sql("WHERE"), joined(*conditions, by=" AND "))
    if select.group_by:
        groups = [column_of(entity, name).sql for name in select.group_by]
        sql = joined(sql, Sql("GROUP BY"), joined(*groups, by=", "))
    elif any(c.aggregate for c in columns) and not all(c.aggregate for c in columns):
        # As PuppetDB: what stands beside an aggregate is what it is grouped by.
        raise QueryError('a field beside a function must be named in ["group_by", …]')
    return sql


def _paging_sql(select: _Select, page: Paging) -> Sql:
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


def _order_term(select: _Select, name: Any) -> Sql:
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
        raise QueryError(f'{_shown(query)} is not a condition: an array such as ["=", FIELD, VALUE] is')
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
    if operator in _COMPARISONS or operator in ("~", "~>", "null?"):
        return _comparison(entity, operator, *_arguments(query, 2, "a field and a value"))
    raise QueryError(f'"{operator}" is not an operator; known are = ~ ~> > < >= <= null? and or not in subquery')


def _arguments(query: list[Any], count: int, what: str) -> list[Any]:
    if len(query) != count + 1:
        raise QueryError(f'"{query[0]}" takes {what}: {_shown(query)}')
    return query[1:]


def _parenthesised(sql: Sql) -> Sql:
    return Sql(f"({sql.text})", sql.params)


def _shown(value: Any) -> str:
    """The start of a part of a query, for a message."""
    try:
        return as_text(value)[:100]
    except TypeError:  # nested deeper than can be written
        return f"{str(value)[:40]}…"


# Comparisons ----------------------------------------------------------------------------------------------------------


def _comparison(entity: Entity, operator: str, name: Any, value: Any) -> Sql:
    if name == "node_state" or name == ["node", "active"]:
        return _node_state(entity, operator, value)
    if isinstance(name, list) and len(name) == 2 and name[0] == "fact" and "certname" in entity.fields:
        rows = Sql("SELECT certname FROM fact WHERE name = ? AND", (name[1],))
        return _in_facts(rows, operator, value)
    if isinstance(name, str) and "." in name:
        head, steps = split_dotted(name)
        if head in entity.dotted and entity.name == "inventory":
            leaf = _leaf_rows(head, steps, operator, value)
            if leaf is not None:
                return _in_facts(leaf, operator, value)
    found = value_of(entity, name)
    compared = _compare(found, operator, value, str(name))
    return Sql(f"coalesce({compared.text}, 0)", compared.params) if found.optional and operator != "null?" else compared


def _node_state(entity: Entity, operator: str, value: Any) -> Sql:
    states = {"active": _ACTIVE, "inactive": _INACTIVE, True: _ACTIVE, False: _INACTIVE}
    if operator != "=" or "certname" not in entity.fields or not isinstance(value, (str, bool)):
        raise QueryError('node_state is compared by "=" with "active", "inactive" or "any"')
    if value == "any":
        return Sql("1")
    if value not in states:
        raise QueryError(f"node_state is active, inactive or any, not {value!r}")
    return Sql(f"e.certname IN ({states[value]})")


def _leaf_rows(head: str, steps: list[Any], operator: str, value: Any) -> Sql | None:
    """The leaves of facts below a dotted field, found by index; None where whole structures are compared."""
    if operator == "null?" or isinstance(value, (dict, list)):
        return None
    path = list(steps) if head == "facts" else [head, *steps]
    if any(isinstance(step, re.Pattern) for step in path):
        pattern = [s.pattern if isinstance(s, re.Pattern) else re.escape(s) if isinstance(s, str) else s for s in path]
        return Sql("SELECT certname FROM fact_content WHERE path_matches(?, path) AND", (as_text(pattern),))
    return Sql("SELECT certname FROM fact_content WHERE path = ? AND", (as_text(path),))


def _in_facts(rows: Sql, operator: str, value: Any) -> Sql:
    if operator == "null?":
        rows, absent = Sql(rows.text + " value <> 'null'", rows.params), value is True
        return Sql(f"e.certname {'NOT ' if absent else ''}IN ({rows.text})", rows.params)
    inner = joined(rows, _compare(Value("json", Sql("value")), operator, value, "the fact"))
    return Sql(f"e.certname IN ({inner.text})", inner.params)


def _compare(found: Value, operator: str, value: Any, name: str) -> Sql:
    if operator == "null?":
        if not isinstance(value, bool):
            raise QueryError('"null?" takes true or false')
        sql = found.scalar if found.kind == "json" else found.sql
        return joined(sql, Sql("IS NULL" if value else "IS NOT NULL"))
    if operator == "~>":
        return _path_match(found, value, name)
    if operator == "~":
        return _match(found, value, name)
    if operator != "=" and found.kind in ("string", "boolean", "array", "path"):
        raise QueryError(f'"{operator}" does not work on {name}, which is a {found.kind}')
    return _BY_KIND[found.kind](found.sql, operator, value, name)


def _match(found: Value, value: Any, name: str) -> Sql:
    pattern = checked_pattern(value)
    if found.kind == "string":
        return joined(Sql("regexp(?, ", (pattern,)), found.sql, Sql(")"))
    if found.kind == "json":
        sql = found.sql
        text = (
            f"(json_type({sql.text}) NOT IN ('object', 'array', 'null') AND regexp(?, json_extract({sql.text}, '$')))"
        )
        return Sql(text, (*sql.params, pattern, *sql.params))
    if found.kind == "array":
        return Sql(f"EXISTS (SELECT 1 FROM json_each({found.sql.text}) AS a WHERE regexp(?, a.value))", (pattern,))
    raise QueryError(f'"~" does not work on {name}, which is a {found.kind}')


def _path_match(found: Value, value: Any, name: str) -> Sql:
    if found.kind != "path" or not isinstance(value, list) or not value:
        raise QueryError(f'"~>" compares a path with an array of patterns: ["~>", "path", ["os", ".*"]], not {name}')
    for step in value:
        if isinstance(step, bool) or not isinstance(step, int):
            checked_pattern(step)
    sql = joined(Sql("path_matches(?, ", (as_text(value),)), found.sql, Sql(")"))
    if isinstance(value[0], str) and re.escape(value[0]) == value[0]:
        return joined(Sql("(e.name = ? AND", (value[0],)), sql, Sql(")"))  # the first step is a name: use the index
    return sql


def _string(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    if isinstance(value, (list, dict)) or value is None:
        raise QueryError(f"{name} is compared with a string, not {_shown(value)}")
    return joined(sql, Sql("= ?", (as_text(value) if not isinstance(value, str) else value,)))


def _number(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    try:
        number = float(value) if isinstance(value, (str, float)) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or abs(number) >= 2**63:
        raise QueryError(f"{name} is compared with a number, not {_shown(value)}")
    return joined(sql, Sql(f"{operator} ?", (number,)))


def _boolean(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    truth = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(truth, bool):
        raise QueryError(f"{name} is compared with true or false, not {_shown(value)}")
    return joined(sql, Sql("= ?", (int(truth),)))


def _timestamp(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    try:
        return joined(sql, Sql(f"{operator} ?", (times.normalised(value),)))
    except ValueError as error:
        raise QueryError(f"{name}: {error}") from None


def _array(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    if not isinstance(value, str):
        raise QueryError(f"{name} is compared with a string, not {_shown(value)}")
    wanted = value.lower() if name == "tag" else value
    return Sql(f"EXISTS (SELECT 1 FROM json_each({sql.text}) AS a WHERE a.value = ?)", (*sql.params, wanted))


def _path(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    if not isinstance(value, list):
        raise QueryError(f'{name} is compared with an array: ["=", "path", ["os", "name"]]')
    return joined(sql, Sql("= ?", (as_text(value),)))


def _json(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    if operator == "=" and (isinstance(value, (str, bool, list, dict)) or value is None):
        return joined(sql, Sql("= ?", (as_text(value),)))
    number = value
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise QueryError(f'"{operator}" compares {name} with a number, not {value!r}') from None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or abs(number) >= 2**63:
        raise QueryError(f'"{operator}" compares {name} with a number, not {_shown(value)}')
    text = f"(json_type({sql.text}) IN ('integer', 'real') AND json_extract({sql.text}, '$') {operator} ?)"
    return Sql(text, (*sql.params, *sql.params, number))


def _expanded(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    raise QueryError(f"{name} is shown, but cannot be compared")


_BY_KIND = {
    "string": _string,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "array": _array,
    "path": _path,
    "json": _json,
    "expanded": _expanded,
}


# Subqueries -----------------------------------------------------------------------------------------------------------


def _implicit(entity: Entity, other: Any, condition: Any, depth: int) -> Sql:
    inner = find_entity(other)
    pair = relation(entity, inner)
    if pair is None:
        raise QueryError(f'{entity.name} and {inner.name} are not related; say how with ["in", FIELDS, …]')
    outer_fields, inner_fields = pair
    return _in_select(entity, list(outer_fields), _Select(inner, condition, list(inner_fields)), depth)


def _membership(entity: Entity, fields: Any, source: Any, depth: int) -> Sql:
    # ["fact", NAME] and ["parameter", NAME] are one field, every other list is fields.
    single = isinstance(fields, str) or isinstance(fields, list) and fields[:1] in (["fact"], ["parameter"])
    names = [fields] if single else fields
    if not isinstance(names, list) or not names or not isinstance(source, list) or not source:
        raise QueryError('"in" takes fields and a list: ["in", "certname", ["extract", "certname", …]]')
    if source[0] == "array":
        return _in_array(entity, names, source)
    if source[0] == "from":
        return _in_select(entity, names, _read_from(source), depth)
    if source[0] != "extract" or len(source) != 3 or not isinstance(source[2], list):
        raise QueryError('the list of "in" is an "extract", a "from" or an "array"')
    selector, *condition = source[2] or [""]
    if not isinstance(selector, str) or not selector.startswith("select_") or len(condition) > 1:
        raise QueryError('"extract" in an "in" reads from a subquery: ["select_facts", CONDITION]')
    select = _read(find_entity(selector.removeprefix("select_")), [["extract", source[1], *condition]])
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
    return _parenthesised(joined(*(_comparison(entity, "=", names[0], value) for value in values), by=" OR "))


def _in_select(entity: Entity, names: list[Any], select: _Select, depth: int) -> Sql:
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
