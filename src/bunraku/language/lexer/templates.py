"""EPP templates: the text between tags, and where a tag begins and ends."""

from __future__ import annotations

import re

from bunraku.language.lexer.base import LexerBase
from bunraku.language.lexer.tokens import LexError

_tag_text_end = re.compile(r"<%|\Z")
_comment_end = re.compile(r"[^%]%>", re.DOTALL)
_trim_start = re.compile(r"\A[ \t]*\r?\n?")


class TemplateLexer(LexerBase):
    """The lexing of what is outside of a template's tags."""

    def tag_end(self, char: str, start: int) -> int:
        """`%>` or `-%>` in a template; elsewhere the operators `-` and `%`."""
        if not self.template:
            self.tokens.add(char, char, start)
            return start + 1
        length = 3 if char == "-" else 2
        if self.in_expression_tag:
            self.tokens.add("TAGEND", self.text[start : start + length], start)
        return self.template_text(start + length, trim=length == 3)

    def template_text(self, start: int, *, trim: bool) -> int:
        """Add the text of a template up to the next tag; says where that tag's code begins. trim: after `-%>`."""
        text, tokens = self.text, self.tokens
        self.in_tag = False
        pos, literal = start, ""
        if pos >= len(text):
            return pos
        while pos < len(text):
            match = _tag_text_end.search(text, pos)
            assert match
            part = text[pos : match.start()]
            pos = match.end()
            if trim:
                part = _trim_start.sub("", part)
                trim = False
            literal += part.replace("%%>", "%>")
            if not match[0]:
                break
            char = text[pos : pos + 1]
            if not char:
                raise LexError("Unbalanced embedded expression - opening <% and reaching end of input", pos)
            if char == "%":
                literal += "<%"
                pos += 1
            elif char == "#":
                pos, literal, trim = self._template_comment(pos, literal)
            else:
                return self._open_tag(char, pos, literal, start)
        tokens.add("TEXT", literal, start)
        return pos

    def _template_comment(self, pos: int, literal: str) -> tuple[int, str, bool]:
        match = _comment_end.search(self.text, pos)
        if not match:
            raise LexError("Reaching end after opening <%# without seeing %>", pos)
        comment = self.text[pos : match.end()]
        if comment[1] == "-":
            literal = literal.rstrip(" \t")
        return match.end(), literal, comment.endswith("-%>")

    def _open_tag(self, char: str, pos: int, literal: str, start: int) -> int:
        """`<%`, `<%-` or `<%=` after `literal`; pos is behind the `<%`."""
        if char == "-":
            literal = literal.rstrip(" \t")
        if literal:
            self.tokens.add("TEXT", literal, start)
        self.in_tag = True
        self.in_expression_tag = char == "="
        if self.in_expression_tag:
            self.tokens.add("EXPR", "", start)
        return pos + 1 if char in "-=" else pos
