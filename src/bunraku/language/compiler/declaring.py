"""Putting resources into the catalog: declarations, defaults, overrides, relationships."""

from __future__ import annotations

from typing import Any, NamedTuple

from bunraku.language import types
from bunraku.language.collectors import Collector
from bunraku.language.compiler.names import Names
from bunraku.language.definitions import Definition
from bunraku.language.errors import CompileError
from bunraku.language.inputs import Inputs
from bunraku.language.relationships import Relationship
from bunraku.language.resource import Declaration, Parameter, Place, is_tag, located, reference_text, split_tag
from bunraku.language.scope import Frame


class Override(NamedTuple):
    """Parameters set from outside, by whom and where."""

    parameters: list[Parameter]
    source: Definition | None
    place: Place


class Declaring(Names):
    """What was declared so far. collectors, relationships: in order. waiting: overrides of what is not declared yet."""

    def __init__(self, inputs: Inputs, strict: str) -> None:
        super().__init__(inputs, strict)
        self.collectors: list[Collector] = []
        self.relationships: list[Relationship] = []
        self.waiting: dict[str, list[Override]] = {}
        self._defaulted: set[str] = set()
        self._unevaluated: list[Declaration] = []

    def declare_class(
        self, frame: Frame, title: str, parameters: dict[str, Any], places: dict[str, Place], place: Place
    ) -> Declaration:
        """Declare a class as a resource, and evaluate it: `class { title: … }`."""
        raise NotImplementedError

    def declare(
        self,
        frame: Frame,
        type_name: str,
        titles: list[str],
        parameters: dict[str, Any],
        places: dict[str, Place],
        place: Place,
        form: str = "",
    ) -> list[Declaration]:
        """Put resources into the catalog, one a title, alike but for it.

        form: "", "virtual" or "exported". place: of the declaration; places: of its parameters.
        Raises CompileError for an unknown type, a duplicate, or what a define or class does not take.
        """
        if type_name.lower() == "class":
            return [self.declare_class(frame, title, parameters, places, place) for title in titles]
        kind = self.resource_type(type_name)
        if kind is None:
            raise CompileError(f"Unknown resource type: '{type_name}'", hint=self.hint_for_type(type_name))
        declared = []
        for title in titles:
            is_text = type(title) is str
            title = title if is_text else types.interpolate(title)
            resource = Declaration(kind, kind.label, title, frame, kind.definition, dict(parameters), places)
            resource.file, resource.line = place
            resource.kind = kind.kind
            if form:
                resource.virtual = True
                resource.exported = form == "exported"
            tag = parameters.get("tag")
            if tag is not None:
                resource.tag(tag)
            resource.tags.update(dict.fromkeys(kind.tags))
            resource.title_is_text = is_text
            if is_text and is_tag(title):
                resource.tags.update(dict.fromkeys(split_tag(title.lower())))
            if kind.label in self._defaulted:
                self._apply_defaults(resource, frame)
            self.add(resource)
            declared.append(resource)
        return declared

    def _apply_defaults(self, resource: Declaration, frame: Frame) -> None:
        for name, default in frame.defaults_for(resource.type).items():
            if name not in resource.parameters:
                resource.put(default)

    def set_defaults(self, frame: Frame, type_label: str, defaults: list[Parameter]) -> None:
        """Note resource defaults. Raises CompileError for one that is set already in this body."""
        table = frame.defaults.setdefault(type_label, {})
        for default in defaults:
            if default.name in table:
                file, line = default.place
                shown = f"{type_label} {{ {default.name} }}"
                message = f"Default already defined for {shown}; cannot redefine"
                raise CompileError(message, file=file, line=line)
            table[default.name] = default
        self._defaulted.add(type_label)

    def add(self, resource: Declaration) -> None:
        """Take a resource in, contained by what declared it."""
        self.draft.add(resource)
        self.draft.collectable(resource)
        if not resource.is_class and resource.parameters.get("stage") is not None:
            message = f"Only classes can set 'stage'; normal resources like {resource.ref} cannot change run stage"
            raise CompileError(message)
        if resource.type != "Stage" and not resource.is_class:
            container = resource.frame.resource
            assert container is not None
            self.draft.contain(container, resource)
        if resource.definition is not None and not resource.is_evaluated and not resource.is_class:
            self._unevaluated.append(resource)

    def override(self, type_name: str, title: str, parameters: list[Parameter], frame: Frame, place: Place) -> None:
        """Set parameters of a resource from outside, now or when it is declared. Raises CompileError."""
        override = Override(parameters, frame.source, place)
        resource = self.find_resource(type_name, title)
        if resource is not None:
            self.merge(resource, override)
        else:
            ref = reference_text(types.PResourceType(type_name, title))
            self.waiting.setdefault(ref, []).append(override)

    def merge(self, resource: Declaration, override: Override) -> None:
        """Set the parameters of an override. Raises CompileError where its owner may not."""
        file, line = override.place
        source = override.source
        if resource.source is not source and not (source is not None and source.is_child_of(resource.source)):
            raise CompileError("Only subclasses can override parameters", file=file, line=line)
        if resource.is_evaluated and self.strict != "off":
            at = located(resource.file, resource.line)
            where = f", defined at {at}," if at else ""
            message = f"Attempt to override an already evaluated resource{where} with new values"
            if self.strict == "error":
                raise CompileError(message, file=file, line=line)
            self.warn(f"{message} {located(file, line)}".rstrip(), None, None)
        for parameter in override.parameters:
            resource.override(parameter)

    def relate(self, source: Any, target: Any, parameter: str) -> None:
        """Note a relationship between references or collectors."""
        ends = [end if isinstance(end, Collector) else reference_text(end) for end in (source, target)]
        self.relationships.append(Relationship(ends[0], ends[1], parameter))
