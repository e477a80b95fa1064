"""Values as JSON, YAML, TOML, Ruby or Python, and back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from bunraku.catalog import wire
from bunraku.catalog.values import Sensitive, from_hash_key, hash_key
from bunraku.language.errors import CompileError
from bunraku.language.functions import Block, function, legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.files import read as read_file
from bunraku.language.functions.logging import deprecation
from bunraku.language.functions.stdlib import renamed

# ---------------------------------------------------------------- Sensitive


@function("stdlib::rewrap_sensitive_data", "Any data, Callable[Any] ?&block")
def rewrap_sensitive_data(scope: Any, data: Any, block: Block | None = None) -> Any:
    """The data without the Sensitives in it (or what the lambda makes of it); Sensitive as a whole if there was one."""
    return _rewrapped(data, block or (lambda plain: plain))


def _rewrapped(data: Any, make: Callable[[Any], Any]) -> Any:
    secrets: list[Sensitive] = []
    plain = _unwrapped(data, secrets)
    made = make(plain)
    return Sensitive(made) if secrets else made


def _unwrapped(data: Any, secrets: list[Sensitive]) -> Any:
    if isinstance(data, Sensitive):
        secrets.append(data)
        return _unwrapped(data.value, secrets)
    if isinstance(data, list):
        return [_unwrapped(v, secrets) for v in data]
    if isinstance(data, dict):
        return {_unwrapped_key(k, secrets): _unwrapped(v, secrets) for k, v in data.items()}
    return data


def _unwrapped_key(key: Any, secrets: list[Sensitive]) -> Any:
    if not isinstance(key, Sensitive):
        return key
    secrets.append(key)
    return hash_key(key.value)


# ---------------------------------------------------------------- to JSON

_DEEPEST: Final = 100


class _Json:
    """Writes JSON as Ruby's generator does; the layout is what `JSON.generate` takes as options."""

    def __init__(
        self,
        indent: str = "",
        space: str = "",
        space_before: str = "",
        object_nl: str = "",
        array_nl: str = "",
        allow_nan: bool = False,
        max_nesting: int = _DEEPEST,
    ) -> None:
        self.indent = indent
        self.colon = f"{space_before}:{space}"
        self.object_nl = object_nl
        self.array_nl = array_nl
        self.allow_nan = allow_nan
        self.deepest = max_nesting

    def text(self, value: Any, depth: int = 0) -> str:
        """The value as JSON. Raises CompileError for what JSON has no form for."""
        if isinstance(value, list | dict):
            if self.deepest > 0 and depth >= self.deepest:
                raise CompileError(f"nesting of {depth} is too deep")
            return self._array(value, depth) if isinstance(value, list) else self._object(value, depth)
        if value is None:
            return "null"
        if isinstance(value, float):
            if not math.isfinite(value) and not self.allow_nan:
                raise CompileError(f"{ruby.float_to_s(value)} not allowed in JSON")
            return ruby.float_to_s(value)
        if isinstance(value, bool | int):
            return ruby.to_s(value)
        return json.dumps(ruby.to_s(value), ensure_ascii=False)

    def _array(self, values: list[Any], depth: int) -> str:
        return self._within("[", "]", [self.text(v, depth + 1) for v in values], self.array_nl, depth)

    def _object(self, value: dict[Any, Any], depth: int) -> str:
        entries = [
            f"{json.dumps(ruby.to_s(from_hash_key(k)), ensure_ascii=False)}{self.colon}{self.text(v, depth + 1)}"
            for k, v in value.items()
        ]
        return self._within("{", "}", entries, self.object_nl, depth)

    def _within(self, opening: str, closing: str, parts: list[str], newline: str, depth: int) -> str:
        inner = self.indent * (depth + 1)
        start = newline if parts or opening == "[" else ""
        body = f",{newline}".join(inner + part for part in parts)
        return f"{opening}{start}{body}{newline}{self.indent * depth}{closing}"


_PRETTY: Final = {"indent": "  ", "space": " ", "object_nl": "\n", "array_nl": "\n"}


@function("stdlib::to_json", "Any data")
def to_json(scope: Any, data: Any) -> Any:
    """The data as JSON on one line."""
    return _rewrapped(data, _Json().text)


@function(
    "stdlib::to_json_pretty",
    "Variant[Hash, Array] data, Optional[Boolean] ?skip_undef, "
    "Struct[{indent => Optional[String], space => Optional[String], space_before => Optional[String], "
    "object_nl => Optional[String], array_nl => Optional[String], allow_nan => Optional[Boolean], "
    "max_nesting => Optional[Integer[-1,default]]}] ?opts",
)
def to_json_pretty(scope: Any, data: Any, skip_undef: bool | None = False, options: Any = None) -> Any:
    """The data as JSON in lines; `opts` change how."""
    if skip_undef:
        data = [v for v in data if v is not None] if isinstance(data, list) else _without_undef(data)
    given = {k: v for k, v in (options or {}).items() if v is not None}
    return _rewrapped(data, lambda plain: _Json(**(_PRETTY | given)).text(plain) + "\n")


def _without_undef(value: dict[Any, Any]) -> dict[Any, Any]:
    return {k: v for k, v in value.items() if v is not None}


# ---------------------------------------------------------------- to Ruby and Python


def _to_source(name: str, arrow: str, word: Callable[[Any], str]) -> None:
    @function(name, "Any object")
    def to_source(scope: Any, value: Any) -> str:
        """The value as a literal of the language that the name tells."""
        return text(wire.encode(value))

    def text(value: Any) -> str:
        if isinstance(value, list):
            return f"[{', '.join(map(text, value))}]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{text(k)}{arrow}{text(v)}" for k, v in value.items()) + "}"
        return word(value)


def _python_word(value: Any) -> str:
    return str(value) if value is None or isinstance(value, bool) else ruby.inspect(value)


_to_source("stdlib::to_ruby", " => ", ruby.inspect)
_to_source("stdlib::to_python", ": ", _python_word)


# ---------------------------------------------------------------- to TOML


@function("stdlib::to_toml", "Hash data")
def to_toml(scope: Any, data: dict[Any, Any]) -> Any:
    """The data as TOML: keys in order, tables after simple values, arrays of tables last."""
    return _rewrapped(data, lambda plain: "".join(_toml_table(plain, [])))


def _toml_table(table: dict[Any, Any], path: list[str]) -> Iterable[str]:
    simple, tables, arrays = _toml_parts(table)
    if path and (simple or not table):
        yield f"[{'.'.join(path)}]\n"
    yield from _toml_pairs(simple, tables, arrays, path)


Pairs = list[tuple[str, Any]]


def _toml_parts(table: dict[Any, Any]) -> tuple[Pairs, Pairs, Pairs]:
    simple: Pairs = []
    tables: Pairs = []
    arrays: Pairs = []
    for key in ruby.in_order([from_hash_key(k) for k in table]):
        value = table[hash_key(key)]
        is_array = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
        (tables if isinstance(value, dict) else arrays if is_array else simple).append((_toml_key(key), value))
    return simple, tables, arrays


def _toml_pairs(simple: Pairs, tables: Pairs, arrays: Pairs, path: list[str]) -> Iterable[str]:
    for key, value in simple:
        yield f"{key} = {_toml_value(value)}\n"
    for key, table in tables:
        yield from _toml_table(table, [*path, key])
    for key, array in arrays:
        for table in array:
            yield f"[[{'.'.join([*path, key])}]]\n"
            yield from _toml_pairs(*_toml_parts(table), [*path, key])


def _toml_key(key: Any) -> str:
    text = ruby.to_s(key)
    if re.search(r"^[a-zA-Z0-9_-]*$", text, re.MULTILINE):
        return text
    escaped = text.replace('"', '\\"')
    return f'"{escaped}"'


def _toml_value(value: Any) -> str:
    return re.sub(r"\\(#[$@{])", r"\1", ruby.inspect(value)) if isinstance(value, str) else ruby.inspect(value)


# ---------------------------------------------------------------- YAML


@function("stdlib::to_yaml", "Any data, Hash ?options")
def to_yaml(scope: Any, data: Any, options: dict[str, Any] | None = None) -> Any:
    """The data as YAML. options: `indentation`, `line_width`."""
    from bunraku.language.functions.stdlib.yaml_text import dump

    return _rewrapped(data, lambda plain: dump(plain, options or {}))


for _name in ("to_json", "to_json_pretty", "to_ruby", "to_python", "to_toml", "to_yaml"):
    renamed(_name)


# ---------------------------------------------------------------- reading


def json_value(text: str) -> Any:
    """The value of a JSON text. Raises CompileError for what is none."""
    try:
        return json.loads(text, parse_constant=lambda name: _refuse_constant(text, name))
    except json.JSONDecodeError as error:
        raise CompileError(f"unexpected token at '{error.doc[error.pos :]}'") from None
    except RecursionError:
        raise CompileError("nesting of 101 is too deep") from None


def _refuse_constant(text: str, name: str) -> Any:
    raise CompileError(f"unexpected token at '{text[text.index(name) :]}'")


def yaml_value(text: str) -> Any:
    """The value of a YAML text. Raises CompileError for what is none."""
    from bunraku.formats import yaml

    try:
        return yaml.load(text)
    except yaml.YamlError as error:
        raise CompileError(str(error)) from None


def _reads(name: str, read: Callable[[str], Any]) -> None:
    """Registers `name`, which reads a text; the second argument is the default for a text that cannot be read."""

    @legacy(name, -1)
    def parse(scope: Any, *arguments: Any) -> Any:
        """What the text says in the format that the name tells; the second argument where it cannot be read."""
        if not arguments:
            raise CompileError("Wrong number of arguments. 1 or 2 arguments should be provided.")
        text, default = (*arguments, None)[:2]
        return _or_default(lambda: read(ruby.text_of(text)), default)


def _or_default(read: Callable[[], Any], default: Any) -> Any:
    """What is read; the default where that is false or undef, or fails. Without a default the failure stands."""
    try:
        value = read()
    except CompileError:
        if default is None or default is False:
            raise
        return default
    return default if value is None or value is False else value


_reads("parsejson", json_value)
_reads("parseyaml", yaml_value)


def _loads(name: str, read: Callable[[str], Any]) -> None:
    """Registers `name`, which reads a file of the compiling host."""

    @legacy(name, -2)
    def load(scope: Any, *arguments: Any) -> Any:
        """What the file at the path says in the format that the name tells; the second argument where it cannot."""
        path, default = (*arguments, None)[:2]
        if not isinstance(path, str):
            if default is None or default is False:
                raise CompileError(f"undefined method `start_with?' for {ruby.described(path)}")
            return default
        if path.startswith(("http://", "https://")):
            raise CompileError(f"{name}(): a compilation reads no network; keep a copy of {path} in a file")
        if not scope.compiler.inputs.exists(path):
            scope.log("warning", f"Can't load '{path}' File does not exist!")
            return default
        return _or_default(lambda: read(read_file(scope, path)), default)


_loads("loadjson", json_value)
_loads("loadyaml", yaml_value)


@function("parsepson", "String[1] pson_string, Any ?default")
def parsepson(scope: Any, text: str, *default: Any) -> Any:
    """The value of a text in Puppet's old dialect of JSON."""
    deprecation(
        scope,
        "parsepson",
        "This method is deprecated. From Puppet 8, PSON is no longer natively supported. Please use JSON.parse().",
    )
    try:
        if not text.lstrip().startswith(("[", "{")):
            raise CompileError(f"source '{text}' not in PSON!")
        return json_value(text)
    except CompileError:
        if not default:
            raise
        return default[0]


@function("stdlib::parsehocon", "String hocon_string, Any ?default")
def parsehocon(scope: Any, text: str, *default: Any) -> Any:
    """The value of a HOCON text."""
    from bunraku.language.functions.stdlib.hocon import parse

    try:
        return parse(text)
    except CompileError:
        if not default:
            raise
        return default[0]


renamed("parsehocon")
