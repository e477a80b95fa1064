"""What all parts of the lexer stand on: the text, the tokens so far, and where lexing goes on."""

from __future__ import annotations

from bunraku.language.lexer.tokens import Tokens


class LexerBase:
    """One pass over one text (a file, or the text of a heredoc), adding to `tokens`.

    resume: after a heredoc on the current line, the offset behind its text, where lexing goes on when the line ends.
    in_tag, in_expression_tag: in a template, whether the current code is in a tag, and in `<%= %>`.
    """

    def __init__(self, text: str, tokens: Tokens, *, template: bool = False) -> None:
        self.text = text
        self.tokens = tokens
        self.resume: int | None = None
        self.template = template
        self.in_tag = False
        self.in_expression_tag = False

    def code(self, pos: int, *, nested: bool) -> int:
        """Add tokens from `pos` on: to the end, or if nested behind the `}` that closes an interpolation."""
        raise NotImplementedError
