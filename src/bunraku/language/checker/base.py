"""What all parts of the checker stand on: findings, where a node stands, and that values are needed."""

from __future__ import annotations

from bunraku.language.finding import Finding
from bunraku.language.labels import a, capital_a
from bunraku.language.lexer import Tokens
from bunraku.language.nodes import (
    ClassDefinition,
    Collector,
    DefineDefinition,
    FunctionDefinition,
    Node,
    NodeDefinition,
    Parameter,
    Parenthesized,
    TypeAlias,
    TypeMapping,
    Unary,
)

_NO_VALUE = (
    Collector,
    ClassDefinition,
    DefineDefinition,
    FunctionDefinition,
    NodeDefinition,
    TypeAlias,
    TypeMapping,
)
"""What may not stand where a value is needed."""

# Where a node stands, as far as definitions care.
TOP, IN_CLASS, IN_BLOCK, ELSEWHERE = range(4)


class CheckerBase:
    """One walk over a program. tokens: those that it was parsed from, for places that no node keeps."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.findings: list[Finding] = []

    def visit(self, node: Node, where: int = ELSEWHERE) -> None:
        """Check a node and all in it. where: TOP, IN_CLASS, IN_BLOCK or ELSEWHERE."""
        raise NotImplementedError

    def visit_all(self, several: list[Node]) -> None:
        """Check several nodes and all in them."""
        for node in several:
            self.visit(node)

    def error(self, node: Node, message: str) -> None:
        """Record an error at a node."""
        self.findings.append(Finding("error", message, node.pos))

    def value(self, node: Node) -> None:
        """Check that a node has a value, where one is needed."""
        while isinstance(node, Unary | Parenthesized):
            node = node.operand if isinstance(node, Unary) else node.expr
        if isinstance(node, _NO_VALUE):
            self.error(node, f"Invalid use of expression. {capital_a(node)} does not produce a value")

    def values(self, several: list[Node]) -> None:
        """Check several nodes, each of which must have a value, and all in them."""
        for node in several:
            self.value(node)
        self.visit_all(several)

    def unacceptable(self, node: Node, feature: str, container: Node) -> None:
        """Record that a node is not what is needed in its container. feature: what it should be."""
        self.error(node, f"Illegal expression. {capital_a(node)} is unacceptable as {feature} in {a(container)}")

    def parameters(self, parameters: list[Parameter]) -> None:
        """Check each parameter's name, type and default."""
        raise NotImplementedError

    def type_reference(self, container: Node, type: Node | None) -> None:
        """Check that a return type or the value of an alias is a type."""
        raise NotImplementedError
