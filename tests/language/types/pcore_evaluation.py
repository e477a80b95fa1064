"""Enough of an evaluator for the recorded cases: literals, types, conversions and operators, through types alone."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import Binary, Sensitive, from_hash_key
from bunraku.language import nodes
from bunraku.language.errors import CompileError
from bunraku.language.parser import parse as parse_program
from bunraku.language.types import (
    PResourceType,
    PType,
    PTypeReferenceType,
    equals,
    includes,
    matches,
    new,
    ordered,
    time_arithmetic,
)
from bunraku.language.types.iteration import IteratorValue
from bunraku.language.types.quoting import literal
from bunraku.language.types.type_parser import Interpreter


class Evaluator(Interpreter):
    """Type expressions, and the operators and calls that the cases use."""

    def of_typename(self, node: nodes.TypeName) -> PType:
        found = super().of_typename(node)
        if isinstance(found, PTypeReferenceType):
            raise CompileError(f"Resource type not found: {found.type_string}")
        return found

    def of_interpolated(self, node: nodes.Interpolated) -> str:
        return "".join(part if isinstance(part, str) else str(self.value(part)) for part in node.parts)

    def of_call(self, node: nodes.Call) -> Any:
        arguments = [self.value(argument) for argument in node.arguments]
        if not isinstance(node.callee, nodes.Name):
            return new(self.value(node.callee), arguments)
        raise NotImplementedError(node.callee)

    def of_methodcall(self, node: nodes.MethodCall) -> Any:
        if node.name != "new":
            return self.value(node.receiver).method(node.name)()
        return new(self.value(node.receiver), [self.value(argument) for argument in node.arguments])

    def of_binary(self, node: nodes.Binary) -> Any:
        left, right, operator = self.value(node.left), self.value(node.right), node.operator
        if operator in ("==", "!="):
            return equals(left, right) is (operator == "==")
        if operator in ("=~", "!~"):
            return matches(left, right) is (operator == "=~")
        if operator == "in":
            return includes(left, right)
        if operator in ("+", "-", "*", "/", "%"):
            return time_arithmetic(operator, left, right)
        return ordered(left, operator, right)


def evaluate(code: str) -> Any:
    """The value of an expression."""
    body = parse_program(code).body
    while isinstance(body, nodes.Block) and len(body.statements) == 1:
        body = body.statements[0]
    return Evaluator(code, {"File": PResourceType("File")}.get).value(body)


def show(value: Any) -> str:
    """A value as the recording script prints it."""
    if isinstance(value, list):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{show(from_hash_key(k))} => {show(v)}' for k, v in value.items())}}}"
    if isinstance(value, Sensitive):
        return f"Sensitive({show(value.value)})"
    if isinstance(value, Binary):
        import base64

        return f"Binary('{base64.b64encode(value.data).decode()}')"
    if isinstance(value, IteratorValue):
        return show(value.to_list())
    return str(value) if isinstance(value, PType) else literal(value)
