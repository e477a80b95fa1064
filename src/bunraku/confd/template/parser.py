"""Tokens to trees, by recursive descent: `action`, `pipeline`, `command`, `operand`, `term`.

Variables are resolved here: each declaration takes a slot in the frame of its template, and goes out of scope at the
`end` of the control structure that it stands in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from bunraku.confd.template.errors import TemplateError, position
from bunraku.confd.template.lexer import Token, tokenize
from bunraku.confd.template.nodes import (
    Action,
    Bool,
    Branch,
    Call,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Jump,
    List,
    Nil,
    Node,
    Number,
    Pipe,
    String,
    Text,
    Tree,
    Variable,
    braced,
)
from bunraku.confd.template.numbers import number
from bunraku.confd.template.strings import quote, unquote

_OPERANDS = {
    "BOOL",
    "CHAR",
    "COMPLEX",
    "DOT",
    "FIELD",
    "IDENTIFIER",
    "NUMBER",
    "nil",
    "RAW",
    "STRING",
    "VARIABLE",
    "LPAREN",
}
"""The tokens that an operand may begin with."""


class _End(Node):
    """What stops a body: `{{end}}`, or `{{else}}` with the keyword that follows it in the same action, if any."""

    __slots__ = ("keyword", "chained")

    def __init__(self, pos: int, keyword: str, chained: str | None = None) -> None:
        super().__init__(pos)
        self.keyword = keyword
        self.chained = chained

    def __str__(self) -> str:
        return braced(self.keyword)


class _Scope:
    """The variables in sight in one template, innermost last, and the slots that were given out."""

    def __init__(self) -> None:
        self.visible: list[tuple[str, int]] = [("$", 0)]
        self.slots = 1

    def declare(self, name: str) -> int:
        slot = self.slots
        self.slots += 1
        self.visible.append((name, slot))
        return slot

    def find(self, name: str) -> int | None:
        return next((slot for known, slot in reversed(self.visible) if known == name), None)


def parse_trees(name: str, text: str, functions: Collection[str]) -> dict[str, Tree]:
    """The templates of a file: itself under `name` and each that it defines. TemplateError if it cannot be read."""
    parser = _Parser(name, text, functions)
    try:
        parser.file()
    except RecursionError:
        raise parser.error("nested too deeply") from None
    return parser.trees


class _Parser:
    def __init__(self, name: str, text: str, functions: Collection[str]) -> None:
        self.name = name
        self.text = text
        self.functions = functions
        self.tokens = tokenize(text)
        self.at = 0
        self.read = 0
        """How many tokens have been looked at: an error is put where the last of them stands."""
        self.trees: dict[str, Tree] = {}
        self.scope = _Scope()
        self.range_depth = 0
        self.action_line = 0

    # Tokens

    def next(self) -> Token:
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        self.at += 1
        self.read = max(self.read, self.at)
        return token

    def backup(self, count: int = 1) -> None:
        self.at -= count

    def peek(self) -> Token:
        token = self.next()
        self.backup()
        return token

    def skip_space(self) -> Token:
        """The next token that is no space, consumed."""
        while (token := self.next()).kind == "SPACE":
            pass
        return token

    def peek_past_space(self) -> Token:
        token = self.skip_space()
        self.backup()
        return token

    # Errors

    def error(self, message: str) -> TemplateError:
        token = self.tokens[min(max(self.at, 1), len(self.tokens)) - 1]
        return TemplateError(message, self.name, *position(self.text, token.pos))

    def unexpected(self, token: Token, context: str) -> TemplateError:
        if token.kind != "ERROR":
            return self.error(f"unexpected {token} in {context}")
        started = ""
        line = position(self.text, token.pos)[0]
        if self.action_line and self.action_line != line:
            started = f" in action started at {self.name}:{self.action_line}"
            if token.text.endswith(" action"):
                started = started.removeprefix(" in action")
        return self.error(token.text + started)

    def expect(self, kinds: Collection[str], context: str) -> Token:
        token = self.skip_space()
        if token.kind not in kinds:
            raise self.unexpected(token, context)
        return token

    # Templates

    def file(self) -> None:
        root = List(self.peek().pos)
        while self.peek().kind != "EOF":
            if self.peek().kind == "LEFT":
                start = self.at
                self.next()
                if self.skip_space().kind == "define":
                    self.definition()
                    continue
                self.at = start
            node = self.text_or_action()
            if isinstance(node, _End):
                raise self.error(f"unexpected {node}")
            root.nodes.append(node)
        self.add(self.name, root, self.scope)

    def definition(self) -> None:
        name = self.template_name(self.skip_space(), "define clause")
        self.expect(("RIGHT",), "define clause")
        self.nested_template(name, "define clause")

    def nested_template(self, name: str, context: str) -> None:
        """The body of a `define` or `block`: it sees no variables of what stands around it."""
        with self.fresh_scope() as scope:
            body, end = self.body()
            if end.keyword != "end":
                raise self.error(f"unexpected {end} in {context}")
            self.add(name, body, scope)

    @contextmanager
    def fresh_scope(self) -> Iterator[_Scope]:
        outer = self.scope, self.range_depth
        self.scope, self.range_depth = _Scope(), 0
        yield self.scope
        self.scope, self.range_depth = outer

    def add(self, name: str, body: List, scope: _Scope) -> None:
        known = self.trees.get(name)
        if known is None or known.body.is_blank():
            self.trees[name] = Tree(name, body, scope.slots)
        elif not body.is_blank():
            raise self.error(f"template: multiple definition of template {quote(name)}")

    def body(self) -> tuple[List, _End]:
        nodes = List(self.peek_past_space().pos)
        while self.peek_past_space().kind != "EOF":
            node = self.text_or_action()
            if isinstance(node, _End):
                return nodes, node
            nodes.nodes.append(node)
        raise self.error("unexpected EOF")

    def text_or_action(self) -> Node:
        token = self.skip_space()
        if token.kind == "TEXT":
            return Text(token.pos, token.text)
        if token.kind != "LEFT":
            raise self.unexpected(token, "input")
        self.action_line = position(self.text, token.pos)[0]
        node = self.action()
        self.action_line = 0
        return node

    # Actions

    def action(self) -> Node:
        token = self.skip_space()
        match token.kind:
            case "if" | "with" | "range":
                return self.branch(token.kind)
            case "block":
                return self.block()
            case "template":
                return self.call()
            case "break" | "continue":
                return self.jump(token)
            case "end":
                return _End(self.expect(("RIGHT",), "end").pos, "end")
            case "else":
                return self.otherwise()
        self.backup()
        token = self.peek()
        return Action(token.pos, self.pipeline("command", "RIGHT"))

    def otherwise(self) -> _End:
        token = self.peek_past_space()
        if token.kind in ("if", "with"):
            return _End(token.pos, "else", token.kind)
        return _End(self.expect(("RIGHT",), "else").pos, "else")

    def jump(self, token: Token) -> Jump:
        right = self.skip_space()
        if right.kind != "RIGHT":
            raise self.unexpected(right, braced(token.kind))
        if not self.range_depth:
            raise self.error(f"{braced(token.kind)} outside {braced('range')}")
        return Jump(token.pos, token.kind)

    def branch(self, keyword: str) -> Branch:
        in_sight = len(self.scope.visible)
        pipe = self.pipeline(keyword, "RIGHT")
        self.range_depth += keyword == "range"
        body, end = self.body()
        self.range_depth -= keyword == "range"
        otherwise = None
        if end.keyword == "else":
            if end.chained == keyword != "range":
                # `else if` and `else with` are the branch again, and share its `end`.
                self.skip_space()
                otherwise = List(end.pos, [self.branch(keyword)])
            else:
                otherwise, end = self.body()
                if end.keyword != "end":
                    raise self.error(f"expected end; found {end}")
        del self.scope.visible[in_sight:]
        return Branch(pipe.pos, keyword, pipe, body, otherwise)

    def block(self) -> Call:
        token = self.skip_space()
        name = self.template_name(token, "block clause")
        pipe = self.pipeline("block clause", "RIGHT")
        self.nested_template(name, "block clause")
        return Call(token.pos, name, pipe)

    def call(self) -> Call:
        token = self.skip_space()
        name = self.template_name(token, "template clause")
        pipe = None
        if self.skip_space().kind != "RIGHT":
            self.backup()
            pipe = self.pipeline("template clause", "RIGHT")
        return Call(token.pos, name, pipe)

    def template_name(self, token: Token, context: str) -> str:
        if token.kind not in ("STRING", "RAW"):
            raise self.unexpected(token, context)
        return self.unquoted(token)

    def unquoted(self, token: Token) -> str:
        try:
            return unquote(token.text)
        except ValueError as error:
            raise self.error(str(error)) from None

    # Pipelines

    def pipeline(self, context: str, end: str) -> Pipe:
        pipe = Pipe(self.peek_past_space().pos)
        declared = self.declarations(pipe, context)
        while (token := self.skip_space()).kind != end:
            if token.kind not in _OPERANDS:
                raise self.unexpected(token, context)
            self.backup()
            pipe.commands.append(self.command())
        self.check(pipe, context)
        # Only now are they in sight: `$x := f $x` means the outer $x.
        for token, is_new in declared:
            slot = self.scope.declare(token.text) if is_new else self.scope.find(token.text)
            assert slot is not None
            pipe.declared.append(Variable(token.pos, token.text, (), slot))
        return pipe

    def declarations(self, pipe: Pipe, context: str) -> list[tuple[Token, bool]]:
        """What stands before `:=` or `=`: each variable, and whether it is a new one."""
        names: list[Token] = []
        start = self.at
        while self.peek_past_space().kind == "VARIABLE":
            names.append(self.next())
            mark = self.skip_space()
            if mark.kind in ("DECLARE", "ASSIGN"):
                pipe.assigns = mark.kind == "ASSIGN"
                return self.declared(names, pipe.assigns)
            if mark.kind != "MARK" or mark.text != ",":
                break
            if context != "range" or len(names) == 2:
                raise self.error(f"too many declarations in {context}")
            if self.peek_past_space().kind not in ("VARIABLE", "RIGHT", "RPAREN"):
                raise self.error("range can only initialize variables")
        self.at = start
        if len(names) > 1:
            raise self.error(f"unexpected {self.peek_past_space()} in {context}")
        return []

    def declared(self, names: list[Token], assigns: bool) -> list[tuple[Token, bool]]:
        for token in names:
            if assigns and self.scope.find(token.text) is None:
                raise self.error(f"undefined variable {quote(token.text)}")
        return [(token, not assigns) for token in names]

    def check(self, pipe: Pipe, context: str) -> None:
        if not pipe.commands:
            raise self.error(f"missing value for {context}")
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], (Bool, Dot, Nil, Number, String)):
                raise self.error(f"non executable command in pipeline stage {stage}")

    def command(self) -> Command:
        command = Command(self.peek_past_space().pos)
        while True:
            self.peek_past_space()
            operand = self.operand()
            if operand is not None:
                command.args.append(operand)
            token = self.next()
            if token.kind == "SPACE":
                continue
            if token.kind in ("RIGHT", "RPAREN"):
                self.backup()
            elif token.kind != "PIPE":
                raise self.unexpected(token, "operand")
            break
        if not command.args:
            raise self.error("empty command")
        return command

    def operand(self) -> Node | None:
        node = self.term()
        if node is None or self.peek().kind != "FIELD":
            return node
        pos = self.peek().pos
        names: list[str] = []
        while self.peek().kind == "FIELD":
            names.append(self.next().text[1:])
        match node:
            case Field():
                return Field(pos, node.names + tuple(names))
            case Variable():
                return Variable(pos, node.name, node.names + tuple(names), node.slot)
            case Bool() | String() | Number() | Nil() | Dot():
                raise self.error(f"unexpected . after term {quote(str(node))}")
        return Chain(pos, node, tuple(names))

    def term(self) -> Node | None:
        token = self.skip_space()
        pos = token.pos
        match token.kind:
            case "IDENTIFIER":
                if token.text not in self.functions:
                    raise self.error(f"function {quote(token.text)} not defined")
                return Identifier(pos, token.text)
            case "DOT":
                return Dot(pos)
            case "nil":
                return Nil(pos)
            case "VARIABLE":
                return self.variable(token)
            case "FIELD":
                return Field(pos, (token.text[1:],))
            case "BOOL":
                return Bool(pos, token.text == "true")
            case "CHAR" | "COMPLEX" | "NUMBER":
                return self.number(token)
            case "LPAREN":
                return self.pipeline("parenthesized pipeline", "RPAREN")
            case "STRING" | "RAW":
                return String(pos, token.text, self.unquoted(token))
        self.backup()
        return None

    def variable(self, token: Token) -> Variable:
        slot = self.scope.find(token.text)
        if slot is None:
            raise self.error(f"undefined variable {quote(token.text)}")
        return Variable(token.pos, token.text, (), slot)

    def number(self, token: Token) -> Number:
        try:
            return number(token.pos, token.text, token.kind)
        except ValueError as error:
            raise self.error(str(error)) from None
