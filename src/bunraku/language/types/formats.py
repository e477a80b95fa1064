"""Formats of `String.new`: one for each type of value, and for containers those of what they hold."""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.types.base import PAnyType, PType
from bunraku.language.types.collections import PArrayType, PHashType, PTupleType
from bunraku.language.types.interpolation import interpolate
from bunraku.language.types.registry import lookup
from bunraku.language.types.scalars import PEnumType, PFloatType, PNumericType, PPatternType, PStringType
from bunraku.language.types.structured import PStructType


class Format:
    """One format: the text, its parts, and for containers the separators and the formats of what they hold."""

    __slots__ = ("elements", "flags", "letter", "precision", "separator", "separator2", "text", "width")

    _FORM = re.compile(r"^%([\s\[+#0{<(|-]*)([1-9][0-9]*)?(?:\.([0-9]+))?([a-zA-Z])$", re.MULTILINE)

    def __init__(
        self,
        text: str,
        separator: str | None = None,
        separator2: str | None = None,
        elements: Formats | None = None,
    ) -> None:
        match = self._FORM.search(text)
        if match is None:
            raise ValueError(f"The format '{text}' is not a valid format on the form '%<flags><width>.<prec><format>'")
        self.text = text
        self.flags = match[1]
        if len(set(self.flags)) < len(self.flags):
            raise ValueError(f"The same flag can only be used once, got '{text}'")
        if sum(flag in _DELIMITERS for flag in self.flags) > 1:
            raise ValueError(f"Only one of the delimiters [ {{ ( < | can be given in the format flags, got '{text}'")
        self.width = None if match[2] is None else int(match[2])
        self.precision = None if match[3] is None else int(match[3])
        self.letter = match[4]
        self.separator = separator
        self.separator2 = separator2
        self.elements = elements

    @property
    def alternative(self) -> bool:
        """Whether `#` is among the flags."""
        return "#" in self.flags

    def delimiters(self, default: str) -> tuple[str, str]:
        """What stands around a container: that of the flags, nothing for a space, else `default`."""
        for flag in self.flags:
            if flag in _DELIMITERS:
                return flag, _DELIMITERS[flag]
        return ("", "") if " " in self.flags else (default[0], default[1])

    def over(self, lower: Format) -> Format:
        """This format with what it leaves open taken from `lower`."""
        return Format(
            self.text,
            lower.separator if self.separator is None else self.separator,
            lower.separator2 if self.separator2 is None else self.separator2,
            merged(lower.elements, self.elements),
        )

    def aligned(self, text: str) -> str:
        """`text` in the width and precision."""
        text = text if self.precision is None else text[: self.precision]
        return text.ljust(self.width or 0) if "-" in self.flags else text.rjust(self.width or 0)

    def run(self, value: Any, letter: str | None = None) -> str:
        """`value` through Ruby's `format`, with another letter where one is given. Raises ValueError."""
        from bunraku.language.functions.sprintf import formatted

        letter = letter or ("s" if self.letter == "p" else self.letter)
        try:
            return formatted(self.text.replace(self.letter, letter), [value])
        except CompileError as error:
            raise ValueError(error.message) from None

    def refuse(self, kind: str, letters: str) -> ValueError:
        """The error for a letter that a type has no format for."""
        return ValueError(
            f"Illegal format '{self.letter}' specified for value of {kind} type"
            f" - expected one of the characters '{letters}'"
        )


Formats = dict[PType, Format]

_DELIMITERS = {"[": "]", "{": "}", "(": ")", "<": ">", "|": "|"}
PLAIN = Format("%s")
ELEMENTS: Formats = {PAnyType.DEFAULT: Format("%p")}
_KEYS = ("separator", "separator2", "format", "string_formats")
_RANKS: dict[type[PType], int] = {
    PStructType: 1,
    PHashType: 2,
    PTupleType: 3,
    PArrayType: 4,
    PPatternType: 10,
    PEnumType: 11,
    PStringType: 12,
}


def defaults() -> Formats:
    """The formats where none are given."""
    formats = _default_formats
    if not formats:
        for kind, form in (
            (lookup("object"), Format("%p")),
            (PFloatType.DEFAULT, Format("%f")),
            (PNumericType.DEFAULT, Format("%d")),
            (PArrayType.DEFAULT, Format("%a", ", ", ", ", ELEMENTS)),
            (PHashType.DEFAULT, Format("%h", ", ", " => ", ELEMENTS)),
            (lookup("binary"), Format("%B")),
            (PAnyType.DEFAULT, PLAIN),
        ):
            if kind is not None:
                formats[kind] = form
    return formats


_default_formats: Formats = {}


def merged(lower: Formats | None, higher: Formats | None) -> Formats | None:
    """The formats of both; a higher one overrules those of the types that its type takes."""
    if lower is None or higher is None:
        return higher if lower is None else lower
    kept = {k: f for k, f in lower.items() if not any(h != k and h.assignable(k) for h in higher)}
    both = dict(kept)
    for kind, form in higher.items():
        both[kind] = form.over(kept[kind]) if kind in kept else form
    return {kind: both[kind] for kind in sorted(both, key=cmp_to_key(_more_specific))}


def _more_specific(a: PType, b: PType) -> int:
    down, up = b.assignable(a), a.assignable(b)
    if a == b:
        return 0
    if down != up:
        return -1 if down else 1
    ranks = [_RANKS.get(type(kind), 0) for kind in (a, b)]
    left, right = (str(a), str(b)) if 0 in ranks else ranks
    return (left > right) - (left < right)  # type: ignore[operator]


def given(formats: dict[Any, Any] | None) -> Formats | None:
    """The formats that a user gave, by type. Raises ValueError for what is none."""
    if formats is None:
        return None
    result: Formats = {}
    for kind, form in formats.items():
        if not isinstance(kind, PType):
            raise ValueError("top level keys in the format hash must be data types, got instance of 'String'")
        if not isinstance(form, dict):
            result[kind] = Format(form)
            continue
        if not set(form) <= set(_KEYS):
            allowed = ", ".join(f"'{key}'" for key in _KEYS)
            raise ValueError(f"only {allowed} are allowed in a container format, got {interpolate(form)}")
        elements = given(form.get("string_formats"))
        result[kind] = Format(form.get("format", ""), form.get("separator"), form.get("separator2"), elements)
    return result
