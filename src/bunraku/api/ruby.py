"""The Ruby of modules behind the compiler's inputs door: functions, types and templates, run by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

from bunraku import ruby
from bunraku.catalog.signature import TypeSignature
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions.dispatch import legacy_call
from bunraku.language.inputs import Inputs
from bunraku.language.scope import MISSING, Scope
from bunraku.ruby import types as ruby_types


class ModuleRuby:
    """What modules write in Ruby, found by its name: `language.inputs.Ruby`."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._worker = ruby.Worker({n: str(p) for n, p in inputs.modules.items()}, inputs.environment)

    def find_function(self, name: str) -> ModuleFunction | None:
        """The function `name` of a module, or None."""
        for path in self._function_files(name):
            if path.is_file():
                return ModuleFunction(name, path, self._inputs, self._worker)
        return None

    def _function_files(self, name: str) -> Iterator[Path]:
        module, *rest = name.split("::")
        if rest:
            folder = self._inputs.modules.get(module)
            if folder is not None:
                yield folder / "lib/puppet/functions" / f"{name.replace('::', '/')}.rb"
            return
        for kind in ("lib/puppet/functions", "lib/puppet/parser/functions"):
            for folder in self._inputs.modules.values():
                yield folder / kind / f"{name}.rb"

    def find_type(self, name: str) -> TypeSignature | None:
        """The surface of the resource type `name` of a module, or None. Raises CompileError."""
        folders = [str(folder) for folder in self._inputs.modules.values()]
        path = ruby_types.find(name, folders)
        if path is None:
            return None
        self._inputs.reads["file", path] = None
        try:
            return ruby_types.read(name, path, self._worker, folders)
        except ruby.RubyError as error:
            raise CompileError(f"cannot load the type '{name}' ({path}): {error.message}") from error

    def render(self, text: str, path: str | None, scope: Scope) -> str:
        """What the ERB template `text` gives. Raises CompileError."""
        try:
            return self._worker.render(text, path, ScopeCaller(scope))
        except ruby.RubyError as error:
            raise CompileError(error.message) from error

    def end(self) -> None:
        """End the worker, if it runs."""
        self._worker.end()


class ModuleFunction:
    """A function of a module; its file is run when it is first called."""

    def __init__(self, name: str, path: Path, inputs: Inputs, worker: ruby.Worker) -> None:
        self.name = name
        self._path = path
        self._inputs = inputs
        self._worker = worker
        self._loaded: ruby.RubyFunction | None = None
        self._signatures: list[types.Signature] = []

    def call(self, scope: Scope, arguments: Sequence[Any], block: Any = None) -> Any:
        """The function's value. Raises CompileError."""
        caller = ScopeCaller(scope)
        try:
            if self._loaded is None:
                self._load(scope, caller)
            assert self._loaded is not None
            if self._loaded.legacy:
                return self._call_legacy(self._loaded, scope, caller, arguments, block)
            return self._call(self._loaded, scope, caller, list(arguments), block)
        except ruby.RubyError as error:
            raise CompileError(error.message) from error

    def _load(self, scope: Scope, caller: ScopeCaller) -> None:
        text = self._inputs.read_text(self._path)
        self._loaded = self._worker.load_function(self.name, str(self._path), text, caller)
        local = dict(self._local_types(self._loaded.aliases, scope))

        def resolve(name: str) -> Any:
            return local.get(name) or scope.compiler.find_type_alias(name)

        self._signatures = [_signature(dispatch, resolve) for dispatch in self._loaded.dispatches]

    @staticmethod
    def _local_types(aliases: Sequence[str], scope: Scope) -> Iterator[tuple[str, types.PType]]:
        for alias in aliases:
            name, _, text = (part.strip() for part in alias.partition("="))
            found = types.parse(text, scope.compiler.find_type_alias)
            yield name, types.PTypeAliasType(name, lambda found=found: found)  # type: ignore[misc]

    def _call_legacy(
        self, function: ruby.RubyFunction, scope: Scope, caller: ScopeCaller, arguments: Sequence[Any], block: Any
    ) -> Any:
        def run(scope: Scope, *mapped: Any) -> Any:
            return self._worker.call(function, 0, list(mapped), caller, block)

        return legacy_call(self.name, function.arity, not function.rvalue, run)(scope, *arguments)

    def _call(
        self, function: ruby.RubyFunction, scope: Scope, caller: ScopeCaller, arguments: list[Any], block: Any
    ) -> Any:
        for i, (dispatch, signature) in enumerate(zip(function.dispatches, self._signatures, strict=True)):
            if not signature.type.takes(arguments, block):
                continue
            value = self._worker.call(function, i, arguments, caller, block)
            if dispatch.mismatch:
                raise CompileError(f"'{self.name}' {value}")
            if dispatch.returns is not None:
                wanted = types.parse(dispatch.returns, scope.compiler.find_type_alias)
                types.assert_instance(f"value returned from {self.name}", wanted, value)
            return value
        regular = [s for d, s in zip(function.dispatches, self._signatures, strict=True) if not d.mismatch]
        raise CompileError(types.describe_call(self.name, regular, arguments, block))


def _signature(dispatch: ruby.Dispatch, resolve: Callable[[str], Any]) -> types.Signature:
    each = [types.parse(text, resolve) for _, text, _ in dispatch.parameters]
    kinds = [kind for kind, _, _ in dispatch.parameters]
    least = sum(kind in ("required", "required_repeated") for kind in kinds)
    most = inf if any("repeated" in kind for kind in kinds) else len(each)
    block = None
    if dispatch.block is not None:
        presence, text, _ = dispatch.block
        block = types.parse(text if presence == "required" else f"Optional[{text}]", resolve)
    kind = types.PCallableType(types.PTupleType(each, types.PIntegerType(least, most)), block)
    return types.Signature(kind, [name for _, _, name in dispatch.parameters])


class ScopeCaller:
    """A scope as Ruby code sees it: `ruby.Caller`."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def lookup(self, name: str) -> Any:
        """The variable's value; undef where there is none."""
        value = self._scope.find(name)
        return None if value is MISSING else value

    def has(self, name: str) -> bool:
        """Whether the variable is set."""
        return self._scope.has(name)

    def set(self, name: str, value: Any) -> None:
        """Set a variable."""
        self._scope.set(name, value)

    def variables(self) -> dict[str, Any]:
        """The variables that are not undef."""
        return {name: value for name, value in self._scope.all_variables().items() if value is not None}

    def call_function(self, name: str, arguments: list[Any], block: Callable[..., Any] | None) -> Any:
        """Call a function."""
        return self._scope.call_function(name, arguments, block)

    def log(self, level: str, message: str) -> None:
        """Log a message."""
        self._scope.log(level, message)

    def about(self, what: str) -> Any:
        """What is known of the evaluation."""
        scope, draft = self._scope, self._scope.compiler.draft
        if what == "resource":
            return [scope.resource.type, scope.resource.title]
        if what == "source":
            return scope.frame.source.name if scope.frame.source is not None else ""
        if what == "tags":
            return list(scope.resource.tags)
        if what == "catalog_tags":
            return list(draft.tags)
        if what == "classes":
            return list(draft.classes)
        if what == "resources":
            return [[resource.type, resource.title] for resource in draft.resources]
        if what == "module":
            return scope.frame.source.module if scope.frame.source is not None else None
        return scope.compiler.inputs.certname

    def resource(self, type_name: str, title: str) -> dict[str, Any] | None:
        """The parameters of a resource, or None."""
        found = self._scope.compiler.find_resource(type_name, title)
        return None if found is None else dict(found.parameters)

    def setting(self, name: str) -> Any:
        """The value of a setting."""
        return self._scope.compiler.inputs.settings.get(name)

    def type(self, text: str) -> Any:
        """The type that `text` spells."""
        return types.parse(text, self._scope.compiler.find_type_alias)

    def infer(self, value: Any) -> Any:
        """The type of `value`."""
        return types.infer(value)

    def reference(self, type_name: str, title: str | None) -> Any:
        """The reference `Type[title]`."""
        if type_name.lower() == "class":
            return types.PClassType(None if title is None else title.lower())
        return types.PResourceType(type_name, title)

    def regexp(self, source: str) -> Any:
        """A regular expression."""
        return types.Regexp(source)
