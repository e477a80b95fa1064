"""The course of a compilation.

In order, as observed from Puppet 7.23: the manifest's own code; the node that is for the host; then, until nothing new
comes of it, collectors and the defines that were declared meanwhile; then `finish`. A class is evaluated where it is
first included, a define only after the code that declared it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bunraku.catalog.catalog import Catalog
from bunraku.language import nodes, types
from bunraku.language.collectors import Realization
from bunraku.language.compiler.classes import Classes
from bunraku.language.definitions import Definition, illegal, node_for
from bunraku.language.errors import Break, CompileError, Next, Return
from bunraku.language.evaluator.unit import Unit
from bunraku.language.finish import catalog_of, finish
from bunraku.language.inputs import Inputs
from bunraku.language.resource import Declaration, reference_text
from bunraku.language.scope import Frame, Scope
from bunraku.language.types.labels import ruby_class

if TYPE_CHECKING:
    from bunraku.language.templates.epp import Template

MAX_ROUNDS = 1000
MAX_DEPTH = 500


class Compiler(Classes):
    """One compilation. strict: what unknown variables and the like are: "off", "warning" or "error"."""

    def __init__(self, inputs: Inputs, strict: str = "warning") -> None:
        super().__init__(inputs, strict)
        self.templates: dict[str, Template] = {}
        self._depth = 0
        self.main = Definition("class", "")
        self._top_frame = Frame(self, None, self.main, None)
        self.top = Scope(self._top_frame, None)
        self._top_frame.scope = self.top

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
        definition = Definition("class", "settings")
        self.loader.classes.setdefault("settings", definition)
        settings = self._class_declaration(definition, self._top_frame)
        settings.is_evaluated = True
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
        self.top.variables |= {"title": "main", "name": "main", "module_name": ""}
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
        self.evaluate(resource)

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
                self.evaluate(resource)
            except CompileError as error:
                if error.stands_alone:
                    raise
                # The reference tells of the declaration, too; what went wrong within is the cause.
                message = f"Evaluation Error: Error while evaluating a Resource Statement, {error}"
                outer = CompileError(message, file=resource.file, line=resource.line, hint=error.hint)
                for holder in resource.frame.holders():
                    outer.through(holder.ref, holder.file, holder.line)
                raise outer from error
        return bool(ready)

    def evaluate(self, resource: Declaration) -> None:
        """Run the body of a class, define or node, unless that was done."""
        if resource.is_evaluated:
            return
        resource.is_evaluated = True
        resource.add_tags_of_container()
        assert resource.definition is not None
        try:
            resource.definition.evaluate(self, resource)
        except CompileError as error:
            error.through(resource.ref, resource.file, resource.line)
            raise

    # ---- for functions

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
