"""What Hiera asks of those who use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Scope(Protocol):
    """Where a lookup is made from: the variables that `%{…}` sees."""

    def lookup(self, name: str) -> Any:
        """The variable's value; undef where there is none."""

    def has(self, name: str) -> bool:
        """Whether the variable is set."""

    def fact(self, name: str) -> Any:
        """A fact's value; undef where there is none."""

    def call_function(self, name: str, arguments: list[Any], block: Callable[..., Any] | None = None) -> Any:
        """Call a function."""


class Surroundings(Protocol):
    """The compilation's door to files, modules and functions."""

    @property
    def hiera_config(self) -> str | None:
        """The global hiera.yaml; None for an empty global layer."""

    @property
    def environment(self) -> str:
        """The environment's name."""

    @property
    def environment_folder(self) -> str | None:
        """The environment's folder, where its hiera.yaml is looked for; None where it has none."""

    @property
    def modules(self) -> Mapping[str, str]:
        """The folder of each module by its name."""

    def read_text(self, path: str) -> str:
        """What a file holds. Raises OSError, UnicodeDecodeError."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""

    def glob(self, pattern: str) -> list[str]:
        """The files that a pattern matches, sorted."""

    def find_function(self, name: str, scope: Scope) -> Callable[..., Any] | None:
        """A function to be called with its arguments, or None."""

    def parse_type(self, text: str) -> Any:
        """The type that `text` spells. Raises CompileError."""

    def warn(self, message: str) -> None:
        """Log a warning."""
