"""Collectors: what makes virtual resources real, and overrides those that a query finds.

A collector stays; it is asked again and again while the compilation brings forth resources. Each resource that it
finds is made real, and gets the collector's overrides once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bunraku.language.resource import Declaration, Parameter, Place

if TYPE_CHECKING:
    from bunraku.language.compiler import Compiler
    from bunraku.language.scope import Frame

Query = Callable[[Declaration], bool]


class Collector:
    """`Type <| query |> { overrides }`. collected: what it has found so far, by reference."""

    label = "Virtual Query"

    def __init__(
        self, frame: Frame, type_label: str, query: Query | None, overrides: list[Parameter] | None, place: Place
    ) -> None:
        self.frame = frame
        self.type_label = type_label
        self.query = query
        self.overrides = overrides
        self.place = place
        self.collected: dict[str, Declaration] = {}
        self.if_empty: list[Any] = []
        """What a relationship to this collector passes on to where it finds nothing (`a -> Type<||> -> b`)."""

    def evaluate(self, compiler: Compiler) -> bool:
        """Make real, and override, what is there by now; whether there was anything new."""
        found = self._find(compiler)
        for resource in found:
            resource.virtual = False
        fresh = [resource for resource in found if resource.ref_ not in self.collected]
        if self.overrides is not None:
            if found and self.frame.source is not None:
                self.frame.source.overrides_all = True
            for resource in fresh:
                compiler.override(resource.type, resource.title, self.overrides, self.frame, self.place)
        self.collected.update({resource.ref_: resource for resource in fresh})
        return bool(fresh)

    def _find(self, compiler: Compiler) -> list[Declaration]:
        found = compiler.draft.by_type.get(self.type_label, [])
        query = self.query
        return list(found) if query is None else [resource for resource in found if query(resource)]

    def unresolved(self) -> list[str]:
        """References that it has been told to find and has not."""
        return []


class ExportedCollector(Collector):
    """`Type <<| query |>>`. Without a store of exported resources it finds nothing, as in the reference."""

    label = "Exported Query"

    def evaluate(self, compiler: Compiler) -> bool:
        """False."""
        return False


class Realization(Collector):
    """`realize(references)`: ends when all of them have been found."""

    def __init__(self, frame: Frame, references: list[str]) -> None:
        super().__init__(frame, "", None, None, (None, None))
        self.references = references

    def _find(self, compiler: Compiler) -> list[Declaration]:
        found = [(ref, compiler.find_reference(ref)) for ref in self.references]
        self.references = [ref for ref, resource in found if resource is None]
        if not self.references:
            compiler.collectors.remove(self)
        return [resource for _, resource in found if resource is not None]

    def unresolved(self) -> list[str]:
        """References that it has not found."""
        return self.references
