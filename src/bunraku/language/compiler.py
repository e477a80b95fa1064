"""The compiler: runs the closures to a catalog.

The order of a compilation, as observed from Puppet 7.23: the manifest's own code; the node that is for the host; then,
until nothing new comes of it, collectors and the defines that were declared meanwhile; then `finish`. A class is
evaluated where it is first included, a define only after the code that declared it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.catalog.catalog import Catalog
from bunraku.language import functions, nodes, types
from bunraku.language.collectors import Collector, Realization
from bunraku.language.definitions import Definition, enclosing, illegal, node_for
from bunraku.language.draft import Draft
from bunraku.language.errors import Break, CompileError, Next, Return
from bunraku.language.evaluator.unit import Unit
from bunraku.language.finish import catalog_of, finish
from bunraku.language.inputs import NOT_FOUND, Inputs
from bunraku.language.loader import Loader
from bunraku.language.relationships import Relationship, add_to
from bunraku.language.resource import (
    Declaration,
    Parameter,
    Place,
    ResourceType,
    is_tag,
    located,
    reference_text,
    split_tag,
)
from bunraku.language.scope import MISSING, Frame, Scope
from bunraku.language.suggest import nearest
from bunraku.language.types.labels import ruby_class

if TYPE_CHECKING:
    from bunraku.language.templates.epp import Template

MAX_ROUNDS = 1000
MAX_DEPTH = 500


class Log(NamedTuple):
    """A message of the code or about it. level: debug, info, notice, warning, err … source: as Puppet shows it."""

    level: str
    message: str
    source: str
    file: str | None = None
    line: int | None = None


class Compiler:
    """One compilation. strict: what unknown variables and the like are: "off", "warning" or "error"."""

    def __init__(self, inputs: Inputs, strict: str = "warning") -> None:
        self.inputs = inputs
        self.strict = strict
        self.loader = Loader(inputs)
        self.draft = Draft()
        self.logs: list[Log] = []
        self.class_scopes: dict[str, Scope] = {}
        self.collectors: list[Collector] = []
        self.relationships: list[Relationship] = []
        self.waiting: dict[str, list[Override]] = {}
        self.call_site: tuple[Unit, int] | None = None
        self.templates: dict[str, Template] = {}
        self._types: dict[str, Any] = {}
        self._resource_types: dict[str, ResourceType | None] = {}
        self._functions: dict[str, Any] = {}
        self._defaulted: set[str] = set()
        self._unevaluated: list[Declaration] = []
        self._depth = 0
        self._warned: set[tuple[str, str]] = set()
        self.main = Definition("class", "")
        self._top_frame = Frame(self, None, self.main, None)
        self.top = Scope(self._top_frame, None)
        self._top_frame.scope = self.top

    # ---------------------------------------------------------------- the run

    def compile(self, programs: list[nodes.Program]) -> Catalog:
        """The catalog that the manifests `programs` give. Raises CompileError."""
        units = [self.loader.add(program) for program in programs]
        for unit in units:
            self.warn_of(unit.program)
        self._prepare()
        self._evaluate_main(units)
        self._evaluate_node()
        self._evaluate_generators()
        finish(self)
        return catalog_of(self)

    def _prepare(self) -> None:
        stage_type = self.resource_type("stage")
        assert stage_type is not None
        stage = Declaration(stage_type, "Stage", "main", self._top_frame, None, {}, {})
        stage.kind = "compilable_type"
        stage.tags = {"stage": None}
        self.draft.add(stage)
        settings = self._class_declaration(Definition("class", "settings"), self._top_frame)
        self.draft.add(settings)
        self.add_class("settings")
        self.add_to_stage(settings)
        self.class_scopes["settings"] = Scope(self._top_frame, None)
        self.class_scopes["settings"].variables = {**self.inputs.settings, "all_local": self.inputs.settings}
        variables = self.top.variables
        server_facts = self.inputs.server_facts
        variables.update({k: v for k, v in server_facts.items() if k != "environment"})
        variables["environment"] = self.inputs.environment
        variables["trusted"] = self.inputs.trusted
        variables["server_facts"] = server_facts

    def _evaluate_main(self, units: list[Unit]) -> None:
        main = Declaration(None, "Class", "main", self._top_frame, self.main, {}, {})
        main.tags = {"class": None}
        main.is_evaluated = True
        self._top_frame.resource = main
        self.draft.add(main)
        self.draft.collectable(main)
        self.add_to_stage(main)
        self.top.variables["title"] = self.top.variables["name"] = "main"
        self.class_scopes[""] = self.top
        for unit in units:
            body = unit.effect(unit.program.body)
            try:
                body(self.top)
            except Break as ended:
                raise illegal("break", ended.place) from None
            except Return as ended:
                raise illegal("return", ended.place) from None
            except Next as ended:
                raise illegal("next", ended.place) from None

    def _evaluate_node(self) -> None:
        known = self.loader.nodes
        if not known:
            return
        host = self.inputs.certname.lower()
        found = node_for(host, known)
        if found is None:
            raise CompileError(f"Could not find node statement with name 'default' or '{host}'")
        resource = Declaration(None, "Node", found.name, self._top_frame, found, {}, {})
        self._tag_by_name(resource, "node")
        self.draft.tags.update(resource.tags)
        self.add(resource)
        self._evaluate(resource)

    def _evaluate_generators(self) -> None:
        for _ in range(MAX_ROUNDS + 1):
            collected = [collector.evaluate(self) for collector in list(self.collectors)]
            evaluated = self._evaluate_defines()
            if not evaluated and not any(collected):
                return
        raise CompileError(f"Somehow looped more than {MAX_ROUNDS} times while evaluating host catalog")

    def _evaluate_defines(self) -> bool:
        """Evaluate the defines that wait for it; whether there were any. Virtual ones go on waiting."""
        waiting, self._unevaluated = self._unevaluated, []
        ready = [resource for resource in waiting if not resource.virtual]
        self._unevaluated = [resource for resource in waiting if resource.virtual]
        for resource in ready:
            try:
                self._evaluate(resource)
            except CompileError as error:
                # The reference tells of the declaration, too; what went wrong within is the cause.
                message = f"Evaluation Error: Error while evaluating a Resource Statement, {error}"
                outer = CompileError(message, file=resource.file, line=resource.line, hint=error.hint)
                raise outer from error
        return bool(ready)

    def _evaluate(self, resource: Declaration) -> None:
        if resource.is_evaluated:
            return
        resource.is_evaluated = True
        resource.add_tags_of_container()
        assert resource.definition is not None
        resource.definition.evaluate(self, resource)

    # ---------------------------------------------------------------- variables

    def top_variable(self, name: str) -> Any:
        """What a variable that no scope has set is: a fact, or MISSING."""
        if name == "facts":
            return dict(self.inputs.facts)
        value = self.inputs.fact(name)
        if value is NOT_FOUND:
            return None if name in ("module_name", "caller_module_name") else MISSING
        return value

    def top_variables(self) -> dict[str, Any]:
        """All facts as variables, and `$facts`."""
        facts = dict(self.inputs.facts)
        return {**facts, "facts": facts}

    def fact(self, name: str) -> Any:
        """A fact, or MISSING."""
        value = self.inputs.fact(name)
        return MISSING if value is NOT_FOUND else value

    def variable_of(self, owner: str, name: str) -> Any:
        """`$owner::name`, or MISSING. owner: a class, "settings", or "" for the top."""
        scope = self.class_scopes.get(owner if owner.islower() else owner.lower())
        while scope is not None:
            value = scope.variables.get(name, MISSING)
            if value is not MISSING:
                return value
            source = scope.frame.source
            scope = self.class_scopes.get(source.parent.name) if source and source.parent else None
        return self.top_variable(name) if not owner else MISSING

    @property
    def strict_variables(self) -> str:
        """What an unknown variable is: "off", "warning" or "error"."""
        return self.strict

    def unknown_variable(self, name: str, place: Any) -> None:
        """Tell of an unknown variable that a function asked for."""
        if self.strict == "error":
            file, line, column = place
            raise CompileError(f"Evaluation Error: Unknown variable: '{name}'.", file=file, line=line, column=column)
        if self.strict == "warning":
            self.warn(f"Unknown variable: '{name}'.", place[0], place[1])

    # ---------------------------------------------------------------- names

    def find_type(self, name: str) -> Any:
        """What the capitalised `name`, which is no built-in type, stands for: an alias or a resource type; or None."""
        found = self._types.get(name)
        if found is None:
            found = self._types[name] = self._load_type(name)
        return found

    def _load_type(self, name: str) -> Any:
        found = self.loader.find_alias(name.lower())
        if found is not None:
            alias = found.node
            # What an alias stands for is read, not evaluated: a name that is unknown is an error where it is used.
            return types.define(alias.name, alias.value, lambda part: types.interpret(part, self.find_type_alias))
        return None if self.resource_type(name) is None else types.PResourceType(name)

    def resource_type(self, name: str) -> ResourceType | None:
        """The type of resources called `name`, native or defined; None where there is none."""
        name = name.lower().removeprefix("::")
        try:
            return self._resource_types[name]
        except KeyError:
            found = self._resource_types[name] = self._load_resource_type(name)
            return found

    def _load_resource_type(self, name: str) -> ResourceType | None:
        signature = None if ":" in name else self.inputs.find_type(name)
        if signature is not None:
            return ResourceType(name, None, signature)
        definition = self.loader.find_define(name)
        return None if definition is None else ResourceType(name, definition, None)

    def find_function(self, name: str) -> Any:
        """The function `name`: something with `call(scope, arguments, block)`; None where there is none."""
        found = self._functions.get(name)
        if found is None:
            # The manifest's own functions hide built-in ones; those of modules do not.
            found = self.loader.functions.get(name) or functions.find(name) or self.loader.find_function(name)
            if found is None and self.inputs.ruby is not None:
                found = self.inputs.ruby.find_function(name)
            self._functions[name] = found
        return found

    def function(self, name: str) -> Any:
        """As `find_function`. Raises CompileError where there is none."""
        found = self.find_function(name)
        if found is None:
            raise CompileError(f"Unknown function: '{name}'", hint=self.hint_for_function(name))
        return found

    def hint_for_function(self, name: str) -> str | None:
        """The nearest known function."""
        return nearest(name, [*functions.names(), *self.loader.functions])

    def hint_for_type(self, name: str) -> str | None:
        """The nearest known resource type."""
        return nearest(name, [*self.loader.defines, *(n for n, t in self._resource_types.items() if t is not None)])

    def hint_for_class(self, name: str) -> str | None:
        """The nearest known class, or module."""
        return nearest(name, [*self.loader.classes, *self.inputs.modules])

    def hint_for_variable(self, name: str, scope: Scope) -> str | None:
        """The nearest variable that the scope sees."""
        return nearest(name, scope.all_variables())

    def hint_for_reference(self, ref: str) -> str | None:
        """The nearest reference in the catalog."""
        return nearest(ref, [resource.ref for resource in self.draft.resources])

    def find_type_alias(self, name: str) -> Any:
        """What `types.parse` asks for a name that is no built-in type."""
        return self.find_type(name)

    # ---------------------------------------------------------------- resources

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
            return [self._declare_class(frame, title, parameters, places, place) for title in titles]
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

    def _declare_class(
        self, frame: Frame, title: str, parameters: dict[str, Any], places: dict[str, Place], place: Place
    ) -> Declaration:
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
        self._evaluate(resource)
        return resource

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

    def find_resource(self, type_name: str, title: str) -> Declaration | None:
        """The resource `type_name[title]` declared so far, or None."""
        if type_name.lower() == "class":
            name = title.lower().removeprefix("::")
            return self.draft.find(f"Class[{types.capitalize_segments(name) if name != 'main' else name}]")
        kind = self.resource_type(type_name)
        return None if kind is None else self.draft.find_in(kind, title)

    def find_reference(self, ref: str) -> Declaration | None:
        """The resource with this reference, in any spelling of the type; None where there is none."""
        found = self.draft.find(ref)
        if found is None:
            type_name, bracket, title = ref.partition("[")
            if bracket and title.endswith("]"):
                found = self.find_resource(type_name, title[:-1])
            else:
                raise CompileError(f'No title provided and "{ref}" is not a valid resource reference')
        return found

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

    # ---------------------------------------------------------------- classes

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
        self._evaluate(resource)
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
            self._evaluate(resource)

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

    # ---------------------------------------------------------------- for functions

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

    def realize(self, references: list[Any], scope: Scope) -> None:
        """`realize`: makes virtual resources real, once they are declared."""
        self.collectors.append(Realization(scope.frame, [reference_text(reference) for reference in references]))

    def create_resources(
        self, type_name: str, instances: dict[str, Any], defaults: dict[str, Any], scope: Scope
    ) -> list[types.PType]:
        """`create_resources`: one resource for each title in `instances`, whose value is a hash of parameters.

        type_name: with `@` or `@@` before it for virtual and exported ones. defaults: parameters for all of them.
        """
        name = type_name.lstrip("@").lower()
        form = {0: "", 1: "virtual"}.get(len(type_name) - len(type_name.lstrip("@")), "exported")
        if name == "class" and form:
            raise CompileError("Classes are not virtualizable")
        file, line, _ = self.place()
        created: list[types.PType] = []
        for title, given in instances.items():
            if not isinstance(given, dict):
                what = ruby_class(given) if given not in (None, True, False) else types.interpolate(given) or "nil"
                raise CompileError(f"no implicit conversion of {what} into Hash")
            parameters = {**defaults, **given}
            self.declare(scope.frame, name, [title], parameters, {}, (file or "unknown", line), form)
            created.append(types.PResourceType(name, title))
        return created

    # ---------------------------------------------------------------- place, logs, depth

    def place(self) -> tuple[str | None, int | None, int | None]:
        """File, line and column of the call that is being made."""
        if self.call_site is None:
            return None, None, None
        unit, pos = self.call_site
        return (unit.file, *unit.program.place(pos))

    def log(self, level: str, message: str, source: str) -> None:
        """Log a message of the code's own."""
        self.logs.append(Log(level, message, source))

    def warn(self, message: str, file: str | None, line: int | None) -> None:
        """Log a warning about the code."""
        self.logs.append(Log("warning", message, "Puppet", file, line))

    def warn_of(self, program: nodes.Program) -> None:
        """Log what the parser warned of. Raises CompileError for what `strict` makes an error."""
        for severity, message, pos in program.warnings:
            line, column = program.place(pos)
            if severity == "strict" and self.strict == "error":
                raise CompileError(message, file=program.file, line=line, column=column)
            if severity != "strict" or self.strict != "off":
                self.warn(message, program.file, line)

    def warn_once(self, kind: str, key: str, message: str, file: str | None, line: int | None) -> None:
        """Log a warning, once for each key of a kind, with its place in the text."""
        if (kind, key) not in self._warned:
            self._warned.add((kind, key))
            known = file is not None or line is not None
            at = located(file or "unknown", line) if known else "(file & line not available)"
            self.warn(f"{message}\n   {at}", file, line)

    @contextmanager
    def deeper(self, name: str) -> Iterator[None]:
        """One call deeper. Raises CompileError where that is too deep for any sane recursion."""
        if self._depth >= MAX_DEPTH:
            raise CompileError(f"stack level too deep: '{name}' is one of {MAX_DEPTH} calls within each other")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1


class Override(NamedTuple):
    """Parameters set from outside, by whom and where."""

    parameters: list[Parameter]
    source: Definition | None
    place: Place


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


__all__ = ["Compiler", "Log", "enclosing"]
