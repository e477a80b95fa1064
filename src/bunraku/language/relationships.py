"""Relationships made with arrows: from operands to references, and at the end to parameters of resources.

`a -> b` becomes `before => b` of a, `a ~> b` becomes `notify => b`. What a collector stands for is known at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.language.collectors import Collector
from bunraku.language.errors import CompileError
from bunraku.language.resource import reference_text

if TYPE_CHECKING:
    from bunraku.language.compiler import Compiler
    from bunraku.language.resource import Declaration


class Relationship(NamedTuple):
    """source, target: a reference (`File[/a]`) or a collector. parameter: "before" or "notify"."""

    source: str | Collector
    target: str | Collector
    parameter: str

    def apply(self, compiler: Compiler) -> None:
        """Add the target to the source's parameter. Raises CompileError where one of them is not in the catalog."""
        for source in _sources(self.source):
            for target in _targets(self.target):
                _relate(compiler, source, target, self.parameter)


def _sources(operand: Any) -> list[str]:
    """The references on the left; for a collector that found nothing, what stands to the left of it."""
    if isinstance(operand, str):
        return [operand]
    if isinstance(operand, Collector):
        return list(operand.collected) or [ref for each in operand.if_empty for ref in _sources(each)]
    return [reference_text(operand)]


def _targets(operand: str | Collector) -> list[str]:
    return [operand] if isinstance(operand, str) else list(operand.collected)


def _relate(compiler: Compiler, source: str, target: str, parameter: str) -> None:
    resource = compiler.find_reference(source)
    if resource is None:
        raise CompileError(f"Could not find resource '{source}' for relationship on '{target}'")
    if compiler.find_reference(target) is None:
        raise CompileError(f"Could not find resource '{target}' for relationship from '{source}'")
    add_to(resource, parameter, target)


def add_to(resource: Declaration, parameter: str, reference: str) -> None:
    """Append a reference to a parameter of relationships.

    Resources declared together share the array that they were declared with, and so what is appended to it, as in
    the reference.
    """
    current = resource.parameters.get(parameter)
    if not isinstance(current, list):
        current = [] if current is None else [current]
        resource.set(parameter, current)
    current.append(reference)
