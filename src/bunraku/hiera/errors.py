"""What goes wrong with data."""

from __future__ import annotations

from bunraku.language.errors import CompileError


class HieraError(CompileError):
    """Data, or a hiera.yaml, that cannot be used.

    at_config: the mistake is in the use of Hiera itself (a hiera.yaml, an interpolation), not in the data of a key;
    such messages stand alone, without the key that was looked up.
    """

    stands_alone = True

    def __init__(
        self, message: str, *, at_config: bool = False, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message, file=file, line=line)
        self.at_config = at_config


class NotFound(Exception):
    """Raised by a data function (`$context.not_found()`) to say that it has no such key."""
