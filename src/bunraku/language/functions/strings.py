"""Case and white space of strings.

All of one shape: a number stays as it is, a string is changed, and each string among several is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bunraku.catalog.values import from_hash_key, hash_key
from bunraku.language.functions import function, local_type
from bunraku.language.functions.iterables import elements

_SPACE: Final = "\0\t\n\v\f\r "
local_type("StringData", "Variant[String, Numeric, Array[StringData], Hash[StringData, StringData]]")


def _chop(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text[:-1]


def _chomp(text: str) -> str:
    for end in ("\r\n", "\n", "\r"):
        if text.endswith(end):
            return text[: -len(end)]
    return text


def _camelcase(text: str) -> str:
    return "".join(part.capitalize() for part in text.split("_"))


def _over_iterables(name: str, change: Callable[[str], str]) -> None:
    """Registers `name`, which changes a string or every string that an iterable gives."""
    function(name, "Numeric arg")(lambda scope, number: number)
    function(name, "String arg")(lambda scope, text: change(text))

    @function(name, "Iterable[Variant[String, Numeric]] arg")
    def each(scope: Any, values: Any) -> list[Any]:
        return [change(v) if isinstance(v, str) else v for v in elements(values)]


_over_iterables("camelcase", _camelcase)
_over_iterables("capitalize", str.capitalize)
_over_iterables("chomp", _chomp)
_over_iterables("chop", _chop)
_over_iterables("lstrip", lambda text: text.lstrip(_SPACE))
_over_iterables("rstrip", lambda text: text.rstrip(_SPACE))
_over_iterables("strip", lambda text: text.strip(_SPACE))


def _deeply(name: str, change: Callable[[str], str]) -> None:
    """Registers `name`, which changes every string in an array or hash, keys too, however deep."""

    def changed(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [changed(v) for v in value]
        if isinstance(value, dict):
            return {hash_key(changed(from_hash_key(k))): changed(v) for k, v in value.items()}
        return value

    for declaration in ("Numeric arg", "String arg", "Array[StringData] arg", "Hash[StringData, StringData] arg"):
        function(name, declaration)(lambda scope, value: changed(value))


_deeply("downcase", str.lower)
_deeply("upcase", str.upper)
