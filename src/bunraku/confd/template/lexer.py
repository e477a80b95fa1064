"""Splits a template into tokens.

Outside `{{ }}` there is only text; inside, a token is a word, a literal or a mark, and runs of spaces count, because
they part arguments. `{{- ` and ` -}}` trim the text beside them here, so that the parser never sees them.
The first error ends the tokens with one of kind ERROR, whose text is the message.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bunraku.confd.template.strings import quote, quote_rune

KEYWORDS = {"block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with"}

SPACE = " \t\r\n"


class Token(NamedTuple):
    """One token: its kind (TEXT, LEFT, RIGHT, SPACE, FIELD …, or the keyword itself), its text, its offset."""

    kind: str
    text: str
    pos: int

    def __str__(self) -> str:
        if self.kind == "EOF":
            return "EOF"
        if self.kind == "ERROR":
            return self.text
        if self.kind in KEYWORDS or self.kind == "DOT":
            return f"<{self.text}>"
        return quote(self.text[:10]) + "..." if len(self.text) > 10 else quote(self.text)


_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_WORD = re.compile(r"\w*")
_SPACES = re.compile(r"[ \t\r\n]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHAR = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")
_LEFT_TRIM = re.compile(r"-[ \t\r\n]")
_RIGHT = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_MARKS = {"=": "ASSIGN", "|": "PIPE", "(": "LPAREN", ")": "RPAREN"}


class _Stop(Exception):
    def __init__(self, message: str, pos: int) -> None:
        self.message, self.pos = message, pos


def tokenize(text: str) -> list[Token]:
    """All tokens of `text`; the last is EOF or ERROR."""
    tokens: list[Token] = []
    try:
        _text(text, tokens)
    except _Stop as stop:
        tokens.append(Token("ERROR", stop.message, stop.pos))
    return tokens


def _text(text: str, tokens: list[Token]) -> None:
    """Text up to each `{{`, what stands inside, and on."""
    pos = 0
    while (left := text.find("{{", pos)) >= 0:
        trim = _LEFT_TRIM.match(text, left + 2)
        kept = text[pos:left].rstrip(SPACE) if trim else text[pos:left]
        if kept:
            tokens.append(Token("TEXT", kept, pos))
        inside = left + 2 + (2 if trim else 0)
        if text.startswith("/*", inside):
            pos = _comment(text, inside)
        else:
            tokens.append(Token("LEFT", "{{", left))
            pos = _action(text, inside, tokens)
    if pos < len(text):
        tokens.append(Token("TEXT", text[pos:], pos))
    tokens.append(Token("EOF", "", len(text)))


def _after_right(text: str, right: re.Match[str]) -> int:
    """Where text goes on after a right delimiter: past the blanks that it trims."""
    pos = right.end()
    if right.group() != "}}":
        while pos < len(text) and text[pos] in SPACE:
            pos += 1
    return pos


def _comment(text: str, start: int) -> int:
    end = text.find("*/", start + 2)
    if end < 0:
        raise _Stop("unclosed comment", start)
    right = _RIGHT.match(text, end + 2)
    if right is None:
        raise _Stop("comment ends before closing delimiter", start)
    return _after_right(text, right)


def _action(text: str, pos: int, tokens: list[Token]) -> int:
    """The tokens from `pos` to the right delimiter; returns where text goes on."""
    depth = 0
    while True:
        if right := _RIGHT.match(text, pos):
            if depth:
                raise _Stop("unclosed left paren", pos)
            tokens.append(Token("RIGHT", "}}", right.end() - 2))
            return _after_right(text, right)
        if pos >= len(text):
            raise _Stop("unclosed action", pos)
        char = text[pos]
        if char in SPACE:
            pos = _space(text, pos, tokens)
        elif char in _MARKS:
            depth += (char == "(") - (char == ")")
            tokens.append(Token(_MARKS[char], char, pos))
            if depth < 0:
                raise _Stop(f"unexpected right paren {_unicode(char)}", pos + 1)
            pos += 1
        else:
            pos = _operand(text, pos, tokens)


def _space(text: str, pos: int, tokens: list[Token]) -> int:
    """A run of spaces; the last is left for ` -}}`, which begins with one."""
    match = _SPACES.match(text, pos)
    assert match is not None
    end = match.end()
    if text.startswith("-}}", end):
        end -= 1
    if end > pos:
        tokens.append(Token("SPACE", text[pos:end], pos))
    return end


def _operand(text: str, pos: int, tokens: list[Token]) -> int:
    char = text[pos]
    following = text[pos + 1 : pos + 2]
    if char == ":":
        if following != "=":
            raise _Stop("expected :=", pos)
        kind, end = "DECLARE", pos + 2
    elif char == '"':
        kind, end = "STRING", _literal(_QUOTED, text, pos, "unterminated quoted string")
    elif char == "`":
        end = text.find("`", pos + 1) + 1
        if not end:
            raise _Stop("unterminated raw quoted string", pos)
        kind = "RAW"
    elif char == "'":
        kind, end = "CHAR", _literal(_CHAR, text, pos, "unterminated character constant")
    elif char == "$" or char == "." and not _digit(following):
        end = _word_end(text, pos + 1)
        if not _terminated(text, end):
            raise _Stop(f"bad character {_unicode(text[end])}", pos)
        kind = "VARIABLE" if char == "$" else "FIELD" if end > pos + 1 else "DOT"
    elif char in ".+-" or _digit(char):
        kind, end = _number(text, pos)
    elif _WORD.fullmatch(char):
        end = _word_end(text, pos)
        if not _terminated(text, end):
            raise _Stop(f"bad character {_unicode(text[end])}", pos)
        word = text[pos:end]
        kind = word if word in KEYWORDS else "BOOL" if word in ("true", "false") else "IDENTIFIER"
    elif " " <= char <= "~":
        kind, end = "MARK", pos + 1
    else:
        raise _Stop(f"unrecognized character in action: {_unicode(char)}", pos)
    tokens.append(Token(kind, text[pos:end], pos))
    return end


def _digit(char: str) -> bool:
    return "0" <= char <= "9"


def _literal(pattern: re.Pattern[str], text: str, pos: int, message: str) -> int:
    match = pattern.match(text, pos)
    if match is None:
        raise _Stop(message, pos)
    return match.end()


def _word_end(text: str, pos: int) -> int:
    match = _WORD.match(text, pos)
    assert match is not None
    return match.end()


def _terminated(text: str, pos: int) -> bool:
    """Whether a word may end at `pos`: `.a.b` falls apart there, `$x+2` does not."""
    return pos >= len(text) or text[pos] in " \t\r\n.,|:)(" or text.startswith("}}", pos)


def _number(text: str, pos: int) -> tuple[str, int]:
    end = _number_end(text, pos, pos)
    if text[end : end + 1] not in ("+", "-"):
        return "NUMBER", end
    end = _number_end(text, end, pos)
    if text[end - 1] != "i":
        raise _Stop(f"bad number syntax: {quote(text[pos:end])}", pos)
    return "COMPLEX", end


def _number_end(text: str, pos: int, start: int) -> int:
    match = _NUMBER.match(text, pos)
    assert match is not None
    end = match.end()
    if end < len(text) and _WORD.fullmatch(text[end]):
        raise _Stop(f"bad number syntax: {quote(text[start : end + 1])}", start)
    return end


def _unicode(char: str) -> str:
    """A character in the form of Go's %#U: `U+0021 '!'`."""
    return f"U+{ord(char):04X}" + (f" {quote_rune(char)}" if char.isprintable() else "")
