"""What confd adds to Go's functions, and its forks to those."""

from __future__ import annotations

import base64
import binascii
import posixpath
import re

from bunraku.confd import host, utility
from bunraku.confd.store import Store
from bunraku.confd.template import Function, FunctionError
from bunraku.confd.template.functions import Functions
from bunraku.confd.template.strings import quote, to_bytes, to_text
from bunraku.confd.template.values import Ints, Strings, Value
from bunraku.confd.utility import from_json

FUNCTIONS = Functions()
ANY = "interface {}"
STRINGS = "[]string"

_MOST = 1_000_000
"""The longest list or text that a function makes of a number: a template's mistake must not eat the memory."""


def store_functions(store: Store) -> dict[str, Function]:
    """All functions of a template that looks at `store`."""
    text = ("string",)
    looks = [
        Function("exists", store.exists, text),
        Function("get", store.get, text),
        Function("gets", store.gets, text),
        Function("getv", store.getv, text, "string"),
        Function("getvs", store.getvs, text),
        Function("ls", store.ls, text),
        Function("lsdir", store.lsdir, text),
    ]
    return {**FUNCTIONS, **utility.FUNCTIONS, **host.FUNCTIONS, **{look.name: look for look in looks}}


# Text


@FUNCTIONS.add("base", "string")
def base(path: str) -> str:
    """The last element of a path, as Go's path.Base."""
    return path.rstrip("/").rsplit("/", 1)[-1] or ("/" if path else ".")


@FUNCTIONS.add("dir", "string")
def dir_(path: str) -> str:
    """All but the last element of a path, cleaned, as Go's path.Dir."""
    folder = posixpath.normpath(path[: path.rfind("/") + 1])
    return "/" if folder == "//" else folder


@FUNCTIONS.add("split", "string", "string")
def split(text: str, separator: str) -> Strings:
    """The parts of `text` between separators; without a separator, its characters."""
    return Strings(text.split(separator) if separator else text)


@FUNCTIONS.add("join", STRINGS, "string")
def join(parts: list[str] | None, separator: str) -> str:
    """The parts, with separators between them."""
    return separator.join(parts or ())


FUNCTIONS.add("toUpper", "string")(lambda text: "".join(_upper(char) for char in text))
FUNCTIONS.add("toLower", "string")(lambda text: "".join(char.lower()[:1] for char in text))
FUNCTIONS.add("contains", "string", "string")(lambda text, part: part in text)
FUNCTIONS.add("replace", "string", "string", "string", "int")(
    lambda text, old, new, n: text.replace(old, new, max(n, -1))
)
FUNCTIONS.add("trimSuffix", "string", "string")(lambda text, end: text.removesuffix(end))
FUNCTIONS.add("quote", "string")(quote)


def _upper(char: str) -> str:
    """Go changes letters one to one: ß stays ß."""
    upper = char.upper()
    return upper if len(upper) == 1 else char


# Numbers


@FUNCTIONS.add("atoi", "string")
def atoi(text: str) -> int:
    """The decimal number that `text` is."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise FunctionError(f"strconv.Atoi: parsing {quote(text)}: invalid syntax")
    number = int(text)
    if not -(1 << 63) <= number < 1 << 63:
        raise FunctionError(f"strconv.Atoi: parsing {quote(text)}: value out of range")
    return number


@FUNCTIONS.add("parseBool", "string")
def parse_bool(text: str) -> bool:
    """The truth that `text` says, as Go's strconv.ParseBool."""
    if text in ("1", "t", "T", "TRUE", "true", "True"):
        return True
    if text in ("0", "f", "F", "FALSE", "false", "False"):
        return False
    raise FunctionError(f"strconv.ParseBool: parsing {quote(text)}: invalid syntax")


FUNCTIONS.add("add", "int", "int")(lambda a, b: a + b)
FUNCTIONS.add("sub", "int", "int")(lambda a, b: a - b)
FUNCTIONS.add("mul", "int", "int")(lambda a, b: a * b)


@FUNCTIONS.add("div", "int", "int")
def div(a: int, b: int) -> int:
    """The quotient, towards zero as Go's."""
    if not b:
        raise FunctionError("runtime error: integer divide by zero")
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


@FUNCTIONS.add("mod", "int", "int")
def mod(a: int, b: int) -> int:
    """The rest, with the sign of `a` as Go's."""
    return a - b * int(div(a, b))


@FUNCTIONS.add("seq", "int", "int")
def seq(first: int, last: int) -> Ints:
    """The numbers from first to last, as GNU's seq: none where the last is smaller."""
    if last - first > _MOST:
        raise FunctionError(f"a sequence of more than {_MOST} numbers")
    return Ints(range(first, last + 1))


# Data


@FUNCTIONS.add("json", "string")
def json_object(text: str) -> dict[str, Value]:
    """The JSON object in `text`."""
    value = from_json(text)
    if value is not None and not isinstance(value, dict):
        raise FunctionError(
            f"json: cannot unmarshal {_json_kind(value)} into Go value of type map[string]interface {{}}"
        )
    return value or {}


@FUNCTIONS.add("jsonArray", "string")
def json_array(text: str) -> list[Value]:
    """The JSON array in `text`."""
    value = from_json(text)
    if value is not None and not isinstance(value, list):
        raise FunctionError(f"json: cannot unmarshal {_json_kind(value)} into Go value of type []interface {{}}")
    return value or []


def _json_kind(value: Value) -> str:
    return {dict: "object", list: "array", str: "string", bool: "bool"}.get(type(value), "number")


@FUNCTIONS.add("dict", rest=ANY)
@FUNCTIONS.add("map", rest=ANY)
def make_map(*pairs: Value) -> dict[str, Value]:
    """A map of keys and values in turn."""
    if len(pairs) % 2:
        raise FunctionError("invalid map call")
    if not all(isinstance(key, str) for key in pairs[::2]):
        raise FunctionError("map keys must be strings")
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


@FUNCTIONS.add("base64Encode", "string")
def base64_encode(text: str) -> str:
    """The base64 of `text`."""
    return base64.b64encode(to_bytes(text)).decode()


@FUNCTIONS.add("base64Decode", "string")
def base64_decode(text: str) -> str:
    """What the base64 `text` says."""
    clean = re.sub(r"[\r\n]", "", text)
    try:
        return to_text(base64.b64decode(clean, validate=True))
    except (binascii.Error, ValueError):
        good = re.match(r"(?:[A-Za-z0-9+/]{4})*", clean)
        raise FunctionError(f"illegal base64 data at input byte {good.end() if good else 0}") from None
