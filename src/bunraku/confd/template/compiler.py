"""Trees to closures: what can be known before the first rendering is settled once, here.

Here are the steps, which write; what has a value is in `evaluations`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic

from bunraku.confd.template.builtins import BUILTINS
from bunraku.confd.template.evaluations import Evaluations
from bunraku.confd.template.formatting import text_of
from bunraku.confd.template.functions import Function
from bunraku.confd.template.nodes import Action, Branch, Call, Jump, List, Node, Text, Tree
from bunraku.confd.template.parser import parse_trees
from bunraku.confd.template.rendering import Break, Continue, Frame, Run, Step, Template
from bunraku.confd.template.strings import quote
from bunraku.confd.template.values import Value, type_name


def parse(name: str, text: str, functions: Mapping[str, Function] | None = None) -> Template:
    """Parse `text` (of the file `name`, for messages). `functions` come on top of the built-in ones."""
    known = {**BUILTINS, **(functions or {})}
    trees = parse_trees(name, text, known)
    bodies: dict[str, tuple[Step, int]] = {}
    for tree in trees.values():
        bodies[tree.name] = (_Compiler(name, text, tree, known, bodies).body(tree.body), tree.slots)
    return Template(name, bodies)


class _Compiler(Evaluations):
    """Compiles one tree. `bodies` fills up with all templates of the file; `template` looks there when it runs."""

    def __init__(
        self, name: str, text: str, tree: Tree, functions: Mapping[str, Function], bodies: dict[str, tuple[Step, int]]
    ) -> None:
        super().__init__(name, text, tree, functions)
        self.bodies = bodies

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
            with suppress(Break):
                for key, value in pairs:
                    if monotonic() > run.deadline:
                        self.fail(node.pipe, f"rendering took longer than {run.seconds:g} s")
                    if value_slot is not None:
                        frame[value_slot] = value
                        if key_slot is not None:
                            frame[key_slot] = key
                    with suppress(Continue):
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
        signal = Break if node.keyword == "break" else Continue

        def leave(run: Run, frame: Frame, dot: Value) -> None:
            raise signal

        return leave
