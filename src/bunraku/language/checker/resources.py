"""Checks of resources, their defaults and overrides, and collectors."""

from __future__ import annotations

from bunraku.catalog.values import DEFAULT
from bunraku.language.checker.base import CheckerBase
from bunraku.language.labels import a, capital_a
from bunraku.language.nodes import (
    Attribute,
    Binary,
    Collector,
    Literal,
    Name,
    Node,
    Parenthesized,
    Resource,
    ResourceBody,
    ResourceDefaults,
    ResourceOverride,
    SplatAttributes,
    TypeName,
    Variable,
)


class ResourceChecker(CheckerBase):
    """The checks of resources, their defaults and overrides, and collectors."""

    def _resource(self, node: Resource) -> None:
        if node.form and isinstance(node.type, Name) and node.type.value == "class":
            self.error(node, "Classes are not virtualizable")
        self.visit(node.type)
        for body in node.bodies:
            self._one_splat(body)
            self.visit(body.title)
            self._attributes(body.attributes, body)

    def _one_splat(self, body: ResourceBody) -> None:
        for again in [each for each in body.attributes if isinstance(each, SplatAttributes)][1:]:
            self.error(again, "Unfolding of attributes from Hash can only be used once per resource body")

    def _defaults(self, node: ResourceDefaults) -> None:
        if node.form:
            self.error(node, "Resource Defaults are not virtualizable")
        self.visit(node.type)
        self._attributes(node.attributes, node)

    def _override(self, node: ResourceOverride) -> None:
        if node.form:
            self.error(node, "Resource Defaults are not virtualizable")
        self.visit(node.resources)
        self._attributes(node.attributes, node)

    def _attributes(self, attributes: list[Node], parent: Node) -> None:
        may_append = isinstance(parent, Collector | ResourceOverride)
        for attribute in attributes:
            assert isinstance(attribute, Attribute | SplatAttributes)
            if isinstance(attribute, Attribute) and attribute.operator == "+>" and not may_append:
                where = f"This operator can not be used in {a(parent)}"
                self.error(attribute, f"Illegal +> operation on attribute {attribute.name}. {where}")
            self.value(attribute.value)
            self.visit(attribute.value)

    def _collector(self, node: Collector) -> None:
        if not isinstance(node.type, TypeName):
            self.unacceptable(node.type, "type name", node)
        self.visit(node.type)
        if node.query:
            self._query(node.query)
            self.visit(node.query)
        self._attributes(node.attributes, node)

    def _query(self, node: Node) -> None:
        if isinstance(node, Parenthesized):
            self._query(node.expr)
        elif isinstance(node, Binary) and node.operator in ("and", "or"):
            self._query(node.left)
            self._query(node.right)
        elif isinstance(node, Binary):
            if node.operator not in ("==", "!="):
                self._bad_query(node)
        elif isinstance(node, Literal):
            if node.value is None or node.value is DEFAULT:
                self._bad_query(node)
        elif not isinstance(node, Variable | Name):
            self._bad_query(node)

    def _bad_query(self, node: Node) -> None:
        self.error(node, f"Illegal query expression. {capital_a(node)} cannot be used in a query")
