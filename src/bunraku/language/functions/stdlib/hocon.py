"""HOCON: JSON for people, as Typesafe's config library reads it.

Keys without quotes, `a.b.c: 1`, `=` for `:`, `a { … }`, commas or line ends between, comments, `+=`, substitutions
`${a.b}` and `${?a.b}`, values put together from neighbours, objects that are merged. `include` and durations are
not read.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import Any, Final

from bunraku.language.errors import CompileError

_SPACE: Final = re.compile(r"(?:[^\S\n]|(?:#|//)[^\n]*)*")
_TRIPLE: Final = re.compile(r'"""(.*?)"""(?!")', re.DOTALL)
_QUOTED: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_BARE: Final = re.compile(r'(?:(?!//)[^\s$"{}\[\]:=,+#`^?!@*&\\])+')
_BARE_KEY: Final = re.compile(r'(?:(?!//)[^\s$"{}\[\]:=,+#`^?!@*&\\.])+')
_REFERENCE: Final = re.compile(r"\$\{(\??)\s*([^}]+?)\s*\}")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/", "\\": "\\", '"': '"'}
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
_MISSING: Final = object()


class _Reference:
    """`${path}`, or `${?path}`, which may be missing."""

    def __init__(self, path: list[str], optional: bool) -> None:
        self.path = path
        self.optional = optional


class _Sum:
    """Values side by side, to be put together when their references are known. spaces: what stood between them."""

    def __init__(self, parts: list[Any], spaces: list[str]) -> None:
        self.parts = parts
        self.spaces = spaces


class _Later:
    """A value that is set over another, which it refers to or is merged with."""

    def __init__(self, before: Any, value: Any) -> None:
        self.before = before
        self.value = value


def parse(text: str) -> Any:
    """The value of a HOCON text. Raises CompileError for what is none."""
    reader = _Reader(text)
    root = reader.document()
    return _Resolver(root).value(root, [])


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def document(self) -> dict[str, Any]:
        self._skip_lines()
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            raise self._error("has type LIST rather than object at file root")
        value = self._object(braces=opening == "{")
        self._skip_lines()
        if self._at < len(self._text):
            raise self._error(f"expecting end of the text, got {self._text[self._at]!r}")
        return value

    def _error(self, message: str) -> CompileError:
        line = self._text.count("\n", 0, self._at) + 1
        return CompileError(f"String: {line}: {message}")

    # ---- white space and separators

    def _skip(self) -> str:
        match = _SPACE.match(self._text, self._at)
        assert match is not None
        self._at = match.end()
        return match[0]

    def _skip_lines(self) -> bool:
        """Skip white space, comments and line ends; whether there was a line end."""
        start = self._at
        self._skip()
        while self._text.startswith("\n", self._at):
            self._at += 1
            self._skip()
        return "\n" in self._text[start : self._at]

    def _take(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _separator(self, closing: str) -> bool:
        """Go past what separates elements; whether another one follows."""
        lines = self._skip_lines()
        comma = self._take(",")
        self._skip_lines()
        if self._at >= len(self._text) or self._text[self._at] in closing:
            return False
        if not (comma or lines):
            raise self._error(f"expecting a comma or a line end, got {self._text[self._at]!r}")
        return True

    # ---- values

    def _object(self, braces: bool) -> dict[str, Any]:
        if braces:
            self._at += 1
        found: dict[str, Any] = {}
        self._skip_lines()
        while self._at < len(self._text) and self._text[self._at] != "}":
            self._entry(found)
            if not self._separator("}"):
                break
        if braces and not self._take("}"):
            raise self._error("expecting } at the end of an object")
        return found

    def _entry(self, into: dict[str, Any]) -> None:
        path = self._path()
        self._skip()
        adds = False
        if self._text.startswith("{", self._at):
            value = self._values()
        else:
            adds = self._take("+=")
            if not (adds or self._take(":") or self._take("=")):
                raise self._error(
                    f"Key '{'.'.join(path)}' may not be followed by {self._text[self._at : self._at + 1]!r}"
                )
            self._skip_lines()
            value = self._values()
        if adds:
            value = _Sum([_Reference(path, True), [value]], [""])
        for key in reversed(path[1:]):
            value = {key: value}
        into[path[0]] = _over(into.get(path[0], _MISSING), value)

    def _path(self) -> list[str]:
        keys = [self._key()]
        while self._take("."):
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        match = _QUOTED.match(self._text, self._at)
        if match:
            self._at = match.end()
            return _unescaped(match[1])
        words: list[str] = []
        while match := _BARE_KEY.match(self._text, self._at):
            self._at = match.end()
            words.append(match[0])
            ahead = re.compile(r"[^\S\n]+(?=[^\s:={+.])").match(self._text, self._at)
            if ahead is None:
                break
            words.append(ahead[0])
            self._at = ahead.end()
        if not words:
            raise self._error(f"expecting a key, got {self._text[self._at : self._at + 1]!r}")
        return "".join(words).strip()

    def _values(self) -> Any:
        """One value, or several side by side."""
        parts: list[Any] = []
        spaces: list[str] = []
        gap = ""
        while (part := self._value()) is not _MISSING:
            if parts:
                spaces.append(gap)
            parts.append(part)
            gap = self._skip()
        if not parts:
            raise self._error(f"expecting a value, got {self._text[self._at : self._at + 1]!r}")
        if len(parts) == 1:
            return _typed(parts[0])
        return _Sum(parts, spaces)

    def _value(self) -> Any:
        char = self._text[self._at : self._at + 1]
        if char == "{":
            return self._object(braces=True)
        if char == "[":
            return self._array()
        for pattern, make in _SCALARS:
            match = pattern.match(self._text, self._at)
            if match:
                self._at = match.end()
                return make(match)
        return _MISSING

    def _array(self) -> list[Any]:
        self._at += 1
        found: list[Any] = []
        self._skip_lines()
        while self._at < len(self._text) and self._text[self._at] != "]":
            found.append(self._values())
            if not self._separator("]"):
                break
        if not self._take("]"):
            raise self._error("expecting ] at the end of a list")
        return found


class _Bare(str):
    """A word without quotes, which may be a number or a constant."""


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        return chr(int(match[2], 16)) if match[2] else _ESCAPES.get(match[1], match[1])

    return re.sub(r"\\(u([0-9a-fA-F]{4})|.)", character, text)


_SCALARS: Final = (
    (_TRIPLE, lambda match: match[1]),
    (_QUOTED, lambda match: _unescaped(match[1])),
    (_REFERENCE, lambda match: _Reference(_Reader(match[2])._path(), bool(match[1]))),
    (_BARE, lambda match: _Bare(match[0])),
)


def _typed(value: Any) -> Any:
    """A word without quotes as the number or constant that it is."""
    if not isinstance(value, _Bare):
        return value
    if value in _WORDS:
        return _WORDS[value]
    match = _NUMBER.fullmatch(value)
    if match is None:
        return str(value)
    return float(value) if match[1] else int(float(value)) if match[2] else int(value)


def _over(before: Any, value: Any) -> Any:
    """`value` set where `before` was: objects are merged, the keys of the later one first."""
    if isinstance(before, dict) and isinstance(value, dict):
        merged = {key: _over(before.get(key, _MISSING), element) for key, element in value.items()}
        return merged | {key: element for key, element in before.items() if key not in merged}
    plain = before is _MISSING or not isinstance(value, _Sum | _Reference)
    return value if plain else _Later(before, value)


class _Resolver:
    """Puts references and values side by side in place."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._open: list[list[str]] = []

    def value(self, value: Any, path: list[str], before: Any = _MISSING) -> Any:
        """`value`, which stands at `path` over `before`, without references."""
        if isinstance(value, _Later):
            return self.value(value.value, path, value.before)
        if isinstance(value, dict):
            found = {k: self.value(v, [*path, k]) for k, v in value.items()}
            return {k: v for k, v in found.items() if v is not _MISSING}
        if isinstance(value, list):
            return [v for v in (self.value(v, path) for v in value) if v is not _MISSING]
        if isinstance(value, _Sum):
            return self._joined([self.value(p, path, before) for p in value.parts], value.spaces)
        if isinstance(value, _Reference):
            return self._referred(value, path, before)
        return value

    def _referred(self, reference: _Reference, path: list[str], before: Any) -> Any:
        if reference.path == path or reference.path in self._open:
            found = _MISSING if before is _MISSING else self.value(before, path)
        else:
            self._open.append(reference.path)
            found = self._root
            for key in reference.path:
                found = found.get(key, _MISSING) if isinstance(found, dict) else _MISSING
            found = found if found is _MISSING else self.value(found, reference.path)
            self._open.pop()
        if found is _MISSING and not reference.optional:
            raise CompileError(f"Could not resolve substitution to a value: ${{{'.'.join(reference.path)}}}")
        return found

    @staticmethod
    def _joined(parts: list[Any], spaces: list[str]) -> Any:
        present = [p for p in parts if p is not _MISSING]
        if all(isinstance(p, list) for p in present):
            return [v for p in present for v in p] if present else _MISSING
        if all(isinstance(p, dict) for p in present):
            return reduce(_over, present)
        text = _shown(parts[0])
        for space, part in zip(spaces, parts[1:], strict=True):
            text += space + _shown(part)
        return text


def _shown(part: Any) -> str:
    if part is _MISSING:
        return ""
    if part is None or isinstance(part, bool):
        return {None: "null", True: "true", False: "false"}[part]
    if isinstance(part, list | dict):
        raise CompileError("Cannot concatenate an object or list with a text")
    return str(part)
