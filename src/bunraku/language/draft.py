"""The catalog in the making: the resources declared so far, what contains what, the classes and tags.

Rules:
- A resource is known by its reference, and by its aliases: the `alias` parameter, and the value of its namevar where
  that is not its title. No two resources share one of these.
- Order is that of declaration.
"""

from __future__ import annotations

from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions.ruby_text import inspect
from bunraku.language.resource import Declaration, ResourceType, flattened, located


class Draft:
    """The resources of a catalog that is being compiled.

    resources: in order of declaration. evaluated: those of them that come from code (without Stage[main] and
    Class[settings]), which collectors see. by_type: the same by type's label. containers: for each reference, the
    references of what contains it. classes, tags: as the catalog has them.
    """

    def __init__(self) -> None:
        self.resources: list[Declaration] = []
        self.evaluated: list[Declaration] = []
        self.by_type: dict[str, list[Declaration]] = {}
        self.containers: dict[str, list[str]] = {}
        self.contents: dict[str, list[Declaration]] = {}
        self.classes: list[str] = []
        self.tags: dict[str, None] = {}
        self._known: dict[str, Declaration] = {}

    def add(self, resource: Declaration) -> None:
        """Take in a resource. Raises CompileError where its reference or an alias of it is taken."""
        ref = resource.ref_
        if ref in self._known:
            raise self._duplicate(resource, self._known[ref])
        self._known[ref] = resource
        self.resources.append(resource)
        self._add_aliases(resource)

    def collectable(self, resource: Declaration) -> None:
        """Let collectors and the lazy evaluation of defines see a resource."""
        self.evaluated.append(resource)
        self.by_type.setdefault(resource.type, []).append(resource)

    def contain(self, container: Declaration, resource: Declaration) -> None:
        """Note that `container` contains `resource`."""
        containers = self.containers.setdefault(resource.ref_, [])
        if container.ref_ not in containers:
            containers.append(container.ref_)
            self.contents.setdefault(container.ref_, []).append(resource)

    def find(self, ref: str) -> Declaration | None:
        """The resource with this reference or alias (`File[/a]`, the type capitalised)."""
        return self._known.get(ref)

    def find_in(self, resource_type: ResourceType, title: str) -> Declaration | None:
        """The resource of a type with this title, or one whose namevar says the same as the title."""
        found = self._known.get(f"{resource_type.label}[{title}]")
        if found is None and resource_type.title_patterns:
            return self._known.get(_key(resource_type, _identity(resource_type, title, {})))
        return found

    # ---- aliases

    def _add_aliases(self, resource: Declaration) -> None:
        parameters = resource.parameters
        if "alias" in parameters:
            for alias in flattened([parameters["alias"]]):
                if alias is not None:
                    self._alias(resource, f"{resource.type}[{alias}]", alias)
        kind = resource.resource_type
        if kind is None or kind.signature is None or not kind.signature.isomorphic:
            return
        if kind.namevar is not None and not kind.title_patterns:
            # The common case: one namevar, which the title stands for unless it is given.
            name = parameters.get(kind.namevar, parameters.get("name"))
            if name is None or name == resource.title:
                return
        identity = _identity(kind, resource.title, parameters)
        if identity != [resource.title] and any(part is not None for part in identity):
            self._alias(resource, _key(kind, identity), identity)

    def _alias(self, resource: Declaration, key: str, alias: Any) -> None:
        if key == resource.ref_:
            return
        existing = self._known.get(key)
        if existing is resource:
            return
        if existing is not None:
            at = located(resource.file, resource.line)
            shown = inspect(alias)
            taken = inspect([resource.type, *(alias if isinstance(alias, list) else [alias])])
            there = located(existing.file, existing.line)
            raise CompileError(
                f"Cannot alias {resource.ref} to {shown}{at and ' at ' + at}; resource {taken} already declared"
                f"{there and ' ' + there}"
            )
        self._known[key] = resource

    @staticmethod
    def _duplicate(resource: Declaration, existing: Declaration) -> CompileError:
        at = located(existing.file, existing.line)
        here = located(resource.file, resource.line)
        return CompileError(
            f"Duplicate declaration: {resource.ref} is already declared{at and ' at ' + at}; cannot redeclare"
            f"{here and ' ' + here}"
        )


def _identity(kind: ResourceType, title: str, parameters: dict[str, Any]) -> list[Any]:
    """The values of the parameters that identify a resource."""
    values: dict[str, Any] = kind.of_title(title)
    for name in kind.namevars:
        given = parameters.get(name)
        if given is None and name == kind.namevar:
            given = parameters.get("name")
        if given is not None:
            values[name] = given
    return [values.get(name) for name in sorted(kind.namevars)]


def _key(kind: ResourceType, identity: list[Any]) -> str:
    if len(identity) == 1:
        return f"{kind.label}[{identity[0]}]"
    return f"{kind.label}[{chr(0).join(map(str, identity))}]"
