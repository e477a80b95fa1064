"""Regular expressions as values: the pattern is Ruby's, and Python's `re` runs its translation, made on first use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any


class Regexp:
    """A regular expression of the Puppet language. pattern: its text in Ruby's syntax, without slashes."""

    __slots__ = ("_compiled", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled: re.Pattern[str] | None = None

    @property
    def compiled(self) -> re.Pattern[str]:
        """The translation. Raises CompileError for what Ruby refuses, or Python cannot do."""
        if self._compiled is None:
            self._compiled = compile_ruby(self.pattern)
        return self._compiled

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, or None. Its groups are numbered as Ruby's."""
        return (self._compiled or self.compiled).search(text)

    def to_wire(self) -> Any:
        """The value in the catalog's rich data."""
        return {"__ptype": "Regexp", "__pvalue": self.pattern}

    def __str__(self) -> str:
        """The literal: between slashes, slashes escaped."""
        return f"/{_BARE_SLASH.sub(_escape_slash, self.pattern)}/"

    def __repr__(self) -> str:
        return str(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regexp) and self.pattern == other.pattern

    def __hash__(self) -> int:
        return hash((Regexp, self.pattern))


_BARE_SLASH = re.compile(r"\\.|/", re.DOTALL)


def _escape_slash(match: re.Match[str]) -> str:
    return "\\/" if match[0] == "/" else match[0]


@lru_cache(maxsize=1024)
def compile_ruby(pattern: str) -> re.Pattern[str]:
    """Ruby's `pattern` as a compiled one of Python's with the same matches and the same groups.

    Raises CompileError where Ruby refuses the pattern, or Python has no equivalent (recursion, absence operator …).
    """
    from bunraku.language.types.regexp_translation import translate

    return translate(pattern)
