"""Modules, files and the host: paths, metadata, facts, what is available."""

from __future__ import annotations

import re
from typing import Any

from bunraku.catalog.values import Deferred, hash_key
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.files import read
from bunraku.language.functions.logging import deprecation
from bunraku.language.functions.stdlib import renamed, wrong_count
from bunraku.language.functions.stdlib.hashes import nested_values
from bunraku.language.functions.versions import compare_versions


@legacy("get_module_path", -1)
def get_module_path(scope: Any, *arguments: Any) -> str:
    """The folder of a module."""
    if len(arguments) != 1:
        raise CompileError("get_module_path(): Wrong number of arguments, expects one")
    inputs = scope.compiler.inputs
    path = inputs.modules.get(arguments[0]) if isinstance(arguments[0], str) else None
    if path is None:
        raise CompileError(f"Could not find module {ruby.to_s(arguments[0])} in environment {inputs.environment}")
    return str(path)


@legacy("load_module_metadata", -1)
def load_module_metadata(scope: Any, *arguments: Any) -> Any:
    """What a module's metadata.json holds; an empty hash for none, where the second argument allows it."""
    if len(arguments) not in (1, 2):
        raise CompileError("load_module_metadata(): Wrong number of arguments, expects one or two")
    name, may_be_empty = (*arguments, None)[:2]
    path = f"{get_module_path(scope, name)}/metadata.json"
    try:
        text = scope.compiler.inputs.read_text(path)
    except FileNotFoundError:
        if may_be_empty is None or may_be_empty is False:
            message = f"load_module_metadata(): No metadata.json file for module {ruby.to_s(name)}"
            raise CompileError(message) from None
        return {}
    from bunraku.language.functions.stdlib.serialization import json_value

    return json_value(text)


@legacy("glob", -1)
def glob(scope: Any, *arguments: Any) -> list[str]:
    """The files that a pattern, or any of several, matches."""
    if len(arguments) != 1:
        raise wrong_count("glob", arguments, "1")
    patterns = arguments[0]
    if not isinstance(patterns, str | list):
        raise CompileError("glob(): Requires either array or string to work")
    inputs = scope.compiler.inputs
    return [path for pattern in ruby.flattened([patterns]) for path in inputs.glob(ruby.text_of(pattern))]


# ---------------------------------------------------------------- functions and types


@function("stdlib::has_function", "String[1] function_name")
def has_function(scope: Any, name: str) -> bool:
    """Whether there is a function of this name."""
    return scope.compiler.find_function(name) is not None


@legacy("is_function_available", -1)
def is_function_available(scope: Any, *arguments: Any) -> bool:
    """Whether there is a function of this name."""
    if len(arguments) != 1:
        raise CompileError(f"is_function_available?(): Wrong number of arguments given {len(arguments)} for 1")
    return isinstance(arguments[0], str) and scope.compiler.find_function(arguments[0]) is not None


@function("is_a", "Any value, Type type")
def is_a(scope: Any, value: Any, kind: types.PType) -> bool:
    """Whether the value is of the type."""
    return kind.instance(value)


@function("stdlib::type_of", "Any value")
def type_of(scope: Any, value: Any) -> Any:
    """The value's most precise type."""
    return types.infer(value)


renamed("type_of")


@legacy("type3x", -1)
def type3x(scope: Any, *arguments: Any) -> str:
    """The type of a value as Puppet 3 had it; a string of digits is an "integer"."""
    if len(arguments) != 1:
        raise wrong_count("type3x", arguments, "1")
    value = arguments[0]
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "float"), (list, "array"), (dict, "hash")):
        if isinstance(value, kind):
            return name
    if not isinstance(value, str):
        raise CompileError("type3x(): Unknown type")
    if value == str(ruby.to_i(value)):
        return "integer"
    return "float" if value == ruby.float_to_s(ruby.to_f(value)) else "string"


@function("deprecation", "String key, String message, Boolean ?use_strict_setting")
def warn_of_deprecation(scope: Any, key: str, message: str, strictly: bool = True) -> None:
    """Warns once that something is deprecated; the setting `strict` makes it an error, or silences it."""
    deprecation(scope, key, message, strictly=strictly)


@legacy("pry", -1, statement=True)
def pry(scope: Any, *arguments: Any) -> None:
    """Refuses: there is no debugger here."""
    raise CompileError("pry(): Requires the 'pry' rubygem to use, but it was not found")


# ---------------------------------------------------------------- the host


@function("fact", "String fact_name")
def fact(scope: Any, path: str) -> Any:
    """A fact, or what is found in it by a dotted path; undef where it leads nowhere."""
    found = scope.lookup("facts")
    walked: list[str] = []
    for bare, quoted in re.findall(r'([^."]+)|"([^"]+)"', path):
        key = bare or quoted
        if found is None:
            return None
        found = _step(scope, found, key, path, walked)
        walked.append(key)
    return found


def _step(scope: Any, data: Any, key: str, path: str, walked: list[str]) -> Any:
    if isinstance(data, dict):
        return data.get(hash_key(key))
    so_far = ".".join(f'"{k}"' if "." in k else k for k in walked)
    problem = f"is not a collection; cannot walk to '{key}'"
    if isinstance(data, list):
        try:
            index = ruby.integer(key)
        except CompileError:
            problem = f"is an array; cannot index to '{key}'"
        else:
            return data[index] if -len(data) <= index < len(data) else None
    scope.compiler.warn(f"fact request for {path} returning nil: '{so_far}' {problem}", None, None)
    return None


@function("stdlib::os_version_gte", "String[1] os, String[1] version")
def os_version_gte(scope: Any, name: str, version: str) -> bool:
    """Whether the host's operating system is the one named, of this version or a later one."""
    os = scope.lookup("facts")["os"]
    return bool(os["name"] == name) and compare_versions(os["release"]["major"], version) >= 0


renamed("os_version_gte")


@function("stdlib::time", "Optional[String] ?_timezone")
def time(scope: Any, timezone: str | None = None) -> int:
    """The seconds since 1970."""
    deprecation(
        scope,
        "time",
        "The stdlib `time` function is deprecated. Please direcly use native Puppet functionality instead. eg. "
        "`Integer(Timestamp().strftime('%s'))`",
        strictly=False,
    )
    return int(types.new(types.parse("Integer"), [types.new(types.parse("Timestamp"), [])]))


@function("time", "Any *args")
def time_by_old_name(scope: Any, *arguments: Any) -> Any:
    """The older name of `stdlib::time`."""
    return scope.call_function("stdlib::time", list(arguments))


@function("stdlib::deferrable_epp", "String template, Hash variables")
def deferrable_epp(scope: Any, name: str, variables: dict[str, Any]) -> Any:
    """What an EPP template gives; where a variable is Deferred, so is the rendering."""
    if any(isinstance(value, Deferred) for value in nested_values(scope, variables)):
        path = scope.call_function("find_template", [name])
        if path is None:
            raise CompileError(f"Could not find template '{name}'")
        return Deferred("inline_epp", [read(scope, path), variables])
    return scope.call_function("epp", [name, variables])
