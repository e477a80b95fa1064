"""YAML as Ruby's Psych 4 loads it: libyaml's events, our own construction.

What differs from other YAML readers: `yes`, `no`, `on`, `off` are Booleans, `0b`, `0x`, leading-zero and comma
numbers are Integers, `1:30` counts in sixties (with Psych's own weights), `:word` is a Symbol, a plain date or time is
an error (a class that is not permitted), as is any `!ruby/…` object. Only the first document of a stream is read.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from yaml import events
from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.reader import ReaderError

from bunraku.catalog.values import Binary, hash_key

_WORD = re.compile(r"[^0-9.:-]?(?:[^\W\d]|[\s!@#$%^&*(){}<>|/\\~;=])")
_TIME = re.compile(
    r"-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?", re.ASCII
)
_DATE = re.compile(r"\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)", re.ASCII)
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}(\.[0-9_]*)?")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?")
_INTEGER = re.compile(r"[-+]?(?:0[bB][01_,]+|0[0-7_,]+|0[xX][0-9a-fA-F_,]+|0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)")
_WORDS = {"~": None, "null": None, "yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


class YamlError(ValueError):
    """Text that is not YAML, or not YAML that may be loaded. Its text is Psych's."""


class Symbol(str):
    """A Ruby Symbol as a value; as a key of a hash it is a plain string."""

    __slots__ = ()


def load(text: str, name: str = "<unknown>", *, symbols: bool = True, dates: bool = False) -> Any:
    """The first document of `text`; None where there is none.

    name: the file, for messages. symbols: whether `:word` may be loaded. dates: take dates and times as
    their text. Raises YamlError.
    """
    try:
        parser = CParser(text)
        parser.get_event()  # the stream's start
        if isinstance(parser.get_event(), events.StreamEndEvent):
            return None
        return _Builder(parser, symbols, dates).value(parser.get_event())
    except MarkedYAMLError as error:
        raise YamlError(f"({name}): {_explained(error)}") from None
    except ReaderError as error:
        raise YamlError(f"({name}): control characters are not allowed at line 1 column 1") from error
    except YAMLError as error:
        raise YamlError(str(error)) from None
    except _Disallowed as error:
        raise YamlError(f"({name}): Tried to load unspecified class: {error}") from None
    except RecursionError:
        raise YamlError(f"({name}): nested too deeply") from None


def scalar(text: str, *, symbols: bool = True) -> Any:
    """The value of a plain scalar."""
    if not text:
        return None
    if _WORD.match(text) or "\n" in text:
        return _WORDS.get(text.lower(), text) if len(text) <= 5 else text
    return _number(text, symbols)


def _number(text: str, symbols: bool) -> Any:
    """The value of a scalar that begins like a number, a date or a symbol."""
    if _TIME.fullmatch(text):
        raise _Disallowed("Time")
    if _DATE.fullmatch(text):
        raise _Disallowed("Date")
    lower = text.lower()
    if lower in (".inf", "+.inf", "-.inf", ".nan"):
        return float(lower.replace(".", ""))
    if text[0] == ":" and len(text) > 1:
        return _symbol(text, symbols)
    if match := _SIXTIES.fullmatch(text):
        return _sixties(text, float if match[1] else int)
    if _FLOAT.fullmatch(text):
        return text if text.strip("+-") == "." else float(text.replace(",", "").replace("_", ""))
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return text


def _symbol(text: str, symbols: bool) -> Symbol:
    if not symbols:
        raise _Disallowed("Symbol")
    quoted = re.match(r""":(["'])(.*)\1""", text)
    return Symbol(quoted[2].removeprefix(":") if quoted else text[1:])


def _sixties(text: str, number: Callable[[str], Any]) -> Any:
    # Psych weighs from the left (3600, 60, 1), also where there are only two parts.
    parts = [number(part.replace("_", "")) for part in text.split(":")]
    return sum(part * weight for part, weight in zip(parts, (3600, 60, 1), strict=False))


def _integer(text: str) -> Any:
    digits = text.replace(",", "").replace("_", "")
    bare = digits.lstrip("+-").lower()
    base = {"0x": 16, "0b": 2}.get(bare[:2], 8 if len(bare) > 1 and bare[0] == "0" else 10)
    try:
        return int(digits, base)
    except ValueError:  # `0x_`: the mark of a base, and no digits
        return text


class _Disallowed(Exception):
    """A class that may not be loaded."""


class _Builder:
    """Makes values of a parser's events."""

    def __init__(self, parser: Any, symbols: bool, dates: bool) -> None:
        self._next = parser.get_event
        self._symbols = symbols
        self._dates = dates
        self._anchors: dict[str, Any] = {}
        self._open: set[str] = set()
        self._plain: dict[str, Any] = {}

    def value(self, event: Any) -> Any:
        """The value that begins with `event`."""
        kind = type(event)
        if kind is events.ScalarEvent:
            value = self._scalar(event)
            if event.anchor is not None:
                self._anchors[event.anchor] = value
            return value
        if kind is events.AliasEvent:
            return self._alias(event)
        if event.anchor is not None:
            self._open.add(event.anchor)
        value = self._mapping(event.tag) if kind is events.MappingStartEvent else self._sequence(event.tag)
        if event.anchor is not None:
            self._open.discard(event.anchor)
            self._anchors[event.anchor] = value
        return value

    def _alias(self, event: Any) -> Any:
        if event.anchor in self._open:
            raise MarkedYAMLError(
                problem=f"the alias '{event.anchor}' is part of itself", problem_mark=event.start_mark
            )
        if event.anchor not in self._anchors:
            raise YAMLError(f"Unknown alias: {event.anchor}")
        return self._anchors[event.anchor]

    def _scalar(self, event: Any) -> Any:
        text = event.value
        if event.implicit[1]:
            return text
        if event.tag is not None:
            return self._tagged(event.tag, text)
        try:
            return self._plain[text]
        except KeyError:
            value = self._plain[text] = self._plain_scalar(text)
            return value

    def _plain_scalar(self, text: str) -> Any:
        if self._dates and (_DATE.fullmatch(text) or _TIME.fullmatch(text)):
            return text
        return scalar(text, symbols=self._symbols)

    def _tagged(self, tag: str, text: str) -> Any:
        name = tag.removeprefix("tag:yaml.org,2002:").removeprefix("!")
        if name in ("str", "ruby/string"):
            return text
        if name == "binary":
            data = b64decode(text)
            try:
                return data.decode()
            except UnicodeDecodeError:
                return Binary(data)
        if name == "float":
            return float(scalar(text))
        if name in ("ruby/sym", "ruby/symbol"):
            return _symbol(f":{text}", self._symbols)
        self._refuse(name)
        return scalar(text, symbols=self._symbols)

    def _sequence(self, tag: str | None) -> Any:
        if tag is not None:
            self._refuse(tag.removeprefix("!"))
        items: list[Any] = []
        while type(event := self._next()) is not events.SequenceEndEvent:
            items.append(self.value(event))
        if tag in ("!omap", "tag:yaml.org,2002:omap"):
            return {key: value for item in items if isinstance(item, dict) for key, value in item.items()}
        return items

    def _mapping(self, tag: str | None) -> dict[Any, Any]:
        if tag is not None:
            self._refuse(tag.removeprefix("!"))
        found: dict[Any, Any] = {}
        while type(event := self._next()) is not events.MappingEndEvent:
            key = self.value(event)
            is_merge = key == "<<" and event.tag != "tag:yaml.org,2002:str"
            event = self._next()
            value = self.value(event)
            if is_merge and self._merge(found, event, value):
                continue
            found[str(key) if type(key) is Symbol else hash_key(key)] = value
        return found

    def _merge(self, found: dict[Any, Any], event: Any, value: Any) -> bool:
        """Put the hash, or the hashes, that stand behind `<<` into `found`; False where there are none."""
        if type(event) is events.ScalarEvent:
            return False
        hashes = value if type(event) is events.SequenceStartEvent else [value]
        if not all(isinstance(item, dict) for item in hashes):
            return False
        for item in reversed(hashes):
            found.update(item)
        return True

    def _refuse(self, tag: str) -> None:
        """Refuse Ruby objects."""
        if match := re.fullmatch(r"ruby/(?:object|struct|exception|hash|array|class|module|marshalable):?(.*)", tag):
            raise _Disallowed(match[1] or "Object")
        if tag in ("ruby/regexp", "ruby/range"):
            raise _Disallowed(tag.removeprefix("ruby/").capitalize())
        if tag == "tag:yaml.org,2002:set":
            raise _Disallowed("Psych::Set")


def _explained(error: MarkedYAMLError) -> str:
    said = " ".join(part for part in (error.problem, error.context) if part)
    mark = error.context_mark or error.problem_mark
    return said if mark is None else f"{said} at line {mark.line + 1} column {mark.column + 1}"
