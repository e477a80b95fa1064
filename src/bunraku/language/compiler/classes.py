"""Classes: declared once, evaluated where they are first included, each in its stage."""

from __future__ import annotations

from typing import Any

from bunraku.language import types
from bunraku.language.compiler.declaring import Declaring
from bunraku.language.definitions import Definition
from bunraku.language.errors import CompileError
from bunraku.language.relationships import add_to
from bunraku.language.resource import Declaration, Place, is_tag, reference_text, split_tag
from bunraku.language.scope import Frame, Scope


class Classes(Declaring):
    """The classes of one compilation."""

    def evaluate(self, resource: Declaration) -> None:
        """Run the body of a class, define or node, unless that was done."""
        raise NotImplementedError

    def declare_class(
        self, frame: Frame, title: str, parameters: dict[str, Any], places: dict[str, Place], place: Place
    ) -> Declaration:
        """Declare a class as a resource, and evaluate it: `class { title: … }`."""
        definition = self.loader.find_class(title)
        if definition is None:
            raise CompileError(f"Could not find declared class {title}", hint=self.hint_for_class(title))
        resource = self._class_declaration(definition, frame)
        resource.parameters, resource.places = dict(parameters), places
        resource.file, resource.line = place
        resource.kind = "class"
        tag = parameters.get("tag")
        if tag is not None:
            resource.tag(tag)
        if "Class" in self._defaulted:
            self._apply_defaults(resource, frame)
        self._add_class(resource)
        self.evaluate(resource)
        return resource

    def add_class(self, name: str) -> None:
        """Note that a class (or node) was evaluated."""
        self.draft.classes.append(name)
        self.draft.tags.update(dict.fromkeys(split_tag(name.lower())))

    def _class_declaration(self, definition: Definition, frame: Frame) -> Declaration:
        resource = Declaration(None, "Class", types.capitalize_segments(definition.name), frame, definition, {}, {})
        resource.source = definition if definition.name else frame.source
        self._tag_by_name(resource, "class")
        return resource

    @staticmethod
    def _tag_by_name(resource: Declaration, kind: str) -> None:
        resource.tags[kind] = None
        if is_tag(resource.title):
            resource.tags.update(dict.fromkeys(split_tag(resource.title.lower())))

    def _add_class(self, resource: Declaration) -> None:
        definition = resource.definition
        assert definition is not None
        if definition.parent_name is not None:
            parent = self._parent_of(definition)
            if self.find_resource("class", parent.name) is None:
                self._add_class(self._class_declaration(parent, resource.frame))
        self.draft.tags.update(resource.tags)
        self.add(resource)
        if not resource.is_evaluated:
            self._unevaluated.append(resource)

    def _parent_of(self, definition: Definition) -> Definition:
        if definition.parent is None and definition.parent_name is not None:
            definition.parent = self.loader.find_class(definition.parent_name)
            if definition.parent is None:
                file, line = definition.place
                name = f"::{definition.parent_name.removeprefix('::')}"
                what = f"Could not find parent resource type '{name}' of type hostclass in {self.inputs.environment}"
                raise CompileError(what, file=file, line=line, hint=self.hint_for_class(definition.parent_name))
        assert definition.parent is not None
        return definition.parent

    def evaluate_parent(self, definition: Definition) -> Scope:
        """The scope of the class that `definition` inherits from, which is evaluated first."""
        parent = self._parent_of(definition)
        resource = self.find_resource("class", parent.name)
        assert resource is not None
        self.evaluate(resource)
        return self.class_scopes[parent.name]

    def _ensure_declared(self, name: str, frame: Frame) -> Declaration:
        """The class `name`, declared now unless it was. Raises CompileError where there is none."""
        definition = self.loader.find_class(name)
        if definition is None:
            message = f"Could not find class {name} for {self.inputs.certname}"
            raise CompileError(message, hint=self.hint_for_class(name.removeprefix("::")))
        resource = self.find_resource("class", definition.name)
        if resource is None:
            resource = self._class_declaration(definition, frame)
            if "Class" in self._defaulted:
                self._apply_defaults(resource, frame)
            self._add_class(resource)
        return resource

    def _evaluate_class(self, resource: Declaration) -> None:
        assert resource.definition is not None
        if resource.definition.name not in self.class_scopes:
            self.evaluate(resource)

    def add_to_stage(self, resource: Declaration) -> None:
        """Put a class into its stage: its own, that of the class that declared it, or main."""
        own = resource.parameters.get("stage")
        container = resource.frame.resource
        title = own or (container and container.parameters.get("stage")) or "main"
        stage = self.draft.find(f"Stage[{title}]")
        if stage is None:
            raise CompileError(f"Could not find stage {own or 'main'} specified by {resource.ref}")
        if own is None and title != "main":
            resource.set("stage", title)
        self.draft.contain(stage, resource)

    # ---- for functions

    def include(self, names: list[Any], scope: Scope) -> list[types.PType]:
        """`include`: declares the classes and evaluates them, unless that was done. names: text or references.

        Gives references. Raises CompileError for what names no class.
        """
        found = class_names(names)
        for resource in [self._ensure_declared(name, scope.frame) for name in found]:
            self._evaluate_class(resource)
        return [types.PClassType(name.removeprefix("::")) for name in found]

    def contain(self, names: list[Any], scope: Scope) -> list[types.PType]:
        """`contain`: as `include`, and the class or define that calls contains them."""
        references = self.include(names, scope)
        for name in class_names(names):
            self.draft.contain(scope.resource, self._ensure_declared(name, scope.frame))
        return references

    def require(self, names: list[Any], scope: Scope) -> list[types.PType]:
        """`require`: as `include`, and the class or define that calls requires them."""
        references = self.include(names, scope)
        for reference in references:
            resource = scope.resource
            current = resource.parameters.get("require")
            if isinstance(current, list):
                resource.parameters["require"] = list(current)
            add_to(resource, "require", reference_text(reference))
        return references


def class_names(given: list[Any]) -> list[str]:
    """The classes that arguments of `include` name, in lower case with `::` before them.

    Raises CompileError for what names no class.
    """
    names = []
    for value in given:
        if isinstance(value, list):
            names.extend(class_names(value))
            continue
        names.append("::" + _class_name(value).removeprefix("::").lower())
    return names


def _class_name(value: Any) -> str:
    if value is None:
        raise CompileError("Cannot use undef as a class name")
    if isinstance(value, str):
        if not value:
            raise CompileError("Cannot use empty string as a class name")
        return value
    if isinstance(value, types.PClassType):
        if value.class_name is None:
            raise CompileError("Cannot use an unspecific Class[] Type")
        return value.class_name
    if isinstance(value, types.PResourceType):
        wanted = "where a Resource['class', name] is expected"
        if value.type_name is None:
            raise CompileError(f"Cannot use an unspecific Resource[] {wanted}")
        if value.type_name.lower() != "class":
            raise CompileError(f"Cannot use a Resource[{value.type_name}] {wanted}")
        if value.title is None:
            raise CompileError(f"Cannot use an unspecific Resource['class'] {wanted}")
        return value.title
    raise CompileError(f"undefined method `downcase' for {types.puppet_repr(value)}")
