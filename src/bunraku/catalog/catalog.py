"""`Resource`, `Edge` and `Catalog`: the desired state of one host.

A reference is `Type[title]` with each segment of the type capitalised (`Nginx::Server[web]`). Edges are containment
(a class or define holds its resources); relationships travel as the parameters before, require, notify, subscribe.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bunraku.catalog import wire


def capitalize(type_name: str) -> str:
    """A type's name as references spell it: `nginx::server` → `Nginx::Server`."""
    return "::".join(part[:1].upper() + part[1:] for part in type_name.split("::"))


class Resource:
    """One resource: what it is, its parameters, where it was declared.

    type: capitalised. parameters: plain and rich values (Sensitive ones are unwrapped, and named in `sensitive`).
    tags: in order of first mention. kind: "compilable_type" for native types, else "unknown" (the wire's word).
    """

    __slots__ = ("exported", "file", "kind", "line", "parameters", "sensitive", "tags", "title", "type", "virtual")

    def __init__(
        self,
        type: str,
        title: str,
        parameters: dict[str, Any] | None = None,
        *,
        file: str | None = None,
        line: int | None = None,
        tags: dict[str, None] | None = None,
        exported: bool = False,
        virtual: bool = False,
        sensitive: frozenset[str] = frozenset(),
        kind: str = "unknown",
    ) -> None:
        self.type = type
        self.title = title
        self.parameters = {} if parameters is None else parameters
        self.file = file
        self.line = line
        self.tags = {} if tags is None else tags
        self.exported = exported
        self.virtual = virtual
        self.sensitive = sensitive
        self.kind = kind

    @property
    def ref(self) -> str:
        """`Type[title]`."""
        return f"{self.type}[{self.title}]"

    def __repr__(self) -> str:
        return self.ref

    def to_dict(self) -> dict[str, Any]:
        """The resource in the wire format."""
        data: dict[str, Any] = {"type": self.type, "title": self.title, "tags": list(self.tags)}
        if self.file is not None:
            data["file"] = self.file
        if self.line is not None:
            data["line"] = self.line
        data["exported"] = self.exported
        data["kind"] = self.kind
        if self.parameters:
            data["parameters"] = wire.encode_items(self.parameters)
        if self.sensitive:
            data["sensitive_parameters"] = sorted(self.sensitive)
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Resource:
        """The resource that `to_dict` wrote."""
        return cls(
            data["type"],
            data["title"],
            {name: wire.decode(value) for name, value in (data.get("parameters") or {}).items()},
            file=data.get("file"),
            line=data.get("line"),
            tags=dict.fromkeys(data.get("tags") or ()),
            exported=bool(data.get("exported")),
            sensitive=frozenset(data.get("sensitive_parameters") or ()),
            kind=data.get("kind") or "unknown",
        )


class Edge(NamedTuple):
    """`source` contains `target`; both are references."""

    source: str
    target: str


class Catalog:
    """The resources of one host in order of declaration, what contains what, and the classes applied."""

    def __init__(self, name: str, environment: str = "production", version: int | str = 0) -> None:
        self.name = name
        self.environment = environment
        self.version = version
        self.tags: list[str] = []
        self.classes: list[str] = []
        self.resources: dict[str, Resource] = {}
        self.edges: list[Edge] = []

    def add(self, resource: Resource) -> None:
        """Put in a resource whose reference is new."""
        self.resources[resource.ref] = resource

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources.values())

    def to_dict(self) -> dict[str, Any]:
        """The catalog in Puppet's wire format (catalog_format 2)."""
        return {
            "tags": self.tags,
            "name": self.name,
            "version": self.version,
            "code_id": None,
            "catalog_uuid": "0",
            "catalog_format": 2,
            "environment": self.environment,
            "resources": [resource.to_dict() for resource in self],
            "edges": [{"source": edge.source, "target": edge.target} for edge in self.edges],
            "classes": self.classes,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Catalog:
        """The catalog that `to_dict`, or Puppet, wrote."""
        catalog = cls(data["name"], data.get("environment") or "production", data.get("version") or 0)
        catalog.tags = list(data.get("tags") or ())
        catalog.classes = list(data.get("classes") or ())
        for entry in data["resources"]:
            catalog.add(Resource.from_dict(entry))
        catalog.edges = [Edge(str(e["source"]), str(e["target"])) for e in data.get("edges") or ()]
        return catalog
