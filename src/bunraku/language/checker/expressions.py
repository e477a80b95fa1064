"""Checks of expressions: literals, operators, flow and calls."""

from __future__ import annotations

import re
from bisect import bisect_left

from bunraku.catalog.values import DEFAULT
from bunraku.language.checker.base import IN_BLOCK, IN_CLASS, TOP, CheckerBase
from bunraku.language.checker.effects import has_no_effect, without_title
from bunraku.language.checker.literals import literal_of, shown
from bunraku.language.errors import CompileError
from bunraku.language.finding import Finding
from bunraku.language.labels import a, capital_a, label
from bunraku.language.nodes import (
    Access,
    Array,
    Assignment,
    Binary,
    Block,
    Call,
    Case,
    Collector,
    Hash,
    Heredoc,
    If,
    Interpolated,
    Lambda,
    Literal,
    MethodCall,
    Name,
    Node,
    Parenthesized,
    Regex,
    Relationship,
    RenderText,
    Reserved,
    Selector,
    TypeName,
    Unary,
    Variable,
)

_MAX_INTEGER = 2**63 - 1
_variable_name = re.compile(r"(?:::)?(?:[a-z]\w*::)*[a-z_]\w*", re.ASCII).fullmatch
_match_variable = re.compile(r"0|[1-9][0-9]*", re.ASCII).fullmatch


class ExpressionChecker(CheckerBase):
    """The checks of literals, operators, flow and calls."""

    def _nothing(self, node: Node) -> None:
        pass

    def _literal(self, node: Literal) -> None:
        value = node.value
        if value.__class__ is int and value > _MAX_INTEGER:
            message = f"resulted in a value outside of Puppet Integer max range, got '{value:+#x}'"
            self.error(node, f"{capital_a(node)} {message}")

    def _regex(self, node: Regex) -> None:
        # Here and not at the top: the types themselves parse code.
        from bunraku.language.types.regexp_translation import translate

        try:
            translate(node.pattern)
        except CompileError as error:
            if "not supported" not in error.message:  # what Ruby has and Python lacks is no error until it is used
                self.error(node, error.message)

    def _variable(self, node: Variable) -> None:
        name = node.name
        if _variable_name(name):
            return
        if name[:1].isdigit():
            if not _match_variable(name):
                self.error(
                    node,
                    f"Illegal numeric variable name, The given name '{name}' must be a decimal value if it starts with"
                    " a digit 0-9",
                )
        else:
            rule = r"/^((::)?[a-z]\w*)*((::)?[a-z_]\w*)$/"
            message = f"The given name '{name}' does not conform to the naming rule {rule}"
            self.error(node, f"Illegal variable name, {message}")

    def _reserved(self, node: Reserved) -> None:
        self.error(node, f"Use of reserved word: {node.word}, must be quoted if intended to be a String value")

    def _interpolated(self, node: Interpolated) -> None:
        for part in node.parts:
            if not isinstance(part, str):
                self.value(part)
                self.visit(part)

    def _heredoc(self, node: Heredoc) -> None:
        if node.syntax and isinstance(node.text, Literal):
            from bunraku.language.syntaxes import fault

            if problem := fault(str(node.text.value), node.syntax):
                self.error(node.text, problem)
        self.visit(node.text)

    def _array(self, node: Array) -> None:
        self.values(node.elements)

    def _hash(self, node: Hash) -> None:
        if len(node.pairs) > 1:
            self._unique_keys(node)
        for key, value in node.pairs:
            self.value(key)
            self.value(value)
            self.visit(key)
            self.visit(value)

    def _unique_keys(self, node: Hash) -> None:
        seen = set()
        for key, _ in node.pairs:
            literal = literal_of(key)
            if literal is None:
                continue
            if literal in seen:
                message = f"The key '{shown(literal)}' is declared more than once"
                self.findings.append(Finding("strict", message, self._arrow(key.pos)))
            seen.add(literal)

    def _arrow(self, key: int) -> int:
        """The place of the `=>` behind the key at an offset."""
        kinds, starts = self.tokens.kinds, self.tokens.starts
        depth = 0
        for at in range(bisect_left(starts, key), len(kinds)):
            kind = kinds[at]
            if kind in ("[", "LIST[", "{"):
                depth += 1
            elif kind in ("]", "}"):
                depth -= 1
            elif kind == "=>" and not depth:
                return starts[at]
        return key

    # ------------------------------------------------------------ operators

    def _access(self, node: Access) -> None:
        self.visit(node.target)
        self.visit_all(node.keys)

    def _parenthesized(self, node: Parenthesized) -> None:
        self.value(node.expr)
        self.visit(node.expr)

    def _unary(self, node: Unary) -> None:
        self.value(node.operand)
        self.visit(node.operand)

    def _binary(self, node: Binary) -> None:
        # A long chain of operators is as deep a tree on its left: it is walked without recursion.
        rights: list[Node] = []
        left: Node = node
        while isinstance(left, Binary):
            self.value(left.left)
            self.value(left.right)
            rights.append(left.right)
            left = left.left
        self.visit(left)
        for right in reversed(rights):
            self.visit(right)

    def _relationship(self, node: Relationship) -> None:
        for side in (node.left, node.right):
            if not isinstance(side, Collector):
                self.value(side)
        self.visit(node.left)
        self.visit(node.right)

    def _assignment(self, node: Assignment) -> None:
        if node.operator == "=":
            self._assignable(node.target)
            self.value(node.value)
        else:
            link = "See http://links.puppet.com/remove-plus-equals"
            self.error(node, f"The operator '{node.operator}' is no longer supported. {link}")
        self.visit(node.target)
        self.visit(node.value)

    def _assignable(self, target: Node) -> None:
        if isinstance(target, Variable):
            if _match_variable(target.name):
                self.error(
                    target,
                    f"Illegal attempt to assign to the numeric match result variable '${target.name}'."
                    " Numeric variables are not assignable",
                )
            if "::" in target.name:
                message = "Cannot assign to variables in other namespaces"
                self.error(target, f"Illegal attempt to assign to '{target.name}'. {message}")
        elif isinstance(target, Access):
            self.error(target, "Illegal attempt to assign via [index/key]. Not an assignable reference")
        elif isinstance(target, Array):
            for element in target.elements:
                self._assignable(element)
        else:
            self.error(target, f"Illegal attempt to assign to '{a(target)}'. Not an assignable reference")

    # ------------------------------------------------------------ flow

    def _block(self, node: Block, where: int) -> None:
        if without_title(node):
            name = node.statements[0].value  # type: ignore[attr-defined]
            self.error(node, f"This expression is invalid. Did you try declaring a '{name}' resource without a title?")
        else:
            for statement in node.statements[:-1]:
                if has_no_effect(statement):
                    self.error(
                        statement,
                        f"This {label(statement)} has no effect. A value was produced and then forgotten"
                        " (one or more preceding expressions may have the wrong form)",
                    )
                    break
        inside = where if where in (TOP, IN_CLASS) else IN_BLOCK
        for statement in node.statements:
            self.visit(statement, inside)

    def _if_(self, node: If) -> None:
        otherwise: Node = node
        while isinstance(otherwise, If):  # `elsif`s, of which there may be many
            self.value(otherwise.condition)
            self.visit(otherwise.condition)
            self.visit(otherwise.then)
            otherwise = otherwise.otherwise
        self.visit(otherwise)

    def _case(self, node: Case) -> None:
        self.value(node.subject)
        self._one_default(node, [value for values, _ in node.options for value in values], all_others=True)
        self.visit(node.subject)
        for values, body in node.options:
            self.values(values)
            self.visit(body)

    def _selector(self, node: Selector) -> None:
        self.value(node.subject)
        self._one_default(node, [match for match, _ in node.entries], all_others=False)
        self.visit(node.subject)
        for match, value in node.entries:
            self.value(match)
            self.visit(match)
            self.visit(value)

    def _one_default(self, node: Node, matches: list[Node], *, all_others: bool) -> None:
        defaults = [match for match in matches if isinstance(match, Literal) and match.value is DEFAULT]
        for again in defaults[1:] if all_others else defaults[1:2]:
            self.error(again, f"This {label(node)} already has a 'default' entry - this is a duplicate")

    def _lambda_(self, node: Lambda) -> None:
        for parameter in node.parameters[:-1]:
            if parameter.captures_rest:
                self.error(parameter, f"Parameter ${parameter.name} is not last, and has 'captures rest'")
        self.type_reference(node, node.return_type)
        self.parameters(node.parameters)
        if node.return_type:
            self.visit(node.return_type)
        self.visit(node.body)

    def _call(self, node: Call) -> None:
        callee = node.callee
        if isinstance(callee, RenderText):
            hint = "Probably missing '<%-' before parameters to remove leading whitespace"
            self.error(node, f"Ambiguous EPP parameter expression. {hint}")
        elif not isinstance(callee.target if isinstance(callee, Access) else callee, TypeName) and not isinstance(
            callee, Name
        ):
            self.unacceptable(callee, "function name", node)
        self.visit(callee)
        self.visit_all(node.arguments)
        if node.block:
            self.visit(node.block)

    def _method_call(self, node: MethodCall) -> None:
        self.visit(node.receiver)
        self.visit_all(node.arguments)
        if node.block:
            self.visit(node.block)
