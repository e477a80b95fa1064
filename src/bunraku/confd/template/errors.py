"""What goes wrong in a template, and where."""

from __future__ import annotations


class TemplateError(Exception):
    """A template that cannot be parsed or executed.

    `name` is the file's, `line` counts from 1 and `column` from 0 in bytes, as Go's do; `message` is what went wrong.
    For an execution `template` is the defined template that was running and `context` the expression at fault.
    """

    def __init__(
        self, message: str, name: str, line: int, column: int, template: str | None = None, context: str | None = None
    ) -> None:
        where = f"template: {name}:{line}:{column}: "
        if context is not None:
            where += f'executing "{template}" at <{context}>: '
        super().__init__(where + message)
        self.message = message
        self.name = name
        self.line = line
        self.column = column
        self.template = template
        self.context = context


class FunctionError(Exception):
    """What a template function raises when it cannot answer; the template that called it fails with its message."""


def position(text: str, pos: int) -> tuple[int, int]:
    """The line (from 1) and the column (from 0, in bytes) of offset `pos` in `text`."""
    start = text.rfind("\n", 0, pos) + 1
    return text.count("\n", 0, pos) + 1, len(text[start:pos].encode("utf-8", "surrogateescape"))
