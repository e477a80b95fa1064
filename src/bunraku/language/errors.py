"""What goes wrong with Puppet code, and where.

One cause, one `CompileError`, whose text is `MESSAGE (file: F, line: L, column: C)`. Whoever raises without knowing
the place (a function, a type) leaves it out; the evaluator adds the place of the expression it was evaluating with
`at`, and the innermost place wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Call(NamedTuple):
    """Something that was being evaluated: a call, a class, a define; and the place that asked for it."""

    what: str
    file: str | None
    line: int | None

    @property
    def place(self) -> str:
        """`site.pp:14`; `line 14` of code that is in no file; "" where nobody asked, as for an included class."""
        if self.line is None:
            return self.file or ""
        return f"{self.file}:{self.line}" if self.file else f"line {self.line}"


class CompileError(Exception):
    """Puppet code that cannot be compiled.

    message: what was wrong and what was expected, without its place. file, line, column: the place (1-based), None
    where there is none. hint: the remedy, such as "did you mean 'nginx'?". others: further errors of the same file
    (all syntax errors are found in one go), in order.

    stands_alone: the mistake is not in the code that was evaluated (it is in data), and the message has no place in it.
    """

    stands_alone = False

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
        others: tuple[CompileError, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.hint = hint
        self.others = others
        self._calls: list[Call] = []

    def at(self, file: str | None, line: int, column: int) -> CompileError:
        """This error with its place filled in, unless it has one already or needs none."""
        if self.line is None and not self.stands_alone:
            self.file, self.line, self.column = file, line, column
        return self

    def through(self, what: str, file: str | None, line: int | None) -> CompileError:
        """This error on its way out of `what`, which the code at a place asked for."""
        self._calls.append(Call(what, file, line))
        return self

    @property
    def calls(self) -> Iterator[Call]:
        """What was being evaluated, from the innermost on."""
        if isinstance(self.__cause__, CompileError):
            yield from self.__cause__.calls
        yield from self._calls

    def __str__(self) -> str:
        parts = [f"file: {self.file}"] if self.file else []
        if self.line is not None:
            parts.append(f"line: {self.line}")
        if self.column is not None:
            parts.append(f"column: {self.column}")
        return f"{self.message} ({', '.join(parts)})" if parts else self.message


class ControlFlow(Exception):
    """`next`, `break` and `return` on their way to the construct that they leave. Not errors of the user.

    place: file, line and column of the call, filled in by the evaluator.
    """

    def __init__(self, value: object = None) -> None:
        super().__init__()
        self.value = value
        self.place: tuple[str | None, int | None, int | None] | None = None


class Next(ControlFlow):
    """Ends one turn of a lambda with a value."""


class Break(ControlFlow):
    """Ends the iteration around a lambda."""


class Return(ControlFlow):
    """Leaves a function, class or define with a value."""
