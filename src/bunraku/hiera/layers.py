"""`Layer`: global, environment or module; a hiera.yaml and the hierarchy that it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bunraku.hiera import config
from bunraku.hiera.entries import Entry
from bunraku.hiera.interpolation import _of_scope
from bunraku.hiera.keys import MISSING, Key
from bunraku.hiera.merge import Strategy

if TYPE_CHECKING:
    from bunraku.hiera.config import Config
    from bunraku.hiera.invocation import Invocation, Remembered
    from bunraku.hiera.lookup import Hiera

_STEADY = ("facts", "trusted", "server_facts")
"""Variables that every scope sees alike, and that cannot be set."""


class Layer:
    """place: "Global", "Environment" or "Module". path: its hiera.yaml, which need not be there. module: the module's
    name, None in the other layers.
    """

    def __init__(self, hiera: Hiera, place: str, path: str, module: str | None = None) -> None:
        self.hiera = hiera
        self.place = place
        self.module = module
        self._path = path
        self._config: Config | None = None
        self._entries: list[Entry] | None = None
        self._default_entries: list[Entry] = []
        self._variables: list[Remembered] = []
        self._names: set[Any] | None = None

    @property
    def config(self) -> Config:
        """What its hiera.yaml says. Raises HieraError."""
        if self._config is None:
            self._config = config.read(self, self._path)
        return self._config

    @property
    def config_path(self) -> str | None:
        """Its hiera.yaml, None where the defaults hold."""
        return self.config.path

    def lookup(self, key: Key, invocation: Invocation, merge: Strategy) -> Any:
        """What the hierarchy says of the key; MISSING where it has none. Raises HieraError, CompileError."""
        entries = self._current(invocation)
        if self._names is not None and key.root not in self._names and invocation.explainer is None:
            return MISSING
        with invocation.guard(key.text):
            value = self._search(entries, key, invocation, merge)
        if value is MISSING and self._names is None:
            self._names = _names(entries)  # most lookups are of parameters that no data has
        return value

    def lookup_default(self, key: Key, invocation: Invocation, merge: Strategy) -> Any:
        """As `lookup`, in the default_hierarchy."""
        self._current(invocation)
        with invocation.guard(key.text):
            return self._search(self._default_entries, key, invocation, merge)

    def _search(self, entries: list[Entry], key: Key, invocation: Invocation, merge: Strategy) -> Any:
        with invocation.step("layer", self):
            if not entries:
                invocation.report_missing(key.text)
                return MISSING
            return merge.lookup(entries, invocation, lambda entry: entry.lookup(key, invocation, merge))

    def _current(self, invocation: Invocation) -> list[Entry]:
        """The entries for the invocation's scope; made anew when a variable that they use has another value there."""
        if self._entries is None or not self._steady(invocation):
            maker = invocation.within()
            maker.explainer = None
            maker.variables = []
            self._names = None
            self._entries = self.config.entries(maker)
            self._default_entries = self.config.entries(maker, "default_hierarchy")
            self._variables = list({remembered[0]: remembered for remembered in maker.variables}.values())
        return self._entries

    def _steady(self, invocation: Invocation) -> bool:
        silent = None
        for key_text, name, segments, old in self._variables:
            if name in _STEADY:
                continue
            silent = silent or self._silent(invocation)
            value = _of_scope(name, silent)
            if value is not None and segments:
                value = silent.dig(key_text, segments, value)
            if (None if value is MISSING else value) != old:
                return False
        return True

    @staticmethod
    def _silent(invocation: Invocation) -> Invocation:
        silent = invocation.within()
        silent.explainer = None
        return silent


def _names(entries: list[Entry]) -> set[Any] | None:
    """Every name that the entries have; None where that cannot be told."""
    found: set[Any] = set()
    for entry in entries:
        names = entry.names()
        if names is None:
            return None
        found |= names
    return found
