"""Expressions: literals, operators, calls, selectors, `if`, `unless` and `case`."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from bunraku.catalog.values import DEFAULT
from bunraku.language.nodes import (
    Access,
    Array,
    Assignment,
    Binary,
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
    Nop,
    Parenthesized,
    Regex,
    Relationship,
    Reserved,
    Resource,
    ResourceDefaults,
    ResourceOverride,
    Selector,
    TypeName,
    Unary,
    Variable,
)
from bunraku.language.parser.base import ParserBase, SyntaxFault

_LEVELS = (
    ("or",),
    ("and",),
    ("?",),
    ("<", "<=", ">", ">="),
    ("==", "!="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
    ("=~", "!~"),
    ("in",),
)
"""Binary operators, all left-associative, the loosest first."""

BINDING = {operator: level for level, operators in enumerate(_LEVELS, 1) for operator in operators}
_MINUS, _SPLAT, _NOT, _POSTFIX = 11, 12, 13, 14
BINDING |= dict.fromkeys(("[", "(", ".", "<|", "<<|"), _POSTFIX)
"""How tightly each operator binds; 14 is what stands behind a value."""


_ARROW = frozenset(["=>"])
_ENTRY_ENDS = frozenset(["=>", ",", "}", "]"])
_NO_EXPRESSIONS = (Assignment, Relationship, Resource, ResourceDefaults, ResourceOverride)
"""What is an argument or element, but no key of an access."""


def number(text: str) -> int | float:
    """The value of a number as written in code: 0x hexadecimal, a leading 0 octal, else decimal or floating point."""
    if text.isdigit():
        return int(text, 8) if text[0] == "0" and len(text) > 1 else int(text)
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    return float(text)


class ExpressionParser(ParserBase):
    """The rules for expressions."""

    def expression(self, above: int = 0) -> Node:
        """An expression of operators that bind more tightly than `above` (0: all)."""
        kinds = self.kinds
        at = self.at
        kind = kinds[at]
        left: Node
        if kind == "VARIABLE":
            self.at = at + 1
            left = Variable(self.starts[at], self.values[at])  # type: ignore[arg-type]
        elif kind == "STRING":
            self.at = at + 1
            left = Literal(self.starts[at], self.values[at])
        elif kind == "NAME":
            self.at = at + 1
            left = Name(self.starts[at], self.values[at])  # type: ignore[arg-type]
        else:
            rule = _RULES.get(kind)
            if rule is None:
                self.unexpected()
            left = rule(self)
        while True:
            at = self.at
            operator = kinds[at]
            level = BINDING.get(operator, 0)
            if level <= above:
                return left
            self.at = at + 1
            if level == _POSTFIX:
                left = _POSTFIX_RULES[operator](self, left, self.starts[at])
            elif operator == "?":
                left = Selector(left.pos, left, self._selector_entries())
            else:
                left = Binary(self.starts[at], operator, left, self.expression(level))

    # ------------------------------------------------------------ literals

    def _word(self) -> Node:
        self.at += 1
        return Literal(self.starts[self.at - 1], self.values[self.at - 1])

    def _number(self) -> Node:
        self.at += 1
        text, pos = str(self.values[self.at - 1]), self.starts[self.at - 1]
        value = number(text)
        if value == inf:
            raise SyntaxFault(f"The number {text} is too large: a Float goes up to 1.8e308", pos)
        return Literal(pos, value)

    def _undef(self) -> Node:
        self.at += 1
        return Literal(self.starts[self.at - 1], None)

    def _default(self) -> Node:
        self.at += 1
        return Literal(self.starts[self.at - 1], DEFAULT)

    def _regex(self) -> Node:
        self.at += 1
        return Regex(self.starts[self.at - 1], str(self.values[self.at - 1]))

    def type_name(self) -> TypeName:
        """A capitalised name."""
        pos = self.expect("TYPE")
        return TypeName(pos, str(self.values[self.at - 1]))

    def _reserved(self) -> Node:
        self.at += 1
        return Reserved(self.starts[self.at - 1], self.kinds[self.at - 1])

    def interpolated(self) -> Node:
        """A string with interpolations."""
        kinds, values, starts = self.kinds, self.values, self.starts
        pos = starts[self.at]
        parts: list[str | Node] = []
        while True:
            at = self.at
            if text := values[at]:
                parts.append(str(text))
            if kinds[at] == "END":
                self.at = at + 1
                return Interpolated(pos, parts)
            self.at = at + 1
            if kinds[at + 1] == "VARIABLE" and kinds[at + 2] in ("MIDDLE", "END"):
                self.at = at + 2
                parts.append(Variable(starts[at + 1], str(values[at + 1])))
            else:
                parts.append(self.assignment())
                if kinds[self.at] not in ("MIDDLE", "END"):
                    self.unexpected()

    def heredoc(self) -> Node:
        """A heredoc; its text's tokens stand behind its own."""
        pos, syntax = self.starts[self.at], str(self.values[self.at])
        self.at += 1
        kind = self.kinds[self.at]
        if kind not in ("STRING", "BEGIN"):
            self.unexpected()
        return Heredoc(pos, syntax, self._word() if kind == "STRING" else self.interpolated())

    def _array(self) -> Node:
        pos = self.starts[self.at]
        self.at += 1
        elements = self._entries("]", trailing_comma=True)
        return Array(pos, elements)

    def _hash(self) -> Node:
        return self.hash()

    def hash(self) -> Hash:
        """`{ key => value, … }`."""
        pos = self.expect("{")
        kinds = self.kinds
        pairs: list[tuple[Node, Node]] = []
        while kinds[self.at] != "}":
            key = self._hash_entry()
            self.expect("=>")
            pairs.append((key, self._hash_entry()))
            if kinds[self.at] != ",":
                break
            self.at += 1
            if kinds[self.at] == ",":
                self.unexpected()
        self.expect_closing()
        return Hash(pos, pairs)

    def _hash_entry(self) -> Node:
        """A key or value of a hash or an array's element: `type` and `function` are strings here."""
        return self._keyword_before(_ENTRY_ENDS) or self.assignment()

    def _pair_key(self) -> Node:
        """An argument, or the key of a `key => value` among arguments."""
        return self._keyword_before(_ARROW) or self.assignment()

    def _keyword_before(self, followers: frozenset[str]) -> Node | None:
        """The keyword `type` or `function` as a string, if one of `followers` stands behind it."""
        at = self.at
        if self.kinds[at] not in ("type", "function") or self.kinds[at + 1] not in followers:
            return None
        self.at = at + 1
        return Literal(self.starts[at], self.values[at])

    def _entries(self, closing: str, *, trailing_comma: bool) -> list[Node]:
        """Elements or arguments up to and with `closing`; adjacent `key => value`s among them make one hash."""
        kinds = self.kinds
        entries: list[Node] = []
        unfolded: Hash | None = None
        if kinds[self.at] != closing:
            while True:
                entry = self._hash_entry() if closing == "]" else self._pair_key()
                if kinds[self.at] == "=>":
                    unfolded = self._unfolded_pair(entry, unfolded, entries)
                else:
                    entries.append(entry)
                    unfolded = None
                if kinds[self.at] != ",":
                    break
                self.at += 1
                if trailing_comma and kinds[self.at] == closing:
                    break
        self.expect(closing)
        return entries

    def _unfolded_pair(self, key: Node, unfolded: Hash | None, entries: list[Node]) -> Hash:
        """A `key => value` without braces, at its arrow: added to the hash before it, or to a new one."""
        pos = self.expect("=>")
        pair = (key, self._hash_entry())
        if unfolded is None:
            unfolded = Hash(pos, [pair])
            entries.append(unfolded)
        else:
            unfolded.pairs.append(pair)
        return unfolded

    # ------------------------------------------------------------ operators

    def _parenthesized(self) -> Node:
        pos = self.starts[self.at]
        self.at += 1
        inner = self.assignment()
        self.expect(")")
        return Parenthesized(pos, inner)

    def _not(self) -> Node:
        pos = self.starts[self.at]
        self.at += 1
        return Unary(pos, "!", self.expression(_NOT))

    def _minus(self) -> Node:
        pos = self.starts[self.at]
        self.at += 1
        return Unary(pos, "-", self.expression(_MINUS))

    def _splat(self) -> Node:
        pos = self.starts[self.at]
        self.at += 1
        return Unary(pos, "*", self.expression(_SPLAT))

    def _selector_entries(self) -> list[tuple[Node, Node]]:
        if self.kinds[self.at] != "{":
            return [self._selector_entry()]
        self.at += 1
        entries = [self._selector_entry()]
        while self.accept(","):
            if self.kinds[self.at] == "}":
                break
            entries.append(self._selector_entry())
        self.expect("}")
        return entries

    def _selector_entry(self) -> tuple[Node, Node]:
        match = self.expression()
        self.expect("=>")
        return match, self.expression()

    # ------------------------------------------------------------ behind a value

    def _access(self, target: Node, pos: int) -> Node:
        return Access(target.pos, target, self.access_keys(trailing_comma=True))

    def access_keys(self, *, trailing_comma: bool) -> list[Node]:
        """The keys of `[key, …]`, at least one, from behind its bracket on: expressions, or `key => value`s."""
        kinds = self.kinds
        keys: list[Node] = []
        unfolded: Hash | None = None
        while True:
            key = self._pair_key()
            if kinds[self.at] == "=>":
                unfolded = self._unfolded_pair(key, unfolded, keys)
            elif isinstance(key, _NO_EXPRESSIONS):
                self.unexpected()
            else:
                keys.append(key)
                unfolded = None
            if not self.accept(",") or (trailing_comma and kinds[self.at] == "]"):
                break
        self.expect("]")
        return keys

    def _call(self, callee: Node, pos: int) -> Node:
        arguments = self._entries(")", trailing_comma=True)
        return Call(callee.pos, callee, arguments, self.lambda_())

    def _type_keyword(self) -> Node:
        """`type(…)`, a call, or the definition of a type."""
        at = self.at
        if self.kinds[at + 1] != "(":
            return self.type_definition()
        self.at = at + 2
        return self._call(Name(self.starts[at], "type"), self.starts[at])

    def type_definition(self) -> Node:
        """`type Name = …`, and its other forms."""
        raise NotImplementedError

    def _method(self, receiver: Node, pos: int) -> Node:
        at = self.at
        if self.kinds[at] not in ("NAME", "type"):
            self.unexpected()
        name = str(self.values[at])
        self.at = at + 1
        arguments: list[Node] = []
        if self.kinds[at + 1] == "(":
            pos = self.starts[at + 1]
            self.at = at + 2
            arguments = self._entries(")", trailing_comma=False)
        return MethodCall(pos, receiver, name, arguments, self.lambda_())

    def lambda_(self) -> Lambda | None:
        """A lambda, if the current token begins one."""
        if self.kinds[self.at] != "|":
            return None
        pos = self.starts[self.at]
        self.at += 1
        parameters = self.parameters("|")
        return_type = self.return_type()
        return Lambda(pos, parameters, self.body(), return_type)

    def _collector(self, type: Node, pos: int) -> Node:
        exported = self.kinds[self.at - 1] == "<<|"
        closing = "|>>" if exported else "|>"
        query = None if self.kinds[self.at] == closing else self.expression()
        self.expect(closing)
        attributes: list[Node] = []
        if self.accept("{"):
            attributes = self.attributes()
            self.accept(",")
            self.expect("}")
        return Collector(type.pos, type, query, exported, attributes)

    def attributes(self) -> list[Node]:
        """`name => value, …` of a resource, up to a last comma."""
        raise NotImplementedError

    # ------------------------------------------------------------ flow

    def _if(self) -> Node:
        """`if` with its `elsif`s and `else`."""
        branches: list[tuple[int, Node, Node]] = []
        while not branches or self.kinds[self.at] == "elsif":
            pos = self.starts[self.at]
            self.at += 1
            branches.append((pos, self.expression(), self.block()))
        result = self._else()
        for pos, condition, then in reversed(branches):
            result = If(pos, condition, then, result)
        return result

    def _else(self) -> Node:
        return self.block() if self.accept("else") else Nop(self.starts[self.at])

    def _unless(self) -> Node:
        pos = self.starts[self.at]
        self.at += 1
        condition = self.expression()
        then = self.block()
        return If(pos, condition, then, self._else(), negated=True)

    def _case(self) -> Node:
        pos = self.starts[self.at]
        self.at += 1
        subject = self.expression()
        self.expect("{")
        options = [self._case_option()]
        while not self.accept("}"):
            options.append(self._case_option())
        return Case(pos, subject, options)

    def _case_option(self) -> tuple[list[Node], Node]:
        values = [self.expression()]
        while self.accept(","):
            values.append(self.expression())
        self.expect(":")
        return values, self.body()


_RULES: dict[str, Callable[..., Node]] = {
    "WORD": ExpressionParser._word,
    "NUMBER": ExpressionParser._number,
    "BOOLEAN": ExpressionParser._word,
    "undef": ExpressionParser._undef,
    "default": ExpressionParser._default,
    "REGEX": ExpressionParser._regex,
    "TYPE": ExpressionParser.type_name,
    "private": ExpressionParser._reserved,
    "attr": ExpressionParser._reserved,
    "BEGIN": ExpressionParser.interpolated,
    "HEREDOC": ExpressionParser.heredoc,
    "[": ExpressionParser._array,
    "LIST[": ExpressionParser._array,
    "{": ExpressionParser._hash,
    "(": ExpressionParser._parenthesized,
    "WS(": ExpressionParser._parenthesized,
    "!": ExpressionParser._not,
    "-": ExpressionParser._minus,
    "*": ExpressionParser._splat,
    "if": ExpressionParser._if,
    "unless": ExpressionParser._unless,
    "case": ExpressionParser._case,
    "type": ExpressionParser._type_keyword,
    "class": lambda parser: parser.class_definition(),
    "define": lambda parser: parser.define_definition(),
    "node": lambda parser: parser.node_definition(),
    "function": lambda parser: parser.function_definition(),
    "TEXT": lambda parser: parser.render_text(),
    "EXPR": lambda parser: parser.render_value(),
}
"""What each kind of token begins."""

_POSTFIX_RULES: dict[str, Callable[[ExpressionParser, Node, int], Node]] = {
    "[": ExpressionParser._access,
    "(": ExpressionParser._call,
    ".": ExpressionParser._method,
    "<|": ExpressionParser._collector,
    "<<|": ExpressionParser._collector,
}
"""What stands behind a value; called with the value and the place of the operator, which has been taken."""
