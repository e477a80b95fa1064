"""Whole files: statements, templates, and going on after a syntax error."""

from __future__ import annotations

import re
from typing import NoReturn

from bunraku.language.checker import check
from bunraku.language.depth import deep
from bunraku.language.errors import CompileError
from bunraku.language.lexer import Tokens, tokenize
from bunraku.language.nodes import (
    Block,
    Call,
    Name,
    Node,
    Nop,
    Parameter,
    Program,
    RenderText,
    RenderValue,
    Template,
)
from bunraku.language.parser.base import SyntaxFault
from bunraku.language.parser.definitions import DefinitionParser
from bunraku.language.parser.resources import STATEMENT_FUNCTIONS, ResourceParser

_BYTE_ORDER_MARK = (
    "Illegal UTF-8 Byte Order mark at beginning of input: [EF BB BF] - remove these from the puppet source"
)
_TOO_DEEP = "Code is nested too deeply: put a part of it into a variable, class or function of its own"
_MAX_FAULTS = 20
_ENDS = frozenset(["}", "EOF", "ERROR"])
_OPENING = {"{": "}", "(": ")", "WS(": ")", "[": "]", "LIST[": "]"}
_CLOSING = frozenset(_OPENING.values())
_TEMPLATE_PARTS = frozenset(["TEXT", "EXPR", "TAGEND", "EOF", "ERROR"])
_STATEMENT_STARTS = frozenset(
    ["NAME", "TYPE", "VARIABLE", "@", "@@", "if", "unless", "case", "class", "define", "node", "function", "type"]
)

_Statement = tuple[Node, list[tuple[int, Node]]]
"""An expression, and those that follow it with commas between: each with the place of the comma before it."""


def parse(text: str, file: str | None = None) -> Program:
    """The syntax tree of a manifest.

    text: the code. file: its path, for errors. Raises CompileError for the first syntax error, with the rest of the
    file's in `others`.
    """
    with deep():
        return _run(text, file, template=False)


def parse_epp(text: str, file: str | None = None) -> Program:
    """The syntax tree of an EPP template; its body is a Template. Raises as `parse` does."""
    with deep():
        return _run(text, file, template=True)


def _run(text: str, file: str | None, *, template: bool) -> Program:
    if text.startswith("\ufeff"):
        raise CompileError(_BYTE_ORDER_MARK, file=file)
    tokens = tokenize(text, template=template)
    parser = Parser(text, tokens)
    try:
        body = parser.template() if template else parser.program()
    except SyntaxFault as fault:
        parser.faults.append(fault)
        body = Nop(0)
    except RecursionError:
        pos = parser.starts[min(parser.at, len(parser.starts) - 1)]
        parser.faults.append(SyntaxFault(_TOO_DEEP, pos))
        body = Nop(0)
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    program = Program(file, body, parser.definitions, line_starts)
    if parser.faults and parser.faults[-1].pos is None:
        parser.faults[-1].hint = parser.unclosed(program)
    if faults := parser.faults or parser.unsupported:
        _raise(program, faults)
    _check(program, tokens)
    return program


def _check(program: Program, tokens: Tokens) -> None:
    """Raise what the checker finds wrong; keep what it warns of."""
    program.warnings += [("warning", message, pos) for message, pos in tokens.warnings]
    try:
        findings = check(program, tokens)
    except RecursionError:
        _raise(program, [SyntaxFault(_TOO_DEEP, 0)])
    errors = [SyntaxFault(message, pos) for severity, message, pos in findings if severity == "error"]
    if errors:
        _raise(program, errors)
    program.warnings += [(severity, message, pos) for severity, message, pos in findings]


def _raise(program: Program, faults: list[SyntaxFault]) -> NoReturn:
    """Raise faults as one CompileError."""
    errors = []
    for fault in faults:
        line, column = (None, None) if fault.pos is None else program.place(fault.pos)
        errors.append(CompileError(fault.message, file=program.file, line=line, column=column, hint=fault.hint))
    first, *others = errors
    first.others = tuple(others)
    raise first


class Parser(ResourceParser, DefinitionParser):
    """The rules for statements and templates, and recovery."""

    def program(self) -> Node:
        """A whole manifest."""
        statements = self._statements()
        if self.kinds[self.at] != "EOF":
            self.unexpected()
        return _one_or_block(statements, statements[0].pos if statements else 0)

    def block(self) -> Node:
        """`{ statements }`: one statement stands for itself, several are a Block, none is a Nop."""
        pos = self.expect("{")
        statements = self._statements()
        self.expect("}")
        return _one_or_block(statements, pos)

    def body(self) -> Node:
        """`{ statements }` of a definition, lambda or case option: a Block, or a Nop."""
        pos = self.expect("{")
        statements = self._statements()
        self.expect("}")
        return Block(pos, statements) if statements else Nop(pos)

    def _statements(self) -> list[Node]:
        """Statements up to a closing brace or the end."""
        kinds = self.kinds
        statements: list[_Statement] = []
        plain = True  # no name that may be a call without parentheses, no comma
        while kinds[self.at] not in _ENDS:
            start = self.at
            try:
                if statements and kinds[start] == ";":
                    self.at += 1
                expr = self.assignment()
                more: list[tuple[int, Node]] = []
                while kinds[self.at] == ",":
                    comma = self.starts[self.at]
                    self.at += 1
                    more.append((comma, self.assignment()))
            except SyntaxFault as fault:
                if self.at == start:
                    self._with_calls(statements)  # what is wrong with these is reported first
                self._recover(fault, start)
                continue
            if more or expr.__class__ is Name:
                plain = False
            elif expr.__class__ is Call:
                expr.is_statement = True
            statements.append((expr, more))
        if plain:
            return [expr for expr, _ in statements]
        return self._with_calls(statements)

    def _with_calls(self, statements: list[_Statement]) -> list[Node]:
        """Statements, with each name of a statement function made a call of what stands behind it."""
        result: list[Node] = []
        for expr, more in statements:
            last = result[-1] if result else None
            if isinstance(last, Name) and last.value in STATEMENT_FUNCTIONS:
                if expr.__class__ is Call and not more:
                    expr.is_statement = False
                arguments = [expr, *(argument for _, argument in more)]
                result[-1] = Call(last.pos, last, arguments, is_statement=True)
            elif more:
                raise SyntaxFault(_illegal_list(last), more[0][0])
            else:
                result.append(expr)
        return result

    # ------------------------------------------------------------ templates

    def template(self) -> Node:
        """A whole template."""
        pos = self.expect("TEMPLATE")
        explicit = self.accept("|")
        parameters: list[Parameter] = self.parameters("|") if explicit else []
        statements = self._statements()
        if self.kinds[self.at] != "EOF":
            self.unexpected()
        return Template(pos, parameters, explicit, Block(pos, statements) if statements else Nop(pos))

    def render_text(self) -> Node:
        """Text of a template."""
        self.at += 1
        return RenderText(self.starts[self.at - 1], str(self.values[self.at - 1]))

    def render_value(self) -> Node:
        """`<%= expr %>`, or `<%= { statements } %>`."""
        pos = self.starts[self.at]
        self.at += 1
        expr = self.block() if self._at_statements() else self.expression()
        self.expect("TAGEND")
        return RenderValue(pos, expr)

    def _at_statements(self) -> bool:
        """Whether the current token is a brace around statements, not one of a hash."""
        kinds = self.kinds
        if kinds[self.at] != "{" or kinds[self.at + 1] == "}":
            return False
        depth = 0
        for at in range(self.at + 1, len(kinds)):
            kind = kinds[at]
            if kind in _OPENING:
                depth += 1
            elif kind in _CLOSING:
                depth -= 1
            elif kind == "=>" and not depth:
                return False
            if depth < 0 or kind in _TEMPLATE_PARTS:
                break
        return True

    # ------------------------------------------------------------ recovery

    def _recover(self, fault: SyntaxFault, start: int) -> None:
        """Record a fault in the statement that began at token `start`, and skip to where the next seems to begin:
        the first token of a line, outside of the brackets that the statement opened, that can begin one."""
        self.faults.append(fault)
        kinds = self.kinds
        if len(self.faults) >= _MAX_FAULTS or kinds[self.at] in ("EOF", "ERROR"):
            self.at = len(self.starts) - 1
            self.faults.pop()
            raise fault
        depth = 0
        at = start
        while kinds[at] not in ("EOF", "ERROR"):
            kind = kinds[at]
            if kind in _OPENING:
                depth += 1
            elif kind in _CLOSING:
                if not depth and kind == "}" and at >= self.at:
                    break
                depth = max(0, depth - 1)
            elif not depth and at > self.at and kind in _STATEMENT_STARTS and self._begins_line(at):
                break
            at += 1
        if kinds[at] in ("EOF", "ERROR"):
            # The rest cannot be told apart from what is at fault.
            self.faults.pop()
            raise fault
        self.at = at

    def _begins_line(self, at: int) -> bool:
        return "\n" in self.text[self.starts[at - 1] : self.starts[at]]

    def unclosed(self, program: Program) -> str | None:
        """A hint for an unexpected end: the innermost bracket that is still open."""
        open_at: list[int] = []
        for at, kind in enumerate(self.kinds):
            if kind in _OPENING:
                open_at.append(at)
            elif kind in _CLOSING and open_at:
                open_at.pop()
        if not open_at:
            return None
        at = open_at[-1]
        line, column = program.place(self.starts[at])
        return f"the '{self.values[at]}' of line {line}, column {column} is not closed"


def _one_or_block(statements: list[Node], pos: int) -> Node:
    if not statements:
        return Nop(pos)
    return statements[0] if len(statements) == 1 else Block(pos, statements)


def _illegal_list(before: Node | None) -> str:
    if isinstance(before, Name):
        return (
            f"attempt to pass argument list to the function '{before.value}' which cannot be called without parentheses"
        )
    return "illegal comma separated argument list"
