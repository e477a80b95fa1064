"""Heredocs: their tags, and their text, which stands below the line that the tag is on."""

from __future__ import annotations

import re
from bisect import bisect_right

from bunraku.language.lexer.strings import StringLexer
from bunraku.language.lexer.tokens import BLANK, LexError, Tokens

_heredoc_tag = re.compile(
    rf"@\(([^:/\r\n)]+)(?::[{BLANK}]*([a-z][a-zA-Z0-9_+]+)[{BLANK}]*)?(?:/((?:\w|[$])*)[{BLANK}]*)?\)", re.ASCII
).search


class HeredocLexer(StringLexer):
    """The lexing of heredocs."""

    def heredoc(self, start: int) -> int:
        """`@(tag:syntax/escapes)`: its token, and those of its text further down."""
        text = self.text
        close = text.find(")", start) + 1
        if not close:
            raise self._heredoc_unclosed(start)
        first = len(self.tokens.kinds)
        try:
            self._heredoc_behind(start, close)
        except LexError:
            self.tokens.cut(first)
            raise
        return close

    def _heredoc_behind(self, start: int, close: int) -> None:
        """The tokens of the heredoc whose tag is from `start` to `close`."""
        text = self.text
        endtag, syntax, escapes, interpolate = self._heredoc_tag(start, close)
        self.tokens.add("HEREDOC", syntax, start)
        body = self.resume if self.resume is not None else text.find("\n", close) + 1
        if not body:
            raise LexError("Heredoc without any following lines of text", close)
        lines: list[tuple[int, str]] = []
        is_end = re.compile(
            rf"([{BLANK}]*)(?:([|])[{BLANK}]*)?(?:(-)[{BLANK}]*)?{re.escape(endtag)}[{BLANK}]*\r?(?:\n|\Z)"
        ).search
        pos = body
        while pos < len(text):
            newline = text.find("\n", pos) + 1 or len(text)
            end = is_end(text, pos, newline)
            if end:
                self.resume = newline
                self._heredoc_lines(lines, end, body, escapes, interpolate)
                return
            lines.append((pos, text[pos:newline]))
            pos = newline
        raise LexError("Heredoc without end-tagged line", body)

    def _heredoc_unclosed(self, start: int) -> LexError:
        rest = self.text[start : start + 5].replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        return LexError(f"Unclosed parenthesis after '@(' followed by '{rest}...'", start)

    def _heredoc_tag(self, start: int, close: int) -> tuple[str, str, frozenset[str], bool]:
        """What a heredoc's tag says: its end tag, syntax, escapes, and whether to interpolate."""
        match = _heredoc_tag(self.text, start, close)
        if not match:
            raise LexError("Invalid syntax in heredoc expected @(endtag[:syntax][/escapes])", close)
        endtag = match[1].strip()
        interpolate = len(endtag) > 1 and endtag[0] == endtag[-1] == '"'
        if interpolate:
            endtag = endtag[1:-1].strip()
        if not endtag:
            raise LexError("Heredoc with an empty endtag", close)
        escapes: set[str] = set()
        if match[3] is not None:
            letters = match[3] or "trnsuL$"
            if len(set(letters)) != len(letters):
                shown = ", ".join(letters)
                raise LexError(f"An escape char for @() may only appear once. Got '{shown}'", close)
            escapes.add("\\")
            for letter in letters:
                if letter not in "trnsuL$":
                    raise LexError(
                        f"Invalid heredoc escape char. Only t, r, n, s,  u, L, $ allowed. Got '{letter}'", close
                    )
                escapes |= {"\n", "\r\n"} if letter == "L" else {letter}
        return endtag, match[2] or "", frozenset(escapes), interpolate

    def _heredoc_lines(
        self, lines: list[tuple[int, str]], end: re.Match[str], body: int, escapes: frozenset[str], interpolate: bool
    ) -> None:
        """Add the text of a heredoc: its margin removed, and every token's place that in the file."""
        margin = end[1] if end[2] else ""
        pieces: list[str] = []
        local, origins, offsets = 0, [], []
        for start, line in lines:
            cut = len(margin) if margin and line.startswith(margin) else 0
            origins.append(local)
            offsets.append(start + cut - local)
            pieces.append(line[cut:])
            local += len(line) - cut
        content = "".join(pieces)
        if end[3]:
            content = re.sub(r"\r?\n\Z", "", content)

        def place(pos: int) -> int:
            # The first character stands at the beginning of its line, before the margin, as Puppet has it.
            return pos + offsets[bisect_right(origins, pos) - 1] if pos else body

        inner = type(self)(content, Tokens())
        try:
            inner.heredoc_text(escapes, interpolate=interpolate)
        except LexError as error:
            raise LexError(error.message, place(error.pos)) from None
        tokens = self.tokens
        tokens.kinds += inner.tokens.kinds
        tokens.values += inner.tokens.values
        tokens.starts += [place(start) for start in inner.tokens.starts]
        tokens.warnings += [(message, place(pos)) for message, pos in inner.tokens.warnings]
