"""Type expressions in text: the signatures of native functions, `Type.new('…')`, types in data.

It walks the parser's nodes itself and needs no evaluator: a type expression holds type names, their parameters and
literals, nothing that is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import hash_key
from bunraku.language import nodes
from bunraku.language.errors import CompileError
from bunraku.language.types import type_text
from bunraku.language.types.base import PType
from bunraku.language.types.quoting import literal
from bunraku.language.types.references import PResourceType, PTypeReferenceType
from bunraku.language.types.regexp import Regexp
from bunraku.language.types.registry import lookup

Resolve = Callable[[str], PType | None]
"""Finds a type that is not built in by its name as written; None where there is none."""

_cache: dict[str, PType] = {}


def parse(text: str, resolve: Resolve | None = None) -> PType:
    """The type that `text` describes. A name that is not found becomes a TypeReference.

    Raises CompileError for what is no type. Without `resolve`, results are kept by text.
    """
    if resolve is None:
        found = _cache.get(text)
        if found is None:
            found = _cache[text] = _parse(text, _nothing)
        return found
    return _parse(text, resolve)


def parse_value(text: str, resolve: Resolve | None = None) -> Any:
    """As `parse`, but literals, arrays and hashes of types are allowed as the whole."""
    return Interpreter(text, resolve or _nothing).value(_body(text))


def interpret(node: nodes.Node, resolve: Resolve | None = None, text: str = "") -> Any:
    """The value of a node that holds type names and literals only. Raises CompileError for others."""
    return Interpreter(text, resolve or _nothing).value(node)


def _nothing(name: str) -> PType | None:
    return None


def _parse(text: str, resolve: Resolve) -> PType:
    value = Interpreter(text, resolve).value(_body(text))
    if not isinstance(value, PType):
        raise CompileError(f"The expression <{text}> is not a valid type specification.")
    return value


def _body(text: str) -> nodes.Node:
    plain = type_text.read(text)
    if plain is not None:
        return plain
    from bunraku.language.parser import parse as parse_program

    try:
        body = parse_program(text).body
    except CompileError as error:
        if "has no effect" not in error.message:
            raise
        # Several expressions, where only one can be a type.
        raise CompileError(f"The expression <{text}> is not a valid type specification.") from None
    while isinstance(body, nodes.Block) and len(body.statements) == 1:
        body = body.statements[0]
    return body


class Interpreter:
    """One walk over an expression; `of_NODE` gives the value of each kind of node that may occur."""

    def __init__(self, text: str, resolve: Resolve) -> None:
        self.text = text
        self.resolve = resolve

    def value(self, node: nodes.Node) -> Any:
        """The value of a node. Raises CompileError for one that may not occur."""
        how = getattr(self, f"of_{type(node).__name__.lower()}", None)
        if how is None:
            raise CompileError(f"The expression <{self.text}> is not a valid type specification.")
        return how(node)

    def of_literal(self, node: nodes.Literal) -> Any:
        """The literal itself."""
        return node.value

    def of_name(self, node: nodes.Name) -> str:
        """Its text."""
        return node.value

    def of_regex(self, node: nodes.Regex) -> Regexp:
        """The regular expression."""
        return Regexp(node.pattern)

    def of_parenthesized(self, node: nodes.Parenthesized) -> Any:
        """What is inside."""
        return self.value(node.expr)

    def of_heredoc(self, node: nodes.Heredoc) -> Any:
        """Its text."""
        return self.value(node.text)

    def of_unary(self, node: nodes.Unary) -> Any:
        """A number with its sign turned."""
        value = self.value(node.operand)
        if node.operator != "-" or type(value) not in (int, float):
            raise CompileError(f"The expression <{self.text}> is not a valid type specification.")
        return -value

    def of_array(self, node: nodes.Array) -> list[Any]:
        """The elements."""
        return [self.value(element) for element in node.elements]

    def of_hash(self, node: nodes.Hash) -> dict[Any, Any]:
        """The entries."""
        return {hash_key(self.value(key)): self.value(value) for key, value in node.pairs}

    def of_typename(self, node: nodes.TypeName) -> PType:
        """The type of the name."""
        name = node.value
        found = lookup(name.lower()) or self.resolve(name)
        return found if found is not None else PTypeReferenceType(name)

    def of_access(self, node: nodes.Access) -> Any:
        """The type with its parameters."""
        target = self.value(node.target)
        keys = [self.value(key) for key in node.keys]
        if isinstance(target, PTypeReferenceType):
            return PTypeReferenceType(f"{target.type_string}[{', '.join(map(literal, keys))}]")
        if not isinstance(target, PType):
            raise CompileError(f"The expression <{self.text}> is not a valid type specification.")
        if isinstance(target, PResourceType) and target == PResourceType.DEFAULT and keys:
            if isinstance(keys[0], PTypeReferenceType):
                keys[0] = keys[0].type_string
        return target.parameterize(keys)
