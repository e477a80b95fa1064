"""What all parts of the parser stand on: the tokens, the place among them, and how a fault is raised."""

from __future__ import annotations

from typing import NoReturn

from bunraku.language.lexer import Tokens
from bunraku.language.nodes import Lambda, Node, Parameter


class SyntaxFault(Exception):
    """Code that the grammar does not allow.

    pos: the offset of the token at fault, None at the end of the input. hint: what may have been forgotten.
    """

    def __init__(self, message: str, pos: int | None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.pos = pos
        self.hint = hint


class ParserBase:
    """The tokens and the place among them.

    text: the source. definitions: the classes, defines, nodes, functions and types so far, each when it was complete.
    namespace: the names of the classes around the current token. faults: the errors that were recovered from.
    unsupported: what is in the grammar but refused; syntax errors come before it.
    """

    def __init__(self, text: str, tokens: Tokens) -> None:
        self.text = text
        self.kinds = [*tokens.kinds, "EOF", "EOF"]  # so that one can look two tokens ahead of any
        self.values = tokens.values
        self.starts = tokens.starts
        self.at = 0
        self.definitions: list[Node] = []
        self.namespace: list[str] = []
        self.faults: list[SyntaxFault] = []
        self.unsupported: list[SyntaxFault] = []

    # ------------------------------------------------------------ tokens

    def unexpected(self, hint: str | None = None) -> NoReturn:
        """Raise the fault that the current token is."""
        at = self.at
        kind, value = self.kinds[at], self.values[at]
        if kind == "ERROR":
            raise SyntaxFault(str(value), self.starts[at])
        if kind == "EOF":
            raise SyntaxFault("Syntax error at end of input", None)
        if kind == "REGEX":
            value = f"(?-mix:{value})"
        elif kind == "BOOLEAN":
            value = str(value).lower()
        raise SyntaxFault(f"Syntax error at '{'' if value is None else value}'", self.starts[at], hint)

    def expect(self, kind: str, hint: str | None = None) -> int:
        """Take a token of this kind; says where it starts. hint: for the fault that another one is."""
        at = self.at
        if self.kinds[at] != kind:
            self.unexpected(hint)
        self.at = at + 1
        return self.starts[at]

    def expect_closing(self) -> None:
        """Take the brace that ends `name => value`s."""
        missing_comma = self.kinds[self.at + 1 : self.at + 2] in (["=>"], ["+>"])
        self.expect("}", "is a comma missing before it?" if missing_comma else None)

    def accept(self, kind: str) -> bool:
        """Take a token of this kind if it is the current one."""
        if self.kinds[self.at] == kind:
            self.at += 1
            return True
        return False

    # ------------------------------------------------------------ the rules that the parts call in one another

    def assignment(self) -> Node:
        """A statement, element or argument: expression, resource, relationship or assignment."""
        raise NotImplementedError

    def expression(self, above: int = 0) -> Node:
        """An expression of operators that bind more tightly than `above`."""
        raise NotImplementedError

    def block(self) -> Node:
        """`{ statements }`: one statement stands for itself, several are a Block, none is a Nop."""
        raise NotImplementedError

    def body(self) -> Node:
        """`{ statements }` of a definition or lambda: a Block, or a Nop."""
        raise NotImplementedError

    def parameters(self, closing: str) -> list[Parameter]:
        """Parameters up to and with `closing`."""
        raise NotImplementedError

    def return_type(self) -> Node | None:
        """`>> Type`, if any."""
        raise NotImplementedError

    def lambda_(self) -> Lambda | None:
        """A lambda, if the current token begins one."""
        raise NotImplementedError

    def access_keys(self, *, trailing_comma: bool) -> list[Node]:
        """`[ key, … ]` behind a value or type, from behind its bracket on."""
        raise NotImplementedError
