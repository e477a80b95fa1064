"""Calls, lambdas and functions written in the Puppet language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bunraku.language import nodes, types
from bunraku.language.errors import CompileError, ControlFlow, Next, Return
from bunraku.language.evaluator.parameters import Parameters
from bunraku.language.evaluator.unit import Closure, Unit, makes
from bunraku.language.evaluator.values import elements
from bunraku.language.scope import Scope


@makes(nodes.Call)
def _call(unit: Unit, node: nodes.Call) -> Closure:
    arguments = elements(unit, node.arguments)
    if isinstance(node.callee, nodes.Name):
        return _named_call(unit, node, node.callee.value, arguments)
    type_of = unit.closure(node.callee)
    return _named_call(unit, node, "new", lambda scope: [type_of(scope), *arguments(scope)])


@makes(nodes.MethodCall)
def _method_call(unit: Unit, node: nodes.MethodCall) -> Closure:
    return _named_call(unit, node, node.name, elements(unit, [node.receiver, *node.arguments]))


def _named_call(unit: Unit, node: nodes.Call | nodes.MethodCall, name: str, arguments: Closure) -> Closure:
    name = name.removeprefix("::")
    block = None if node.block is None else Code(unit, node.block.parameters, node.block.body, node.block.return_type)
    pos = node.pos
    is_method = isinstance(node, nodes.MethodCall)

    def call(scope: Scope) -> Any:
        values = arguments(scope)
        compiler = scope.compiler
        function = (_method_of(values[0], name) if is_method else None) or compiler.find_function(name)
        if function is None:
            raise unit.issue(node, f"Unknown function: '{name}'.", compiler.hint_for_function(name))
        compiler.call_site = (unit, pos)
        try:
            return function.call(scope, values, None if block is None else Block(block, scope))
        except CompileError as error:
            if error.line is None:
                raise unit.placed(error, node) from None
            error.through(f"{name}()", unit.file, unit.program.line(pos))
            raise
        except ControlFlow as flow:
            if flow.place is None:
                flow.place = (unit.file, *unit.program.place(pos))
            raise
        except RecursionError:
            raise unit.placed(CompileError("stack level too deep"), node) from None
        except ValueError as error:
            raise unit.placed(CompileError(str(error)), node) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
            # What a function makes of arguments that it cannot work with is the caller's error, as in the reference.
            raise unit.placed(CompileError(f"{name}(): {error}"), node) from error

    return call


class _Method:
    """A method of an object, called like a function with the object first."""

    __slots__ = ("python",)

    def __init__(self, python: Callable[..., Any]) -> None:
        self.python = python

    def call(self, scope: Scope, arguments: Sequence[Any], block: Any = None) -> Any:
        given = arguments[1:] if block is None else [*arguments[1:], block]
        try:
            return self.python(*given)
        except TypeError as error:
            raise CompileError(str(error)) from None


def _method_of(value: Any, name: str) -> _Method | None:
    """The method `name` of an object that has methods; None where a function of the name may take the object."""
    method_of = getattr(value, "method", None)
    method = None if method_of is None else method_of(name)
    return None if method is None else _Method(method)


class Code:
    """What is between a lambda's or function's bars: parameters, body and type of the result."""

    __slots__ = ("body", "parameters", "return_type", "unit")

    def __init__(
        self, unit: Unit, parameters: Sequence[nodes.Parameter], body: nodes.Node, return_type: nodes.Node | None
    ) -> None:
        self.unit = unit
        self.parameters = Parameters(unit, parameters)
        self.body = unit.closure(body)
        self.return_type = None if return_type is None else unit.closure(return_type)

    def run(self, name: str, scope: Scope, arguments: Sequence[Any]) -> Any:
        """The value of the body with `arguments`, in a scope inside `scope`. `next` is settled here."""
        inner = scope.local(self.parameters.bind(name, scope, arguments))
        try:
            result = self.body(inner)
        except Next as ended:
            result = ended.value
        if self.return_type is not None:
            types.assert_instance(f"value returned from {name}", self.return_type(scope), result)
        return result


class Block:
    """A lambda where it was written: called like a Python function, with Puppet's values."""

    __slots__ = ("code", "parameter_names", "scope")

    def __init__(self, code: Code, scope: Scope) -> None:
        self.code = code
        self.scope = scope
        self.parameter_names: Sequence[str] = code.parameters.names

    def __call__(self, *arguments: Any) -> Any:
        """The value of its body. Raises CompileError for arguments that do not fit."""
        return self.code.run("lambda", self.scope, arguments)

    def takes(self, count: int) -> bool:
        """Whether it can be called with `count` arguments."""
        return self.code.parameters.takes(count)

    @property
    def ptype(self) -> types.PType:
        """Its Callable type."""
        return self.code.parameters.callable_type(self.scope)


class Function:
    """A function written in the Puppet language. It sees the top scope, not its caller's."""

    __slots__ = ("code", "name", "node", "unit")

    def __init__(self, unit: Unit, node: nodes.FunctionDefinition) -> None:
        self.unit = unit
        self.node = node
        self.name = node.name
        self.code: Code | None = None

    def call(self, scope: Scope, arguments: Sequence[Any], block: Any = None) -> Any:
        """The function's value. Raises CompileError for arguments that do not fit, and for runaway recursion."""
        if self.code is None:
            self.code = Code(self.unit, self.node.parameters, self.node.body, self.node.return_type)
        top = scope.compiler.top
        self.code.parameters.check(self.name, top, arguments, block)
        with scope.compiler.deeper(self.name):
            try:
                return self.code.run(self.name, top, arguments)
            except Return as ended:
                return ended.value
