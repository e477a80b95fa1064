"""Comparisons of a query as SQL: a field, an operator, a value.

Comparisons with null are SQL's (neither true nor false); a comparison with a fact or parameter that a row does not
have is false, so its `not` is true. Every value goes to SQLite as a parameter.
"""

from __future__ import annotations

from typing import Any

from bunraku.inventory import times
from bunraku.inventory.clauses import shown
from bunraku.inventory.entities import Entity
from bunraku.inventory.errors import QueryError
from bunraku.inventory.fields import Sql, Value, joined, split_dotted, value_of
from bunraku.inventory.patterns import Pattern, compiled, literal
from bunraku.inventory.store import as_text

ACTIVE = "SELECT certname FROM node WHERE deactivated IS NULL AND expired IS NULL"
"""The nodes that queries are about, if they do not say otherwise."""
_INACTIVE = "SELECT certname FROM node WHERE deactivated IS NOT NULL OR expired IS NOT NULL"
OPERATORS = frozenset(("=", ">", "<", ">=", "<=", "~", "~>", "null?"))


def comparison(entity: Entity, operator: str, name: Any, value: Any) -> Sql:
    """The condition that `entity`'s field `name` compares with `value`. Raises QueryError."""
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
    states = {"active": ACTIVE, "inactive": _INACTIVE, True: ACTIVE, False: _INACTIVE}
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
    if any(isinstance(step, Pattern) for step in path):
        pattern = [s.text if isinstance(s, Pattern) else literal(s) if isinstance(s, str) else s for s in path]
        paths = _paths_like(pattern)
        return Sql(f"SELECT certname FROM fact_content WHERE path IN ({paths.text}) AND", paths.params)
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
    compiled(value)
    if found.kind == "string":
        return joined(Sql("regexp(?, ", (value,)), found.sql, Sql(")"))
    if found.kind == "json":
        sql = found.sql
        text = (
            f"(json_type({sql.text}) NOT IN ('object', 'array', 'null') AND regexp(?, json_extract({sql.text}, '$')))"
        )
        return Sql(text, (*sql.params, value, *sql.params))
    if found.kind == "array":
        return Sql(f"EXISTS (SELECT 1 FROM json_each({found.sql.text}) AS a WHERE regexp(?, a.value))", (value,))
    raise QueryError(f'"~" does not work on {name}, which is a {found.kind}')


def _path_match(found: Value, value: Any, name: str) -> Sql:
    if found.kind != "path" or not isinstance(value, list) or not value:
        raise QueryError(f'"~>" compares a path with an array of patterns: ["~>", "path", ["os", ".*"]], not {name}')
    for step in value:
        if isinstance(step, bool) or not isinstance(step, int):
            compiled(step)
    paths = _paths_like(value)
    return joined(found.sql, Sql(f"IN ({paths.text})", paths.params))


def _paths_like(patterns: list[Any]) -> Sql:
    """The paths of facts that match: few, where there are as many rows of each as nodes, so each is looked at once.

    The limit is a fence: without it SQLite would match before it drops what is double.
    """
    first, params = patterns[0], (as_text(patterns),)
    if isinstance(first, str) and literal(first) == first:
        rows = Sql("SELECT DISTINCT path FROM fact_content WHERE name = ? LIMIT -1", (first,))
    else:
        rows = Sql("SELECT DISTINCT path FROM fact_content LIMIT -1")
    return Sql(f"SELECT path FROM ({rows.text}) WHERE path_matches(?, path)", rows.params + params)


def _string(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    if isinstance(value, (list, dict)) or value is None:
        raise QueryError(f"{name} is compared with a string, not {shown(value)}")
    return joined(sql, Sql("= ?", (as_text(value) if not isinstance(value, str) else value,)))


def _number(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    try:
        number = float(value) if isinstance(value, (str, float)) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or abs(number) >= 2**63:
        raise QueryError(f"{name} is compared with a number, not {shown(value)}")
    return joined(sql, Sql(f"{operator} ?", (number,)))


def _boolean(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    truth = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(truth, bool):
        raise QueryError(f"{name} is compared with true or false, not {shown(value)}")
    return joined(sql, Sql("= ?", (int(truth),)))


def _timestamp(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    try:
        return joined(sql, Sql(f"{operator} ?", (times.normalised(value),)))
    except ValueError as error:
        raise QueryError(f"{name}: {error}") from None


def _array(sql: Sql, operator: str, value: Any, name: str) -> Sql:
    if not isinstance(value, str):
        raise QueryError(f"{name} is compared with a string, not {shown(value)}")
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
        raise QueryError(f'"{operator}" compares {name} with a number, not {shown(value)}')
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
