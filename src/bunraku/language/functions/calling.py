"""`call`: functions by name, and calls that were put off."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import Deferred
from bunraku.language.errors import CompileError
from bunraku.language.functions import Block, function


@function("call", "String function_name, Any *arguments, Callable ?&block")
def call(scope: Any, name: str, *arguments: Any, block: Block | None = None) -> Any:
    """The value of the function `name` for the arguments."""
    return scope.call_function(name, list(arguments), block)


@function("call", "Deferred deferred")
def call_deferred(scope: Any, deferred: Deferred) -> Any:
    """The value of a call that was put off, now."""
    return resolved(scope, deferred)


def resolved(scope: Any, value: Any) -> Any:
    """The value with every Deferred in it replaced by what it gives; `$name` among them is a variable."""
    if isinstance(value, Deferred):
        return _called(scope, value)
    if isinstance(value, list):
        return [resolved(scope, v) for v in value]
    if isinstance(value, dict):
        return {k: resolved(scope, v) for k, v in value.items()}
    return value


def _called(scope: Any, deferred: Deferred) -> Any:
    arguments = [resolved(scope, a) for a in deferred.arguments or []]
    if not deferred.name.startswith("$"):
        return scope.call_function(deferred.name, arguments)
    name = deferred.name[1:]
    if not scope.has(name):
        raise CompileError(f"Evaluation Error: Unknown variable: '{name}'.")
    variable = scope.lookup(name)
    return scope.call_function("dig", [variable, *arguments]) if arguments else variable


@function("import", "Any *args")
def import_(scope: Any, *arguments: Any) -> None:
    """Refuses: manifests are found by their names since Puppet 4."""
    file, line, column = scope.compiler.place()
    raise CompileError(
        "Evaluation Error: Use of 'import' has been discontinued in favor of a manifest directory."
        " See http://links.puppet.com/puppet-import-deprecation",
        file=file,
        line=line,
        column=column,
    )
