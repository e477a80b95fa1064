"""`%{…}` in strings of data and of hiera.yaml: variables, and the functions lookup, hiera, alias, literal, scope."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bunraku.hiera.errors import HieraError
from bunraku.hiera.keys import MISSING, split

if TYPE_CHECKING:
    from bunraku.hiera.invocation import Invocation

_EXPRESSION = re.compile(r"%\{([^}]*)\}")
_CALL = re.compile(r"""(\w+)\((?:"([^"]+)"|'([^']+)')\)""")
_NOTHING = frozenset(("", "::", '""', "''", '"::"', "'::'"))
_METHODS = ("lookup", "hiera", "alias", "scope", "literal")


def has_expressions(value: Any) -> bool:
    """Whether there is anything to fill in, at any depth."""
    if isinstance(value, str):
        return "%{" in value
    if isinstance(value, list):
        return any(map(has_expressions, value))
    if isinstance(value, dict):
        return any(has_expressions(k) or has_expressions(v) for k, v in value.items())
    return False


def interpolate(value: Any, invocation: Invocation, methods: bool) -> Any:
    """`value` with every `%{…}` filled in. methods: whether functions may be called.

    Raises HieraError.
    """
    if isinstance(value, str):
        return _string(value, invocation, methods) if "%{" in value else value
    if isinstance(value, list):
        return [interpolate(item, invocation, methods) for item in value]
    if isinstance(value, dict):
        return {
            interpolate(key, invocation, methods): interpolate(item, invocation, methods) for key, item in value.items()
        }
    return value


def _string(subject: str, invocation: Invocation, methods: bool) -> Any:
    with invocation.step("interpolate", subject):
        parts = []
        at = 0
        for match in _EXPRESSION.finditer(subject):
            method, key = _method_and_key(match[1].strip(), methods)
            if method == "alias":
                if match[0] != subject:
                    raise HieraError(
                        "'alias' interpolation is only permitted if the expression is equal to the entire string",
                        at_config=True,
                    )
                return invocation.lookup_value(key)
            parts += [subject[at : match.start()], text(_value(method, key, subject, invocation, methods))]
            at = match.end()
        return "".join(parts) + subject[at:]


def _method_and_key(expression: str, methods: bool) -> tuple[str, str]:
    call = _CALL.fullmatch(expression)
    if call is None:
        return "scope", expression
    if not methods:
        raise HieraError("Interpolation using method syntax is not allowed in this context", at_config=True)
    if call[1] not in _METHODS:
        raise HieraError(f"Unknown interpolation method '{call[1]}'", at_config=True)
    return call[1], call[2] or call[3]


def _value(method: str, key: str, subject: str, invocation: Invocation, methods: bool) -> Any:
    if key in _NOTHING:
        return None
    if method == "literal":
        value: Any = key
    elif method == "scope":
        value = variable(key, f"string: {subject}", invocation)
    else:
        value = invocation.lookup_value(key)
    # What was found may hold expressions itself.
    with invocation.guard(f"scope:{key}" if method == "scope" else key):
        return interpolate(value, invocation, methods)


def variable(key: str, described: str, invocation: Invocation) -> Any:
    """The value of a variable, or of what is in it (`facts.os.family`); None where there is none."""
    root, *segments = split(key, described)
    name = str(root)
    if name == "facts" and segments and isinstance(segments[0], str) and name not in invocation.overrides:
        # The one fact: gathering them all takes time.
        value = invocation.report_found(name, {segments[0]: invocation.scope.fact(segments[0])})
    else:
        value = _of_scope(name, invocation)
    if value is not None and segments:
        value = invocation.dig(key, segments, value)
        value = None if value is MISSING else value
    invocation.remember(key, name, segments, value)
    return value


def _of_scope(name: str, invocation: Invocation) -> Any:
    with invocation.step("scope", "Global Scope"):
        if name in invocation.overrides:
            return invocation.report_found(name, invocation.overrides[name], "in overrides")
        value = invocation.scope.lookup(name)
        if value is None and not invocation.scope.has(name):
            if name in invocation.defaults:
                return invocation.report_found(name, invocation.defaults[name], "in defaults")
            return None
        return invocation.report_found(name, value)


def text(value: Any) -> str:
    """A value inside of a string: as Ruby's `to_s`, undef as nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None else ruby_text(value)


def ruby_text(value: Any) -> str:
    """As Ruby's `inspect`, which lists and hashes print their items with."""
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case list():
            return f"[{', '.join(map(ruby_text, value))}]"
        case dict():
            return f"{{{', '.join(f'{ruby_text(key)}=>{ruby_text(item)}' for key, item in value.items())}}}"
        case _:
            return str(value)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "#": "#"}


def _quoted(value: str) -> str:
    return '"' + "".join(_ESCAPES.get(char, char) for char in value) + '"'
