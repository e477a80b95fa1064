"""Trees to closures: what can be known before the first rendering is settled once, here.

A step writes, an evaluation answers; both take the run, the frame of variables and dot. Where something can go wrong,
the closure holds the node that an error points at: Go reports the operand that it looked at last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import NoReturn

from bunraku.confd.template.builtins import BUILTINS, SHORT_CIRCUIT
from bunraku.confd.template.errors import FunctionError, TemplateError, position
from bunraku.confd.template.formatting import text_of
from bunraku.confd.template.functions import ACCEPTS, NILABLE, Function
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
)
from bunraku.confd.template.parser import parse_trees
from bunraku.confd.template.strings import quote
from bunraku.confd.template.values import Struct, Value, is_true, type_name

RENDER_DEADLINE = 10.0
"""Seconds that a rendering may take: a template that would loop for ever ends there."""


class Run:
    """One rendering: what it writes, and until when it may."""

    __slots__ = ("deadline", "seconds", "write")

    def __init__(self, write: Callable[[str], None], seconds: float) -> None:
        self.write = write
        self.seconds = seconds
        self.deadline = monotonic() + seconds


Frame = list[Value]
Step = Callable[[Run, Frame, Value], None]
Eval = Callable[[Run, Frame, Value], Value]


_MISSING: Value = object()
"""What a map answers for a key that it does not have; fields of that are missing too."""


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Template:
    """A parsed template, ready to render as often as wanted."""

    def __init__(self, name: str, bodies: dict[str, tuple[Step, int]]) -> None:
        self.name = name
        self._bodies = bodies

    @property
    def names(self) -> list[str]:
        """The names of the templates that it holds, its own included."""
        return sorted(self._bodies)

    def render(self, data: Value = None, *, seconds: float = RENDER_DEADLINE, template: str | None = None) -> str:
        """The text that the template makes of `data`.

        `template` names one that it defines, in place of itself. Raises TemplateError: a function failed, a value has
        the wrong type, the nesting is too deep, or `seconds` were not enough.
        """
        out: list[str] = []
        step, slots = self._bodies[template or self.name]
        frame: Frame = [None] * slots
        frame[0] = data
        try:
            step(Run(out.append, seconds), frame, data)
        except RecursionError:
            raise TemplateError("exceeded maximum template depth", self.name, 1, 0) from None
        return "".join(out)


def parse(name: str, text: str, functions: Mapping[str, Function] | None = None) -> Template:
    """Parse `text` (of the file `name`, for messages). `functions` come on top of the built-in ones."""
    known = {**BUILTINS, **(functions or {})}
    trees = parse_trees(name, text, known)
    bodies: dict[str, tuple[Step, int]] = {}
    for tree in trees.values():
        bodies[tree.name] = (_Compiler(name, text, tree, known, bodies).body(tree.body), tree.slots)
    return Template(name, bodies)


class _Compiler:
    """Compiles one tree. `bodies` fills up with all templates of the file; `template` looks there when it runs."""

    def __init__(
        self, name: str, text: str, tree: Tree, functions: Mapping[str, Function], bodies: dict[str, tuple[Step, int]]
    ) -> None:
        self.name = name
        self.text = text
        self.tree = tree
        self.functions = functions
        self.bodies = bodies

    def fail(self, node: Node, message: str) -> NoReturn:
        line, column = position(self.text, node.pos)
        raise TemplateError(message, self.name, line, column, self.tree.name, str(node)) from None

    def failing(self, node: Node, message: str) -> Eval:
        """An evaluation that fails: what is wrong was seen before it ran, but the template may never come to it."""

        def fail(run: Run, frame: Frame, dot: Value) -> Value:
            self.fail(node, message)

        return fail

    # Steps

    def body(self, body: List) -> Step:
        steps = [self.step(node) for node in body.nodes]
        if len(steps) == 1:
            return steps[0]

        def run_all(run: Run, frame: Frame, dot: Value) -> None:
            for step in steps:
                step(run, frame, dot)

        return run_all

    def step(self, node: Node) -> Step:
        match node:
            case Text():
                return self.text_step(node.text)
            case Action():
                return self.action(node)
            case Branch(keyword="range"):
                return self.loop(node)
            case Branch():
                return self.condition(node)
            case Call():
                return self.call(node)
            case Jump():
                return self.jump(node)
        raise AssertionError(f"no step: {node}")

    def text_step(self, text: str) -> Step:
        def write(run: Run, frame: Frame, dot: Value) -> None:
            run.write(text)

        return write

    def action(self, node: Action) -> Step:
        evaluate = self.pipe(node.pipe)
        if node.pipe.declared:
            return evaluate

        def write(run: Run, frame: Frame, dot: Value) -> None:
            value = evaluate(run, frame, dot)
            if type(value) is not str:
                if value is None:
                    value = "<no value>"
                elif callable(value):
                    self.fail(node, f"can't print {node} of type {type_name(value)}")
                else:
                    value = text_of(value)
            run.write(value)

        return write

    def condition(self, node: Branch) -> Step:
        evaluate = self.pipe(node.pipe)
        body = self.body(node.body)
        otherwise = self.body(node.otherwise) if node.otherwise else None
        sets_dot = node.keyword == "with"

        def choose(run: Run, frame: Frame, dot: Value) -> None:
            value = evaluate(run, frame, dot)
            if value:
                body(run, frame, value if sets_dot else dot)
            elif otherwise is not None:
                otherwise(run, frame, dot)

        return choose

    def loop(self, node: Branch) -> Step:
        evaluate = self.pipe(node.pipe, declares=False)
        body = self.body(node.body)
        otherwise = self.body(node.otherwise) if node.otherwise else None
        slots = [variable.slot for variable in node.pipe.declared]
        key_slot = slots[0] if len(slots) > 1 else None
        value_slot = slots[-1] if slots else None
        blame = self.last(node.pipe)

        def repeat(run: Run, frame: Frame, dot: Value) -> None:
            pairs = self.pairs(evaluate(run, frame, dot), blame)
            if not pairs and otherwise is not None:
                otherwise(run, frame, dot)
            with suppress(_Break):
                for key, value in pairs:
                    if monotonic() > run.deadline:
                        self.fail(node.pipe, f"rendering took longer than {run.seconds:g} s")
                    if value_slot is not None:
                        frame[value_slot] = value
                        if key_slot is not None:
                            frame[key_slot] = key
                    with suppress(_Continue):
                        body(run, frame, value)

        return repeat

    def pairs(self, value: Value, blame: Node) -> Sequence[tuple[Value, Value]]:
        """What `range` goes through: index and element, or key and value in the order of the keys."""
        if isinstance(value, list):
            return list(enumerate(value))
        if isinstance(value, dict):
            return sorted(value.items(), key=lambda item: item[0])
        if value is None:
            return ()
        return self.fail(blame, f"range can't iterate over {text_of(value)}")

    def call(self, node: Call) -> Step:
        evaluate = self.pipe(node.pipe) if node.pipe else None

        def invoke(run: Run, frame: Frame, dot: Value) -> None:
            found = self.bodies.get(node.name)
            if found is None:
                self.fail(node, f"template {quote(node.name)} not defined")
            if monotonic() > run.deadline:
                self.fail(node, f"rendering took longer than {run.seconds:g} s")
            step, slots = found
            inner: Frame = [None] * slots
            inner[0] = evaluate(run, frame, dot) if evaluate else None
            step(run, inner, inner[0])

        return invoke

    def jump(self, node: Jump) -> Step:
        signal = _Break if node.keyword == "break" else _Continue

        def leave(run: Run, frame: Frame, dot: Value) -> None:
            raise signal

        return leave

    # Evaluations

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
