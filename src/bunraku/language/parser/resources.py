"""Resources, their defaults and overrides, relationships and assignments: what stands between a statement's
expressions."""

from __future__ import annotations

from bunraku.language.keywords import KEYWORDS
from bunraku.language.nodes import (
    Access,
    Assignment,
    Attribute,
    Block,
    Call,
    Hash,
    Literal,
    Name,
    Node,
    Relationship,
    Resource,
    ResourceBody,
    ResourceDefaults,
    ResourceOverride,
    SplatAttributes,
    TypeName,
)
from bunraku.language.parser.base import ParserBase, SyntaxFault

_STATEMENT_FUNCTIONS = """
    break contain debug err fail import include info next notice realize require return tag warning
"""
STATEMENT_FUNCTIONS = frozenset(_STATEMENT_FUNCTIONS.split())
"""The functions that may be called without parentheses (specification: "Statement functions")."""

_ATTRIBUTE_NAMES = frozenset(KEYWORDS) - {"true", "false"} | {"NAME"}
_NO_BEGINNING = frozenset(["and", "else", "elsif", "in", "inherits", "or"])
"""Keywords that no expression begins with: after `{` they can only be names of attributes."""
_ARROWS = ("->", "~>", "<-", "<~")
_FORMS = {"@": ("virtual", "Virtual (@)"), "@@": ("exported", "Exported (@@)")}


class ResourceParser(ParserBase):
    """The rules for resources."""

    def assignment(self) -> Node:
        """A statement, element or argument: expression, resource, relationship or assignment."""
        kinds = self.kinds
        kind = kinds[self.at]
        if kind == "@" or kind == "@@" or (kind == "class" and kinds[self.at + 1] == "{"):
            left = self._resource()
        else:
            left = self.expression()
            if kinds[self.at] == "{":
                left = self._braces(left)
        while kinds[self.at] in _ARROWS:
            pos, operator = self.starts[self.at], kinds[self.at]
            self.at += 1
            left = Relationship(pos, operator, left, self._resource())
        operator = kinds[self.at]
        if operator == "=" or operator == "+=" or operator == "-=":
            pos = self.starts[self.at]
            self.at += 1
            return Assignment(pos, operator, left, self.assignment())
        return left

    def _resource(self) -> Node:
        """An expression, or a resource of any form."""
        kind = self.kinds[self.at]
        if kind in _FORMS:
            return self._virtual(kind)
        if kind == "class" and self.kinds[self.at + 1] == "{":
            left = self._class_resource()
        else:
            left = self.expression()
        return self._braces(left)

    def _virtual(self, kind: str) -> Node:
        pos = self.expect(kind)
        form, label = _FORMS[kind]
        resource = self._resource()
        if not isinstance(resource, Resource | ResourceDefaults | ResourceOverride):
            raise SyntaxFault(f"{label} can only be applied to a Resource Expression", pos)
        resource.form = form
        resource.pos = pos
        if isinstance(resource, Resource):
            for body in resource.bodies:
                body.pos = pos
        return resource

    def _class_resource(self) -> Node:
        pos = self.expect("class")
        self.expect("{")
        bodies = [self._resource_body()]
        self._more_bodies(bodies)
        return Resource(pos, Name(pos, "class"), bodies)

    def _braces(self, left: Node) -> Node:
        """The `{…}`s behind an expression that make a resource of it."""
        while self.kinds[self.at] == "{":
            brace = self.starts[self.at]
            self.at += 1
            if self._at_attributes():
                attributes = self.attributes()
                self.accept(",")
                self.expect_closing()
                left = _untitled(left, attributes, brace)
            else:
                if self.kinds[self.at] in _NO_BEGINNING:
                    self.at += 1
                    self.unexpected()
                bodies = [self._resource_body()]
                self._more_bodies(bodies)
                left = Resource(left.pos, left, bodies)
                for body in bodies:
                    body.pos = left.pos
        return left

    def _at_attributes(self) -> bool:
        """Whether attributes without a title stand here."""
        kind = self.kinds[self.at]
        if kind in ("}", ","):
            return True
        follower = self.kinds[self.at + 1] if self.at + 1 < len(self.kinds) else ""
        return follower in ("=>", "+>") and (kind in _ATTRIBUTE_NAMES or (kind == "*" and follower == "=>"))

    def _more_bodies(self, bodies: list[ResourceBody]) -> None:
        while self.accept(";"):
            if self.kinds[self.at] == "}":
                break
            bodies.append(self._resource_body())
        self.expect_closing()

    def _resource_body(self) -> ResourceBody:
        title = self.expression()
        self.expect(":", "is a colon missing behind the title?")
        attributes = self.attributes()
        self.accept(",")
        return ResourceBody(title.pos, title, attributes)

    def attributes(self) -> list[Node]:
        """`name => value, …`, up to a last comma. None at all is allowed, and a comma before the first."""
        kinds = self.kinds
        attributes: list[Node] = []
        if kinds[self.at] not in ("}", ";", ","):
            attributes.append(self._attribute())
        while kinds[self.at] == "," and kinds[self.at + 1] not in ("}", ";"):
            self.at += 1
            attributes.append(self._attribute())
        return attributes

    def _attribute(self) -> Node:
        at = self.at
        kind, pos = self.kinds[at], self.starts[at]
        if kind == "*":
            self.at = at + 1
            self.expect("=>")
            return SplatAttributes(pos, self.expression())
        if kind not in _ATTRIBUTE_NAMES:
            self.unexpected()
        operator = self.kinds[at + 1]
        self.at = at + 1
        if operator != "=>" and operator != "+>":
            self.unexpected()
        self.at = at + 2
        return Attribute(pos, str(self.values[at]), operator, self.expression())


def _untitled(left: Node, attributes: list[Node], brace: int) -> Node:
    """What attributes in braces without a title make of the expression before them."""
    if isinstance(left, TypeName):
        return ResourceDefaults(left.pos, left, attributes)
    if isinstance(left, Access):
        return ResourceOverride(left.pos, left, attributes)
    if not isinstance(left, Name):
        raise SyntaxFault("Expression is not valid as a resource, resource-default, or resource-override", left.pos)
    pairs: list[tuple[Node, Node]] = []
    for attribute in attributes:
        if isinstance(attribute, Attribute):
            if attribute.operator == "+>":
                raise SyntaxFault("Syntax error resource body without title or hash with +>", brace)
            pairs.append((Literal(brace, attribute.name), attribute.value))
    hash = Hash(brace, pairs)
    if left.value in STATEMENT_FUNCTIONS:
        return Call(left.pos, left, [hash], is_statement=True)
    return Block(left.pos, [left, hash])
