"""The tree of a template. `str(node)` writes it back as error messages show it.

Nodes are compared by identity, and have no other form: to make each class those methods takes longer than a template.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bunraku.confd.template.strings import quote


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """`pos` is the offset in the text where an error about this node points."""

    pos: int


@dataclass(slots=True, eq=False, repr=False)
class List(Node):
    """Nodes in a row: a body."""

    nodes: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return "".join(map(str, self.nodes))

    def is_blank(self) -> bool:
        """Whether there is nothing in it but white space."""
        return all(isinstance(node, Text) and not node.text.strip() for node in self.nodes)


@dataclass(slots=True, eq=False, repr=False)
class Text(Node):
    """Plain text."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True, eq=False, repr=False)
class Number(Node):
    """A numeric constant: under each type that can hold its value, that value; else None."""

    text: str
    integer: int | None = None
    floating: float | None = None
    complexed: complex | None = None

    def __str__(self) -> str:
        return self.text

    def ideal(self) -> int | float | complex:
        """The value where the context asks for no type: the way that it is written decides."""
        if self.complexed is not None:
            return self.complexed
        written_as_integer = self.text[0] == "'" or self.text[:2] in ("0x", "0X") and not set(self.text) & set("pP")
        if self.floating is not None and not written_as_integer and set(self.text) & set(".eEpP"):
            return self.floating
        assert self.integer is not None
        return self.integer


@dataclass(slots=True, eq=False, repr=False)
class String(Node):
    """A string constant and its literal."""

    quoted: str
    text: str

    def __str__(self) -> str:
        return self.quoted


@dataclass(slots=True, eq=False, repr=False)
class Bool(Node):
    """`true` or `false`."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@dataclass(slots=True, eq=False, repr=False)
class Nil(Node):
    """`nil`."""

    def __str__(self) -> str:
        return "nil"


@dataclass(slots=True, eq=False, repr=False)
class Dot(Node):
    """`.`."""

    def __str__(self) -> str:
        return "."


@dataclass(slots=True, eq=False, repr=False)
class Field(Node):
    """`.a.b`."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


@dataclass(slots=True, eq=False, repr=False)
class Variable(Node):
    """`$x.a.b`; `slot` is the variable's place in the frame of its template."""

    name: str
    names: tuple[str, ...]
    slot: int

    def __str__(self) -> str:
        return ".".join((self.name, *self.names))


@dataclass(slots=True, eq=False, repr=False)
class Identifier(Node):
    """The name of a function."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(slots=True, eq=False, repr=False)
class Chain(Node):
    """`(pipeline).a.b`, or a function's result with fields."""

    node: Node
    names: tuple[str, ...]

    def __str__(self) -> str:
        return operand(self.node) + "".join(f".{name}" for name in self.names)


@dataclass(slots=True, eq=False, repr=False)
class Command(Node):
    """A function or value and its arguments."""

    args: list[Node] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join(map(operand, self.args))


@dataclass(slots=True, eq=False, repr=False)
class Pipe(Node):
    """`$a, $b := command | command`."""

    commands: list[Command] = field(default_factory=list)
    declared: list[Variable] = field(default_factory=list)
    assigns: bool = False

    def __str__(self) -> str:
        declared = ", ".join(map(str, self.declared)) + " := " if self.declared else ""
        return declared + " | ".join(map(str, self.commands))


@dataclass(slots=True, eq=False, repr=False)
class Action(Node):
    """`{{pipeline}}`."""

    pipe: Pipe

    def __str__(self) -> str:
        return braced(self.pipe)


@dataclass(slots=True, eq=False, repr=False)
class Branch(Node):
    """`if`, `with` or `range` (the `keyword`) with its body and what stands after `else`."""

    keyword: str
    pipe: Pipe
    body: List
    otherwise: List | None

    def __str__(self) -> str:
        otherwise = braced("else") + str(self.otherwise) if self.otherwise else ""
        return braced(f"{self.keyword} {self.pipe}") + str(self.body) + otherwise + braced("end")


@dataclass(slots=True, eq=False, repr=False)
class Jump(Node):
    """`break` or `continue` (the `keyword`)."""

    keyword: str

    def __str__(self) -> str:
        return braced(self.keyword)


@dataclass(slots=True, eq=False, repr=False)
class Call(Node):
    """`{{template "name" pipeline}}`."""

    name: str
    pipe: Pipe | None

    def __str__(self) -> str:
        return braced(f"template {quote(self.name)}" + (f" {self.pipe}" if self.pipe else ""))


@dataclass(slots=True, eq=False, repr=False)
class Tree:
    """One named template: its body and how many variables its frame holds (`$` is the first)."""

    name: str
    body: List
    slots: int


def operand(node: Node) -> str:
    """`node` as an operand: a pipeline stands in parentheses."""
    return f"({node})" if isinstance(node, Pipe) else str(node)


def braced(inside: object) -> str:
    """An action with `inside` between its braces."""
    return "{{" + str(inside) + "}}"
