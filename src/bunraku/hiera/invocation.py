"""`Invocation`: one lookup on its way, with what it may use and what it has met so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from bunraku.hiera import keys
from bunraku.hiera.errors import HieraError
from bunraku.hiera.keys import MISSING, Key, Segment
from bunraku.hiera.surroundings import Scope

if TYPE_CHECKING:
    from bunraku.hiera.explain import Explainer
    from bunraku.hiera.lookup import Hiera

_SILENT = nullcontext()
_NONE: Mapping[str, Any] = {}

Remembered = tuple[str, str, Sequence[Segment], Any]
"""A variable that was read: the key as written, its name, the way into it, and what was there."""


class Invocation:
    """overrides: values that win over all data. defaults: values where there is no data. explainer: hears what is
    searched and found; None for silence. top: the key that was asked for. module: its module. stack: the names that
    are being looked up, to find circles. global_only: only the global layer is searched.
    """

    __slots__ = (
        "defaults",
        "explainer",
        "global_only",
        "hiera",
        "module",
        "overrides",
        "scope",
        "stack",
        "top",
        "variables",
    )

    def __init__(
        self,
        hiera: Hiera,
        scope: Scope,
        *,
        overrides: Mapping[str, Any] = _NONE,
        defaults: Mapping[str, Any] = _NONE,
        explainer: Explainer | None = None,
        stack: list[str] | None = None,
        global_only: bool = False,
    ) -> None:
        self.hiera = hiera
        self.scope = scope
        self.overrides = overrides
        self.defaults = defaults
        self.explainer = explainer
        self.stack = [] if stack is None else stack
        self.global_only = global_only
        self.top: Key | None = None
        self.module: str | None = None
        self.variables: list[Remembered] | None = None

    def within(self, scope: Scope | None = None) -> Invocation:
        """An invocation inside of this one."""
        return Invocation(
            self.hiera,
            self.scope if scope is None else scope,
            overrides=self.overrides,
            defaults=self.defaults,
            explainer=self.explainer,
            stack=self.stack,
            global_only=self.global_only,
        )

    # ---- circles

    @contextmanager
    def guard(self, name: str) -> Iterator[None]:
        """Around the lookup of `name`. Raises HieraError where it is being looked up already."""
        if name in self.stack:
            raise HieraError(f"Recursive lookup detected in [{', '.join(self.stack)}]")
        self.stack.append(name)
        try:
            yield
        finally:
            self.stack.pop()

    # ---- what data asks for

    def lookup_value(self, text: str) -> Any:
        """The value of a key that data refers to; an empty string where there is none."""
        value = self.hiera.search_all((text,), self.within(), None)[1]
        return "" if value is MISSING else value

    def dig(self, key_text: str, segments: Sequence[Segment], value: Any) -> Any:
        """What stands in `value` at the end of `segments`, or MISSING. Raises HieraError."""
        if self.explainer is None:
            for segment in segments:
                value = keys.step(value, segment, key_text)
                if value is MISSING:
                    break
            return value
        with self.step("sub key", ".".join(map(str, segments))):
            for segment in segments:
                with self.step("segment", segment):
                    value = keys.step(value, segment, key_text)
                    if value is MISSING:
                        self.report_missing(segment)
                        break
                    self.report_found(segment, value)
        return value

    def remember(self, key_text: str, name: str, segments: Sequence[Segment], value: Any) -> None:
        """Note a variable whose value decides which files are searched; global ones (`::x`) never change."""
        if self.variables is not None and (value is None or not key_text.startswith("::")):
            self.variables.append((key_text, name, segments, value))

    # ---- what is told of the search

    def step(self, kind: str, subject: Any) -> AbstractContextManager[Any]:
        """Around one step of the search."""
        return _SILENT if self.explainer is None else self.explainer.step(kind, subject)

    def report_found(self, key: Any, value: Any, where: str = "") -> Any:
        """`value`, which was found at `key`."""
        if self.explainer is not None:
            self.explainer.found(key, value, where)
        return value

    def report_missing(self, key: Any) -> None:
        """There is no such key here."""
        if self.explainer is not None:
            self.explainer.missing(key)

    def report_result(self, value: Any) -> None:
        """What a merge came to."""
        if self.explainer is not None:
            self.explainer.result(value)

    def report(self, text: str) -> None:
        """A remark."""
        if self.explainer is not None:
            self.explainer.remark(text)
