"""What was searched and what was found, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bunraku.hiera.keys import MISSING


class Step:
    """One step of a search: what was searched, what came of it (a remark), and the steps inside of it.

    kind: key, layer, entry, location, merge, interpolate, scope, sub key, segment, invalid key. value: what it found,
    or MISSING.
    """

    def __init__(self, kind: str, subject: Any) -> None:
        self.kind = kind
        self.subject = subject
        self.steps: list[Step] = []
        self.remarks: list[str] = []
        self.value: Any = MISSING
        self.merged: Any = MISSING
        self.missing: str | None = None

    @property
    def found(self) -> bool:
        """Whether it, or a step inside of it, found a value."""
        return self.value is not MISSING or any(step.found for step in self.steps)


class Explainer:
    """Hears of a search. options: whether the search for lookup_options is told of; only_options: and nothing else."""

    def __init__(self, *, options: bool = False, only_options: bool = False) -> None:
        self.options = options or only_options
        self.only_options = only_options
        self.root = Step("root", None)
        self._current = self.root

    @contextmanager
    def step(self, kind: str, subject: Any) -> Iterator[None]:
        """Around a step."""
        outer = self._current
        inner = Step(kind, subject)
        outer.steps.append(inner)
        self._current = inner
        try:
            yield
        finally:
            self._current = outer

    def found(self, key: Any, value: Any, where: str = "") -> None:
        """A value was found."""
        self._current.value = value
        if where:
            self._current.remarks.append(f"found {where}")

    def missing(self, key: Any) -> None:
        """There is no such key here."""
        self._current.missing = str(key)

    def location_missing(self) -> None:
        """There is no such file."""
        self._current.remarks.append("no such file")

    def no_module_data(self, module: str, known: bool) -> None:
        """The module has no data, or there is no such module."""
        step = Step("module", module)
        step.remarks.append("has no hiera.yaml" if known else "is not on the modulepath")
        self._current.steps.append(step)

    def result(self, value: Any) -> None:
        """What a merge came to."""
        self._current.merged = value

    def remark(self, text: str) -> None:
        """A remark on the current step."""
        self._current.remarks.append(text)
