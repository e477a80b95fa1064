"""file_line: a line in a file that belongs to somebody else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from bunraku.resources._text import read_lines, write_lines
from bunraku.resources.base import (
    Changes,
    Ensure,
    Param,
    ResourceError,
    ResourceType,
    State,
    absolute_path,
    boolean,
    text,
)


def _regex(value: Any) -> re.Pattern[str]:
    try:
        # Ruby's ^ and $ are those of lines, which is all that a line has.
        return re.compile(text(value).replace(r"\A", "^").replace(r"\Z", "$").replace(r"\z", "$"))
    except re.error as error:
        raise ValueError(f"'{value}' is no regular expression: {error}") from None


class FileLine(ResourceType):
    """Makes sure that a file has a line: in the place of what `match` finds, else after `after`, or at the end."""

    type_name = "file_line"
    only_provider = "ruby"
    accepted = ("provider",)

    name = Param("A name for the resource.", namevar=True)
    ensure = Ensure()
    path = Param("The file.", munge=absolute_path)
    line = Param("The line.", munge=text)
    match = Param("A regular expression: the line that it finds is replaced.", munge=_regex)
    after = Param("A regular expression: the new line goes after the line that it finds.", munge=_regex)
    multiple = Param("Whether several lines may be found, and all are replaced.", munge=boolean, default=False)
    match_for_absence = Param("Whether `match` finds the lines to be removed.", munge=boolean, default=False)
    replace = Param("Whether a line that `match` finds is replaced.", munge=boolean, default=True)
    replace_all_matches_not_matching_line = Param(
        "Whether every line found is made the line.", munge=boolean, default=False
    )
    append_on_no_match = Param("Whether the line is added where `match` finds none.", munge=boolean, default=True)
    encoding = Param("Accepted: bytes are kept as they are.")

    def validate(self) -> None:
        """Path and line are needed; a replacement has to be found again."""
        if self.path is None:
            raise ValueError("path is a required attribute")
        if self.line is None and not (self.ensure == "absent" and self.match_for_absence and self.match):
            raise ValueError("line is a required attribute")
        if self.replace_all_matches_not_matching_line and not self.multiple:
            raise ValueError("multiple must be true when replace_all_matches_not_matching_line is true")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The file."""
        return [("file", self.path)]

    def _found(self, lines: list[str]) -> list[int]:
        """The lines that `match` finds."""
        return [i for i, line in enumerate(lines) if self.match and self.match.search(line)]

    def read(self) -> State:
        """Whether there is anything to do."""
        lines = read_lines(self.path)
        found, there = self._found(lines), self.line in lines
        if self.ensure == "absent":
            gone = not found if self.match_for_absence and self.match else not there
            return {"ensure": "absent" if gone else "present"}
        if self.replace_all_matches_not_matching_line and any(lines[i] != self.line for i in found):
            there = False
        elif not there and found:
            there = not self.replace
        elif not there and self.match and not found:
            there = not self.append_on_no_match
        return {"ensure": "present" if there else "absent"}

    def change(self, changes: Changes) -> None:
        """Put the line in, or take it out."""
        if not os.path.exists(self.path):
            raise ResourceError(f"{self.path} does not exist: declare it as a file")
        lines = read_lines(self.path)
        write_lines(self.path, self._without(lines) if changes["ensure"] == "absent" else self._with(lines))

    def _without(self, lines: list[str]) -> list[str]:
        if not (self.match_for_absence and self.match):
            return [line for line in lines if line != self.line]
        found = self._found(lines)
        self._refuse_many(found, self.match)
        return [line for i, line in enumerate(lines) if i not in found]

    def _with(self, lines: list[str]) -> list[str]:
        found = self._found(lines)
        if found:
            self._refuse_many(found, self.match)
            return [self.line if i in found else line for i, line in enumerate(lines)]
        places = [i for i, line in enumerate(lines) if self.after and self.after.search(line)]
        self._refuse_many(places, self.after)
        if not places:
            return [*lines, self.line]
        return [new for i, line in enumerate(lines) for new in ([line, self.line] if i in places else [line])]

    def _refuse_many(self, found: list[int], pattern: re.Pattern[str] | None) -> None:
        if len(found) > 1 and not self.multiple and pattern:
            raise ResourceError(f"More than one line in file '{self.path}' matches pattern '{pattern.pattern}'")

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """What happens to the line."""
        if desired == "absent":
            return "line removed"
        return "line replaced" if self._found(read_lines(self.path)) else "line added"
