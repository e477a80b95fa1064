"""How a compile error is shown: the message with its place, the line of code with a caret, the remedy.

    Error: Syntax error at 'mode' (file: site.pp, line: 3, column: 5)
      3 │     mode => '0644',
        │     ^^^^ did you forget a comma?

The first line is always `Error: MESSAGE (file: F, line: L, column: C)`, so that editors can jump to it. With `--debug`
the chain of calls follows, the innermost first:

      in web::site_file()      modules/web/manifests/init.pp:12
      in Class[Web]            site.pp:1
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bunraku.language.errors import CompileError

_MAX_WIDTH = 160
"""Characters of a line of code that are shown; a longer one is cut around the caret."""

_MOST_CALLS = 20
"""Calls that are shown of a chain; of a longer one both ends."""

_word = re.compile(r"\$?[\w:]+|\S", re.ASCII).match


def render(error: CompileError, code: str | None = None, *, level: str = "Error", calls: bool = False) -> str:
    """An error and the others of its file as text of several lines, without a last newline.

    code: what was compiled, where it was not read from a file. level: the word before the message. calls: show what
    was being evaluated, too.
    """
    sources: dict[str, list[str]] = {}
    shown = [_one(each, code, level, sources) for each in (error, *error.others)]
    return "\n".join([*shown, *(_chain(error) if calls else [])])


def _chain(error: CompileError) -> list[str]:
    """The lines about what was being evaluated. Of what was asked for at one place the innermost is told."""
    chain = [call for call in error.calls if call.what != "Class[main]"]
    fresh = [call for i, call in enumerate(chain) if not i or not call.place or chain[i - 1].place != call.place]
    width = max((len(call.what) for call in fresh), default=0)
    lines = [f"  in {_printable(call.what):<{width}}  {_printable(call.place)}".rstrip() for call in fresh]
    half = _MOST_CALLS // 2
    if len(lines) > _MOST_CALLS:
        lines[half:-half] = [f"  … and {len(lines) - _MOST_CALLS} more"]
    return lines


def _one(error: CompileError, code: str | None, level: str, sources: dict[str, list[str]]) -> str:
    message = f"{level}: {_printable(str(error))}"
    line = _source_line(error, code, sources)
    if line is None or error.line is None:
        return f"{message}\n  {_printable(error.hint)}" if error.hint else message
    column = (error.column or 1) - 1
    line, column = _cut(line, column)
    number = str(error.line)
    margin = " " * len(number)
    shown = [message, f"  {number} │ {_printable(line)}"]
    hint = f" {_printable(error.hint)}" if error.hint else ""
    if error.column is not None:
        word = _word(line, column)
        shown.append(f"  {margin} │ {_pad(line[:column])}{'^' * len(word[0] if word else '^')}{hint}")
    elif hint:
        shown.append(f"  {margin} │{hint}")
    return "\n".join(shown)


def _source_line(error: CompileError, code: str | None, sources: dict[str, list[str]]) -> str | None:
    """The line of code that an error is about, if it can be had."""
    if error.line is None:
        return None
    name = error.file or ""
    if name not in sources:
        sources[name] = _lines(name, code)
    lines = sources[name]
    return lines[error.line - 1].rstrip("\r") if 0 < error.line <= len(lines) else None


def _lines(name: str, code: str | None) -> list[str]:
    if not name:
        return code.split("\n") if code is not None else []
    try:
        return Path(name).read_bytes().decode(errors="replace").split("\n")
    except (OSError, ValueError):
        return []


def _cut(line: str, column: int) -> tuple[str, int]:
    """A long line's part around a column, and the column in it."""
    if len(line) <= _MAX_WIDTH:
        return line, column
    start = max(0, min(column - _MAX_WIDTH // 2, len(line) - _MAX_WIDTH))
    return line[start : start + _MAX_WIDTH], column - start


def _pad(text: str) -> str:
    """White space as wide as `text` is on a terminal."""
    return "".join("\t" if char == "\t" else " " * _width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _printable(text: str) -> str:
    """Text without the control characters that could make a terminal do something."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in "\t\n" else "\N{REPLACEMENT CHARACTER}" for char in text)
