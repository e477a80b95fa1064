"""The syntax tree: what the parser makes of a manifest, and all that the evaluator knows of it.

Rules:
- A node is data. It knows its place as `pos`, the offset in the source of the token that an error about it should
  name (as Puppet: a binary expression stands at its operator); `Program.place` turns that into line and column.
- Nodes pickle: parsed programs are cached on disk by content hash, so what a field may hold is nodes, lists and
  tuples of nodes, and plain values.
- The names are those of the Puppet language specification.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache


class Node:
    """What all nodes have: the offset of their place in the source."""

    __slots__ = ("pos",)

    pos: int

    def __init__(self, pos: int) -> None:
        self.pos = pos

    @classmethod
    @cache
    def fields(cls) -> tuple[str, ...]:
        """The names of what a node of this class holds, as its constructor takes them; the first is `pos`."""
        code = cls.__init__.__code__
        return code.co_varnames[1 : code.co_argcount]

    def __reduce__(self) -> tuple[type[Node], tuple[object, ...]]:
        # Through the constructor: a quarter quicker to read back than by slots.
        return self.__class__, tuple([getattr(self, name) for name in self.fields()])


# ---------------------------------------------------------------- literals


class Nop(Node):
    """Nothing: an empty body. Its value is undef."""

    __slots__ = ()


class Literal(Node):
    """undef, default, true, false, an integer, a float or a string without interpolation.

    value: the Python value (None, DEFAULT, bool, int, float, str).
    """

    __slots__ = ("value",)

    def __init__(self, pos: int, value: object) -> None:
        self.pos = pos
        self.value = value


class Regex(Node):
    """`/pattern/`; the pattern is in Ruby's syntax, its slashes unescaped."""

    __slots__ = ("pattern",)

    def __init__(self, pos: int, pattern: str) -> None:
        self.pos = pos
        self.pattern = pattern


class Interpolated(Node):
    """A double-quoted string or heredoc with interpolations. parts: str for text, a Node for `${…}`."""

    __slots__ = ("parts",)

    def __init__(self, pos: int, parts: list[str | Node]) -> None:
        self.pos = pos
        self.parts = parts


class Heredoc(Node):
    """`@("END":json)`: text is a Literal or Interpolated; syntax names what the text must be ("" = anything)."""

    __slots__ = ("syntax", "text")

    def __init__(self, pos: int, syntax: str, text: Node) -> None:
        self.pos = pos
        self.syntax = syntax
        self.text = text


class Array(Node):
    """`[a, b]`; an element may be a Splat."""

    __slots__ = ("elements",)

    def __init__(self, pos: int, elements: list[Node]) -> None:
        self.pos = pos
        self.elements = elements


class Hash(Node):
    """`{ k => v }`; pairs of key and value in order."""

    __slots__ = ("pairs",)

    def __init__(self, pos: int, pairs: list[tuple[Node, Node]]) -> None:
        self.pos = pos
        self.pairs = pairs


class Name(Node):
    """A bare word: `present`, `nginx::server`. As a value it is its text."""

    __slots__ = ("value",)

    def __init__(self, pos: int, value: str) -> None:
        self.pos = pos
        self.value = value


class TypeName(Node):
    """A capitalised name: `File`, `Nginx::Server`. value: as written."""

    __slots__ = ("value",)

    def __init__(self, pos: int, value: str) -> None:
        self.pos = pos
        self.value = value


class Reserved(Node):
    """A reserved word that is not in use in this version (`private`, `attr` …): an error when it is evaluated."""

    __slots__ = ("word",)

    def __init__(self, pos: int, word: str) -> None:
        self.pos = pos
        self.word = word


class Variable(Node):
    """`$name`, `$::name`, `$a::b`, `$0`. name: without the dollar sign, a leading `::` kept."""

    __slots__ = ("name",)

    def __init__(self, pos: int, name: str) -> None:
        self.pos = pos
        self.name = name


# ---------------------------------------------------------------- operators


class Access(Node):
    """`target[key, …]`: an element, a slice, or a type with its parameters."""

    __slots__ = ("keys", "target")

    def __init__(self, pos: int, target: Node, keys: list[Node]) -> None:
        self.pos = pos
        self.target = target
        self.keys = keys


class Parenthesized(Node):
    """`( expr )`: kept, since it stops a name before it from being read as a call, and matters to `=` and `in`."""

    __slots__ = ("expr",)

    def __init__(self, pos: int, expr: Node) -> None:
        self.pos = pos
        self.expr = expr


class Unary(Node):
    """`!x`, `-x` and the splat `*x`. operator: "!", "-" or "*"."""

    __slots__ = ("operand", "operator")

    def __init__(self, pos: int, operator: str, operand: Node) -> None:
        self.pos = pos
        self.operator = operator
        self.operand = operand


class Binary(Node):
    """Arithmetic, comparison, match, `in`, `and`, `or`. operator: its text, such as `<<` or `=~`."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, pos: int, operator: str, left: Node, right: Node) -> None:
        self.pos = pos
        self.operator = operator
        self.left = left
        self.right = right


class Assignment(Node):
    """`$x = v`, `[$a, $b] = v`. operator: "=", or the withdrawn "+=" and "-=", which are refused when evaluated."""

    __slots__ = ("operator", "target", "value")

    def __init__(self, pos: int, operator: str, target: Node, value: Node) -> None:
        self.pos = pos
        self.operator = operator
        self.target = target
        self.value = value


class Relationship(Node):
    """`a -> b`, `a ~> b`, `a <- b`, `a <~ b`. operator: as written."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, pos: int, operator: str, left: Node, right: Node) -> None:
        self.pos = pos
        self.operator = operator
        self.left = left
        self.right = right


# ---------------------------------------------------------------- flow


class Block(Node):
    """Statements in order; the value is the last one's."""

    __slots__ = ("statements",)

    def __init__(self, pos: int, statements: list[Node]) -> None:
        self.pos = pos
        self.statements = statements


class If(Node):
    """`if`/`elsif`/`else`, and `unless` with its condition negated by `negated`. otherwise: Nop where there is none."""

    __slots__ = ("condition", "negated", "otherwise", "then")

    def __init__(self, pos: int, condition: Node, then: Node, otherwise: Node, negated: bool = False) -> None:
        self.pos = pos
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
        self.negated = negated


class Case(Node):
    """`case`; options in order, each (values, body). A value may be a Splat or `default`."""

    __slots__ = ("options", "subject")

    def __init__(self, pos: int, subject: Node, options: list[tuple[list[Node], Node]]) -> None:
        self.pos = pos
        self.subject = subject
        self.options = options


class Selector(Node):
    """`subject ? { match => value }`; entries in order."""

    __slots__ = ("entries", "subject")

    def __init__(self, pos: int, subject: Node, entries: list[tuple[Node, Node]]) -> None:
        self.pos = pos
        self.subject = subject
        self.entries = entries


class Parameter(Node):
    """A parameter of a class, define, function, lambda or template. type and default may be None."""

    __slots__ = ("captures_rest", "default", "name", "type")

    def __init__(
        self, pos: int, name: str, type: Node | None = None, default: Node | None = None, captures_rest: bool = False
    ) -> None:
        self.pos = pos
        self.name = name
        self.type = type
        self.default = default
        self.captures_rest = captures_rest


class Lambda(Node):
    """`|$a, $b| >> Type { body }`."""

    __slots__ = ("body", "parameters", "return_type")

    def __init__(self, pos: int, parameters: list[Parameter], body: Node, return_type: Node | None = None) -> None:
        self.pos = pos
        self.parameters = parameters
        self.body = body
        self.return_type = return_type


class Call(Node):
    """`name(args) |…| {…}`. is_statement: where its value is not used. callee: a Name, or a TypeName (`Type(…)`)."""

    __slots__ = ("arguments", "block", "callee", "is_statement")

    def __init__(
        self, pos: int, callee: Node, arguments: list[Node], block: Lambda | None = None, is_statement: bool = False
    ) -> None:
        self.pos = pos
        self.callee = callee
        self.arguments = arguments
        self.block = block
        self.is_statement = is_statement


class MethodCall(Node):
    """`receiver.name(args) |…| {…}`: a call with the receiver as its first argument."""

    __slots__ = ("arguments", "block", "name", "receiver")

    def __init__(self, pos: int, receiver: Node, name: str, arguments: list[Node], block: Lambda | None = None) -> None:
        self.pos = pos
        self.receiver = receiver
        self.name = name
        self.arguments = arguments
        self.block = block


# ---------------------------------------------------------------- resources


class Attribute(Node):
    """`name => value` or `name +> value` in a resource. operator: "=>" or "+>"."""

    __slots__ = ("name", "operator", "value")

    def __init__(self, pos: int, name: str, operator: str, value: Node) -> None:
        self.pos = pos
        self.name = name
        self.operator = operator
        self.value = value


class SplatAttributes(Node):
    """`* => hash` in a resource."""

    __slots__ = ("value",)

    def __init__(self, pos: int, value: Node) -> None:
        self.pos = pos
        self.value = value


class ResourceBody(Node):
    """`title: attributes;`."""

    __slots__ = ("attributes", "title")

    def __init__(self, pos: int, title: Node, attributes: list[Node]) -> None:
        self.pos = pos
        self.title = title
        self.attributes = attributes


class Resource(Node):
    """`type { bodies }`; form: "", "virtual" (`@`) or "exported" (`@@`). type: any expression (`class` is a Name)."""

    __slots__ = ("bodies", "form", "type")

    def __init__(self, pos: int, type: Node, bodies: list[ResourceBody], form: str = "") -> None:
        self.pos = pos
        self.type = type
        self.bodies = bodies
        self.form = form


class ResourceDefaults(Node):
    """`Type { attributes }`."""

    __slots__ = ("attributes", "form", "type")

    def __init__(self, pos: int, type: Node, attributes: list[Node], form: str = "") -> None:
        self.pos = pos
        self.type = type
        self.attributes = attributes
        self.form = form


class ResourceOverride(Node):
    """`Type[title] { attributes }`; resources: an expression of references."""

    __slots__ = ("attributes", "form", "resources")

    def __init__(self, pos: int, resources: Node, attributes: list[Node], form: str = "") -> None:
        self.pos = pos
        self.resources = resources
        self.attributes = attributes
        self.form = form


class Collector(Node):
    """`Type <| query |> { attributes }`; exported: `<<| |>>`. query: an expression, or None for all."""

    __slots__ = ("attributes", "exported", "query", "type")

    def __init__(
        self, pos: int, type: Node, query: Node | None, exported: bool = False, attributes: list[Node] | None = None
    ) -> None:
        self.pos = pos
        self.type = type
        self.query = query
        self.exported = exported
        self.attributes = attributes or []


# ---------------------------------------------------------------- definitions


class ClassDefinition(Node):
    """`class name(parameters) inherits parent { body }`. name: fully qualified (within its enclosing classes)."""

    __slots__ = ("body", "name", "parameters", "parent")

    def __init__(self, pos: int, name: str, parameters: list[Parameter], parent: str | None, body: Node) -> None:
        self.pos = pos
        self.name = name
        self.parameters = parameters
        self.parent = parent
        self.body = body


class DefineDefinition(Node):
    """`define name(parameters) { body }`. name: fully qualified."""

    __slots__ = ("body", "name", "parameters")

    def __init__(self, pos: int, name: str, parameters: list[Parameter], body: Node) -> None:
        self.pos = pos
        self.name = name
        self.parameters = parameters
        self.body = body


class NodeDefinition(Node):
    """`node matches inherits parent { body }`. A match is a Literal string, Regex, or Literal DEFAULT."""

    __slots__ = ("body", "matches", "parent")

    def __init__(self, pos: int, matches: list[Node], parent: Node | None, body: Node) -> None:
        self.pos = pos
        self.matches = matches
        self.parent = parent
        self.body = body


class FunctionDefinition(Node):
    """`function name(parameters) >> Type { body }`."""

    __slots__ = ("body", "name", "parameters", "return_type")

    def __init__(
        self, pos: int, name: str, parameters: list[Parameter], body: Node, return_type: Node | None = None
    ) -> None:
        self.pos = pos
        self.name = name
        self.parameters = parameters
        self.body = body
        self.return_type = return_type


class TypeAlias(Node):
    """`type Name = expression`; also `type Name { … }`/`type Name inherits T {…}`, whose value is an Object's hash."""

    __slots__ = ("name", "value")

    def __init__(self, pos: int, name: str, value: Node) -> None:
        self.pos = pos
        self.name = name
        self.value = value


class TypeMapping(Node):
    """`type Runtime[ruby, …] = Type`."""

    __slots__ = ("target", "type")

    def __init__(self, pos: int, type: Node, target: Node) -> None:
        self.pos = pos
        self.type = type
        self.target = target


# ---------------------------------------------------------------- templates (EPP)


class Template(Node):
    """An EPP template. explicit: whether it declares its parameters; parts run in order and write to its output."""

    __slots__ = ("body", "explicit", "parameters")

    def __init__(self, pos: int, parameters: list[Parameter], explicit: bool, body: Node) -> None:
        self.pos = pos
        self.parameters = parameters
        self.explicit = explicit
        self.body = body


class RenderText(Node):
    """Text of a template, written as it is."""

    __slots__ = ("text",)

    def __init__(self, pos: int, text: str) -> None:
        self.pos = pos
        self.text = text


class RenderValue(Node):
    """`<%= expr %>`: written as a string."""

    __slots__ = ("expr",)

    def __init__(self, pos: int, expr: Node) -> None:
        self.pos = pos
        self.expr = expr


# ---------------------------------------------------------------- the whole


def children(node: Node) -> Iterator[Node]:
    """The nodes that a node directly holds, in the order of its fields."""
    for name in node.__class__.__slots__:
        yield from _nodes_in(getattr(node, name))


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _nodes_in(each)


class Program(Node):
    """One parsed file. definitions: every class, define, node, function and type in it, inner ones before outer.

    file: its path, or None for code given as text. line_starts: the offset of each line's first character.
    warnings: (severity, message, offset) in order; severity is "warning", "deprecation", or "strict" for what is an
    error, a warning or nothing as `--strict` says.
    """

    __slots__ = ("body", "definitions", "file", "line_starts", "warnings")

    def __init__(
        self,
        file: str | None,
        body: Node,
        definitions: list[Node],
        line_starts: list[int],
        warnings: list[tuple[str, str, int]] | None = None,
    ) -> None:
        self.warnings = [] if warnings is None else warnings
        self.pos = 0
        self.file = file
        self.body = body
        self.definitions = definitions
        self.line_starts = line_starts

    def place(self, pos: int) -> tuple[int, int]:
        """The line and column (both from 1) of an offset; columns count characters."""
        line = bisect_right(self.line_starts, pos)
        return line, pos - self.line_starts[line - 1] + 1

    def line(self, pos: int) -> int:
        """The line (from 1) of an offset."""
        return bisect_right(self.line_starts, pos)
