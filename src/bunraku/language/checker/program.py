"""A whole program: which check is for which node."""

from __future__ import annotations

from collections.abc import Callable

from bunraku.language.checker.base import ELSEWHERE, TOP
from bunraku.language.checker.definitions import DefinitionChecker
from bunraku.language.checker.expressions import ExpressionChecker
from bunraku.language.checker.resources import ResourceChecker
from bunraku.language.finding import Finding
from bunraku.language.lexer import Tokens
from bunraku.language.nodes import (
    Access,
    Array,
    Assignment,
    Binary,
    Block,
    Call,
    Case,
    ClassDefinition,
    Collector,
    DefineDefinition,
    FunctionDefinition,
    Hash,
    Heredoc,
    If,
    Interpolated,
    Lambda,
    Literal,
    MethodCall,
    Name,
    Node,
    NodeDefinition,
    Nop,
    Parenthesized,
    Program,
    Regex,
    Relationship,
    RenderText,
    RenderValue,
    Reserved,
    Resource,
    ResourceDefaults,
    ResourceOverride,
    Selector,
    Template,
    TypeAlias,
    TypeMapping,
    TypeName,
    Unary,
    Variable,
)


def check(program: Program, tokens: Tokens) -> list[Finding]:
    """All findings in a program, in order. tokens: those that it was parsed from, for places that no node keeps."""
    checker = _Checker(tokens)
    checker.visit(program.body, TOP)
    return checker.findings


class _Checker(ExpressionChecker, ResourceChecker, DefinitionChecker):
    """One walk over a program."""

    def visit(self, node: Node, where: int = ELSEWHERE) -> None:
        """Check a node and all in it."""
        rule = _RULES.get(node.__class__)
        if rule is not None:
            rule(self, node)
        else:
            _PLACED_RULES[node.__class__](self, node, where)

    def _template(self, node: Template) -> None:
        self._no_splat_parameter(node.parameters, node)
        self._unique_parameters(node.parameters)
        self.parameters(node.parameters)
        self.visit(node.body)

    def _render(self, node: RenderValue) -> None:
        self.visit(node.expr)


_RULES: dict[type[Node], Callable[..., None]] = {
    Nop: _Checker._nothing,
    Regex: _Checker._regex,
    Name: _Checker._nothing,
    TypeName: _Checker._nothing,
    RenderText: _Checker._nothing,
    Literal: _Checker._literal,
    Variable: _Checker._variable,
    Reserved: _Checker._reserved,
    Interpolated: _Checker._interpolated,
    Heredoc: _Checker._heredoc,
    Array: _Checker._array,
    Hash: _Checker._hash,
    Access: _Checker._access,
    Parenthesized: _Checker._parenthesized,
    Unary: _Checker._unary,
    Binary: _Checker._binary,
    Relationship: _Checker._relationship,
    Assignment: _Checker._assignment,
    If: _Checker._if_,
    Case: _Checker._case,
    Selector: _Checker._selector,
    Lambda: _Checker._lambda_,
    Call: _Checker._call,
    MethodCall: _Checker._method_call,
    Resource: _Checker._resource,
    ResourceDefaults: _Checker._defaults,
    ResourceOverride: _Checker._override,
    Collector: _Checker._collector,
    Template: _Checker._template,
    RenderValue: _Checker._render,
}
_PLACED_RULES: dict[type[Node], Callable[..., None]] = {
    Block: _Checker._block,
    ClassDefinition: _Checker._class_,
    DefineDefinition: _Checker._define,
    FunctionDefinition: _Checker._function,
    NodeDefinition: _Checker._node,
    TypeAlias: _Checker._alias,
    TypeMapping: _Checker._mapping,
}
"""The rules of nodes for which it matters where they stand."""
