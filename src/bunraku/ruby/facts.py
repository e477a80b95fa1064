"""Facts that modules write in Ruby (`lib/facter/*.rb`), worked out by the facter that is installed here.

One process, started when a fact is first asked for that a module may have, and kept. Which names the files add is read
off their text, so that asking for any other name starts nothing. `facts.rb` is what runs in the process; facts of the
host that such code asks for are facter's own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.ruby.errors import RubyError, RubyMissing

if TYPE_CHECKING:
    from bunraku.ruby.installed import Installed

DEADLINE = 60.0
"""Seconds that one fact may take."""

_ADD = re.compile(r"""Facter\.add\s*\(?\s*(?: :(?P<symbol>\w+) | :?(?P<quote>["'])(?P<text>.*?)(?P=quote) | )""", re.X)
_FILLED_IN = re.compile(r"#\{.*?\}")


class _File(NamedTuple):
    """A file with facts. names: what their names look like. asks_puppet: whether they want Puppet, which takes long to
    load."""

    names: re.Pattern[str]
    asks_puppet: bool


class RubyFacts:
    """The facts that the files in `folders` add: `facts.collection.Added`.

    warnings: where to tell what could not be worked out, and why.
    """

    def __init__(
        self, folders: Sequence[str], warnings: list[str], *, program: str | None = None, deadline: float = DEADLINE
    ) -> None:
        self._folders = list(folders)
        self._warnings = warnings
        self._program = program
        self._deadline = deadline
        self._missing = False
        self._known: dict[str, Any] = {}

    def find(self, name: str) -> Any:
        """The value of the fact `name`; None where no file adds it, or it has none on this host."""
        if name not in self._known:
            files = [file for file in self._files if file.names.fullmatch(name)]
            asked = {"name": name, "puppet": any(file.asks_puppet for file in files)}
            self._known[name] = self._answer(f"the fact '{name}'", asked).get("value") if files else None
        return self._known[name]

    def names(self) -> list[str]:
        """All names, also those that are made while the files run."""
        if not self._files:
            return []
        asked = {"puppet": any(file.asks_puppet for file in self._files)}
        return list(self._answer("the modules' own facts", asked).get("names", ()))

    @cached_property
    def _files(self) -> list[_File]:
        """The files that add facts."""
        found = []
        for text in (text for folder in self._folders for text in _texts(folder)):
            patterns = set(_added(text))
            if patterns:
                found.append(_File(re.compile("|".join(sorted(patterns))), "Puppet" in text or "'puppet" in text))
        return found

    @cached_property
    def _facter(self) -> Installed:
        from bunraku.ruby.installed import Installed

        settings = {"folders": self._folders}
        return Installed("facter", "facts.rb", lambda: settings, program=self._program, deadline=self._deadline)

    def _answer(self, what: str, question: dict[str, Any]) -> dict[str, Any]:
        """facter's answer; an empty one, and a warning, where there is none. what: that is asked for."""
        if self._missing:
            return {}
        try:
            return self._facter.ask(question)
        except RubyMissing as missing:
            self._missing = True  # told once
            self._warnings.append(f"facts that modules have in Ruby are left out: {missing}; install facter, with Ruby")
        except RubyError as error:
            self._warnings.append(f"{what} is left out: {error}")
        return {}


def _texts(folder: str) -> Iterator[str]:
    """The files that facter reads in a folder: those that stand in it itself."""
    try:
        with os.scandir(folder) as entries:
            paths = sorted(entry.path for entry in entries if entry.name.endswith(".rb") and entry.is_file())
        for path in paths:
            with open(path, encoding="utf-8", errors="replace") as file:
                yield file.read()
    except OSError:
        return


def _added(text: str) -> Iterator[str]:
    """What the names of the facts that a file adds look like: a pattern each."""
    for match in _ADD.finditer(text):
        name = match["symbol"] or match["text"]
        if name is None:
            yield ".+"  # worked out as the file runs
        else:
            yield ".+".join(map(re.escape, _FILLED_IN.split(name.lower())))
