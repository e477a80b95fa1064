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


def _over_iterables(name: str, change: Callable[[str], str], what: str) -> None:
    """Registers `name`, which changes a string or every string that an iterable gives. what: what it gives."""

    def of_number(scope: Any, number: float) -> float:
        """The number as it is."""
        return number

    def of_text(scope: Any, text: str) -> str:
        return change(text)

    def each(scope: Any, values: Any) -> list[Any]:
        """The same of each string, and each number as it is."""
        return [change(v) if isinstance(v, str) else v for v in elements(values)]

    of_text.__doc__ = what
    function(name, "Numeric arg")(of_number)
    function(name, "String arg")(of_text)
    function(name, "Iterable[Variant[String, Numeric]] arg")(each)


_over_iterables("camelcase", _camelcase, "The words that underscores part, each with a capital, as one.")
_over_iterables("capitalize", str.capitalize, "The first letter large, all others small.")
_over_iterables("chomp", _chomp, "The text without the line break at its end.")
_over_iterables("chop", _chop, "The text without its last character; a carriage return and line feed count as one.")
_over_iterables("lstrip", lambda text: text.lstrip(_SPACE), "The text without the white space at its beginning.")
_over_iterables("rstrip", lambda text: text.rstrip(_SPACE), "The text without the white space at its end.")
_over_iterables("strip", lambda text: text.strip(_SPACE), "The text without the white space at both ends.")


def _deeply(name: str, change: Callable[[str], str], what: str) -> None:
    """Registers `name`, which changes every string in an array or hash, keys too, however deep."""

    def changed(value: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [changed(v) for v in value]
        if isinstance(value, dict):
            return {hash_key(changed(from_hash_key(k))): changed(v) for k, v in value.items()}
        return value

    def of_value(scope: Any, value: Any) -> Any:
        return changed(value)

    of_value.__doc__ = what
    for declaration in ("Numeric arg", "String arg", "Array[StringData] arg", "Hash[StringData, StringData] arg"):
        function(name, declaration)(of_value)


_deeply("downcase", str.lower, "All strings in the value, keys too and however deep, in small letters.")
_deeply("upcase", str.upper, "All strings in the value, keys too and however deep, in capitals.")
