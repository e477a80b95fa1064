"""A unit of translation: one parsed file, and the making of closures out of its nodes.

A closure takes a scope and gives a value. What can be known from the node alone is worked out when the closure is
made, never when it runs; a closure holds nothing of the compilation that runs it, so it may serve the next one.

Each kind of node has one maker, registered with `makes`; some kinds have a second one (`performs`) for where the value
is not used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bunraku.language import labels, nodes
from bunraku.language.errors import CompileError
from bunraku.language.scope import Scope

Closure = Callable[[Scope], Any]
N = TypeVar("N", bound=nodes.Node)
Maker = Callable[["Unit", Any], Closure]

_makers: dict[type[nodes.Node], Maker] = {}
_performers: dict[type[nodes.Node], Maker] = {}


def makes(kind: type[N]) -> Callable[[Callable[[Unit, N], Closure]], Callable[[Unit, N], Closure]]:
    """Registers what makes the closure of a node of this kind."""

    def register(maker: Callable[[Unit, N], Closure]) -> Callable[[Unit, N], Closure]:
        _makers[kind] = maker
        return maker

    return register


def performs(kind: type[N]) -> Callable[[Callable[[Unit, N], Closure]], Callable[[Unit, N], Closure]]:
    """Registers what makes the closure of a node of this kind whose value nobody wants."""

    def register(maker: Callable[[Unit, N], Closure]) -> Callable[[Unit, N], Closure]:
        _performers[kind] = maker
        return maker

    return register


class Unit:
    """One file's nodes on their way to closures.

    module: the name of the module that the file belongs to, None for the manifest itself.
    in_default: whether the default of a parameter is being translated, where later parameters are out of reach.
    """

    def __init__(self, program: nodes.Program, module: str | None = None) -> None:
        self.program = program
        self.file = program.file
        self.module = module
        self.in_default = False

    def closure(self, node: nodes.Node) -> Closure:
        """What evaluates `node`."""
        return _makers[type(node)](self, node)

    def effect(self, node: nodes.Node) -> Closure:
        """What evaluates `node` where its value is not used."""
        maker = _performers.get(type(node)) or _makers[type(node)]
        return maker(self, node)

    def default(self, node: nodes.Node) -> Closure:
        """What evaluates `node`, the default of a parameter."""
        before, self.in_default = self.in_default, True
        try:
            return self.closure(node)
        finally:
            self.in_default = before

    # ---- errors

    def issue(self, node: nodes.Node, message: str, hint: str | None = None) -> CompileError:
        """An error that is `node`'s own."""
        line, column = self.program.place(node.pos)
        return CompileError(f"Evaluation Error: {message}", file=self.file, line=line, column=column, hint=hint)

    def placed(self, error: CompileError, node: nodes.Node) -> CompileError:
        """An error of what `node` called upon, with node's place, unless it has one already or needs none."""
        if error.line is not None or error.stands_alone:
            return error
        what = labels.a(node)
        placed = self.issue(node, f"Error while evaluating {what}, {error.message}", error.hint)
        placed.__cause__ = error.__cause__
        return placed

    def warn(self, scope: Scope, node: nodes.Node, message: str) -> None:
        """Log a warning about `node`."""
        line, _ = self.program.place(node.pos)
        scope.compiler.warn(message, self.file, line)
