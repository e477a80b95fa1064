"""A resource while its catalog is being compiled: who declared it, where, and who set which parameter.

Rules:
- A parameter is its owner's: the definition (class, define, node) whose body set it. Only an owner, or a class that
  inherits from it, may set it anew.
- A reference is `Type[title]`; both the type and a class's title are capitalised in it.
- Tags: those of the `tag` parameter, the type, the title where it can be one, then those of what contains it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.catalog.catalog import Resource, capitalize
from bunraku.catalog.signature import METAPARAMETERS, TypeSignature
from bunraku.catalog.values import from_hash_key
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.types.regexp import compile_ruby

if TYPE_CHECKING:
    from bunraku.language.definitions import Definition
    from bunraku.language.scope import Frame

Place = tuple[str | None, int | None]
"""File and line."""

_TAG = re.compile(r"\w[\w:.-]*\Z")


class Parameter(NamedTuple):
    """A value on its way to a resource. adds: set with `+>`, so that it joins what is there."""

    name: str
    value: Any
    source: Definition | None
    place: Place
    adds: bool = False


class ResourceType:
    """What resources of one type share, native or defined.

    name: lower case. label: as in references. kind: the wire's word. namevar: the parameter that the title stands
    for, None where several together identify a resource. definition: None for a native type.
    """

    __slots__ = (
        "definition",
        "kind",
        "label",
        "name",
        "namevar",
        "namevars",
        "names",
        "signature",
        "tags",
        "title_patterns",
    )

    def __init__(self, name: str, definition: Definition | None, signature: TypeSignature | None) -> None:
        self.name = name
        self.label = capitalize(name)
        self.definition = definition
        self.signature = signature
        self.kind = "compilable_type" if definition is None else "defined_type"
        self.namevars = signature.namevars if signature is not None else ("name",)
        self.namevar = self.namevars[0] if len(self.namevars) == 1 else None
        self.tags = split_tag(name)
        own = definition.parameters if definition is not None else signature.parameters if signature is not None else ()
        self.names = frozenset([*own, "name", *METAPARAMETERS])
        patterns = signature.title_patterns if signature is not None else ()
        self.title_patterns = [(compile_ruby(pattern), names) for pattern, names in patterns]

    def takes(self, parameter: str) -> bool:
        """Whether resources of this type have the parameter."""
        return parameter in self.names

    def parameter_names(self) -> list[str]:
        """The names of all parameters."""
        own = self.signature.parameters if self.signature is not None else {}
        return [*own, *(self.definition.parameters if self.definition is not None else ()), *METAPARAMETERS]

    def of_title(self, title: str) -> dict[str, str]:
        """The parameters that `title` alone gives a value. Raises CompileError where it fits no pattern."""
        if not self.title_patterns:
            return {self.namevar or "name": title}
        for pattern, names in self.title_patterns:
            match = pattern.match(title)
            if match:
                return dict(zip(names, match.groups(), strict=False))
        raise CompileError(f'No set of title patterns matched the title "{title}".')


def split_tag(tag: str) -> tuple[str, ...]:
    """A tag and, where it is qualified, each of its segments."""
    return (tag, *tag.split("::")) if "::" in tag else (tag,)


def is_tag(text: str) -> bool:
    """Whether `text` can be a tag."""
    return _TAG.match(text) is not None


class Declaration(Resource):
    """A resource of the catalog that is being compiled.

    frame: where it was declared. source: the definition that declared it, owner of its parameters unless `sources`
    tells of another. places: where each parameter was set. definition: its class, define or node; None where native.
    title_is_text: False where data gave a number for a title; it is spelt out, but the name is told beside it.
    """

    __slots__ = (
        "definition",
        "frame",
        "is_class",
        "is_evaluated",
        "is_finished",
        "is_tagged",
        "places",
        "ref_",
        "resource_type",
        "source",
        "sources",
        "title_is_text",
        "was_changed",
    )

    def __init__(
        self,
        resource_type: ResourceType | None,
        label: str,
        title: str,
        frame: Frame,
        definition: Definition | None,
        parameters: dict[str, Any],
        places: dict[str, Place],
    ) -> None:
        super().__init__(label, title, parameters)
        self.resource_type = resource_type
        self.ref_ = f"{label}[{title}]"
        self.frame = frame
        self.source = frame.source
        self.sources: dict[str, Definition | None] = {}
        self.places = places
        self.definition = definition
        self.is_class = label == "Class"
        self.is_evaluated = False
        self.is_finished = False
        self.is_tagged = False
        self.was_changed = False
        self.title_is_text = True

    @property
    def ref(self) -> str:
        """`Type[title]`."""
        return self.ref_

    # ---- parameters

    def takes(self, parameter: str) -> bool:
        """Whether there is such a parameter."""
        if self.resource_type is not None:
            return self.resource_type.takes(parameter)
        assert self.definition is not None
        return parameter in METAPARAMETERS or parameter == "name" or parameter in self.definition.parameters

    def value_of(self, parameter: str) -> Any:
        """The value of a parameter, or its default where the resource was declared; None for neither."""
        if parameter == "title":
            return self.title
        value = self.parameters.get(parameter)
        if value is None:
            default = self.frame.defaults_for(self.type).get(parameter)
            return None if default is None else default.value
        return value

    def owner_of(self, parameter: str) -> Definition | None:
        """Whose the parameter is."""
        return self.sources.get(parameter, self.source)

    def put(self, parameter: Parameter) -> None:
        """Set a parameter, whoever may have set it before."""
        name = parameter.name
        self.parameters[name] = parameter.value
        if parameter.source is not self.source or name in self.sources:
            self.sources[name] = parameter.source
        if self.places.get(name, (None, None)) != parameter.place:
            self.places = {**self.places, name: parameter.place}
        if name == "tag":
            self.tag(parameter.value)

    def set(self, name: str, value: Any) -> None:
        """Set a parameter as the resource's own."""
        self.put(Parameter(name, value, self.source, (None, None)))

    def override(self, parameter: Parameter) -> None:
        """Set a parameter from outside. Raises CompileError unless its setter may change what is there."""
        name = parameter.name
        self.was_changed = True
        if name not in self.parameters:
            self.put(parameter)
            return
        current = self.parameters[name]
        if self._is_default(name, parameter.value):
            return
        owner, setter = self.owner_of(name), parameter.source
        inherits = setter is not None and setter.is_child_of(owner)
        if not inherits and not (setter is owner and self._is_default(name, current)):
            raise self._already_set(parameter, owner)
        if parameter.adds:
            parameter = parameter._replace(value=flattened([current, parameter.value]))
        self.put(parameter)

    def _is_default(self, name: str, value: Any) -> bool:
        default = self.frame.defaults_for(self.type).get(name)
        return default is not None and default.value == value

    def _already_set(self, parameter: Parameter, owner: Definition | None) -> CompileError:
        by = f" by {owner}" if owner is not None and str(owner) else ""
        at = located(*self.places.get(parameter.name, (None, None)))
        message = f"Parameter '{parameter.name}' is already set on {self.ref}{by}{at and ' at ' + at}; cannot redefine"
        file, line = parameter.place
        return CompileError(message, file=file, line=line)

    # ---- tags

    def tag(self, tags: Any) -> None:
        """Add tags: a name, or names in any depth of arrays, or a hash of them. Raises CompileError for no tag."""
        if isinstance(tags, dict):
            tags = [[from_hash_key(key), value] for key, value in tags.items()]
        for tag in flattened([tags]):
            if tag is None:
                continue
            name = types.interpolate(tag).lower()
            if not is_tag(name):
                raise CompileError(f"Invalid tag '{name}'", file=self.file, line=self.line)
            self.tags.update(dict.fromkeys(split_tag(name)))

    def add_tags_of_container(self) -> None:
        """Take over the tags of what declared this resource, once."""
        if self.is_tagged:
            return
        self.is_tagged = True
        container = self.frame.resource
        if container is not None and container is not self:
            self.tags.update(container.tags)

    def is_tagged_with(self, tags: Iterable[str]) -> bool:
        """Whether it has one of `tags` (lower case), or what declared it has."""
        if any(tag in self.tags for tag in tags):
            return True
        container = self.frame.resource
        return container is not None and container is not self and container.is_tagged_with(tags)


def flattened(values: Iterable[Any]) -> list[Any]:
    """`values` with the arrays among them laid out, at any depth."""
    out: list[Any] = []
    for value in values:
        if isinstance(value, list):
            out.extend(flattened(value))
        else:
            out.append(value)
    return out


def located(file: str | None, line: int | None) -> str:
    """`(file: F, line: L)` as messages show a place; empty where neither is known."""
    parts = [f"file: {file}"] if file else []
    if line is not None:
        parts.append(f"line: {line}")
    return f"({', '.join(parts)})" if parts else ""


def reference_text(value: Any) -> str:
    """A reference as catalogs spell it: `Type[title]`, both capitalised where a class is meant."""
    if isinstance(value, types.PClassType):
        return f"Class[{types.capitalize_segments(value.class_name or '')}]"
    if isinstance(value, types.PResourceType):
        label = types.capitalize_segments((value.type_name or "").lower())
        title = value.title or ""
        return f"{label}[{types.capitalize_segments(title) if label == 'Class' else title}]"
    return value if isinstance(value, str) else types.interpolate(value)
