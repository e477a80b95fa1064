"""Hiera behind the compiler's inputs door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bunraku import hiera
from bunraku.language import types
from bunraku.language.inputs import NOT_FOUND, Inputs
from bunraku.language.scope import Scope


class HieraData:
    """The data of one compilation: `language.inputs.Data`."""

    def __init__(self, inputs: Inputs, config: Path | str | None) -> None:
        self._surroundings = _Surroundings(inputs, None if config is None else str(Path(config).absolute()))
        self.hiera = hiera.Hiera(self._surroundings)

    def bind(self, key: str, scope: Scope) -> Any:
        """What the data binds to a class's parameter, or NOT_FOUND. Raises CompileError."""
        self._surroundings.scope = scope
        value = self.hiera.parameter(key, scope)
        return NOT_FOUND if value is hiera.MISSING else value

    def lookup(self, names: Any, scope: Scope, *, older: bool = False, **options: Any) -> Any:
        """The value of the function `lookup`, or of the older `hiera` functions, for which an environment without data
        of its own has only the global layer. Raises CompileError.
        """
        self._surroundings.scope = scope
        global_only = older and not self.hiera.has_environment_layer
        return self.hiera.lookup(names, scope, global_only=global_only, **options)


class _Surroundings:
    """What Hiera asks for, answered by the inputs and, for functions and types, by the scope that looks up."""

    def __init__(self, inputs: Inputs, config: str | None) -> None:
        self._inputs = inputs
        self.hiera_config = config
        self.environment = inputs.environment
        self.environment_folder = _environment_folder(inputs)
        self.read_text = inputs.read_text
        self.exists = inputs.exists
        self.glob = inputs.glob
        self.scope: Scope | None = None

    @property
    def modules(self) -> Mapping[str, str]:
        return {name: str(folder) for name, folder in self._inputs.modules.items()}

    def find_function(self, name: str, scope: hiera.Scope) -> Callable[..., Any] | None:
        assert isinstance(scope, Scope)
        function = scope.compiler.find_function(name)
        if function is None:
            return None
        return lambda *arguments: function.call(scope, list(arguments), None)

    def parse_type(self, text: str) -> Any:
        return types.parse(text, self.scope.compiler.find_type_alias if self.scope is not None else None)

    def warn(self, message: str) -> None:
        if self.scope is not None:
            self.scope.compiler.warn(message, None, None)


def _environment_folder(inputs: Inputs) -> str | None:
    """The environment's folder; where none was named, the one beside the modules that has an environment.conf."""
    if inputs.environment_folder is not None:
        return str(inputs.environment_folder)
    folders = (folder.absolute().parent for folder in inputs.modulepath)
    return next((str(folder) for folder in folders if inputs.exists(folder / "environment.conf")), None)
