"""What has a value in a template, compiled to closures.

An evaluation answers; it takes the run, the frame of variables and dot. Where something can go wrong, the closure holds
the node that an error points at: Go reports the operand that it looked at last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from bunraku.confd.template.builtins import SHORT_CIRCUIT
from bunraku.confd.template.errors import FunctionError, TemplateError, position
from bunraku.confd.template.functions import ACCEPTS, NILABLE, Function
from bunraku.confd.template.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Nil,
    Node,
    Number,
    Pipe,
    String,
    Tree,
    Variable,
)
from bunraku.confd.template.rendering import Eval, Frame, Run
from bunraku.confd.template.values import Struct, Value, is_true, type_name

_MISSING: Value = object()
"""What a map answers for a key that it does not have; fields of that are missing too."""


class Evaluations:
    """Compiles what has a value, in one tree: pipelines, chains of fields, calls of functions."""

    def __init__(self, name: str, text: str, tree: Tree, functions: Mapping[str, Function]) -> None:
        self.name = name
        self.text = text
        self.tree = tree
        self.functions = functions

    def fail(self, node: Node, message: str) -> NoReturn:
        """Raise the TemplateError that points at `node`."""
        line, column = position(self.text, node.pos)
        raise TemplateError(message, self.name, line, column, self.tree.name, str(node)) from None

    def failing(self, node: Node, message: str) -> Eval:
        """An evaluation that fails: what is wrong was seen before it ran, but the template may never come to it."""

        def fail(run: Run, frame: Frame, dot: Value) -> Value:
            self.fail(node, message)

        return fail

    # Pipelines

    def pipe(self, pipe: Pipe, declares: bool = True) -> Eval:
        """A pipeline, its last value in the declared variables, unless whoever asks sets them (`range`)."""
        evaluate = self.command(pipe.commands[0], None, pipe)
        for command in pipe.commands[1:]:
            evaluate = self.command(command, evaluate, pipe)
        if not (declares and pipe.declared):
            return evaluate
        slots = [variable.slot for variable in pipe.declared]

        def declare(run: Run, frame: Frame, dot: Value) -> Value:
            value = evaluate(run, frame, dot)
            for slot in slots:
                frame[slot] = value
            return value

        return declare

    def command(self, command: Command, final: Eval | None, pipe: Pipe) -> Eval:
        """A command of `pipe`; `final` is the pipeline so far, whose value becomes the last argument."""
        first = command.args[0]
        match first:
            case Identifier():
                return self.function(first, command, command.args[1:], final)
            case Field():
                return self.chain(_dot, first.names, first, command.args, final)
            case Chain():
                return self.chain(self.chain_root(first), first.names, self.last(first.node), command.args, final)
            case Variable(names=names) if names:
                return self.chain(_slot(first.slot), names, first, command.args, final)
        if len(command.args) > 1 or final is not None:
            return self.failing(
                pipe if isinstance(first, Pipe) else first, f"can't give argument to non-function {first}"
            )
        match first:
            case Pipe():
                return self.pipe(first)
            case Variable():
                return _slot(first.slot)
            case Dot():
                return _dot
            case Nil():
                return self.failing(first, "nil is not a command")
        return self.constant(first, "interface {}")

    def chain_root(self, node: Chain) -> Eval:
        """What the fields of `(…).a.b` are taken from."""
        if isinstance(node.node, Nil):
            return self.failing(node, f"indirection through explicit nil in {node}")
        return self.operand(node.node)

    def chain(self, root: Eval, names: tuple[str, ...], node: Node, args: list[Node], final: Eval | None) -> Eval:
        """`.a.b` from what `root` gives; the last may be a method, which takes the arguments."""
        arguments = [self.argument(arg, "interface {}") for arg in args[1:]]
        steps = list(zip(names[:-1], names[1:], strict=True))
        last = names[-1]

        def walk(run: Run, frame: Frame, dot: Value) -> Value:
            value = root(run, frame, dot)
            shown = None
            for name, following in steps:
                # What a map holds is an interface{} to Go; so its messages call it, whatever is inside.
                inner = "interface {}" if type(value) is dict else None
                value = self.field(value, name, node, shown)
                if value is None:
                    # A null of JSON has a type: to go on from it is an error, unlike from a key that is missing.
                    self.fail(node, f"nil pointer evaluating interface {{}}.{following}")
                shown = inner
            given = [argument(run, frame, dot) for argument in arguments]
            if final is not None:
                given.append(final(run, frame, dot))
            value = self.field(value, last, node, shown, given)
            return None if value is _MISSING else value

        return walk

    def field(self, value: Value, name: str, node: Node, shown: str | None, args: Sequence[Value] = ()) -> Value:
        """The field, key or method `name` of `value`, whose type messages call `shown` (None: by its own name)."""
        if isinstance(value, dict):
            if args:
                self.fail(node, f"{name} is not a method but has arguments")
            return value.get(name, _MISSING)
        if isinstance(value, Struct):
            if name in value.methods:
                return self.method(getattr(value, name), name, node, args)
            if name in value.fields:
                if args:
                    self.fail(node, f"{name} has arguments but cannot be invoked as function")
                return getattr(value, name)
        if value is None or value is _MISSING:
            return _MISSING
        return self.fail(node, f"can't evaluate field {name} in type {shown or type_name(value)}")

    def method(self, method: Callable[..., Value], name: str, node: Node, args: Sequence[Value]) -> Value:
        """What a method of a value answers."""
        try:
            return method(*args)
        except FunctionError as error:
            self.fail(node, f"error calling {name}: {error}")
        except TypeError:
            self.fail(node, f"wrong number of args for {name}: got {len(args)}")

    def operand(self, node: Node) -> Eval:
        """An argument or the root of a chain, of whatever type."""
        match node:
            case Dot():
                return _dot
            case Field():
                return self.chain(_dot, node.names, node, [], None)
            case Variable():
                return self.chain(_slot(node.slot), node.names, node, [], None) if node.names else _slot(node.slot)
            case Pipe():
                return self.pipe(node)
            case Identifier():
                return self.function(node, node, [], None)
            case Chain():
                return self.chain(self.chain_root(node), node.names, self.last(node.node), [], None)
        return self.constant(node, "interface {}")

    # Functions

    def function(self, name: Identifier, call: Node, args: list[Node], final: Eval | None) -> Eval:
        """A call, with `final` as its last argument: `call` is the node that an error of the function points at."""
        function = self.functions[name.name]
        problem = _wrong_count(function, len(args), final is not None)
        if problem:
            return self.failing(name, problem)
        evaluations = [self.argument(arg, function.type_of(index)) for index, arg in enumerate(args)]
        if final is not None:
            blame = self.last(args[-1]) if args else name
            evaluations.append(self.checked(final, function.type_of(len(args)), blame))
        if name.name in SHORT_CIRCUIT and function is SHORT_CIRCUIT[name.name]:
            return _first(evaluations, name.name == "or")
        return self.invocation(function, call, evaluations)

    def invocation(self, function: Function, call: Node, evaluations: list[Eval]) -> Eval:
        """The call of a function once its arguments are known to fit."""
        target = function.call

        def failed(error: FunctionError) -> NoReturn:
            self.fail(call, f"error calling {function.name}: {error}")

        if len(evaluations) == 1:
            only = evaluations[0]

            def invoke_with_one(run: Run, frame: Frame, dot: Value) -> Value:
                argument = only(run, frame, dot)
                try:
                    return target(argument)
                except FunctionError as error:
                    failed(error)

            return invoke_with_one

        def invoke(run: Run, frame: Frame, dot: Value) -> Value:
            arguments = [evaluate(run, frame, dot) for evaluate in evaluations]
            try:
                return target(*arguments)
            except FunctionError as error:
                failed(error)

        return invoke

    def argument(self, node: Node, go_type: str) -> Eval:
        """An argument where a `go_type` is wanted; the check that cannot be made now is made with the value."""
        match node:
            case Nil():
                return _nil if go_type in NILABLE else self.failing(node, f"cannot assign nil to {go_type}")
            case Number() | String() | Bool():
                return self.constant(node, go_type)
        return self.checked(self.operand(node), go_type, self.last(node))

    def constant(self, node: Node, go_type: str) -> Eval:
        """A literal as a value of `go_type`."""
        value: Value
        match node, go_type:
            case (Bool(), "bool" | "interface {}"):
                value = node.value
            case (String(), "string" | "interface {}"):
                value = node.text
            case (Number(integer=int()), "int"):
                value = node.integer
            case (Number(floating=float()), "float64"):
                value = node.floating
            case (Number(), "interface {}"):
                value = node.ideal()
                if isinstance(value, int) and value >= 1 << 63:
                    return self.failing(node, f"{node} overflows int")
            case _:
                wanted = {"int": "integer", "float64": "float"}.get(go_type, go_type)
                if go_type in NILABLE:
                    return self.failing(node, f"can't handle {node} for arg of type {go_type}")
                return self.failing(node, f"expected {wanted}; found {node}")
        return lambda run, frame, dot: value

    def checked(self, evaluate: Eval, go_type: str, blame: Node) -> Eval:
        """`evaluate`, whose value has to be a `go_type`."""
        accepts = ACCEPTS.get(go_type)
        if accepts is None:
            return evaluate

        def check(run: Run, frame: Frame, dot: Value) -> Value:
            value = evaluate(run, frame, dot)
            if accepts(value):
                return value
            if value is not None:
                self.fail(blame, f"wrong type for value; expected {go_type}; got {type_name(value)}")
            if go_type not in NILABLE:
                self.fail(blame, f"invalid value; expected {go_type}")
            return None

        return check

    def last(self, node: Node) -> Node:
        """The operand that Go looks at last when it evaluates `node`: an error right after it points there."""
        match node:
            case Pipe():
                return self.last(node.commands[-1])
            case Command():
                return self.last(node.args[-1])
        return node


def _dot(run: Run, frame: Frame, dot: Value) -> Value:
    return dot


def _nil(run: Run, frame: Frame, dot: Value) -> Value:
    return None


def _slot(slot: int) -> Eval:
    return lambda run, frame, dot: frame[slot]


def _first(evaluations: list[Eval], truth: bool) -> Eval:
    """`and`, `or`: the first value of that truth, or the last."""

    def first(run: Run, frame: Frame, dot: Value) -> Value:
        value: Value = None
        for evaluate in evaluations:
            value = evaluate(run, frame, dot)
            if is_true(value) == truth:
                break
        return value

    return first


def _wrong_count(function: Function, given: int, has_final: bool) -> str | None:
    wanted = len(function.params)
    count = given + has_final
    if function.rest is not None:
        if count < wanted:
            return f"wrong number of args for {function.name}: want at least {wanted} got {given}"
    elif count != wanted:
        return f"wrong number of args for {function.name}: want {wanted} got {count}"
    return None
