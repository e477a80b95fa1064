"""Blocks and conditionals.

Rules: undef and false are false, all else is true (the empty string too). The groups of a match are seen by the rest
of the conditional, and forgotten at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import DEFAULT
from bunraku.language import nodes, types
from bunraku.language.evaluator.operators import matched_in
from bunraku.language.evaluator.unit import Closure, Unit, makes, performs
from bunraku.language.evaluator.values import is_splat, nothing
from bunraku.language.scope import Scope


@makes(nodes.Block)
def _block(unit: Unit, node: nodes.Block) -> Closure:
    if not node.statements:
        return nothing
    *first, last = node.statements
    return _sequence([unit.effect(s) for s in first], unit.closure(last))


@performs(nodes.Block)
def _block_for_effect(unit: Unit, node: nodes.Block) -> Closure:
    effects = [effect for effect in map(unit.effect, node.statements) if effect is not nothing]
    return _sequence(effects[:-1], effects[-1]) if effects else nothing


def _sequence(first: list[Closure], last: Closure) -> Closure:
    first = [effect for effect in first if effect is not nothing]
    if not first:
        return last

    def block(scope: Scope) -> Any:
        for effect in first:
            effect(scope)
        return last(scope)

    return block


@makes(nodes.If)
def _if(unit: Unit, node: nodes.If) -> Closure:
    return _conditional(unit.closure(node.condition), unit.closure(node.then), unit.closure(node.otherwise), node)


@performs(nodes.If)
def _if_for_effect(unit: Unit, node: nodes.If) -> Closure:
    return _conditional(unit.closure(node.condition), unit.effect(node.then), unit.effect(node.otherwise), node)


def _conditional(condition: Closure, then: Closure, otherwise: Closure, node: nodes.If) -> Closure:
    if node.negated:
        then, otherwise = otherwise, then

    def conditional(scope: Scope) -> Any:
        before = scope.match
        value = condition(scope)
        chosen = otherwise if value is None or value is False else then
        result = chosen(scope)
        scope.match = before
        return result

    return conditional


Option = Callable[[Scope, Any], bool]
"""Whether a case's option or a selector's entry is for the subject with this value."""


def _option(unit: Unit, node: nodes.Node) -> Option | None:
    """What matches one option's value against the subject; None for `default`."""
    while isinstance(node, nodes.Parenthesized):
        node = node.expr
    if isinstance(node, nodes.Literal) and node.value is DEFAULT:
        return None
    value_of = unit.closure(node)
    if is_splat(node):
        return lambda scope, subject: any(_matches(scope, subject, value) for value in value_of(scope))
    return lambda scope, subject: _matches(scope, subject, value_of(scope))


def _matches(scope: Scope, subject: Any, option: Any) -> bool:
    """Whether `subject` is what `option` asks for; a regular expression leaves its groups in the scope."""
    if type(option) is str and type(subject) is str:
        return option == subject or option.casefold() == subject.casefold()
    return types.matches(subject, option, matched_in(scope))


@makes(nodes.Case)
def _case(unit: Unit, node: nodes.Case) -> Closure:
    return _choice(unit, node, [(values, unit.closure(body)) for values, body in node.options])


@performs(nodes.Case)
def _case_for_effect(unit: Unit, node: nodes.Case) -> Closure:
    return _choice(unit, node, [(values, unit.effect(body)) for values, body in node.options])


def _choice(unit: Unit, node: nodes.Case, bodies: list[tuple[list[nodes.Node], Closure]]) -> Closure:
    subject_of = unit.closure(node.subject)
    default: Closure = nothing
    options: list[tuple[Option, Closure]] = []
    for values, body in bodies:
        for value in values:
            option = _option(unit, value)
            if option is None:
                default = body
            else:
                options.append((option, body))

    def case(scope: Scope) -> Any:
        before = scope.match
        subject = subject_of(scope)
        chosen = default
        for option, body in options:
            if option(scope, subject):
                chosen = body
                break
        result = chosen(scope)
        scope.match = before
        return result

    return case


@makes(nodes.Selector)
def _selector(unit: Unit, node: nodes.Selector) -> Closure:
    subject_of = unit.closure(node.subject)
    default: Closure | None = None
    entries: list[tuple[Option, Closure]] = []
    for match, value in node.entries:
        option = _option(unit, match)
        if option is None:
            default = unit.closure(value)
        else:
            entries.append((option, unit.closure(value)))

    def selector(scope: Scope) -> Any:
        before = scope.match
        subject = subject_of(scope)
        chosen = default
        for option, value in entries:
            if option(scope, subject):
                chosen = value
                break
        if chosen is None:
            shown = types.interpolate(subject)
            raise unit.issue(node.subject, f"No matching entry for selector parameter with value '{shown}'")
        result = chosen(scope)
        scope.match = before
        return result

    return selector
