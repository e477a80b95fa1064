"""Looking data up: `lookup`, the older `hiera` functions; and navigating in values by a dotted path."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions import Block, find, function, local_type, on_mismatch
from bunraku.language.functions.collections import DigError
from bunraku.language.functions.logging import deprecated

local_type("NameType", "Variant[String, Array[String]]")
local_type("ValueType", "Type")
local_type("DefaultValueType", "Any")
local_type("MergeType", "Variant[String[1], Hash[String, Scalar]]")
local_type("BlockType", "Callable[NameType]")
_OPTIONS: Final = (
    "value_type => Optional[ValueType], default_value => Optional[DefaultValueType], "
    "override => Optional[Hash[String,Any]], default_values_hash => Optional[Hash[String,Any]], "
    "merge => Optional[MergeType]"
)
local_type("OptionsWithName", f"Struct[{{name => NameType, {_OPTIONS}}}]")
local_type("OptionsWithoutName", f"Struct[{{{_OPTIONS}}}]")


def _looked_up(scope: Any, names: Any, block: Block | None = None, **options: Any) -> Any:
    data = scope.compiler.inputs.data
    if data is None:
        raise CompileError("There is no data to look up in: this compilation has no Hiera configuration")
    return data.lookup(names, scope, block=block, **options)


@function("lookup", "NameType name, ValueType ?value_type, MergeType ?merge")
def lookup(scope: Any, names: Any, kind: Any = None, merge: Any = None) -> Any:
    """The value that data has for a name, or the first of several that has one."""
    return _looked_up(scope, names, value_type=kind, merge=merge)


@function(
    "lookup",
    "NameType name, Optional[ValueType] value_type, Optional[MergeType] merge, DefaultValueType default_value",
)
def lookup_with_default(scope: Any, names: Any, kind: Any, merge: Any, default: Any) -> Any:
    """The same, with a default."""
    return _looked_up(scope, names, value_type=kind, merge=merge, default=default)


@function("lookup", "NameType name, ValueType ?value_type, MergeType ?merge, BlockType &block")
def lookup_with_block(scope: Any, names: Any, kind: Any = None, merge: Any = None, *, block: Block) -> Any:
    """The same, with a lambda that gives the default."""
    return _looked_up(scope, names, block, value_type=kind, merge=merge)


@function("lookup", "OptionsWithName options_hash, BlockType ?&block")
def lookup_by_options(scope: Any, options: dict[str, Any], block: Block | None = None) -> Any:
    """The same, with everything in a hash."""
    return _looked_up(scope, options["name"], block, **_options(options))


@function("lookup", "Variant[String,Array[String]] name, OptionsWithoutName options_hash, BlockType ?&block")
def lookup_name_by_options(scope: Any, names: Any, options: dict[str, Any], block: Block | None = None) -> Any:
    """The same, with everything but the name in a hash."""
    return _looked_up(scope, names, block, **_options(options))


def _options(given: dict[str, Any]) -> dict[str, Any]:
    options = {
        "value_type": given.get("value_type"),
        "merge": given.get("merge"),
        "overrides": given.get("override") or {},
        "defaults": given.get("default_values_hash") or {},
    }
    return options | ({"default": given["default_value"]} if "default_value" in given else {})


# ---------------------------------------------------------------- hiera


def _hiera(
    name: str, merge: str | None, after: Callable[[Any, str, Any], Any] = lambda scope, key, found: found
) -> None:
    """Registers one of the older functions, which look up with a merge strategy of their own."""

    def found(scope: Any, key: str, block: Block | None = None, **options: Any) -> Any:
        if scope.compiler.strict != "off":
            deprecated(
                scope,
                name,
                f"The function '{name}' is deprecated in favor of using 'lookup'. "
                "See https://puppet.com/docs/puppet/7.23/deprecated_language.html",
            )
        value = _looked_up(scope, key, block, merge=merge, older=True, **options)
        return value if after is None else after(scope, key, value)

    @function(name, "Tuple[String, Any, Any, 1, 3] args")
    def splat(scope: Any, arguments: list[Any]) -> Any:
        """The same with the arguments in an array."""
        return found(scope, arguments[0], **({"default": arguments[1]} if len(arguments) > 1 else {}))

    @function(name, "String key")
    def plain(scope: Any, key: str) -> Any:
        """The data under the key, looked up as `lookup` does with the merge that the name tells; an error if none."""
        return found(scope, key)

    @function(name, "String key, Any default, Any ?override")
    def with_default(scope: Any, key: str, default: Any, override: Any = None) -> Any:
        """The data under the key, or the default."""
        return found(scope, key, default=default)

    @function(
        name, "String key, Callable[1,1] &default_block", "String key, Any override, Callable[1,1] &default_block"
    )
    def with_block(scope: Any, key: str, override: Any = None, *, block: Block) -> Any:
        """The data under the key, or what the lambda gives for the key."""
        return found(scope, key, block)


def _included(scope: Any, key: str, names: Any) -> None:
    if names is None:
        raise CompileError(f"Could not find data item {key}")
    if names:
        scope.call_function("include", [names])


_hiera("hiera", "first")
_hiera("hiera_array", "unique")
_hiera("hiera_hash", "hash")
_hiera("hiera_include", "unique", _included)


# ---------------------------------------------------------------- get and getvar


@function("get", "Any value, String dotted_string, Any ?default_value, Callable[1,1] ?&block")
def get(scope: Any, value: Any, path: str, default: Any = None, *, block: Block | None = None) -> Any:
    """What is found in the value by a path like "a.0.b"; the lambda is given the error where the path leads wrong."""
    if value is None:
        return default
    if not path:
        return value
    digging = find("dig")
    assert digging is not None
    try:
        found = digging.call(scope, [value, *segments(path)])
    except DigError as error:
        if block is None:
            raise
        return block(_error_value(error))
    return default if found is None else found


def _error_value(error: DigError) -> Any:
    key, kind = error.detail
    details = {"walked_path": error.walked, key: str(kind)}
    return types.new(types.parse("Error"), [error.message, "SLICE_ERROR", details, error.kind])


_SEGMENT: Final = re.compile(r"(?:\"([^\"]*)\"|'([^']*)'|([^.\"']+))(\.|\Z)")


def segments(path: str) -> list[Any]:
    """The keys of a dotted path; a part in quotes may hold dots, one of digits is an integer.

    Raises CompileError for a path that is none.
    """
    parts: list[Any] = []
    at = 0
    while at < len(path) or path.endswith("."):
        match = _SEGMENT.match(path, at)
        if match is None:
            raise CompileError("Syntax error in dotted-navigation string")
        double, single, bare, dot = match.groups()
        bare = bare and bare.strip()
        quoted = double if double is not None else single
        parts.append(quoted if quoted is not None else int(bare) if re.fullmatch("[0-9]+", bare) else bare)
        at = match.end()
        if not dot:
            return parts
    return parts


@function(
    "getvar",
    r"Pattern[/\A(?:::)?(?:[a-z]\w*::)*[a-z_]\w*(?:\.|\Z)/] get_string, Any ?default_value, Callable[1,1] ?&block",
)
def getvar(scope: Any, text: str, default: Any = None, *, block: Block | None = None) -> Any:
    """The value of a variable, or what is found in it by a dotted path."""
    match = re.match(r"((?:::)?(?:\w+::)*\w+)(.*)\Z", text, re.DOTALL | re.ASCII)
    assert match is not None
    name, path = match.groups()
    if not scope.has(name):
        return default
    return get(scope, scope.lookup(name), path[1:], default, block=block)


@on_mismatch("getvar")
def why_no_variable(*arguments: Any) -> str | None:
    """Why a text names no variable."""
    if arguments and isinstance(arguments[0], str) and len(arguments) <= 2:
        return "The given string does not start with a valid variable name"
    return None


# ---------------------------------------------------------------- data functions of hiera.yaml


def _data_hash(name: str, parse: Callable[[str], Any]) -> None:
    """Registers a function that a function of one's own may hand a `path` on to, with the context it was given."""

    @function(name, "Struct[{path=>String[1]}] options, Any context")
    def data_hash(scope: Any, options: dict[str, str], context: Any) -> Any:
        """What the file at `path` holds, for a back end of Hiera."""
        if not hasattr(context, "cached_file_data"):
            kind = types.infer_reduced(context).name
            raise CompileError(f"'{name}' parameter 'context' expects a Puppet::LookupContext value, got {kind}")
        return context.cached_file_data(options["path"], parse)

    @on_mismatch(name)
    def why_no_path(*arguments: Any) -> str | None:
        if len(arguments) == 2 and isinstance(arguments[0], dict) and hasattr(arguments[1], "cached_file_data"):
            return (
                "one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml when using "
                "this data_hash function"
            )
        return None


def _parser(name: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        from bunraku.language.functions.stdlib import hocon, serialization

        return {"json": serialization.json_value, "yaml": serialization.yaml_value, "hocon": hocon.parse}[name](text)

    return parse


for _format in ("json", "yaml", "hocon"):
    _data_hash(f"{_format}_data", _parser(_format))
