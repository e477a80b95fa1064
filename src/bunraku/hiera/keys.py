"""What is looked up: keys with dots, and the way into the value that they tell.

`a::b.c.0` has the root key `a::b` and the segments `c` and 0. A segment that holds a dot stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from bunraku.catalog.values import hash_key
from bunraku.hiera.errors import HieraError


class _Missing:
    """What a search gives where there is nothing: undef is a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()

Segment = str | int

_SEGMENT = re.compile(r"""(\s*"[^"]+"\s*|\s*'[^']+'\s*|[^'".]+)""")
_NUMBER = re.compile(r":?[+-]?[0-9]+")


def split(text: str, described: str) -> list[Segment]:
    """The segments of a dotted key. described: what it is, for the message (`key: 'a.b'`).

    Raises HieraError.
    """
    if not any(mark in text for mark in "'\"."):
        return [text]
    parts = _SEGMENT.split(text)
    while parts and not parts[-1]:
        parts.pop()
    if not parts or parts[0] or len(parts) == 1:
        raise HieraError(f"Syntax error in {described}")
    segments = [part for part in parts[1:] if part != "."]
    if len(segments) * 2 != len(parts):
        raise HieraError(f"Syntax error in {described}")
    return [_segment(segment.strip()) for segment in segments]


def _segment(text: str) -> Segment:
    if text.startswith(('"', "'")):
        return text[1:-1]
    if _NUMBER.fullmatch(text):
        return 0 if text.startswith(":") else int(text)
    return text


class Key:
    """A key. module: the module whose data it may be in, None for a key that is not qualified."""

    __slots__ = ("module", "root", "segments", "text")

    def __init__(self, text: str) -> None:
        root, *segments = split(text, f"key: '{text}'")
        self.text = text
        self.root = str(root)
        self.segments: Sequence[Segment] = segments
        module, mark, _ = self.root.partition("::")
        self.module = module if mark else None

    def __str__(self) -> str:
        return self.text

    @property
    def all_segments(self) -> list[Segment]:
        """The root key and the segments."""
        return [self.root, *self.segments]

    def undig(self, value: Any) -> Any:
        """`value` as it would be found below the root key: the way back of `dig`."""
        for segment in reversed(self.segments):
            value = [None] * segment + [value] if isinstance(segment, int) else {segment: value}
        return value


@lru_cache(4096)
def key(text: str) -> Key:
    """The key that `text` spells. Raises HieraError."""
    return Key(text)


def step(value: Any, segment: Segment, key_text: str) -> Any:
    """What `value` holds at `segment`; MISSING where it has no such thing. Raises HieraError where it can't have."""
    if value is None:
        return MISSING
    if isinstance(value, list) and isinstance(segment, int):
        return value[segment] if 0 <= segment < len(value) else MISSING
    if not isinstance(value, dict):
        raise HieraError(
            f"Data Provider type mismatch: Got {ruby_class(value)} when a hash-like object was expected to access"
            f" value using '{segment}' from key '{key_text}'"
        )
    return value.get(hash_key(segment), MISSING)


def ruby_class(value: Any) -> str:
    """The name of the Ruby class of a value, as messages have it."""
    if isinstance(value, bool):
        return "TrueClass" if value else "FalseClass"
    names = {str: "String", int: "Integer", float: "Float", list: "Array", dict: "Hash"}
    return names.get(type(value), type(value).__name__)
