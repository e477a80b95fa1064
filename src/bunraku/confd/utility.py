"""The functions that confd's forks added: defaults, JSON, text, collections, patterns, digests."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from bunraku.confd.json_text import json_text
from bunraku.confd.template import FunctionError
from bunraku.confd.template.functions import Functions
from bunraku.confd.template.strings import to_bytes, to_text
from bunraku.confd.template.values import Ints, KVPairs, Strings, Struct, Value

FUNCTIONS = Functions()
ANY = "interface {}"
LIST = "[]interface {}"
MAP = "map[string]interface {}"

MOST = 10_000_000
"""The longest text that a function makes of a number: a template's mistake must not eat the memory."""


# Defaults and choices


def _is_empty(value: Value) -> bool:
    return not value if not isinstance(value, Struct) else not any(getattr(value, name) for name in value.fields)


FUNCTIONS.add("empty", ANY)(_is_empty)
FUNCTIONS.add("default", ANY, ANY)(lambda default, value: default if _is_empty(value) else value)
FUNCTIONS.add("ternary", ANY, ANY, "bool")(lambda yes, no, condition: yes if condition else no)
FUNCTIONS.add("coalesce", rest=ANY)(lambda *values: next((value for value in values if not _is_empty(value)), None))


# JSON


@FUNCTIONS.add("toJson", ANY)
def to_json(value: Value) -> str:
    """`value` as JSON."""
    return json_text(value)


@FUNCTIONS.add("toPrettyJson", ANY)
def to_pretty_json(value: Value) -> str:
    """`value` as JSON in lines, two spaces a level."""
    return json_text(value, "  ")


@FUNCTIONS.add("fromJson", "string")
def from_json(text: str) -> Value:
    """What the JSON `text` says; every number is a float64, and there is no NaN."""
    try:
        return json.loads(text, parse_int=float, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FunctionError(_json_problem(text, error)) from None


def _no_constant(name: str) -> Value:
    raise ValueError(f"{name} is no JSON")


def _json_problem(text: str, error: Exception) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return f"invalid JSON: {error}"
    if error.pos >= len(text.rstrip()):
        return "unexpected end of JSON input"
    return f"invalid JSON at character {error.pos + 1}: {error.msg}"


# Text


@FUNCTIONS.add("indent", "int", "string")
def indent(spaces: int, text: str) -> str:
    """`text` with each line moved to the right."""
    pad = " " * min(max(spaces, 0), MOST)
    return pad + text.replace("\n", f"\n{pad}") if text else ""


FUNCTIONS.add("nindent", "int", "string")(lambda spaces, text: "\n" + indent(spaces, text))


@FUNCTIONS.add("squote", "string")
def squote(text: str) -> str:
    """`text` in single quotes, those inside doubled."""
    return "'" + text.replace("'", "''") + "'"


FUNCTIONS.add("trimPrefix", "string", "string")(lambda text, start: text.removeprefix(start))
FUNCTIONS.add("nospace", "string")(lambda text: "".join(text.split()))


@FUNCTIONS.add("repeat", "int", "string")
def repeat(count: int, text: str) -> str:
    """`text`, `count` times."""
    if count * len(text) > MOST:
        raise FunctionError(f"a text of more than {MOST} characters")
    return text * count


_WORDS = r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^A-Z_\- ]+|[A-Z]+"


def _words(text: str) -> list[str]:
    """The words of camelCase, snake_case, kebab-case and HTTPServer, in lower case."""
    return [word.lower() for word in re.findall(_WORDS, text)]


FUNCTIONS.add("snakecase", "string")(lambda text: "_".join(_words(text)))
FUNCTIONS.add("kebabcase", "string")(lambda text: "-".join(_words(text)))


@FUNCTIONS.add("camelcase", "string")
def camelcase(text: str) -> str:
    """`text` in camelCase."""
    return "".join(word if not at else word.capitalize() for at, word in enumerate(_words(text)))


@FUNCTIONS.add("sha256sum", "string")
def sha256sum(text: str) -> str:
    """The SHA-256 of `text`, in hexadecimal digits."""
    from hashlib import sha256  # with it comes OpenSSL, which few runs need

    return sha256(to_bytes(text)).hexdigest()


# Patterns


@lru_cache(256)
def _pattern(pattern: str) -> Any:
    """A pattern of Go's regexp, which is RE2: what it takes grows with the text and no faster, whatever the pattern."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(to_bytes(pattern), options)
    except re2.error as error:
        raise FunctionError(f"error parsing regexp: {to_text(error.args[0])}: `{pattern}`") from None


@FUNCTIONS.add("regexMatch", "string", "string")
def regex_match(pattern: str, text: str) -> bool:
    """Whether `pattern` is found in `text`."""
    return _pattern(pattern).search(to_bytes(text)) is not None


@FUNCTIONS.add("regexFind", "string", "string")
def regex_find(pattern: str, text: str) -> str:
    """The first part of `text` that matches; nothing if none does."""
    found = _pattern(pattern).search(to_bytes(text))
    return to_text(found[0]) if found else ""


_REFERENCE = rb"\$(?:\$|\{(\w+)\}|(\w+))"


@FUNCTIONS.add("regexReplaceAll", "string", "string", "string")
def regex_replace_all(pattern: str, text: str, new: str) -> str:
    """`text` with all that matches replaced; `$1` and `${name}` in `new` are groups, `$$` a dollar."""

    def expanded(match: Any) -> bytes:
        return re.sub(_REFERENCE, lambda reference: _group(match, reference), to_bytes(new))

    return to_text(_pattern(pattern).sub(expanded, to_bytes(text)))


def _group(match: Any, reference: re.Match[bytes]) -> bytes:
    name = reference[1] or reference[2]
    if name is None:
        return b"$"
    try:
        return match[int(name) if name.isdigit() else name] or b""
    except IndexError:
        return b""


# Collections


def _as_list(*values: Value) -> list[Value]:
    return list(values)


FUNCTIONS.add("list", rest=ANY)(_as_list)
FUNCTIONS.add("hasKey", MAP, "string")(lambda table, key: key in (table or {}))
FUNCTIONS.add("keys", MAP)(lambda table: Strings(sorted(table or {})))
FUNCTIONS.add("values", MAP)(lambda table: [table[key] for key in sorted(table or {})])
FUNCTIONS.add("append", LIST, ANY)(lambda items, value: [*(items or ()), value])
FUNCTIONS.add("pluck", "string", rest=MAP)(lambda key, *tables: [table[key] for table in tables if key in table])


@FUNCTIONS.add("reverse", ANY)
def reverse(values: Value) -> Value:
    """The texts or pairs in reverse; anything else as it is."""
    return type(values)(reversed(values)) if isinstance(values, (Strings, Ints, KVPairs)) else values


FUNCTIONS.add("sortByLength", "[]string")(lambda values: Strings(sorted(values or (), key=lambda v: len(to_bytes(v)))))
FUNCTIONS.add("sortKVByLength", LIST)(lambda pairs: KVPairs(sorted(pairs or (), key=lambda p: len(to_bytes(p.Key)))))
