"""What a name stands for: a variable, type, function or declared resource; and the nearest name that is known."""

from __future__ import annotations

from typing import Any

from bunraku.language import functions, types
from bunraku.language.compiler.messages import Messages
from bunraku.language.draft import Draft
from bunraku.language.errors import CompileError
from bunraku.language.inputs import NOT_FOUND, Inputs
from bunraku.language.loader import PUPPETS_OWN, Loader
from bunraku.language.resource import Declaration, ResourceType
from bunraku.language.scope import MISSING, Scope
from bunraku.language.suggest import nearest


class Names(Messages):
    """What can be named in one compilation. class_scopes: the scopes of evaluated classes and nodes, by name."""

    top: Scope

    def __init__(self, inputs: Inputs, strict: str) -> None:
        super().__init__(strict)
        self.inputs = inputs
        self.loader = Loader(inputs)
        self.draft = Draft()
        self.class_scopes: dict[str, Scope] = {}
        self._types: dict[str, Any] = {}
        self._resource_types: dict[str, ResourceType | None] = {}
        self._functions: dict[str, Any] = {}

    # ---- variables

    def top_variable(self, name: str) -> Any:
        """What a variable that no scope has set is: a fact, or MISSING."""
        if name == "facts":
            return dict(self.inputs.facts)
        value = self.inputs.fact(name)
        if value is NOT_FOUND:
            return None if name == "caller_module_name" else MISSING
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

    # ---- types, functions and resources

    def find_type(self, name: str) -> Any:
        """What the capitalised `name`, which is no built-in type, stands for: an alias or a resource type; or None."""
        name = name.removeprefix("::")
        found = self._types.get(name)
        if found is None:
            found = self._types[name] = self._load_type(name)
        return found

    def _load_type(self, name: str) -> Any:
        found = self.loader.find_alias(name.lower())
        if found is not None:
            alias = found.node
            # What an alias stands for is read, not evaluated: a name that is unknown is an error where it is used.
            return types.define(alias.name, alias.value, self.find_type_alias)
        member = self._type_of_set(name) if "::" in name else None
        if member is not None:
            return member
        return None if self.resource_type(name) is None else types.PResourceType(name)

    def _type_of_set(self, name: str) -> Any:
        """A type out of the TypeSet that it is named after; of a set that is no module's, once the set was used."""
        owner, _, rest = name.rpartition("::")
        while owner:
            alias = self.loader.find_alias(owner.lower())
            of_set = None if alias is None else getattr(self.find_type(owner), "member", None)
            if alias is not None and of_set is not None:
                known = alias.unit.module is not None or self.find_type(owner).is_resolved
                return of_set(rest) if known else None
            owner, _, leaf = owner.rpartition("::")
            rest = f"{leaf}::{rest}"
        return None

    def resource_type(self, name: str) -> ResourceType | None:
        """The type of resources called `name`, native or defined; None where there is none."""
        name = name.lower().removeprefix("::")
        try:
            return self._resource_types[name]
        except KeyError:
            found = self._resource_types[name] = self._load_resource_type(name)
            return found

    def _load_resource_type(self, name: str) -> ResourceType | None:
        # A type of ours that Puppet does not have gives way to a define, as there would be only that.
        definition = None if name in PUPPETS_OWN else self.loader.find_define(name)
        if definition is not None and (":" in name or not self.inputs.has_ruby_type(name)):
            return ResourceType(name, definition, None)
        signature = None if ":" in name else self.inputs.find_type(name)
        return None if signature is None else ResourceType(name, None, signature)

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
            raise CompileError(f"Unknown function '{name}'", hint=self.hint_for_function(name))
        return found

    def hint_for_function(self, name: str) -> str | None:
        """The nearest known function."""
        return nearest(name, [*functions.names(), *self.loader.functions])

    def hint_for_type(self, name: str) -> str | None:
        """The nearest known resource type."""
        return nearest(name, self._known_resource_types())

    def hint_for_type_name(self, name: str) -> str | None:
        """The nearest known type as it is named in code, `Integer` or `Nginx::Server`."""
        known = [*types.names(), *self.loader.aliases, *self._known_resource_types()]
        return nearest(name, map(types.capitalize_segments, known))

    def _known_resource_types(self) -> list[str]:
        used = [name for name, found in self._resource_types.items() if found is not None]
        return [*self.loader.defines, *used, *self.inputs.registry.names()]

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

    def find_resource(self, type_name: str, title: str) -> Declaration | None:
        """The resource `type_name[title]` declared so far, or None."""
        if type_name.lower() == "class":
            # What the manifest itself is called, Class[main], cannot be spelt.
            return self.draft.find(f"Class[{types.capitalize_segments(title.lower().removeprefix('::'))}]")
        kind = self.resource_type(type_name)
        return None if kind is None else self.draft.find_in(kind, title)

    def find_reference(self, ref: str) -> Declaration | None:
        """The resource with this reference, in any spelling of the type; None where there is none."""
        found = self.draft.find(ref)
        if found is None:
            type_name, bracket, title = ref.partition("[")
            if bracket and len(title) > 1 and title.endswith("]"):
                found = self.find_resource(type_name, title[:-1])
            else:
                raise CompileError(f'No title provided and "{ref}" is not a valid resource reference')
        return found
