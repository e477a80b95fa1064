"""The Ruby of modules behind the compiler's inputs door: functions, types and templates, run by the worker.

Finds functions (`lib/puppet/functions`, and those of the older interface in `lib/puppet/parser/functions`) and types
(`lib/puppet/type`) in the modules, and answers what Ruby code asks of the calling scope.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunraku.catalog.signature import TypeSignature
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions.dispatch import Block, NativeFunction, Overload
from bunraku.language.functions.ruby_text import inspect, ruby_class
from bunraku.language.scope import MISSING
from bunraku.ruby import types as surfaces
from bunraku.ruby.errors import RubyError
from bunraku.ruby.worker import Dispatch, RubyFunction, Worker
from bunraku.system.cache import Cache

if TYPE_CHECKING:
    from bunraku.api.foresight import Foresight
    from bunraku.language.inputs import Inputs
    from bunraku.language.scope import Scope
    from bunraku.language.types.type_parser import Resolve

MARKS = {"required": "", "optional": "?", "repeated": "*", "required_repeated": "+"}
"""How signatures mark a parameter of each kind."""

_FACTS = re.compile(r"""@facts\b | ["'](?:::)?facts["']""", re.X)
"""Where `facts` is named in a template: `@facts`, `scope['facts']`."""
_FACT = re.compile(
    r"""(?:@facts\b | ["'](?:::)?facts["']\s*[\])]) \s* (?:\[\s* | \.(?:dig|fetch)\(\s*) ["'](\w+)["']""", re.X
)
"""Where one of them is taken: `@facts['os']`, `scope['facts'].dig('os'`."""

FIXED = ("facts", "server_facts", "trusted")
"""The variables that Ruby code may not change in place."""


class ModuleRuby:
    """What modules write in Ruby: `language.inputs.Ruby`.

    cache: remembers the surfaces of types. foresight: knows what Ruby was needed for the last time; if it was, it
    starts at once.
    """

    def __init__(self, inputs: Inputs, cache: Cache | None = None, foresight: Foresight | None = None) -> None:
        self._inputs = inputs
        self._cache = cache
        self._foresight = foresight
        self._folders = {name: str(path) for name, path in inputs.modules.items()}
        if inputs.environment_folder is not None:
            self._folders.setdefault("environment", str(inputs.environment_folder))
        self._worker = Worker(self._folders, inputs.environment)
        if foresight is not None and foresight.expected:
            self._worker.expect(foresight.expected)

    def find_type(self, name: str) -> TypeSignature | None:
        """The surface of the resource type `name`, or None. Raises CompileError for one that cannot be read."""
        path = surfaces.find(name, self._folders.values())
        if path is None:
            return None
        self._inputs.reads["file", path] = None
        try:
            return surfaces.read(name, path, self._worker, self._folders.values(), self._cache)
        except RubyError as error:
            raise CompileError(f"the resource type '{name}' of {path} cannot be read: {error.message}") from error

    def find_function(self, name: str) -> Function | None:
        """The function `name`, or None."""
        path = self._function_file(name)
        return None if path is None else Function(name, path, self._worker, self._inputs)

    def _function_file(self, name: str) -> Path | None:
        module, mark, rest = name.partition("::")
        if mark:
            folder = self._folders.get(module)
            path = Path(f"{folder}/lib/puppet/functions/{module}/{rest.replace('::', '/')}.rb")
            return path if folder is not None and path.is_file() else None
        for kind in ("functions", "parser/functions"):
            for folder in self._folders.values():
                path = Path(f"{folder}/lib/puppet/{kind}/{name}.rb")
                if path.is_file():
                    return path
        return None

    def render(self, text: str, path: str | None, scope: Scope) -> str:
        """What the ERB template `text` gives. path: its file, None for an inline one. Raises CompileError."""
        try:
            return self._worker.render(text, path, _Calling(scope, text))
        except (RubyError, CompileError) as error:
            if isinstance(error, RubyError) and (error.file is None or error.ruby_class == "SyntaxError"):
                raise _standing_alone(error.message) from None
            if path is None:
                raise CompileError(f"Failed to parse inline template: {error.message}") from None
            raise CompileError(
                f"Failed to parse template {self._asked(path)}:\n"
                f"  Filepath: {error.file or path}\n"
                f"  Line: {error.line or 0}\n"
                f"  Detail: {error.message}\n"
            ) from None

    def end(self) -> None:
        """End the worker, if it runs."""
        self._worker.end()
        if self._foresight is not None:
            self._foresight.note(self._worker.used)

    def _asked(self, path: str) -> str:
        """The name (`module/file.erb`) by which a template of a module is asked for."""
        for module, folder in self._folders.items():
            if path.startswith(f"{folder}/templates/"):
                return f"{module}/{path[len(folder) + len('/templates/') :]}"
        return path


def _standing_alone(message: str) -> CompileError:
    """An error with no place in Puppet code: what failed is Ruby itself, or it cannot read the template."""
    error = CompileError(message)
    error.stands_alone = True
    return error


class Function:
    """A function of a module; its file is evaluated when it is first called."""

    def __init__(self, name: str, path: Path, worker: Worker, inputs: Inputs) -> None:
        self.name = name
        self._path = path
        self._worker = worker
        self._inputs = inputs
        self._native: NativeFunction | None = None

    def call(self, scope: Scope, arguments: Sequence[Any], block: Block | None = None) -> Any:
        """The function's value. Raises CompileError, without a place."""
        try:
            if self._native is None:
                self._native = self._load(scope)
            return self._native.call(scope, arguments, block)
        except RubyError as error:
            raise CompileError(error.message) from error

    def _load(self, scope: Scope) -> NativeFunction:
        text = self._inputs.read_text(self._path)
        function = self._worker.load_function(self.name, str(self._path), text, _Calling(scope, text))
        native = NativeFunction(self.name)
        if function.legacy:  # counts its arguments itself
            native.ignores_block = True
            native.overloads.append(Overload("Any *arguments", self._caller(function, 0, None)))
            return native
        resolve = _resolver(scope, function.aliases)
        mismatches: list[Overload] = []
        for number, dispatch in enumerate(function.dispatches):
            overload = Overload(_signature(dispatch), self._caller(function, number, dispatch, resolve), resolve)
            (mismatches if dispatch.mismatch else native.overloads).append(overload)
        if mismatches:
            native.mismatch = lambda *given: _own_words(mismatches, scope, given)
        return native

    def _caller(
        self, function: RubyFunction, number: int, dispatch: Dispatch | None, resolve: Resolve | None = None
    ) -> Callable[..., Any]:
        returns = None if dispatch is None else dispatch.returns
        type_returned = cache(lambda: types.parse(returns or "Any", resolve))
        subject = "" if dispatch is None else f"value returned from function '{dispatch.method}'"

        def call(scope: Scope, *arguments: Any, block: Block | None = None) -> Any:
            calling = _Calling(scope, self._inputs.read_text(self._path))
            value = self._worker.call(function, number, list(arguments), calling, block)
            if returns is not None:
                types.assert_instance(subject, type_returned(), value)
            return value

        return call


def _signature(dispatch: Dispatch) -> str:
    """The overload as `language.functions` writes signatures."""
    parts = [f"{kind} {MARKS[how]}{name}" for how, kind, name in dispatch.parameters]
    if dispatch.block is not None:
        how, kind, name = dispatch.block
        parts.append(f"{kind} {MARKS[how]}&{name}")
    return ", ".join(parts)


def _resolver(scope: Scope, aliases: Sequence[str]) -> Resolve:
    """Finds the types that a function's signature names: its own aliases, then the modules' types."""
    find_type: Resolve = scope.compiler.find_type
    own: dict[str, types.PType] = {}

    def resolve(name: str) -> types.PType | None:
        return own.get(name) or find_type(name)

    for alias in aliases:
        name, _, text = (part.strip() for part in alias.partition("="))
        own[name] = types.PTypeAliasType(name, partial(types.parse, text, resolve))
    return resolve


def _own_words(mismatches: list[Overload], scope: Scope, arguments: Sequence[Any]) -> str | None:
    """What the function itself says of arguments that no overload takes."""
    for overload in mismatches:
        if overload.signature.fits(arguments, None)[0]:
            return str(overload.python(scope, *arguments))
    return None


@lru_cache(maxsize=256)
def _facts_asked(text: str) -> tuple[str, ...] | None:
    """The facts that Ruby code takes out of `facts`; None where it may want any of them."""
    asked = _FACT.findall(text)
    return tuple(dict.fromkeys(asked)) if asked and len(asked) == len(_FACTS.findall(text)) else None


class _Calling:
    """Answers what Ruby code asks, out of the scope that called it. text: of that code."""

    def __init__(self, scope: Scope, text: str) -> None:
        self._text = text
        self._scope = scope
        self._compiler = scope.compiler
        self.key = id(scope)

    def lookup(self, name: str) -> Any:
        asked = _facts_asked(self._text) if name in ("facts", "::facts") else None
        if asked is not None:
            # Gathering them all takes time.
            return {fact: value for fact in asked if (value := self._scope.fact(fact)) is not None}
        value = self._scope.find(name)
        if value is not MISSING:
            return value
        message = f"Undefined variable '{name}'; "
        if self._compiler.strict == "error":
            raise CompileError(message)
        if self._compiler.strict == "warning":
            self._compiler.warn_once("undefined_variables", name, message, None, None)
        return None

    def has(self, name: str) -> bool:
        return name in ("facts", "::facts") or self._scope.has(name)

    def set(self, name: str, value: Any) -> None:
        self._scope.set(name, value)

    def change(self, value: list[Any] | dict[Any, Any], now: Any) -> None:
        top = self._compiler.top
        _rewrite(value, now, {id(fixed) for name in FIXED for fixed in _collections(top.find(name))})

    def variables(self) -> dict[str, Any]:
        return {name: value for name, value in self._scope.all_variables().items() if value is not None}

    def call_function(self, name: str, arguments: list[Any], block: Callable[..., Any] | None) -> Any:
        return self._scope.call_function(name, arguments, block)

    def log(self, level: str, message: str) -> None:
        self._scope.log(level, message)

    def about(self, what: str) -> Any:
        resource = self._scope.resource
        draft = self._compiler.draft
        match what:
            case "resource":
                return [resource.type, resource.title]
            case "source":
                source = self._scope.frame.source
                return None if source is None else [source.kind, source.name, source.module]
            case "tags":
                return list(resource.tags)
            case "catalog_tags":
                return list(draft.tags)
            case "classes":
                return list(draft.classes)
            case "resources":
                return [[known.type, known.title] for known in draft.resources]
            case "module":
                return self._scope.lookup("module_name")
            case _:
                return self._compiler.inputs.certname

    def resource(self, type_name: str, title: str) -> dict[str, Any] | None:
        found = self._compiler.find_resource(type_name, title)
        return None if found is None else dict(found.parameters)

    def set_parameter(self, type_name: str, title: str, name: str, value: Any) -> None:
        found = self._compiler.find_resource(type_name, title)
        if found is not None:
            found.parameters[name] = value

    def setting(self, name: str) -> Any:
        return self._compiler.inputs.settings.get(name)

    def type(self, text: str) -> Any:
        return types.parse(text, self._compiler.find_type)

    def infer(self, value: Any) -> Any:
        return types.infer(value)

    def reference(self, type_name: str, title: str | None) -> Any:
        return types.PClassType(title) if type_name == "Class" else types.PResourceType(type_name, title)

    def regexp(self, source: str) -> Any:
        return types.Regexp(source)


def _collections(value: Any) -> Iterator[Any]:
    """The arrays and hashes of a value: itself, and those in it at any depth."""
    if isinstance(value, list | dict):
        yield value
        for item in value if isinstance(value, list) else value.values():
            yield from _collections(item)


def _rewrite(value: Any, now: Any, fixed: set[int]) -> None:
    """Make an array or hash what `now` is: whatever else holds it sees the change, as it would in Ruby.

    fixed: the identities of those that may not change. Raises CompileError for one of them, in Ruby's words.
    """
    if isinstance(value, dict):
        pairs = {key: _rewritten(value.get(key), new, fixed) for key, new in now.items()}
        if list(pairs.items()) != list(value.items()):
            _refuse_if(id(value) in fixed, value)
            value.clear()
            value.update(pairs)
        return
    old = value if len(value) == len(now) else [None] * len(now)
    items = [_rewritten(*both, fixed) for both in zip(old, now, strict=True)]
    if items != value:
        _refuse_if(id(value) in fixed, value)
        value[:] = items


def _refuse_if(frozen: bool, value: Any) -> None:
    if frozen:
        raise CompileError(f"can't modify frozen {ruby_class(value)}: {inspect(value)}")


def _rewritten(old: Any, new: Any, fixed: set[int]) -> Any:
    """`new`; where both are arrays or hashes, it is `old` that becomes it."""
    if type(old) is not type(new) or not isinstance(new, list | dict):
        return new
    _rewrite(old, new, fixed)
    return old
