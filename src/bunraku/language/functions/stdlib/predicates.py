"""The `is_…` functions of version 8: whether a value is what it is asked to be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.logging import deprecation
from bunraku.language.functions.stdlib.network import is_address, is_domain, is_email

_ABSOLUTE_PATH = re.compile(r"/|[A-Za-z]:[\\/]|[\\/]{2}[^\\/]+[\\/][^\\/]+|[\\/]{2}\?[\\/][^\\/]+")
_NUMERIC = re.compile(r"^-?(?:[1-9]\d*|0)(?:\.\d+)?(?:[eE]-?\d+)?$", re.MULTILINE | re.ASCII)
_INTEGER = re.compile(r"^-?(?:[1-9]\d*|0)$", re.MULTILINE | re.ASCII)
_MAC = re.compile(r"^[a-f0-9]{1,2}(?::[a-f0-9]{1,2}){5}(?:(?::[a-f0-9]{1,2}){14})?$", re.MULTILINE | re.IGNORECASE)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_absolute_path(scope: Any, value: Any) -> bool:
    """Whether the text is an absolute path, of Unix or Windows; for what is no text, a warning for each of the two."""
    if isinstance(value, str):
        return _ABSOLUTE_PATH.match(value) is not None
    what = f"Cannot check if {ruby.to_s(value)} is an absolute path"
    for _ in ("posix", "windows"):
        scope.compiler.warn(f"{what} because it is a '{ruby.ruby_class(value)}' and not a String'", None, None)
    return False


def is_float(value: Any) -> bool:
    """A float, or a string that reads like one."""
    return isinstance(value, float) or (isinstance(value, str) and value == ruby.float_to_s(ruby.to_f(value)))


def is_string(value: Any) -> bool:
    """A string that does not read like a number."""
    if not isinstance(value, str):
        return value is None
    return value not in (ruby.float_to_s(ruby.to_f(value)), str(ruby.to_i(value)))


def is_bool(value: Any) -> bool:
    """Whether it is true or false."""
    return isinstance(value, bool)


_IN_PARENTHESES = ("is_absolute_path", "is_array", "is_bool", "is_hash", "is_string")
_TAKES_MORE = ("is_array", "is_string")
"""These look at the first argument, and do not mind others."""
_COMPAT = "This method is deprecated, please use match expressions with Stdlib::Compat::{} instead."


def _predicate(name: str, test: Callable[[Any], bool], compat: str | None = None) -> None:
    """Registers `name`; compat names the type that replaces it, where there is one."""
    _predicate_in_scope(name, lambda scope, value: test(value), compat)


def _predicate_in_scope(name: str, test: Callable[[Any, Any], bool], compat: str | None) -> None:

    @legacy(name, -1)
    def predicate(scope: Any, *arguments: Any) -> bool:
        """Whether the value is what the name tells. Deprecated: `=~` with a type says it better."""
        if compat is not None:
            deprecation(scope, name, _COMPAT.format(compat))
        if not arguments or (len(arguments) > 1 and name not in _TAKES_MORE):
            given = f"({len(arguments)} for 1)" if name in _IN_PARENTHESES else f"{len(arguments)} for 1"
            raise CompileError(f"{name}(): Wrong number of arguments given {given}")
        return test(scope, arguments[0])


_predicate_in_scope("is_absolute_path", is_absolute_path, "Absolute_Path")
_predicate("is_array", lambda value: isinstance(value, list), "Array")
_predicate("is_bool", is_bool, "Bool")
_predicate("is_domain_name", lambda value: isinstance(value, str) and is_domain(value))
_predicate("is_email_address", lambda value: isinstance(value, str) and is_email(value))
_predicate("is_float", is_float, "Float")
_predicate("is_hash", lambda value: isinstance(value, dict))
_predicate("is_integer", lambda v: _is_integer(v), "Integer")
_predicate("is_ip_address", is_address, "Ip_address")
_predicate("is_ipv4_address", lambda value: is_address(value, 4), "Ipv4")
_predicate("is_ipv6_address", lambda value: is_address(value, 6), "Ipv6")
_predicate("is_mac_address", lambda value: isinstance(value, str) and _MAC.search(value) is not None)
_predicate("is_numeric", lambda v: _is_number(v) or (isinstance(v, str) and _NUMERIC.search(v) is not None), "Numeric")
_predicate("is_string", is_string, "String")


def _is_integer(value: Any) -> bool:
    if isinstance(value, str):
        return _INTEGER.search(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)
