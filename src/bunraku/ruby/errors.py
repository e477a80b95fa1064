"""What goes wrong with Ruby code."""

from __future__ import annotations


class RubyError(Exception):
    """Ruby code of a module that failed.

    message: what it raised. ruby_class: the class of the exception (`Puppet::ParseError`). file, line: where in Ruby
    code, None where that is not known.
    """

    def __init__(
        self, message: str, *, ruby_class: str = "RuntimeError", file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.ruby_class = ruby_class
        self.file = file
        self.line = line


class RubyMissing(RubyError):
    """There is no Ruby on this host, and a module needs it."""
