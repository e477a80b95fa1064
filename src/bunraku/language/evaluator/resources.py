"""Statements that put something into the catalog: resources, defaults, overrides, collectors, relationships."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import DEFAULT, from_hash_key
from bunraku.language import nodes, types
from bunraku.language.collectors import Collector, ExportedCollector, Query
from bunraku.language.errors import CompileError
from bunraku.language.evaluator.operators import MAX_INTEGER, MIN_INTEGER
from bunraku.language.evaluator.unit import Closure, Unit, makes, performs
from bunraku.language.resource import Declaration, Parameter, Place, flattened
from bunraku.language.scope import Scope

NO_STORE = "You cannot collect exported resources without storeconfigs being set; the {} ignored"
SHARED = ("before", "notify")
"""Parameters that arrows append to: their arrays are copied, so that no variable's value is changed."""


# ---------------------------------------------------------------- attributes


class Attributes:
    """The attributes of one resource body: what evaluates them to parameters, and where each is set."""

    __slots__ = ("computed", "fixed", "node", "places", "splat", "template", "unit")

    def __init__(self, unit: Unit, node: nodes.Node, given: list[nodes.Node]) -> None:
        self.unit = unit
        self.node = node
        line = unit.program.line
        self.fixed = [(a.name, unit.closure(a.value), a) for a in given if isinstance(a, nodes.Attribute)]
        self.template = {name: _constant(a.value) for name, _, a in self.fixed}
        self.computed = [each for each in self.fixed if self.template[each[0]] is None]
        self.places: dict[str, Place] = {name: (unit.file, line(a.pos)) for name, _, a in self.fixed}
        self.splat = next(((unit.closure(a.value), a) for a in given if isinstance(a, nodes.SplatAttributes)), None)

    def values(self, scope: Scope) -> dict[str, Any]:
        """The parameters by name. Raises CompileError for one that is set twice."""
        if len(self.template) < len(self.fixed):
            raise self._set_twice(self._first_double())
        values: dict[str, Any] = self.template.copy()
        for name, closure, node in self.computed:
            value = closure(scope)
            if type(value) not in _SIMPLE:
                if problem := _misfit(value):
                    raise self.unit.placed(CompileError(problem), node)
                value = _passed(value)
            values[name] = list(value) if name in SHARED and type(value) is list else value
        if self.splat is not None:
            for name, value in self._splat(scope).items():
                if name in values:
                    raise self._set_twice(name)
                values[name] = value
        return values

    def parameters(self, scope: Scope) -> list[Parameter]:
        """The same as parameters that know whose they are, for overrides and defaults."""
        source = scope.frame.source
        found = [
            Parameter(name, closure(scope), source, self.places[name], node.operator == "+>")
            for name, closure, node in self.fixed
        ]
        if self.splat is not None:
            place = (self.unit.file, self.unit.program.line(self.splat[1].pos))
            found += [Parameter(name, value, source, place) for name, value in self._splat(scope).items()]
        return found

    def _splat(self, scope: Scope) -> dict[str, Any]:
        assert self.splat is not None
        closure, node = self.splat
        value = closure(scope)
        if not isinstance(value, dict):
            actual = types.infer_reduced(value).generalize()
            raise self.unit.issue(node.value, f"Expected value of type Hash, got {actual}")
        return {str(from_hash_key(name)): each for name, each in value.items()}

    def _first_double(self) -> str:
        names = [name for name, _, _ in self.fixed]
        return next(name for index, name in enumerate(names) if name in names[:index])

    def _set_twice(self, name: str) -> CompileError:
        return self.unit.issue(self.node, f"The attribute '{name}' has already been set")


_SIMPLE = frozenset([str, bool, type(None)])
"""The kinds of values that fit any catalog."""


def _misfit(value: Any) -> str | None:
    """What keeps a value out of a catalog, or None."""
    kind = type(value)
    if kind is int:
        if MIN_INTEGER <= value <= MAX_INTEGER:
            return None
        end, shown = ("max", f"{value:#x}") if value > 0 else ("min", f"{value:#x}")
        return f"Use of a Ruby Integer outside of Puppet Integer {end} range, got '{shown}'"
    if kind is list:
        return next((problem for each in value if type(each) not in _SIMPLE and (problem := _misfit(each))), None)
    if kind is dict:
        return _misfit(list(value.values()))
    return "Use of an Iterator is not supported here" if isinstance(value, types.IteratorValue) else None


def _constant(node: nodes.Node) -> str | bool | None:
    """The value of a text, true or false as it stands in the code; None for what has to be evaluated."""
    value = node.value if isinstance(node, (nodes.Literal, nodes.Name)) else None
    return value if isinstance(value, (str, bool)) else None


def _passed(value: Any) -> Any:
    """The value with the references to resources in it marked as passed on; itself where it has none."""
    kind = type(value)
    if kind is types.PResourceType or kind is types.PClassType:
        return value.passed()
    if kind is list and any(type(each) in _MAY_REFER for each in value):
        return [_passed(each) for each in value]
    if kind is dict and any(type(each) in _MAY_REFER for each in value.values()):
        return {name: _passed(each) for name, each in value.items()}
    return value


_MAY_REFER = frozenset([list, dict, types.PClassType, types.PResourceType])


# ---------------------------------------------------------------- resources


@makes(nodes.Resource)
def _resource(unit: Unit, node: nodes.Resource) -> Closure:
    declare = _declaring(unit, node)

    def references(scope: Scope) -> list[Any]:
        return [_reference(resource) for resource in declare(scope)]

    return references


@performs(nodes.Resource)
def _resource_for_effect(unit: Unit, node: nodes.Resource) -> Closure:
    return _declaring(unit, node)


def _reference(resource: Declaration) -> types.PType:
    if resource.is_class:
        return types.PClassType(resource.title.lower())
    return types.PResourceType(resource.type, resource.title)


def _declaring(unit: Unit, node: nodes.Resource) -> Callable[[Scope], list[Declaration]]:
    type_name_of = _type_name(unit, node)
    bodies = [(unit.closure(b.title), b, Attributes(unit, node, b.attributes)) for b in node.bodies]
    place: Place = (unit.file, unit.program.line(node.pos))
    form = node.form

    def declare(scope: Scope) -> list[Declaration]:
        type_name = type_name_of(scope)
        if form == "exported":
            unit.warn(scope, node, NO_STORE.format("export is"))
        evaluated, seen, defaults = [], set[str](), None
        for title_of, body, attributes in bodies:
            titles, is_default = _titles(unit, node, body, title_of(scope), seen)
            values = attributes.values(scope)
            if is_default:
                defaults = (values, attributes.places)
            evaluated.append((titles, values, attributes.places))
        declared: list[Declaration] = []
        for titles, values, places in evaluated:
            if defaults is not None:
                values, places = {**defaults[0], **values}, {**defaults[1], **places}
            try:
                declared += scope.compiler.declare(scope.frame, type_name, titles, values, places, place, form)
            except CompileError as error:
                raise unit.placed(error, node) from None
        return declared

    return declare


def _type_name(unit: Unit, node: nodes.Resource) -> Callable[[Scope], str]:
    if isinstance(node.type, nodes.Name):
        name = node.type.value
        return lambda scope: name
    type_of = unit.closure(node.type)
    target = node.type.target if isinstance(node.type, nodes.Access) else node.type
    may_be = isinstance(target, nodes.TypeName)

    def named(scope: Scope) -> str:
        found = type_of(scope)
        if may_be and isinstance(found, types.PClassType) and found.class_name is None:
            return "class"
        if may_be and isinstance(found, types.PResourceType) and found.type_name and found.title is None:
            return found.type_name
        if may_be and isinstance(found, (types.PClassType, types.PResourceType)):
            raise _illegal_type(unit, node.type, str(found))
        raise _illegal_type(unit, node.type, str(types.infer_reduced(found).generalize()))

    return named


def _illegal_type(unit: Unit, node: nodes.Node, actual: str) -> CompileError:
    wanted = "expected result to be a type name, or untitled Resource"
    return unit.issue(node, f"Illegal Resource Type expression, {wanted}, got {actual}")


def _titles(
    unit: Unit, node: nodes.Resource, body: nodes.ResourceBody, value: Any, seen: set[str]
) -> tuple[list[str], bool]:
    """The titles of a body, and whether `default` is among them. seen: the titles of the bodies before."""
    if type(value) is str and value and value not in seen:
        seen.add(value)
        return [value], False
    if value is None:
        raise unit.issue(body.title, "Missing title. The title expression resulted in undef")
    titles, is_default = [], False
    for index, title in enumerate(flattened([value])):
        if title is None:
            what = f"Missing title at index {index}. The title expression resulted in an undef title"
            raise unit.issue(body.title, what)
        if title is DEFAULT:
            if "" in seen:
                raise unit.issue(node, "The title 'default' has already been used in this resource expression")
            seen.add("")
            is_default = True
            continue
        if not isinstance(title, str):
            actual = types.infer_reduced(title).generalize()
            what = f"Illegal title type at index {index}. Expected String, got {actual}"
            raise unit.issue(body.title, what)
        if not title:
            what = f"Empty string title at {index}. Title strings must have a length greater than zero."
            raise unit.issue(body.title, what)
        if title in seen:
            raise unit.issue(node, f"The title '{title}' has already been used in this resource expression")
        seen.add(title)
        titles.append(title)
    return titles, is_default


# ---------------------------------------------------------------- defaults and overrides


@makes(nodes.ResourceDefaults)
def _defaults(unit: Unit, node: nodes.ResourceDefaults) -> Closure:
    type_of = unit.closure(node.type)
    attributes = Attributes(unit, node, node.attributes)

    def set_defaults(scope: Scope) -> Any:
        kind = type_of(scope)
        if isinstance(kind, types.PResourceType) and kind.type_name and kind.title is None:
            label = types.capitalize_segments(kind.type_name.lower())
        else:
            raise _illegal_type(unit, node.type, str(types.infer_reduced(kind).generalize()))
        try:
            scope.compiler.set_defaults(scope.frame, label, attributes.parameters(scope))
        except CompileError as error:
            raise unit.placed(error, node) from None
        return kind

    return set_defaults


@makes(nodes.ResourceOverride)
def _override(unit: Unit, node: nodes.ResourceOverride) -> Closure:
    references_of = unit.closure(node.resources)
    attributes = Attributes(unit, node, node.attributes)
    place: Place = (unit.file, unit.program.line(node.pos))

    def override(scope: Scope) -> Any:
        references = references_of(scope)
        parameters = attributes.parameters(scope)
        for reference in flattened([references]):
            if not isinstance(reference, types.PResourceType):
                what = types.label(reference)
                raise unit.issue(node, f"Resource Override can only operate on resources, got: {what}")
            try:
                type_name, title = reference.type_name or "", reference.title or ""
                scope.compiler.override(type_name, title, parameters, scope.frame, place)
            except CompileError as error:
                raise unit.placed(error, node) from None
        return references

    return override


# ---------------------------------------------------------------- collectors


@makes(nodes.Collector)
def _collector(unit: Unit, node: nodes.Collector) -> Closure:
    kind = ExportedCollector if node.exported else Collector
    name = getattr(node.type, "value", "").lower()
    query_of = None if node.query is None else _query(unit, node.query)
    attributes = Attributes(unit, node, node.attributes) if node.attributes else None
    place: Place = (unit.file, unit.program.line(node.pos))

    def collect(scope: Scope) -> Collector:
        if node.exported:
            unit.warn(scope, node, NO_STORE.format("collection will be"))
        if name == "class":
            raise unit.placed(CompileError("Classes cannot be collected"), node)
        resource_type = scope.compiler.resource_type(name)
        if resource_type is None:
            hint = scope.compiler.hint_for_type(name)
            raise unit.placed(CompileError(f"Resource type {name} doesn't exist", hint=hint), node)
        overrides = None if attributes is None else attributes.parameters(scope)
        try:
            query = None if query_of is None else query_of(scope)
        except CompileError as error:
            raise unit.placed(error, node) from None
        collector = kind(scope.frame, resource_type.label, query, overrides, place)
        scope.compiler.collectors.append(collector)
        return collector

    return collect


def _query(unit: Unit, node: nodes.Node) -> Callable[[Scope], Query]:
    """What makes, in a scope, the test of a collector's query."""
    if isinstance(node, nodes.Parenthesized):
        return _query(unit, node.expr)
    if isinstance(node, nodes.Binary) and node.operator in ("and", "or"):
        return _both(unit, node)
    if isinstance(node, nodes.Binary) and node.operator in ("==", "!="):
        return _comparison(unit, node)

    return _operand(unit, node)


def _operand(unit: Unit, node: nodes.Node) -> Closure:
    """What evaluates one side of a query's comparison; not every expression may stand there."""
    if isinstance(node, nodes.Parenthesized):
        return _operand(unit, node.expr)
    if isinstance(node, _OPERANDS) and not (isinstance(node, nodes.Literal) and node.value is DEFAULT):
        return unit.closure(node)
    kind = _REFUSED.get(type(node), f"{type(node).__name__}Expression")

    def refuse(scope: Scope) -> Any:
        raise CompileError(f"Cannot transform object of class Puppet::Pops::Model::{kind}")

    return refuse


_OPERANDS = (nodes.Access, nodes.Variable, nodes.Literal, nodes.Interpolated, nodes.Name)
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Array: "LiteralList",
    nodes.Hash: "LiteralHash",
    nodes.Literal: "LiteralDefault",
    nodes.Regex: "LiteralRegularExpression",
    nodes.TypeName: "QualifiedReference",
    nodes.Call: "CallNamedFunctionExpression",
    nodes.MethodCall: "CallMethodExpression",
}


def _both(unit: Unit, node: nodes.Binary) -> Callable[[Scope], Query]:
    left_of, right_of = _query(unit, node.left), _query(unit, node.right)
    is_and = node.operator == "and"

    def make(scope: Scope) -> Query:
        left, right = left_of(scope), right_of(scope)
        if is_and:
            return lambda resource: left(resource) and right(resource)
        return lambda resource: left(resource) or right(resource)

    return make


def _comparison(unit: Unit, node: nodes.Binary) -> Callable[[Scope], Query]:
    name_of, value_of = _operand(unit, node.left), _operand(unit, node.right)
    negated = node.operator == "!="

    def make(scope: Scope) -> Query:
        name, value = types.interpolate(name_of(scope)), value_of(scope)
        if name == "tag" and not negated:
            return _tagged(value)

        def holds(resource: Declaration) -> bool:
            actual = resource.title if name == "title" else resource.parameters.get(name)
            if negated:
                return not types.equals(actual, value)
            if isinstance(actual, list):
                return types.includes(value, actual)
            return types.equals(actual, value)

        return holds

    return make


def _tagged(value: Any) -> Query:
    tags = []
    for tag in value if isinstance(value, list) else [value]:
        if type(tag) in (int, float):
            raise CompileError("Cannot transform a number to a tag")
        tags.append(types.interpolate(tag).lower())
    return lambda resource: resource.is_tagged_with(tags)


# ---------------------------------------------------------------- relationships


@makes(nodes.Relationship)
def _relationship(unit: Unit, node: nodes.Relationship) -> Closure:
    left_of, right_of = unit.closure(node.left), unit.closure(node.right)
    parameter = "before" if "-" in node.operator else "notify"
    reverse = "<" in node.operator

    def relate(scope: Scope) -> list[Any]:
        values = left_of(scope), right_of(scope)
        left, right = (_operands(unit, node, value, scope) for value in values)
        sources, targets = (right, left) if reverse else (left, right)
        try:
            for source in sources:
                for target in targets:
                    scope.compiler.relate(source, target, parameter)
        except CompileError as error:
            raise unit.placed(error, node) from None
        if not right:
            return left
        if len(right) == 1 and isinstance(right[0], Collector):
            right[0].if_empty = left
        return right

    return relate


def _operands(unit: Unit, node: nodes.Relationship, value: Any, scope: Scope) -> list[Any]:
    """The references and collectors that one side of an arrow stands for, each once."""
    operands: list[Any] = []
    for operand in flattened([value]):
        if isinstance(operand, str):
            try:
                operand = types.parse(operand, scope.compiler.find_type)
            except CompileError as error:
                raise unit.placed(error, node) from None
        if isinstance(operand, types.PType):
            if not isinstance(operand, (types.PResourceType, types.PClassType)):
                what = f"something of type {operand}"
                raise unit.issue(
                    node,
                    f"Illegal relationship operand, can not form a relationship with {what}. "
                    "A Catalog type is required.",
                )
        elif not isinstance(operand, Collector):
            what = types.with_article(types.label(operand))
            raise unit.issue(
                node,
                f"Illegal relationship operand, can not form a relationship with {what}. A Catalog type is required.",
            )
        if operand not in operands:
            operands.append(operand)
    return operands
