"""What the lexer makes: tokens, and the error that ends them."""

from __future__ import annotations

BLANK = r" \t\r\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""White space within a line, as the inside of a character class: tab, carriage return and Unicode's spaces."""


class LexError(Exception):
    """Text that is no token. pos: the offset that the error names."""

    def __init__(self, message: str, pos: int) -> None:
        super().__init__(message)
        self.message = message
        self.pos = pos


class Tokens:
    """The tokens of a text: kinds[i], values[i] and starts[i] belong together; the last kind is EOF or ERROR.

    values: str; bool for BOOLEAN; the pattern for REGEX; for HEREDOC its syntax. warnings: (message, offset) in order.
    """

    __slots__ = ("kinds", "starts", "values", "warnings")

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.values: list[object] = []
        self.starts: list[int] = []
        self.warnings: list[tuple[str, int]] = []

    def add(self, kind: str, value: object, start: int) -> None:
        """Append one token."""
        self.kinds.append(kind)
        self.values.append(value)
        self.starts.append(start)

    def cut(self, count: int) -> None:
        """Keep the first `count` tokens."""
        del self.kinds[count:], self.values[count:], self.starts[count:]
