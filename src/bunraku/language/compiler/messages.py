"""What a compilation says: the messages of the code and those about it, and the place where it is."""

from __future__ import annotations

from typing import NamedTuple

from bunraku.language import nodes
from bunraku.language.errors import CompileError
from bunraku.language.evaluator.unit import Unit
from bunraku.language.resource import located


class Log(NamedTuple):
    """A message of the code or about it. level: debug, info, notice, warning, err … source: as Puppet shows it."""

    level: str
    message: str
    source: str
    file: str | None = None
    line: int | None = None


class Messages:
    """The log of one compilation. strict: what unknown variables and the like are: "off", "warning" or "error"."""

    def __init__(self, strict: str) -> None:
        self.strict = strict
        self.logs: list[Log] = []
        self.call_site: tuple[Unit, int] | None = None
        self._warned: set[tuple[str, str]] = set()

    def place(self) -> tuple[str | None, int | None, int | None]:
        """File, line and column of the call that is being made."""
        if self.call_site is None:
            return None, None, None
        unit, pos = self.call_site
        return (unit.file, *unit.program.place(pos))

    def log(self, level: str, message: str, source: str) -> None:
        """Log a message of the code's own."""
        self.logs.append(Log(level, message, source))

    def warn(self, message: str, file: str | None, line: int | None) -> None:
        """Log a warning about the code."""
        self.logs.append(Log("warning", message, "Puppet", file, line))

    def warn_of(self, program: nodes.Program) -> None:
        """Log what the parser warned of. Raises CompileError for what `strict` makes an error."""
        for severity, message, pos in program.warnings:
            line, column = program.place(pos)
            if severity == "strict" and self.strict == "error":
                raise CompileError(message, file=program.file, line=line, column=column)
            if severity != "strict" or self.strict != "off":
                self.warn(message, program.file, line)

    def warn_once(self, kind: str, key: str, message: str, file: str | None, line: int | None) -> None:
        """Log a warning, once for each key of a kind, with its place in the text."""
        if (kind, key) not in self._warned:
            self._warned.add((kind, key))
            known = file is not None or line is not None
            at = located(file or "unknown", line) if known else "(file & line not available)"
            self.warn(f"{message}\n   {at}", file, line)
