"""YAML as Ruby's Psych 4 writes it: libyaml's emitter, Psych's choice of styles for strings."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml import events
from yaml.events import ScalarEvent

from bunraku.catalog.values import Binary, Default, from_hash_key
from bunraku.formats.yaml import scalar
from bunraku.language.functions import ruby_text as ruby

_INNER_LINE_BREAK: Final = re.compile(r"\n(?!\n?\Z)")
_STARTS_ODDLY: Final = re.compile(r'^(?!(?<=\n)\Z)[^\w][^"]*$', re.MULTILINE)
_BAD_OCTAL: Final = re.compile(r"0[0-7]*[89]")
_STRING_TAG: Final = "tag:yaml.org,2002:str"


def dump(value: Any, options: dict[str, Any]) -> str:
    """`value.to_yaml(options)`. options: `indentation` (1 to 9), `line_width` (negative: never folded)."""
    out = io.StringIO()
    width = options.get("line_width") or 0
    writer = _Writer(width)
    emitter = yaml.CDumper(out, indent=options.get("indentation") or 2, width=width or 80, allow_unicode=True)
    try:
        for event in (
            events.StreamStartEvent(),
            events.DocumentStartEvent(explicit=True),
            *writer.events(value),
            events.DocumentEndEvent(explicit=False),
            events.StreamEndEvent(),
        ):
            emitter.emit(event)
    finally:
        emitter.dispose()
    return out.getvalue()


class _Writer:
    def __init__(self, width: int) -> None:
        self._width = width

    def events(self, value: Any) -> Iterator[events.Event]:
        """The emitter's events for a value."""
        if isinstance(value, list):
            yield events.SequenceStartEvent(None, None, implicit=True, flow_style=not value)
            for element in value:
                yield from self.events(element)
            yield events.SequenceEndEvent()
        elif isinstance(value, dict):
            yield events.MappingStartEvent(None, None, implicit=True, flow_style=not value)
            for key, element in value.items():
                yield from self.events(from_hash_key(key))
                yield from self.events(element)
            yield events.MappingEndEvent()
        else:
            yield self._scalar(value)

    def _scalar(self, value: Any) -> ScalarEvent:
        if value is None:
            return _plain("")
        if isinstance(value, float):
            return _plain({"Infinity": ".inf", "-Infinity": "-.inf", "NaN": ".nan"}.get(t := ruby.float_to_s(value), t))
        if isinstance(value, bool | int):
            return _plain(ruby.to_s(value))
        if isinstance(value, Default):
            return _plain(":default")
        if isinstance(value, Binary):
            return _plain(ruby.to_s(value))
        if isinstance(value, str):
            return self._text(value)
        return self._text(ruby.to_s(value))

    def _text(self, text: str) -> ScalarEvent:
        style, tag, implicit = None, None, (True, True)
        if _INNER_LINE_BREAK.search(text):
            style = "|"
        elif text == "<<":
            style, tag, implicit = "'", _STRING_TAG, (False, False)
        elif text in ("y", "n"):
            style = '"'
        elif self._width > 0 and len(text) > self._width:
            style = ">"
        elif _STARTS_ODDLY.search(text):
            style = '"'
        elif not _reads_as_text(text) or _BAD_OCTAL.match(text):
            style = "'"
        return ScalarEvent(None, tag, implicit, text, style=style)


def _plain(text: str) -> ScalarEvent:
    return ScalarEvent(None, None, (True, False), text)


def _reads_as_text(text: str) -> bool:
    """Whether the text as it stands would be read as a string."""
    try:
        return isinstance(scalar(text), str) and not text.startswith(":")
    except Exception as refused:
        if type(refused).__name__ == "_Disallowed":
            return False
        raise
