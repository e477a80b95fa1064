"""Fields of queries as SQL: plain columns, facts and parameters by name, dotted paths, functions."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, NamedTuple

from bunraku.inventory.entities import Entity
from bunraku.inventory.errors import QueryError
from bunraku.inventory.patterns import Pattern, compiled

FUNCTIONS = ("count", "avg", "sum", "min", "max", "to_string")


class Sql(NamedTuple):
    """A piece of SQL and what its question marks stand for."""

    text: str
    params: tuple[Any, ...] = ()


def joined(*parts: Sql, by: str = " ") -> Sql:
    """The pieces in a row."""
    return Sql(by.join(part.text for part in parts), tuple(p for part in parts for p in part.params))


class Value(NamedTuple):
    """A field's value. kind: see `entities.Kind`; json is JSON text. optional: not every row has such a thing."""

    kind: str
    sql: Sql
    optional: bool = False

    @property
    def scalar(self) -> Sql:
        """The value out of JSON text: a string without its quotes, a number as a number."""
        return Sql(f"json_extract({self.sql.text}, '$')", self.sql.params)


class Column(NamedTuple):
    """One column of an answer. name: its key. kind: how it is shown. aggregate: over many rows."""

    name: str
    kind: str
    sql: Sql
    aggregate: bool = False

    @property
    def scalar(self) -> Sql:
        """What a subquery compares."""
        return Value(self.kind, self.sql).scalar if self.kind == "json" else self.sql


def value_of(entity: Entity, name: Any) -> Value:
    """The field called `name`: a string, or ["parameter", NAME] of resources. Raises QueryError."""
    if isinstance(name, list) and len(name) == 2 and isinstance(name[1], str):
        if name[0] == "parameter" and "parameters" in entity.fields:
            return Value("json", Sql("(e.parameters -> ?)", (json_path([name[1]]),)), optional=True)
        if name[0] == "fact" and "certname" in entity.fields:
            one = "(SELECT value FROM fact WHERE fact.certname = e.certname AND fact.name = ?)"
            return Value("json", Sql(one, (name[1],)), optional=True)
    if isinstance(name, str):
        known = entity.fields.get(name)
        if known is not None:
            return Value(known.kind, Sql(f'e."{known.column}"'))
        if "." in name:
            head, steps = split_dotted(name)
            if head in entity.dotted:
                return Value("json", Sql(f'(e."{head}" -> ?)', (json_path(steps),)), optional=True)
    near = get_close_matches(str(name), entity.fields, 1)
    hint = f", did you mean '{near[0]}'?" if near else f"; its fields are {', '.join(entity.fields)}"
    raise QueryError(f"'{name}' is not a field of {entity.name}{hint}")


def column_of(entity: Entity, name: Any) -> Column:
    """What `extract` and `group_by` name: a field or ["function", NAME, FIELD, …]. Raises QueryError."""
    if isinstance(name, list) and name[:1] == ["function"]:
        return _function(entity, name[1:])
    value = value_of(entity, name)
    return Column(name if isinstance(name, str) else ".".join(map(str, name)), value.kind, value.sql)


def _function(entity: Entity, call: list[Any]) -> Column:
    if not call or call[0] not in FUNCTIONS:
        raise QueryError(f"{call[:1]} is not a function; known are {', '.join(FUNCTIONS)}")
    name, *arguments = call
    if name == "count" and not arguments:
        return Column(name, "number", Sql("count(*)"), aggregate=True)
    if len(arguments) != (2 if name == "to_string" else 1):
        raise QueryError(f"the function {name} takes {'a field and a mask' if name == 'to_string' else 'a field'}")
    value = value_of(entity, arguments[0])
    if name == "to_string":
        if not isinstance(arguments[1], str):
            raise QueryError("the mask of to_string is a string")
        scalar = value.scalar if value.kind == "json" else value.sql
        return Column(name, "string", Sql(f"to_char({scalar.text}, ?)", (*scalar.params, arguments[1])))
    sql = value.sql
    if value.kind == "json" and name != "count":
        numeric = f"iif(json_type({sql.text}) IN ('integer', 'real'), json_extract({sql.text}, '$'), NULL)"
        sql = Sql(numeric, (*sql.params, *sql.params))
    elif name in ("avg", "sum") and value.kind != "number":
        raise QueryError(f"{name} works on numbers; {arguments[0]} is a {value.kind}")
    return Column(name, "number", Sql(f"{name}({sql.text})", sql.params), aggregate=True)


# A step of a dotted field: quoted, a pattern, or plain with an index or none.
_STEP = re.compile(r'"(?P<quoted>(?:[^"]|"(?!\.|$))*)"|match\("(?P<match>.*?)"\)|(?P<plain>[^."\[\]]+)')
_INDEX = re.compile(r"\[(\d{1,9})\]")


def split_dotted(name: str) -> tuple[str, list[str | int | Pattern]]:
    """`facts.disks."sda.1"[0].size` as its head and the steps below; `match("…")` is a pattern. Raises QueryError."""
    steps: list[Any] = []
    at = 0
    while True:
        found = _STEP.match(name, at)
        if found is None:
            raise QueryError(f"'{name}' is not a path: a name is expected at column {at + 1}")
        if found["match"] is not None:
            compiled(found["match"])
            steps.append(Pattern(found["match"]))
        else:
            steps.append(found["plain"] if found["quoted"] is None else found["quoted"])
        at = found.end()
        while index := _INDEX.match(name, at):
            steps.append(int(index[1]))
            at = index.end()
        if at == len(name):
            return str(steps[0]), steps[1:]
        if name[at] != ".":
            raise QueryError(f"'{name}' is not a path: a dot is expected at column {at + 1}")
        at += 1


def json_path(steps: list[Any]) -> str:
    """The steps as SQLite's JSON path. Raises QueryError for what has none."""
    path = "$"
    for step in steps:
        if isinstance(step, Pattern):
            raise QueryError('match("…") can be compared with a value, nothing else')
        if isinstance(step, str) and '"' in step:
            raise QueryError(f"a key with a double quote cannot be asked for: {step}")
        path += f"[{step}]" if isinstance(step, int) else f'."{step}"'
    return path
