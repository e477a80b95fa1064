"""Puppet's values on their way to Ruby and back; the form is told in `program/values.rb`.

A value that has no JSON form and no Ruby class waits here under a number while a call runs, and goes over as its
text: what Ruby code only passes on comes back as the very value.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, Protocol

import orjson

from bunraku.catalog.values import DEFAULT, Binary, Default, Sensitive, from_hash_key, hash_key
from bunraku.ruby.errors import RubyError

TAG = "\0"
_MARK = rb'"\u0000"'


class Backend(Protocol):
    """What makes values that only Ruby code named."""

    def reference(self, type_name: str, title: str | None) -> Any:
        """The reference `Type[title]`."""

    def type(self, text: str) -> Any:
        """The type that `text` spells."""

    def regexp(self, source: str) -> Any:
        """The regular expression of that pattern."""

    def ruby_block(self, number: int, arity: int) -> Callable[..., Any]:
        """A block of Ruby code as a Python callable."""


class Values:
    """One call's values: those that wait, by number."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._waiting: list[Any] = []

    def dump(self, document: Any) -> bytes:
        """`document` as one line of JSON. Raises RubyError for a value that cannot be sent."""
        try:
            return orjson.dumps(document, default=self._tagged)
        except TypeError:  # a hash with keys that are not strings
            pass
        try:
            return orjson.dumps(self._plain(document), default=self._tagged)
        except (TypeError, RecursionError) as error:
            raise RubyError(f"a value cannot be handed to Ruby: {error}") from None

    def load(self, line: bytes) -> Any:
        """The document of a line. Raises RubyError for one with a value that the language does not have."""
        try:
            document = orjson.loads(line)
            return self._revived(document) if _MARK in line else document
        except (ValueError, RecursionError) as error:
            raise RubyError(f"Ruby gave a value that the language does not have: {error}") from None

    def waiting(self, number: int) -> Any:
        """The value that waits under `number`."""
        return self._waiting[number]

    def keep(self, value: Any) -> int:
        """Let `value` wait; its number."""
        self._waiting.append(value)
        return len(self._waiting) - 1

    def _plain(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if isinstance(value, dict):
            if all(type(key) is str for key in value):
                return {key: self._plain(item) for key, item in value.items()}
            flat = (x for key, item in value.items() for x in (from_hash_key(key), item))
            return {TAG: "hash", "pairs": [self._plain(x) for x in flat]}
        return value

    def _tagged(self, value: Any) -> Any:
        if isinstance(value, Default):
            return {TAG: "default"}
        if isinstance(value, Sensitive):
            return {TAG: "sensitive", "value": self._plain(value.value)}
        if isinstance(value, Binary):
            return {TAG: "binary", "base64": b64encode(value.data).decode()}
        kind = type(value).__name__
        if kind == "Regexp":
            return {TAG: "regexp", "source": value.pattern}
        if callable(value) and hasattr(value, "takes"):
            return {TAG: "block", "id": self.keep(value), "arity": len(getattr(value, "parameter_names", ()))}
        if hasattr(value, "puppet_methods"):
            return {TAG: "object", "class": kind, "id": self.keep(value), "text": str(value)}
        if hasattr(value, "assignable"):
            return {TAG: "type", "text": str(value), "id": self.keep(value), **_reference(value)}
        return {TAG: "text", "kind": kind, "text": str(value), "id": self.keep(value)}

    def _revived(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._revived(item) for item in value]
        if isinstance(value, dict):
            if TAG in value:
                return self._untagged(value)
            return {key: self._revived(item) for key, item in value.items()}
        return value

    def _untagged(self, value: dict[str, Any]) -> Any:
        kind = value[TAG]
        if value.get("id") is not None and kind != "proc":
            return self._waiting[value["id"]]
        if kind == "hash":
            flat = [self._revived(item) for item in value["pairs"]]
            return {hash_key(key): item for key, item in zip(flat[::2], flat[1::2], strict=True)}
        if kind == "sensitive":
            return Sensitive(self._revived(value["value"]))
        if kind == "binary":
            return Binary(b64decode(value["base64"]))
        if kind == "regexp":
            return self._backend.regexp(value["source"])
        if kind == "resource":
            return self._backend.reference(value["type_name"], value["title"])
        if kind == "type":
            return self._backend.type(value["text"])
        if kind == "proc":
            return self._backend.ruby_block(value["id"], value["arity"])
        return DEFAULT


def _reference(value: Any) -> dict[str, Any]:
    """What a reference refers to; nothing for other types."""
    if type(value).__name__ == "PClassType":
        return {"type_name": "Class", "title": value.class_name}
    if type(value).__name__ == "PResourceType":
        return {"type_name": value.type_name, "title": value.title}
    return {}
