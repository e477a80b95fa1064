"""`Hiera`: looks keys up through the layers, and does what lookup_options ask for them.

The order of the layers is global, environment, module (only for keys `module::…`), then the module's
default_hierarchy. lookup_options of a key are those under its own name, else those of the first pattern (`^module::…`)
that matches; they are merged from all layers as hashes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bunraku.hiera import keys, merge
from bunraku.hiera.config import FILE_NAME
from bunraku.hiera.errors import HieraError
from bunraku.hiera.explain import Explainer
from bunraku.hiera.invocation import Invocation
from bunraku.hiera.keys import MISSING, Key
from bunraku.hiera.layers import Layer
from bunraku.hiera.surroundings import Scope, Surroundings
from bunraku.language.errors import CompileError

OPTIONS = "lookup_options"

_NOTHING: Mapping[str, Any] = {}


class _Options:
    """lookup_options by name, and by pattern."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._named = {name: value for name, value in options.items() if not name.startswith("^")}
        self._patterns: list[tuple[Callable[[str], Any], Any]] = []
        for name, value in options.items():
            if name.startswith("^"):
                self._patterns.append((_pattern(name), value))

    def of(self, root: str) -> Mapping[str, Any]:
        """The options of a root key; empty where there are none."""
        found = self._named.get(root)
        if found is None:
            found = next((value for matches, value in self._patterns if matches(root)), None)
        return found or _NOTHING


def _pattern(text: str) -> Callable[[str], Any]:
    from bunraku.language.types import Regexp

    try:
        return Regexp(text).search
    except (CompileError, re.error) as error:
        raise HieraError(f"the pattern '{text}' in {OPTIONS} is no regular expression: {error}") from None


class Hiera:
    """The data of one compilation. What was read and found out is kept as long as it lives."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self._global = None if surroundings.hiera_config is None else Layer(self, "Global", surroundings.hiera_config)
        self._environment = self._environment_layer()
        self._modules: dict[str, Layer | None] = {}
        self._options: dict[str | None, _Options] = {}
        self._default_options: dict[str, _Options] = {}
        self._files: dict[str, Any] = {}
        self._running: Invocation | None = None

    # ---- what others ask for

    def lookup(
        self,
        names: str | Sequence[str],
        scope: Scope,
        *,
        value_type: Any = None,
        merge: Any = None,
        default: Any = MISSING,
        block: Callable[[Any], Any] | None = None,
        overrides: Mapping[str, Any] = _NOTHING,
        defaults: Mapping[str, Any] = _NOTHING,
        explainer: Explainer | None = None,
        global_only: bool = False,
    ) -> Any:
        """As the function `lookup`: the value of the first of the names that has one.

        value_type: what it must be an instance of. merge: a strategy's name, or a hash with `strategy` and options.
        default, block: what it is where there is none; the block is called with the names. overrides: values that
        win over the data. defaults: values by name for what has no data. explainer: hears of the search.
        global_only: search the global layer only.
        Raises HieraError where there is no value or the data is wrong, CompileError for a value of the wrong type.
        """
        wanted = (names,) if isinstance(names, str) else tuple(names)
        invocation = self._invocation(scope, overrides, defaults, explainer, global_only)
        subject, value = self.search_all(wanted, invocation, merge)
        if value is MISSING and block is not None:
            subject, value = "Value returned from default block", block(names)
        if value is MISSING and default is not MISSING:
            subject, value = "Default value", default
        if value is MISSING:
            raise HieraError(_no_value(wanted))
        if value_type is not None:
            from bunraku.language import types

            types.assert_instance(subject, value_type, value)
        return value

    def parameter(self, name: str, scope: Scope) -> Any:
        """The value that data has for the class parameter `name`, or MISSING. Raises HieraError, CompileError."""
        return self._search(name, self._invocation(scope, _NOTHING, _NOTHING, None, False), None)

    def search_all(self, names: Sequence[str], invocation: Invocation, merge_as: Any) -> tuple[str, Any]:
        """The first value that the overrides, the data or the defaults have for one of the names, or MISSING; and how
        messages speak of it.
        """
        for name in names:
            if name in invocation.overrides:
                return f"Value found for key '{name}' in override hash", invocation.overrides[name]
            value = self._search(name, invocation, merge_as)
            if value is not MISSING:
                return "Found value", value
        for name in names:
            if name in invocation.defaults:
                return f"Value found for key '{name}' in default values hash", invocation.defaults[name]
        return "", MISSING

    def file_data(self, path: str, make: Callable[[str], Any] | None) -> Any:
        """What `make` makes of the file's text; once for each file. Raises HieraError."""
        if path not in self._files:
            try:
                text = self.surroundings.read_text(path)
            except (OSError, UnicodeDecodeError) as error:
                raise HieraError(f"{path} cannot be read: {error}") from None
            self._files[path] = text if make is None else make(text)
        return self._files[path]

    @property
    def has_environment_layer(self) -> bool:
        """Whether the environment has data of its own."""
        return self._environment is not None

    @contextmanager
    def during(self, invocation: Invocation) -> Iterator[None]:
        """While a data function runs: lookups that it makes are part of this one."""
        before, self._running = self._running, invocation
        try:
            yield
        finally:
            self._running = before

    # ---- a key's way through the layers

    def _invocation(
        self,
        scope: Scope,
        overrides: Mapping[str, Any],
        defaults: Mapping[str, Any],
        explainer: Explainer | None,
        global_only: bool,
    ) -> Invocation:
        outer = self._running
        return Invocation(
            self,
            scope,
            overrides=overrides,
            defaults=defaults,
            explainer=outer.explainer if outer else explainer,
            stack=list(outer.stack) if outer else None,
            global_only=global_only or (outer is not None and outer.global_only),
        )

    def _search(self, name: str, invocation: Invocation, merge_as: Any) -> Any:
        if name == OPTIONS or name.startswith(f"{OPTIONS}."):
            with invocation.step("invalid key", OPTIONS):
                return MISSING
        key = keys.key(name)
        invocation.top, invocation.module = key, key.module
        explainer = invocation.explainer
        if explainer is not None and explainer.only_options:
            with invocation.step("key", OPTIONS):
                self._lookup(keys.key(OPTIONS), invocation, merge.Hash())
            return MISSING
        options = self._options_of(key, invocation)
        if merge_as is None and "merge" in options:
            merge_as = options["merge"]
            invocation.report(f'Using merge options from "{OPTIONS}" hash')
        with invocation.step("key", key.text):
            value = self._lookup(key, invocation, merge.strategy(merge_as))
            if value is MISSING and not invocation.global_only:
                value = self._in_default_hierarchy(key, invocation)
        return value if value is MISSING else self._converted(value, key, options, invocation)

    def _lookup(self, key: Key, invocation: Invocation, strategy: merge.Strategy) -> Any:
        layers = [self._global_lookup]
        if not invocation.global_only:
            layers += [self._environment_lookup, self._module_lookup]
        value = strategy.lookup(layers, invocation, lambda layer: layer(key, invocation, strategy))
        return self._dug(key, invocation, value)

    @staticmethod
    def _dug(key: Key, invocation: Invocation, value: Any) -> Any:
        return invocation.dig(key.text, key.segments, value) if value is not MISSING and key.segments else value

    def _global_lookup(self, key: Key, invocation: Invocation, strategy: merge.Strategy) -> Any:
        if self._global is None:
            return MISSING
        try:
            return self._global.lookup(key, invocation, strategy)
        except CompileError as error:
            if isinstance(error, HieraError) and error.at_config:
                raise
            failed = HieraError(f"Lookup of key '{invocation.top}' failed: {error.message}")
            failed.stands_alone = False  # it is told at the place that asked
            raise failed from error

    def _environment_lookup(self, key: Key, invocation: Invocation, strategy: merge.Strategy) -> Any:
        return MISSING if self._environment is None else self._environment.lookup(key, invocation, strategy)

    def _module_lookup(self, key: Key, invocation: Invocation, strategy: merge.Strategy) -> Any:
        module = invocation.module
        if module is None:
            return MISSING
        layer = self._module_layer(module)
        if layer is None:
            if invocation.explainer is not None:
                invocation.explainer.no_module_data(module, module in self.surroundings.modules)
            return MISSING
        return layer.lookup(key, invocation, strategy)

    def _in_default_hierarchy(self, key: Key, invocation: Invocation) -> Any:
        layer = None if invocation.module is None else self._module_layer(invocation.module)
        if layer is None or layer.module is None or not layer.config.has_default_hierarchy:
            return MISSING
        with invocation.step("scope", f'Searching default_hierarchy of module "{layer.module}"'):
            options = self._options_of_default_hierarchy(layer, layer.module, invocation).of(key.root)
            strategy = merge.strategy(options.get("merge"))
            with invocation.step("scope", f'Searching for "{key}"'):
                return self._dug(key, invocation, layer.lookup_default(key, invocation, strategy))

    def _converted(self, value: Any, key: Key, options: Mapping[str, Any], invocation: Invocation) -> Any:
        convert = options.get("convert_to")
        if convert is None:
            return value
        kind, *more = convert if isinstance(convert, list) else [convert]
        if isinstance(kind, str):
            try:
                kind = self.surroundings.parse_type(kind)
            except CompileError as error:
                raise HieraError(
                    f"Invalid data type in lookup_options for key '{key}' could not parse '{kind}',"
                    f" error: '{error.message}"
                ) from None
        try:
            result = invocation.scope.call_function("new", [kind, value, *more])
        except CompileError as error:
            raise HieraError(f"The convert_to lookup_option for key '{key}' raised error: {error.message}") from error
        invocation.report(f"Applying convert_to lookup_option with arguments [{', '.join(map(str, [kind, *more]))}]")
        return result

    # ---- lookup_options

    def _options_of(self, key: Key, invocation: Invocation) -> Mapping[str, Any]:
        found = self._options.get(key.module)
        if found is None:
            found = self._options[key.module] = self._find_options(key.module, invocation)
        return found.of(key.root)

    def _find_options(self, module: str | None, invocation: Invocation) -> _Options:
        """The lookup_options for keys of a module, or for keys without one: of all layers together."""
        inner = invocation.within()
        inner.top, inner.module = keys.key(OPTIONS), module
        if invocation.explainer is not None and not invocation.explainer.options:
            inner.explainer = None
        strategy = merge.Hash()
        with inner.step("key", OPTIONS):
            layers = [self._global_lookup, self._environment_lookup]
            found = [_valid(layer(inner.top, inner, strategy), None) for layer in layers]
            if module is not None:
                found.append(_valid(self._module_lookup(inner.top, inner, strategy), module))
        options: dict[str, Any] = {}
        for values in reversed(found):
            options |= values
        return _Options(options)

    def _options_of_default_hierarchy(self, layer: Layer, module: str, invocation: Invocation) -> _Options:
        found = self._default_options.get(module)
        if found is None:
            with invocation.step("scope", f'Searching for "{OPTIONS}"'):
                values = layer.lookup_default(keys.key(OPTIONS), invocation, merge.Hash())
            found = self._default_options[module] = _Options(_valid(values, module))
        return found

    # ---- layers

    def _environment_layer(self) -> Layer | None:
        folder = self.surroundings.environment_folder
        path = f"{folder}/{FILE_NAME}"
        return Layer(self, "Environment", path) if folder is not None and self.surroundings.exists(path) else None

    def _module_layer(self, module: str) -> Layer | None:
        if module not in self._modules:
            folder = self.surroundings.modules.get(module)
            path = f"{folder}/{FILE_NAME}"
            has_data = folder is not None and self.surroundings.exists(path)
            self._modules[module] = Layer(self, "Module", path, module) if has_data else None
        return self._modules[module]


def _valid(options: Any, module: str | None) -> Mapping[str, Any]:
    """lookup_options of a layer as they may be: a module's are about its own names only. Raises HieraError."""
    if options is MISSING or options is None:
        return _NOTHING
    if not isinstance(options, dict):
        raise HieraError(f"value of {OPTIONS} must be a hash")
    if module is not None:
        for name in options:
            if name.startswith("^") and not name.startswith(f"^{module}::"):
                raise HieraError(f"all {OPTIONS} patterns must match a key starting with module name '{module}'")
            if not name.startswith("^") and not name.startswith(f"{module}::"):
                raise HieraError(f"all {OPTIONS} keys must start with module name '{module}'")
    return options


def _no_value(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"Function lookup() did not find a value for the name '{names[0]}'"
    listed = ", ".join(f"'{name}'" for name in names)
    return f"Function lookup() did not find a value for any of the names [{listed}]"
