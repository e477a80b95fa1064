"""Parameters of lambdas and functions: from the arguments of a call to variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from bunraku.language import nodes, types
from bunraku.language.errors import CompileError
from bunraku.language.evaluator.unit import Closure, Unit
from bunraku.language.evaluator.values import RESERVED_VARIABLES, PendingParameter
from bunraku.language.scope import PENDING, Scope

LITERALS = (nodes.Literal, nodes.Name)
"""Nodes whose value is the same wherever it is worked out, and may be shared."""


class ReadOnly(dict[str, Any]):
    """The variables of a scope that only reads: where the default of a parameter is worked out."""

    def __setitem__(self, name: str, value: Any) -> None:
        raise CompileError(f"Attempt to assign variable {name} when evaluating parameters")


class Parameter:
    """One parameter: its name, its type's and default's closures (None where it has none)."""

    __slots__ = ("_fixed", "_type", "captures_rest", "default", "name", "node")

    def __init__(self, unit: Unit, node: nodes.Parameter) -> None:
        self.node = node
        self.name = node.name
        self.captures_rest = node.captures_rest
        self.default: Closure | None = None if node.default is None else unit.default(node.default)
        self._type = None if node.type is None else unit.closure(node.type)
        self._fixed: types.PType | None = types.PAnyType.DEFAULT if node.type is None else None

    @property
    def is_typed(self) -> bool:
        """Whether it asks for a type."""
        return self._type is not None

    def type(self, scope: Scope) -> types.PType:
        """Its type, Any where it names none."""
        if self._fixed is None:
            assert self._type is not None
            found: types.PType = self._type(scope)
            if not is_fixed(self.node.type):
                return found
            self._fixed = found
        return self._fixed


def is_fixed(node: nodes.Node | None) -> bool:
    """Whether a type expression has one value all through a compilation: it reads no variable and calls nothing."""
    if isinstance(node, nodes.Access):
        return is_fixed(node.target) and all(map(is_fixed, node.keys))
    if isinstance(node, nodes.Array):
        return all(map(is_fixed, node.elements))
    if isinstance(node, nodes.Hash):
        return all(is_fixed(key) and is_fixed(value) for key, value in node.pairs)
    if isinstance(node, nodes.Unary):
        return node.operator == "-" and is_fixed(node.operand)
    return isinstance(node, (nodes.TypeName, nodes.Literal, nodes.Name, nodes.Regex))


class Parameters:
    """The parameters of one lambda or function. least, most: how many arguments it takes (most None = any number)."""

    __slots__ = ("all", "has_reserved", "is_plain", "least", "most", "names", "unit")

    def __init__(self, unit: Unit, given: Sequence[nodes.Parameter]) -> None:
        self.unit = unit
        self.all = [Parameter(unit, node) for node in given]
        self.names = [p.name for p in self.all]
        rest = bool(self.all) and self.all[-1].captures_rest
        self.least = sum(p.default is None and not p.captures_rest for p in self.all)
        self.most = None if rest else len(self.all)
        self.has_reserved = any(name in RESERVED_VARIABLES for name in self.names)
        self.is_plain = not rest and not self.has_reserved and not any(p.is_typed or p.default for p in self.all)

    def takes(self, count: int) -> bool:
        """Whether `count` arguments fit."""
        return count >= self.least and (self.most is None or count <= self.most)

    def bind(self, name: str, scope: Scope, arguments: Sequence[Any]) -> dict[str, Any]:
        """The variables that a call makes of its arguments. name: what messages call the callee.

        Raises CompileError for a missing, superfluous or mistyped argument.
        """
        if self.is_plain and len(arguments) == len(self.names):
            return dict(zip(self.names, arguments, strict=True))
        variables = self._variables(name, scope, arguments)
        for p in self.all:
            if not p.is_typed:
                continue
            wanted, value = p.type(scope), variables[p.name]
            if p.captures_rest:
                if not all(map(element_type(wanted).instance, value)):
                    self.check(name, scope, arguments, None)
            elif not wanted.instance(value):
                self.check(name, scope, self._laid_out(variables), None)
        if self.has_reserved:
            refuse_reserved(self.names)
        return variables

    def _variables(self, name: str, scope: Scope, arguments: Sequence[Any]) -> dict[str, Any]:
        variables: dict[str, Any] = {}
        for i, p in enumerate(self.all):
            if p.captures_rest:
                rest = list(arguments[i:])
                if p.default is not None and (not rest or rest == [None]):
                    rest = self._default(name, p, p.default, scope, variables)
                variables[p.name] = rest if isinstance(rest, list) else [rest]
            elif i < len(arguments):
                variables[p.name] = arguments[i]
            elif p.default is not None:
                variables[p.name] = self._default(name, p, p.default, scope, variables)
            else:
                raise self.unit.issue(p.node, f"Parameter ${p.name} is required but no value was given")
        return variables

    def _default(self, name: str, p: Parameter, default: Closure, scope: Scope, known: dict[str, Any]) -> Any:
        return Defaults(name, scope, self.names, known).value(p.name, default)

    def _laid_out(self, variables: dict[str, Any]) -> list[Any]:
        values: list[Any] = []
        for p in self.all:
            if p.captures_rest:
                values.extend(variables[p.name])
            else:
                values.append(variables[p.name])
        return values

    def check(self, name: str, scope: Scope, arguments: Sequence[Any], block: Any) -> None:
        """Raises CompileError, worded for the callee `name`, where the arguments do not fit."""
        kind = self.callable_type(scope)
        if block is not None or not kind.takes(list(arguments)):
            signature = types.Signature(kind, self.names)
            raise CompileError(types.describe_call(name, [signature], arguments, block))

    def callable_type(self, scope: Scope) -> types.PCallableType:
        """The Callable type of what has these parameters."""
        each = [element_type(p.type(scope)) if p.captures_rest else p.type(scope) for p in self.all]
        most = inf if self.most is None else self.most
        return types.PCallableType(types.PTupleType(each, types.PIntegerType(self.least, most)))


def element_type(wanted: types.PType) -> types.PType:
    """The type of each argument that a parameter for the rest takes: it may be declared as an Array of it."""
    if isinstance(wanted, types.PArrayType):
        return wanted.element or types.PAnyType.DEFAULT
    return wanted


def refuse_reserved(names: Iterable[str]) -> None:
    """Raises CompileError for the name of a variable that only the compiler sets."""
    for name in names:
        if name in RESERVED_VARIABLES:
            raise CompileError(f"Attempt to assign to a reserved variable name: '{name}'")


class Defaults:
    """Works out the defaults of parameters, in order; each sees those that have a value by then.

    callee: what messages call whose parameters they are. names: of all parameters, in order. known: the values that
    were given.
    """

    __slots__ = ("_callee", "_names", "_scope")

    def __init__(self, callee: str, scope: Scope, names: Sequence[str], known: Mapping[str, Any]) -> None:
        self._callee = callee
        self._names = names
        self._scope = scope.local(ReadOnly({**dict.fromkeys(names, PENDING), **known}))

    def value(self, name: str, default: Closure) -> Any:
        """The default of the parameter `name`, which from now on has this value.

        Raises CompileError where it speaks of a parameter that has no value yet.
        """
        self._scope.match = None
        try:
            value = default(self._scope)
        except PendingParameter as pending:
            raise self._pending(name, pending.name) from None
        self.know({name: value})
        return value

    def know(self, values: Mapping[str, Any]) -> None:
        """Let the defaults that follow see these values."""
        self._scope.variables.update(values)

    def _pending(self, name: str, other: str) -> CompileError:
        if self._names.index(other) < self._names.index(name):
            return CompileError(f"{self._callee}: expects a value for parameter ${other}")
        what = f"default expression for ${name} tries to illegally access not yet evaluated ${other}"
        return CompileError(f"{self._callee}: {what}")
