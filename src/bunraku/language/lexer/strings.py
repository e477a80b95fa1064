"""Quoted strings: escapes and interpolation."""

from __future__ import annotations

import re

from bunraku.language.keywords import KEYWORDS
from bunraku.language.lexer.base import LexerBase
from bunraku.language.lexer.tokens import LexError

# The reference takes a quote right behind the opening one for text if another quote follows it: so do these.
_single_quoted = re.compile(r"'('(?:\\\\)*(?=')|[^'\\]*+(?:\\.[^'\\]*+)*+)'", re.DOTALL).match
_quote_as_text = re.compile(r'"(?:\\\\)*(?=["$])').match
_variable_name = re.compile(r"(?:::)?(?:\w+::)*\w+", re.ASCII).match
_word_at_end = re.compile(r"(\$?[\w:]*\w)?[^\w\s$]*\Z", re.ASCII).search

# Text of a string up to what ends it: a quote, a dollar sign, or the end. One a kind of string.
_in_quotes = re.compile(r'[^"\\$]*+(?:\\.[^"\\$]*+)*+', re.DOTALL)
_in_heredoc_escapes = re.compile(r"[^\\$]*+(?:\\.[^\\$]*+)*+\\?", re.DOTALL)
_in_heredoc = re.compile(r"[^$]*+")

_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "s": " ", "\n": "", "\r\n": ""}
_QUOTED_ESCAPES = frozenset(["\\", "$", "'", '"', "r", "n", "t", "s", "u", "\r\n", "\n"])
_unicode_escape = re.compile(r"((?:[^\\]|^)(?:\\\\)*)\\u(?:([\da-fA-F]{4})|\{([\da-fA-F]{1,6})\})", re.MULTILINE)
_escape = re.compile(r"\\([^\r\n]|\r?\n)")
_BAD_UNICODE = "Unicode escape '\\u' was not followed by 4 hex digits or 1-6 hex digits in {} or was > 10ffff"


class StringLexer(LexerBase):
    """The lexing of strings."""

    def single_quoted(self, start: int) -> int:
        """A single-quoted string that has escapes."""
        match = _single_quoted(self.text, start)
        if not match:
            raise self._unclosed('"\'"', start + 1)
        self.tokens.add("STRING", re.sub(r"\\([\\'])", r"\1", match[1]), start)
        return match.end()

    def _unclosed(self, after: str, pos: int) -> LexError:
        rest = self.text[pos : pos + 5]
        shown = rest.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") + "..." if rest else "<eof>"
        return LexError(f"Unclosed quote after {after} followed by '{shown}'", pos)

    def interpolated(self, start: int) -> int:
        """A double-quoted string that has escapes or interpolation."""
        first = len(self.tokens.kinds)
        try:
            return self._string_parts(start, start + 1, _in_quotes, _QUOTED_ESCAPES, quoted=True)
        except LexError:
            self.tokens.cut(first)  # it is reported before an error in the tokens that the string begins with
            raise

    def heredoc_text(self, escapes: frozenset[str], *, interpolate: bool) -> None:
        """Add the whole of `text` as the tokens of a string."""
        if not interpolate:
            self.tokens.add("STRING", self._unescape(self.text, escapes, len(self.text), quoted=False), 0)
            return
        part = _in_heredoc_escapes if "$" in escapes else _in_heredoc
        self._string_parts(0, 0, part, escapes, quoted=False)

    def _string_parts(
        self, start: int, pos: int, part: re.Pattern[str], escapes: frozenset[str], *, quoted: bool
    ) -> int:
        """The tokens of a string whose text begins at `pos`; says where it ends.

        part: the pattern that finds text up to a dollar sign or the end.
        """
        text, tokens = self.text, self.tokens
        literal = ""
        kind = "BEGIN"
        after = "'\"'"
        while True:
            match = (quoted and _quote_as_text(text, pos)) or part.match(text, pos)
            assert match  # it may be empty
            end = match.end()
            char = text[end : end + 1]
            if quoted and char not in ('"', "$"):
                raise self._unclosed(after, pos)
            literal += self._unescape(text[pos:end], escapes, end + 1, quoted=quoted)
            if char != "$":
                tokens.add("STRING" if kind == "BEGIN" else "END", literal, start)
                return end + 1
            if text.startswith("{", end + 1):
                tokens.add(kind, literal, start)
                pos = self._interpolation(end + 2)
                after = f"'{self._last_word(end + 2, pos)}'"
            elif name := _variable_name(text, end + 1):
                tokens.add(kind, literal, start)
                tokens.add("VARIABLE", name[0], end)
                pos = name.end()
                after = f"'{name[0]}'"
            else:
                literal += "$"
                pos = end + 1
                after = "''"
                continue
            literal, kind, start = "", "MIDDLE", pos

    def _interpolation(self, pos: int) -> int:
        """The tokens of `${…}` from behind its brace. A first bare word, if alone or accessed, is a variable."""
        kinds = self.tokens.kinds
        first = len(kinds)
        end = self.code(pos, nested=True)
        count = len(kinds) - first
        if count == 1 or (count > 1 and kinds[first + 1] in (".", "[")):
            kind = kinds[first]
            if kind in ("NAME", "WORD", "NUMBER") or kind in KEYWORDS:
                kinds[first] = "VARIABLE"
        return end

    def _last_word(self, start: int, end: int) -> str:
        """What a message about an unclosed quote names: the last word of an interpolation, unless space follows it."""
        match = _word_at_end(self.text, max(start, end - 100), end)
        return (match and match[1]) or ""

    def _unescape(self, raw: str, escapes: frozenset[str], pos: int, *, quoted: bool) -> str:
        """Text with its escapes replaced. pos: where a warning about them points."""
        if "\\" not in raw:
            return raw
        if "u" in escapes and "\\u" in raw:
            raw = _replace_unicode_escapes(raw, pos)

        def replace(match: re.Match[str]) -> str:
            char = match[1]
            if char not in escapes:
                if quoted:
                    self.tokens.warnings.append((f"Unrecognized escape sequence '\\{char}'", pos))
                return match[0]
            if char == "u":
                self.tokens.warnings.append((_BAD_UNICODE, pos))
                return match[0]
            return _ESCAPES.get(char, char)

        return _escape.sub(replace, raw)


def _replace_unicode_escapes(raw: str, pos: int) -> str:
    """Text with `\\uXXXX` and `\\u{X…}` replaced. Repeated, since a match takes in the character before it."""

    def replace(match: re.Match[str]) -> str:
        code = int(match[2] or match[3], 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise LexError(_BAD_UNICODE, pos)
        return match[1] + chr(code)

    while True:
        replaced = _unicode_escape.sub(replace, raw)
        if replaced == raw:
            return raw
        raw = replaced
