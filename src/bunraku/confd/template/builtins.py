"""The functions that every template has. `and` and `or` are the compiler's, since they stop at the first answer."""

from __future__ import annotations

from urllib.parse import quote_plus

from bunraku.confd.template.errors import FunctionError
from bunraku.confd.template.formatting import sprint, sprintln
from bunraku.confd.template.functions import Function, Functions
from bunraku.confd.template.printf import sprintf
from bunraku.confd.template.strings import to_bytes
from bunraku.confd.template.values import (
    Uint8,
    Value,
    is_true,
    length,
    substring,
    type_name,
)

BUILTINS = Functions()
ANY = "interface {}"

SHORT_CIRCUIT = {
    "and": Function("and", lambda *values: values, (ANY,), ANY),
    "or": Function("or", lambda *values: values, (ANY,), ANY),
}
BUILTINS.update(SHORT_CIRCUIT)


@BUILTINS.add("not", ANY)
def _not(value: Value) -> bool:
    return not is_true(value)


# Comparison


def _kind(value: Value) -> str | None:
    """The kind of a basic value: two values compare if theirs are the same."""
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case complex():
            return "complex"
        case str():
            return "string"
    return None


@BUILTINS.add("eq", ANY, rest=ANY)
def _eq(first: Value, *others: Value) -> bool:
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def _same(one: Value, other: Value) -> bool:
    kind = _kind(one)
    if kind != _kind(other):
        if one is not None and other is not None:
            raise FunctionError("incompatible types for comparison")
        return False
    if kind is not None:
        return bool(one == other)
    if one is None or other is None:
        return one is other
    if type(one) is not type(other):
        raise FunctionError(
            f"non-comparable types {sprint([one])}: {type_name(one)}, {type_name(other)}: {sprint([other])}"
        )
    if isinstance(other, (list, dict)):
        raise FunctionError(f"non-comparable type {sprint([other])}: {type_name(other)}")
    return bool(one == other)


@BUILTINS.add("ne", ANY, ANY)
def _ne(one: Value, other: Value) -> bool:
    return not _same(one, other)


@BUILTINS.add("lt", ANY, ANY)
def _lt(one: Value, other: Value) -> bool:
    kind, other_kind = _kind(one), _kind(other)
    if kind is None or other_kind is None:
        raise FunctionError("invalid type for comparison")
    if kind != other_kind:
        raise FunctionError("incompatible types for comparison")
    if kind in ("bool", "complex"):
        raise FunctionError("invalid type for comparison")
    if kind == "string":
        return to_bytes(one) < to_bytes(other)
    return bool(one < other)


@BUILTINS.add("le", ANY, ANY)
def _le(one: Value, other: Value) -> bool:
    return _lt(one, other) or _same(one, other)


@BUILTINS.add("gt", ANY, ANY)
def _gt(one: Value, other: Value) -> bool:
    return not _le(one, other)


@BUILTINS.add("ge", ANY, ANY)
def _ge(one: Value, other: Value) -> bool:
    return not _lt(one, other)


# What holds other values


@BUILTINS.add("len", ANY)
def _len(value: Value) -> int:
    found = length(value)
    if found is None:
        raise FunctionError("len of nil pointer" if value is None else f"len of type {type_name(value)}")
    return found


@BUILTINS.add("index", ANY, rest=ANY)
def _index(item: Value, *keys: Value) -> Value:
    if item is None:
        raise FunctionError("index of untyped nil")
    for key in keys:
        item = _item(item, key)
    return item


def _item(holder: Value, key: Value) -> Value:
    match holder:
        case list():
            at = _position(key, len(holder))
            if at == len(holder):
                raise FunctionError("reflect: slice index out of range")
            return holder[at]
        case str():
            data = to_bytes(holder)
            at = _position(key, len(data))
            if at == len(data):
                raise FunctionError("reflect: string index out of range")
            return Uint8(data[at])
        case dict():
            if key is None:
                raise FunctionError("value is nil; should be of type string")
            if not isinstance(key, str):
                raise FunctionError(f"value has type {type_name(key)}; should be string")
            return holder.get(key)
        case None:
            raise FunctionError("index of nil pointer")
    raise FunctionError(f"can't index item of type {type_name(holder)}")


def _position(key: Value, limit: int) -> int:
    if key is None:
        raise FunctionError("cannot index slice/array with nil")
    if not isinstance(key, int) or isinstance(key, bool):
        raise FunctionError(f"cannot index slice/array with type {type_name(key)}")
    if not 0 <= key <= limit:
        raise FunctionError(f"index out of range: {key}")
    return key


@BUILTINS.add("slice", ANY, rest=ANY)
def _slice(item: Value, *keys: Value) -> Value:
    if item is None:
        raise FunctionError("slice of untyped nil")
    if len(keys) > 3:
        raise FunctionError(f"too many slice indexes: {len(keys)}")
    if not isinstance(item, (str, list)):
        raise FunctionError(f"can't slice item of type {type_name(item)}")
    if isinstance(item, str) and len(keys) == 3:
        raise FunctionError("cannot 3-index slice a string")
    size = length(item)
    assert size is not None
    positions = [_position(key, size) for key in keys]
    start, end = [*positions, *[0, size][len(positions) :]][:2]
    for low, high in zip([start, end], [end, *positions[2:]], strict=False):
        if low > high:
            raise FunctionError(f"invalid slice index: {low} > {high}")
    if isinstance(item, str):
        return substring(item, start, end)
    return type(item)(item[start:end])


@BUILTINS.add("call", ANY, rest=ANY)
def _call(function: Value, *args: Value) -> Value:
    if function is None:
        raise FunctionError("call of nil")
    if not callable(function):
        raise FunctionError(f"non-function of type {type_name(function)}")
    return function(*args)


# Text


@BUILTINS.add("print", rest=ANY)
def _print(*values: Value) -> str:
    return sprint(values)


@BUILTINS.add("println", rest=ANY)
def _println(*values: Value) -> str:
    return sprintln(values)


@BUILTINS.add("printf", "string", rest=ANY)
def _printf(form: str, *values: Value) -> str:
    return sprintf(form, values)


def _as_text(values: tuple[Value, ...]) -> str:
    """The values as one text, where an escaper takes several; nil alone shows as it does in an action."""
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return sprint(["<no value>" if value is None else value for value in values])


_HTML = str.maketrans({'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"})


@BUILTINS.add("html", rest=ANY)
def _html(*values: Value) -> str:
    return _as_text(values).translate(_HTML)


_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


@BUILTINS.add("js", rest=ANY)
def _js(*values: Value) -> str:
    return "".join(map(_js_char, _as_text(values)))


def _js_char(char: str) -> str:
    if char in _JS:
        return _JS[char]
    if "\udc80" <= char <= "\udcff":
        # A byte that is no UTF-8 is the replacement character, which is printable: it stays as it is.
        return char
    return char if char.isprintable() else f"\\u{ord(char):04X}"


@BUILTINS.add("urlquery", rest=ANY)
def _urlquery(*values: Value) -> str:
    return quote_plus(to_bytes(_as_text(values)), safe="")
