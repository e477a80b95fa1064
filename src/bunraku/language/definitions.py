"""Classes, defines and nodes at run time: their parameters get values, their bodies run.

Rules, observed from Puppet 7.23:
- A class's parameter takes the value given to it, else the one that data binds to `class::parameter`, else its
  default; undef counts as not given.
- Defaults are worked out in order, and see parameters given or worked out before them.
- A class that inherits is evaluated in the scope of its parent, which is evaluated first.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bunraku.catalog.signature import METAPARAMETERS
from bunraku.catalog.values import DEFAULT
from bunraku.language import nodes, types
from bunraku.language.errors import Break, CompileError, Next, Return
from bunraku.language.evaluator.parameters import LITERALS, Defaults, Parameter
from bunraku.language.evaluator.unit import Closure, Unit
from bunraku.language.inputs import NOT_FOUND
from bunraku.language.scope import Frame, Scope

if TYPE_CHECKING:
    from bunraku.language.compiler import Compiler
    from bunraku.language.resource import Declaration

_NOT_IN_NAMES = re.compile(r"[^-\w:.]")
Node = nodes.ClassDefinition | nodes.DefineDefinition | nodes.NodeDefinition


class Definition:
    """A class, define or node. kind: "class", "define" or "node". name: lower case; "" is the manifest itself.

    match: for a node found by a regular expression, the match of the host's name.
    overrides_all: whether a collector of this definition has overridden resources; it may then override all.
    """

    def __init__(self, kind: str, name: str, unit: Unit | None = None, node: Node | None = None) -> None:
        self.kind = kind
        self.name = name
        self.unit = unit
        self.node = node
        self.module = None if unit is None else unit.module
        self.parent_name = node.parent if isinstance(node, nodes.ClassDefinition) else None
        self.parent: Definition | None = None
        self.match: Any = None
        self.overrides_all = False
        self._parameters: dict[str, Parameter] | None = None
        self._body: Closure | None = None
        self._fitting: set[str] = set()
        """The parameters whose literal default is known to be of their type."""

    @property
    def place(self) -> tuple[str | None, int | None]:
        """File and line of the definition."""
        if self.unit is None or self.node is None:
            return None, None
        return self.unit.file, self.unit.program.line(self.node.pos)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name, in order."""
        if self._parameters is None:
            given = getattr(self.node, "parameters", [])
            self._parameters = {p.name: Parameter(self.unit, p) for p in given} if self.unit is not None else {}
        return self._parameters

    @property
    def body(self) -> Closure:
        """What evaluates the body."""
        if self._body is None:
            assert self.unit is not None and self.node is not None
            self._body = self.unit.effect(self.node.body)
        return self._body

    def is_child_of(self, other: Definition | None) -> bool:
        """Whether this class inherits from `other`, through however many classes."""
        if self.overrides_all:
            return True
        parent = self.parent
        while parent is not None:
            if parent is other:
                return True
            parent = parent.parent
        return False

    def __str__(self) -> str:
        """As messages name an owner: `Class[A]`."""
        label = {"class": "Class", "node": "Node"}.get(self.kind)
        name = types.capitalize_segments(self.name)
        return name if label is None else f"{label}[{name or 'main'}]"

    # ---- evaluation

    def evaluate(self, compiler: Compiler, resource: Declaration) -> None:
        """Run the body for `resource`, in a scope of its own. Raises CompileError."""
        scope = self._scope(compiler, resource)
        if self.kind != "define":
            compiler.add_class(self.name)
        self._set_variables(compiler, resource, scope)
        if self.kind == "class":
            compiler.add_to_stage(resource)
        if self.node is None:
            return
        scope.match = self.match
        self.run(scope)

    def run(self, scope: Scope) -> None:
        """Run the body in `scope`; `return` and `next` end it."""
        try:
            self.body(scope)
        except Return as ended:
            if self.kind == "node":
                raise illegal("return", ended.place) from None
        except Next as ended:
            if self.kind == "node":
                raise illegal("next", ended.place) from None
        except Break as ended:
            raise illegal("break", ended.place) from None

    def _scope(self, compiler: Compiler, resource: Declaration) -> Scope:
        outer = resource.frame
        inherited: Scope | None = None
        if self.parent_name is not None:
            inherited = compiler.evaluate_parent(self)
            outer = inherited.frame
        frame = Frame(compiler, outer, self, resource)
        scope = Scope(frame, inherited or enclosing(outer))
        frame.scope = scope
        return scope

    def _set_variables(self, compiler: Compiler, resource: Declaration, scope: Scope) -> None:
        given = resource.parameters
        variables = scope.variables
        parent = scope.frame.parent
        caller = parent and parent.source and parent.source.module
        variables["module_name"] = given.get("module_name") or self.module or ""
        variables["caller_module_name"] = given.get("caller_module_name") or caller or ""
        if self.kind == "class":
            self._bind_data(compiler, resource, scope)
        folded = self.kind == "class"
        title = resource.title.lower() if folded else resource.title
        variables["title"] = title
        name = given.get("name")
        variables["name"] = title if name is None else str(name).lower() if folded else name
        if self.kind != "define":
            compiler.class_scopes[self.name] = scope
        if self.parameters or given:
            self._set_parameters(resource, scope)

    def _bind_data(self, compiler: Compiler, resource: Declaration, scope: Scope) -> None:
        """Take what data binds to the parameters that were not given."""
        for name, parameter in self.parameters.items():
            if resource.parameters.get(name) is not None:
                continue
            value = compiler.inputs.bind(f"{self.name}::{name}", scope)
            if value is not NOT_FOUND and not (value is None and parameter.default is not None):
                resource.set(name, value)

    def _set_parameters(self, resource: Declaration, scope: Scope) -> None:
        """Make variables of the parameters, defaults worked out and types checked.

        Each is set in its turn, since a default may speak of `$class::parameter`.
        """
        given, variables = resource.parameters, scope.variables
        values = {name: value for name, value in given.items() if name not in ("name", "title")}
        variables.update({name: value for name, value in values.items() if value is not None})
        defaults: Defaults | None = None
        literal: set[str] = set()
        for step in self._defaults:
            if isinstance(step, dict):
                fresh = {name: value for name, value in step.items() if values.get(name) is None}
                literal.update(fresh)
                if defaults is not None:
                    defaults.know(fresh)
            else:
                name, default = step
                if values.get(name) is not None:
                    continue
                if defaults is None:
                    defaults = Defaults(resource.ref_, scope, list(self.parameters), values)
                fresh = {name: defaults.value(name, default)}
            for table in (given, values, variables):
                table.update(fresh)
            if "tag" in fresh:
                resource.tag(fresh["tag"])
        self.check(resource, values, literal & self._fitting)
        self._fitting |= literal
        variables.update(values)

    @cached_property
    def _defaults(self) -> list[dict[str, Any] | tuple[str, Closure]]:
        """The defaults in order: those that are literals, by name; what works out the one of a name.

        Some defines have hundreds of parameters and are given few: literal defaults are taken many at a time.
        """
        steps: list[dict[str, Any] | tuple[str, Closure]] = []
        literals: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            if isinstance(parameter.node.default, LITERALS):
                if not literals:
                    steps.append(literals)
                literals[name] = parameter.node.default.value
            elif parameter.default is not None:
                steps.append((name, parameter.default))
                literals = {}
        return steps

    @cached_property
    def _required(self) -> frozenset[str]:
        """The names of the parameters without a default."""
        return frozenset(name for name, parameter in self.parameters.items() if parameter.default is None)

    def check(self, resource: Declaration, values: dict[str, Any], checked: Collection[str] = ()) -> None:
        """Raises CompileError where values are missing, mistyped, or of parameters that do not exist.

        checked: names of parameters whose values are known to be of their types.
        """
        top = resource.frame.compiler.top
        parameters = self.parameters
        fits = self._required <= values.keys()
        for name, value in values.items():
            if name in checked:
                continue
            known = parameters.get(name)
            if known is None:
                fits = fits and (name in METAPARAMETERS or name == "name")
            elif known.is_typed and not _type_of(known, top).instance(value):
                fits = False
        if not fits:
            types.check_parameters(resource.ref, self._struct(top), values)

    def _struct(self, top: Scope) -> types.PStructType:
        """The parameters as a type: the metaparameters are of any type, and so is `name`."""
        anything = types.PAnyType.DEFAULT
        members = [types.StructElement(name, anything, True) for name in ("name", *sorted(METAPARAMETERS))]
        own = [types.StructElement(n, _type_of(p, top), p.default is not None) for n, p in self.parameters.items()]
        return types.PStructType([m for m in members if m.name not in self.parameters] + own)


def _type_of(parameter: Parameter, top: Scope) -> types.PType:
    """The type of a parameter. Raises CompileError for an unknown one: an error of the definition, whoever uses it."""
    try:
        return parameter.type(top)
    except CompileError as error:
        error.stands_alone = True
        raise


def enclosing(frame: Frame) -> Scope:
    """Where the variables of a body are looked for after its own: the node or the top that its declarers lead to."""
    at = frame
    while at.parent is not None and not (at.source is not None and at.source.kind == "node"):
        at = at.parent
    return at.scope


def illegal(word: str, place: Any) -> CompileError:
    """The error of a `break`, `next` or `return` with nothing to leave."""
    file, line, _ = place or (None, None, None)
    return CompileError(f"{word}() from context where this is illegal", file=file, line=line)


class NodeDefinition(Definition):
    """A node by one of its names. regexp: where it is a regular expression, else None."""

    def __init__(self, unit: Unit, node: nodes.NodeDefinition, match: nodes.Node) -> None:
        self.regexp = types.Regexp(match.pattern) if isinstance(match, nodes.Regex) else None
        if isinstance(match, nodes.Regex):
            name = "__node_regexp__" + _NOT_IN_NAMES.sub("", match.pattern.lower()).lstrip(".")
        else:
            value = getattr(match, "value", "")
            name = "default" if value is DEFAULT else str(value).lower()
        super().__init__("node", name, unit, node)


def node_for(host: str, known: list[NodeDefinition]) -> NodeDefinition | None:
    """The node that is for `host`: by name, by the first regular expression that matches, or the default."""
    by_name = {node.name: node for node in reversed(known)}
    if host in by_name:
        return by_name[host]
    for node in known:
        match = node.regexp and node.regexp.search(host)
        if match:
            node.match = match
            return node
    return by_name.get("default")
