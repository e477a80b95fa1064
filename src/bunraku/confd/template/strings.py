"""Go's string and character literals, both ways: quoted for printing (strconv.Quote), and read from source.

A string that is not UTF-8 carries its stray bytes as lone surrogates (Python's "surrogateescape").
"""

from __future__ import annotations

import re

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_UNESCAPES = {escape[1]: char for char, escape in _ESCAPES.items()} | {"\\": "\\"}
_ESCAPE = r"(?s)\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))"


def to_bytes(text: str) -> bytes:
    """The bytes of a Go string."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """The Go string of some bytes."""
    return data.decode("utf-8", "surrogateescape")


def quote(text: str, ascii_only: bool = False) -> str:
    """`text` as a Go string literal in double quotes."""
    return '"' + _escaped(text, '"', ascii_only) + '"'


def quote_rune(char: str, ascii_only: bool = False) -> str:
    """One character as a Go character literal."""
    return "'" + _escaped(char, "'", ascii_only) + "'"


def _escaped(text: str, mark: str, ascii_only: bool) -> str:
    # Most strings need no escape at all: one look tells.
    if text.isascii() and text.isprintable() and mark not in text and "\\" not in text:
        return text
    return "".join(_escape(char, mark, ascii_only) for char in text)


def _escape(char: str, mark: str, ascii_only: bool) -> str:
    code = ord(char)
    if char == mark or char == "\\":
        return "\\" + char
    if code < 0x7F if ascii_only else True:
        if char.isprintable():
            return char
    if char in _ESCAPES:
        return _ESCAPES[char]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def unquote(literal: str) -> str:
    """The value of a Go string literal in double quotes or backquotes. ValueError if it is not one."""
    if literal[0] == "`":
        return literal[1:-1].replace("\r", "")
    return _unescaped(literal[1:-1], '"')


def unquote_rune(literal: str) -> int:
    """The code of a Go character literal. ValueError if it is not one."""
    char = _unescaped(literal[1:-1], "'")
    if len(char) != 1:
        raise ValueError(f"malformed character constant: {literal}" if char else "invalid syntax")
    code = ord(char)
    return code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code


def _unescaped(body: str, mark: str) -> str:
    if "\\" not in body:
        return body

    def one(match: re.Match[str]) -> str:
        hexed, short, long, octal, char = match.groups()
        if hexed or octal:
            byte = int(hexed, 16) if hexed else int(octal, 8)
            if byte > 255:
                raise ValueError("invalid syntax")
            return chr(byte) if byte < 0x80 else chr(0xDC00 + byte)
        if short or long:
            code = int(short or long, 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise ValueError("invalid syntax")
            return chr(code)
        if char == mark:
            return mark
        if char not in _UNESCAPES:
            raise ValueError("invalid syntax")
        return _UNESCAPES[char]

    # Bytes written one by one may make up a character together.
    return to_text(to_bytes(re.sub(_ESCAPE, one, body)))
