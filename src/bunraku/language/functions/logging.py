"""Messages from the code: `notice` and its sisters, `fail`, and warnings that something is deprecated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions.ruby_text import to_s


def _logs_at(level: str) -> Callable[..., None]:
    def log(scope: Any, *values: Any) -> None:
        from bunraku.language.types import interpolate

        scope.log(level, " ".join(map(interpolate, values)))

    log.__doc__ = f"Logs the values, put together with spaces, at the level {level}."
    return log


for _level in ("alert", "crit", "debug", "emerg", "err", "info", "notice", "warning"):
    function(_level, "Any *values")(_logs_at(_level))


@legacy("fail", -1, statement=True)
def fail(scope: Any, *values: Any) -> None:
    """Ends the compilation with the values as its message."""
    raise CompileError(" ".join(map(to_s, values)))


def deprecation(scope: Any, key: str, message: str, *, strictly: bool = True) -> None:
    """Warns once of something deprecated in a module; `strictly`, `strict=error` makes it an error, `off` silences it.

    Raises CompileError.
    """
    file, line, _ = scope.place()
    message = f"{message} at {file or 'unknown'}:{line}"
    strict = scope.compiler.strict if strictly else "warning"
    if strict == "error":
        raise CompileError(f"deprecation. {key}. {message}")
    if strict != "off":
        scope.compiler.warn_once("deprecation", key, message, None, None)


def deprecated(scope: Any, key: str, message: str, *, here: bool = False) -> None:
    """Warns once of something deprecated; `here` adds the place of the call."""
    file, line, _ = scope.place() if here else (None, None, None)
    scope.compiler.warn_once("deprecations", key, message, file, line)
