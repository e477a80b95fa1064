"""Checks of classes, defines, nodes, functions, types and their parameters."""

from __future__ import annotations

import re

from bunraku.language import nodes
from bunraku.language.checker.base import ELSEWHERE, IN_BLOCK, IN_CLASS, CheckerBase
from bunraku.language.checker.effects import has_no_effect, without_title
from bunraku.language.finding import Finding
from bunraku.language.labels import a, capital_a, label
from bunraku.language.nodes import (
    Access,
    Array,
    Assignment,
    Block,
    ClassDefinition,
    DefineDefinition,
    FunctionDefinition,
    Heredoc,
    Interpolated,
    Lambda,
    Literal,
    Node,
    NodeDefinition,
    Nop,
    Parameter,
    Regex,
    TypeAlias,
    TypeMapping,
    TypeName,
)

Definition = ClassDefinition | DefineDefinition | FunctionDefinition

_RESERVED_TYPE_NAMES = """
    any array boolean collection enum float hash init integer numeric object optional pattern regexp runtime scalar
    semver semverrange sensitive string struct timespan timestamp tuple type typeset unit variant
"""
RESERVED_TYPE_NAMES = frozenset(_RESERVED_TYPE_NAMES.split())
"""Names of types that no class, define or function may take."""

_FUTURE_RESERVED_WORDS = frozenset(["plan"])
_RESERVED_PARAMETERS = frozenset(["name", "title"])
_definition_name = re.compile(r"[a-z]\w*(?:::[a-z]\w*)*", re.ASCII).fullmatch
_alias_name = re.compile(r"[A-Z]\w*(?:::[A-Z]\w*)*", re.ASCII).fullmatch
_parameter_name = re.compile(r"[a-z_]\w*", re.ASCII).fullmatch
_numeric_parameter = re.compile(r"(?:0x)?[0-9]+", re.ASCII).fullmatch
_bad_hostname = re.compile(r"[^-\w.]", re.ASCII).search


class DefinitionChecker(CheckerBase):
    """The checks of definitions and their parameters."""

    def _class_(self, node: ClassDefinition, where: int) -> None:
        self._definition(node, where)
        self._resource_like(node)
        self.parameters(node.parameters)
        self.visit(node.body, IN_CLASS)

    def _define(self, node: DefineDefinition, where: int) -> None:
        self._definition(node, where)
        self._resource_like(node)
        self.parameters(node.parameters)
        self.visit(node.body)

    def _function(self, node: FunctionDefinition, where: int) -> None:
        self._definition(node, where)
        self.type_reference(node, node.return_type)
        self._unique_parameters(node.parameters)
        self.parameters(node.parameters)
        if node.return_type:
            self.visit(node.return_type)
        self.visit(node.body)

    def _definition(self, node: Definition, where: int) -> None:
        self._place(node, where)
        if not _definition_name(node.name):
            self._bad_name(node, node.name)
        if node.name in RESERVED_TYPE_NAMES:
            message = f"is already defined by Puppet and can not be used as the name of {a(node)}."
            self.error(node, f"The name: '{node.name}' {message}")
        self._future_word(node, node.name)

    def _bad_name(self, node: Node, name: str) -> None:
        self.error(node, f"Unacceptable name. The name '{name}' is unacceptable as the name of {a(node)}")

    def _future_word(self, node: Node, name: str) -> None:
        if name in _FUTURE_RESERVED_WORDS:
            self.findings.append(Finding("deprecation", f"Use of future reserved word: '{name}'", node.pos))

    def _place(self, node: Node, where: int) -> None:
        """Check that a definition stands where it may: functions and types at the top, others in classes too."""
        if isinstance(node, FunctionDefinition | TypeAlias) and where in (IN_CLASS, IN_BLOCK):
            self.error(node, f"{capital_a(node)} may only appear at toplevel")
        elif where in (IN_BLOCK, ELSEWHERE):
            self.error(node, "Classes, definitions, and nodes may only appear at toplevel or inside other classes")

    def _resource_like(self, node: ClassDefinition | DefineDefinition) -> None:
        self._no_splat_parameter(node.parameters, node)
        self._unique_parameters(node.parameters)
        for parameter in node.parameters:
            if parameter.name in _RESERVED_PARAMETERS:
                message = f"redefines a built in parameter in the {label(node)}"
                self.error(parameter, f"The parameter ${parameter.name} {message}")
        self._ends_with_effect(node, node.body)

    def _no_splat_parameter(self, parameters: list[Parameter], container: Node) -> None:
        for parameter in parameters:
            if parameter.captures_rest:
                message = f"has 'captures rest' - not supported in {a(container)}"
                self.error(parameter, f"Parameter ${parameter.name} {message}")

    def _unique_parameters(self, parameters: list[Parameter]) -> None:
        seen = set()
        for parameter in parameters:
            if parameter.name in seen:
                message = "is declared more than once in the parameter list"
                self.error(parameter, f"The parameter '{parameter.name}' {message}")
            seen.add(parameter.name)

    def _ends_with_effect(self, node: Node, body: Node) -> None:
        last = body.statements[-1] if isinstance(body, Block) else body
        if isinstance(last, Nop) or not has_no_effect(last) or without_title(last):
            return
        message = f"{capital_a(node)} can not end with a value-producing expression without other effect"
        self.error(last, f"This {label(last)} has no effect. {message}")

    def type_reference(self, container: Node, type: Node | None) -> None:
        """Check that a return type or the value of an alias is a type."""
        if type is None:
            return
        name = type.target if isinstance(type, Access) else type
        if isinstance(name, TypeName):
            self._future_word(type, name.value.lower())
        else:
            self.unacceptable(type, "a type reference", container)

    def parameters(self, parameters: list[Parameter]) -> None:
        """Check each parameter's name, type and default."""
        for parameter in parameters:
            name = parameter.name
            if _numeric_parameter(name):
                message = "cannot be used (clashes with numeric match result variables)"
                self.error(parameter, f"The numeric parameter name '${name}' {message}")
            if not _parameter_name(name):
                message = r"does not conform to the naming rule /^[a-z_]\w*$/"
                self.error(parameter, f"Illegal parameter name. The given name '{name}' {message}")
            if parameter.default:
                self._no_assignment(parameter.default)
            if parameter.type:
                self.visit(parameter.type)
            if parameter.default:
                self.visit(parameter.default)

    def _no_assignment(self, node: Node) -> None:
        if isinstance(node, Assignment):
            self.error(node, "Assignment not allowed here")
        elif not isinstance(node, Lambda):
            for child in nodes.children(node):
                self._no_assignment(child)

    def _node(self, node: NodeDefinition, where: int) -> None:
        for match in node.matches:
            self._hostname(match, node)
        self._place(node, where)
        self._ends_with_effect(node, node.body)
        if node.parent:
            link = "See http://links.puppet.com/puppet-node-inheritance-deprecation"
            self.error(node.parent, f"Node inheritance is not supported in Puppet >= 4.0.0. {link}")
        self.visit_all(node.matches)
        if node.parent:
            self.visit(node.parent)
        self.visit(node.body)

    def _hostname(self, match: Node, container: Node) -> None:
        if isinstance(match, Interpolated):
            part = next(part for part in match.parts if not isinstance(part, str))
            self.error(part, "An interpolated expression is not allowed in a hostname of a node")
        elif isinstance(match, Heredoc):
            self.unacceptable(match, "hostname", container)
        elif isinstance(match, Literal) and isinstance(match.value, str) and _bad_hostname(match.value):
            message = "contains illegal characters (only letters, digits, '_', '-', and '.' are allowed)"
            self.error(match, f"The hostname '{match.value}' {message}")

    def _alias(self, node: TypeAlias, where: int) -> None:
        self._place(node, where)
        if not _alias_name(node.name):
            self._bad_name(node, node.name)
        self.type_reference(node, node.value)
        self.visit(node.value)

    def _mapping(self, node: TypeMapping, where: int) -> None:
        self._place(node, where)
        left, right = node.type, node.target
        assert isinstance(left, Access)
        if not (isinstance(left.target, TypeName) and left.target.value == "Runtime"):
            self.error(node, f"Expressions of type {a(node)} are not supported in this version of Puppet")
        else:
            by_pattern = len(left.keys) == 2 and _is_replacement(left.keys[1])
            to_type = isinstance(right.target if isinstance(right, Access) else right, TypeName)
            expected = "Tuple[Regexp,String]" if by_pattern else "Type"
            if _is_replacement(right) != by_pattern or (not by_pattern and not to_type):
                message = f"Expected a {expected} on the left side, got {capital_a(node)}"
                self.error(node, f"Illegal type mapping. {message}")
        self.visit(left)
        self.visit(right)


def _is_replacement(node: Node) -> bool:
    """Whether a node is `[/pattern/, 'replacement']`."""
    if not isinstance(node, Array) or len(node.elements) != 2:
        return False
    pattern, replacement = node.elements
    return isinstance(pattern, Regex) and isinstance(replacement, Literal) and isinstance(replacement.value, str)
