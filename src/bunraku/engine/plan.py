"""The plan: every resource of a catalog made ready, and all of them in order, before the first one is touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from bunraku import resources
from bunraku.catalog.catalog import Catalog, Resource
from bunraku.engine.graph import Graph
from bunraku.resources.base import ResourceType, Run

RELATIONS = (("before", True, False), ("notify", True, True), ("require", False, False), ("subscribe", False, True))
"""Each relationship metaparameter: whether its resource comes first, whether changes travel."""


class Plan:
    """What there is to do. graph: in which order. instances: the resources that can be applied, by reference.
    unfit: why the others cannot be, by reference.
    """

    def __init__(self, catalog: Catalog, run: Run) -> None:
        self.catalog = catalog
        self.run = run
        self.graph = Graph()
        self.instances: dict[str, ResourceType] = {}
        self.unfit: dict[str, str] = {}
        self._containers: dict[str, str] = {}

    def make(self) -> None:
        """Make the resources ready and put them in order."""
        catalog = self.catalog
        holders = {edge.source for edge in catalog.edges}
        for resource in catalog:
            self.graph.add(resource.ref, container=not self._is_work(resource, holders))
        for edge in catalog.edges:
            if edge.source in self.graph.begin and edge.target in self.graph.begin:
                self._containers[edge.target] = edge.source
                self.graph.contain(edge.source, edge.target)
        for resource in catalog:
            self._relate(resource)
        for instance in list(self.instances.values()):
            self._relate_automatically(instance)

    def _is_work(self, resource: Resource, holders: Collection[str]) -> bool:
        """Whether `resource` is a native one (made ready here), rather than a container."""
        name = resource.type.lower()
        if name in ("class", "stage") or resource.ref in holders:
            return False
        native = resources.load(name)
        if native is not None:
            self._instantiate(native, resource)
            return True
        if resource.kind == "compilable_type" or resources.find(name) is not None:
            from bunraku.resources._foreign import Foreign

            self._instantiate(Foreign, resource)
            return True
        return False

    def _instantiate(self, native: type[ResourceType], resource: Resource) -> None:
        known = self.run.resources
        try:
            instance = native(resource, self.run)
        except ValueError as error:
            self.unfit[resource.ref] = str(error)
            return
        self.instances[resource.ref] = instance
        for name in (resource.title, instance.identity, *as_list(resource.parameters.get("alias"))):
            known.setdefault((instance.type_name, str(name)), instance)

    def _relate(self, resource: Resource) -> None:
        for parameter, comes_first, carries in RELATIONS:
            for reference in as_list(resource.parameters.get(parameter)):
                other = self._find(str(reference))
                if other is None:
                    self.unfit[resource.ref] = f"Could not find {reference}, named in its parameter '{parameter}'"
                elif comes_first:
                    self.graph.order(resource.ref, other, notify=carries)
                else:
                    self.graph.order(other, resource.ref, notify=carries)

    def _relate_automatically(self, instance: ResourceType) -> None:
        for others, comes_first, carries in (
            (instance.autorequire(), False, False),
            (instance.autosubscribe(), False, True),
            (instance.autobefore(), True, False),
            (instance.autonotify(), True, True),
        ):
            for type_name, name in others:
                other = self._find_named(type_name, name)
                if other is None or other == instance.ref:
                    continue
                first, then = (instance.ref, other) if comes_first else (other, instance.ref)
                self.graph.order_unless_said(first, then, notify=carries)

    def _find(self, reference: str) -> str | None:
        """The reference that the catalog knows `reference` by (through its title, its namevar or an alias)."""
        if reference in self.graph.begin:
            return reference
        type_name, bracket, title = reference.partition("[")
        return self._find_named(type_name.lower(), title[:-1]) if bracket else None

    def _find_named(self, type_name: str, name: str) -> str | None:
        instance = self.run.find(type_name, name)
        return None if instance is None else instance.ref

    # During the walk -----------------------------------------------------------------------------------------------

    def resource(self, ref: str) -> Resource:
        """The resource called `ref`, of the catalog or brought in."""
        instance = self.instances.get(ref)
        return self.catalog.resources[ref] if instance is None else instance.resource

    def containers(self, ref: str) -> tuple[str, ...]:
        """The classes and defines that hold a resource, outermost first."""
        path: list[str] = []
        while (ref := self._containers.get(ref, "")) and ref not in path:
            path.append(ref)
        return tuple(reversed(path))

    def bring_in(self, parent: ResourceType, generated: Iterable[Resource], noop: bool) -> None:
        """Put what a resource generated after it; what the catalog declares itself is left to the catalog."""
        new = []
        for resource in generated:
            native = resources.load(resource.type.lower())
            if native is None or self.run.find(native.type_name, resource.title):
                continue
            if "noop" in parent.resource.parameters:
                resource.parameters.setdefault("noop", noop)
            resource.tags |= parent.resource.tags
            resource.file, resource.line = parent.resource.file, parent.resource.line
            self._instantiate(native, resource)
            if parent.ref in self._containers:
                self._containers[resource.ref] = self._containers[parent.ref]
            new.append(resource.ref)
        if new:
            self.graph.insert(new, parent.ref)


def as_list(value: Any) -> Iterable[Any]:
    """What a metaparameter names: nothing, one, or several."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
