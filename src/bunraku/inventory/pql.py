"""PQL, the query language for people, to the AST: `nodes[certname] { facts_environment = "production" }`.

Source: PuppetDB's page "Puppet query language". An entity, optional fields in brackets, a condition in braces with
group by, limit, offset and order by after it. `!` binds tighter than `and`, `and` tighter than `or`.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, NoReturn

from bunraku.inventory.entities import ENTITIES
from bunraku.inventory.errors import QueryError
from bunraku.inventory.fields import FUNCTIONS

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>-?\d+(?:\.\d+(?:[eE][+-]?\d+)?)?(?![\w.]))
    | (?P<word>[A-Za-z0-9_]+\??(?:(?:\.(?:match\("[^"]*"\)|"[^"]*"|[^\s."',\[\]{}()!<>=~]+))|\[\d+\])*)
    | (?P<sign>~>|!~|!=|>=|<=|[=<>~!\[\]{}(),])
    """,
    re.VERBOSE | re.DOTALL,
)
MAX_DEPTH = 100


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str) -> list[Any]:
    """The query as AST: `["from", ENTITY, …]`. Raises QueryError: what was expected, and at which column."""
    return _Parser(text).query()


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise QueryError(f"{text[at]!r} is not understood{_place(text, at)}")
        if match.lastgroup != "space":
            found.append(_Token(str(match.lastgroup), match[0], at))
        at = match.end()
    return [*found, _Token("end", "", len(text))]


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return f" (line {line}, column {column})" if "\n" in text else f" (column {column})"


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.next = 0
        self.depth = 0

    # The tokens ------------------------------------------------------------------------------------------------------

    @property
    def token(self) -> _Token:
        return self.tokens[self.next]

    def fail(self, expected: str) -> NoReturn:
        found = f"'{self.token.text}'" if self.token.text else "the end"
        raise QueryError(f"{expected} is expected, not {found}{_place(self.text, self.token.at)}")

    def take(self) -> _Token:
        token = self.token
        self.next += 1
        return token

    def accept(self, *texts: str) -> str | None:
        if self.token.kind in ("sign", "word") and self.token.text in texts:
            return self.take().text
        return None

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(f"'{text}'")

    def followed_by(self, *texts: str) -> bool:
        return self.tokens[min(self.next + 1, len(self.tokens) - 1)].text in texts

    # The grammar -----------------------------------------------------------------------------------------------------

    def query(self) -> list[Any]:
        found = self.select()
        if self.token.kind != "end":
            self.fail("nothing more")
        return found

    def select(self) -> list[Any]:
        entity = self.entity()
        fields = self.field_list() if self.accept("[") else None
        self.expect("{")
        condition = None if self.at_clause() or self.token.text == "}" else self.expression()
        group, paging = self.clauses()
        self.expect("}")
        if fields is None:
            body = [condition] if condition else []
            return ["from", entity, *body, *([group] if group else []), *paging]
        extract = ["extract", fields, *([condition] if condition else []), *([group] if group else [])]
        return ["from", entity, extract, *paging]

    def entity(self) -> str:
        if self.token.kind != "word":
            self.fail("an entity")
        if self.token.text not in ENTITIES:
            known = ", ".join(ENTITIES)
            raise QueryError(
                f"'{self.token.text}' is not an entity{_place(self.text, self.token.at)}; known are {known}"
            )
        return self.take().text

    def field_list(self) -> list[Any]:
        fields: list[Any] = []
        while not self.accept("]"):
            if fields:
                self.expect(",")
            fields.append(self.field())
        return fields

    def field(self) -> Any:
        if self.token.kind != "word":
            self.fail("a field")
        name = self.take().text
        if name in FUNCTIONS and self.accept("("):
            return ["function", name, *self.call_arguments()]
        return name

    def call_arguments(self) -> list[Any]:
        arguments: list[Any] = []
        while not self.accept(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.literal() if self.token.kind == "string" else self.field())
        return arguments

    def at_clause(self) -> bool:
        text = self.token.text
        return text in ("limit", "offset") or text in ("group", "order") and self.followed_by("by")

    def clauses(self) -> tuple[list[Any] | None, list[Any]]:
        group: list[Any] | None = None
        paging: list[Any] = []
        while self.at_clause():
            name = self.take().text
            if name in ("limit", "offset"):
                if not self.token.text.isdigit():
                    self.fail("a whole number")
                paging.append([name, int(self.take().text)])
            elif name == "group":
                self.take()
                group = ["group_by", self.field(), *self.more(self.field)]
            else:
                self.take()
                paging.append(["order_by", [self.order(), *self.more(self.order)]])
        return group, paging

    def more(self, one: Any) -> list[Any]:
        found = []
        while self.accept(","):
            found.append(one())
        return found

    def order(self) -> Any:
        name = self.field()
        direction = self.accept("asc", "desc")
        return [name, direction] if direction else name

    def expression(self) -> list[Any]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryError(f"the query is nested deeper than {MAX_DEPTH}")
        alternatives = [self.conjunction()]
        while self.accept("or"):
            alternatives.append(self.conjunction())
        self.depth -= 1
        return alternatives[0] if len(alternatives) == 1 else ["or", *alternatives]

    def conjunction(self) -> list[Any]:
        parts = [self.negation()]
        while self.accept("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else ["and", *parts]

    def negation(self) -> list[Any]:
        negations = 0
        while self.accept("!"):
            negations += 1
        found = self.primary()
        # Two negations are none: null stays null either way.
        return ["not", found] if negations % 2 else found

    def primary(self) -> list[Any]:
        if self.accept("("):
            found = self.expression()
            self.expect(")")
            return found
        if self.token.text in ENTITIES and self.followed_by("{"):
            entity = self.entity()
            self.expect("{")
            condition = self.expression() if self.token.text != "}" else []
            self.expect("}")
            return ["subquery", entity, condition or None]
        return self.comparison()

    def comparison(self) -> list[Any]:
        if self.accept("["):
            fields = self.field_list()
            self.expect("in")
            return ["in", fields, self.members()]
        name = self.field()
        if self.accept("in"):
            return ["in", name, self.members()]
        if self.accept("is"):
            negated = self.accept("not") is not None
            self.expect("null")
            return ["null?", name, not negated]
        operator = self.accept("=", "!=", "~", "!~", "~>", ">", "<", ">=", "<=")
        if operator is None:
            self.fail("an operator (= != ~ !~ ~> > < >= <= in, is null)")
        value = self.literal()
        if operator in ("!=", "!~"):
            return ["not", [operator[1], name, value]]
        return [operator, name, value]

    def members(self) -> list[Any]:
        if self.token.text != "[":
            return self.select()
        return ["array", self.literal()]

    def literal(self) -> Any:
        token = self.token
        if self.accept("["):
            values: list[Any] = []
            while not self.accept("]"):
                if values:
                    self.expect(",")
                values.append(self.literal())
            return values
        if token.kind == "string":
            return _unquoted(self.take().text)
        if token.kind == "number":
            text = self.take().text
            return int(text) if text.lstrip("-").isdigit() else float(text)
        if token.text in ("true", "false"):
            return self.take().text == "true"
        return self.fail("a value (a string in quotes, a number, true, false, a list)")


_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))')
_MEANINGS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unquoted(text: str) -> str:
    r"""A string without its quotes: in double ones JSON's escapes, in single ones that of the quote only.

    A backslash that begins no escape stays, so that `"\\d"` and `"\d"` are the same pattern.
    """
    if text[0] == "'":
        return text[1:-1].replace("\\'", "'")
    found = _ESCAPE.sub(lambda m: chr(int(m[2], 16)) if m[2] else _MEANINGS.get(m[1], m[1]), text[1:-1])
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # two halves make one character
