"""A compiled template at work: the rendering that runs, and the closures that it runs through."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from bunraku.confd.template.errors import TemplateError
from bunraku.confd.template.values import Value

RENDER_DEADLINE = 10.0
"""Seconds that a rendering may take: a template that would loop for ever ends there."""


class Run:
    """One rendering: what it writes, and until when it may."""

    __slots__ = ("deadline", "seconds", "write")

    def __init__(self, write: Callable[[str], None], seconds: float) -> None:
        self.write = write
        self.seconds = seconds
        self.deadline = monotonic() + seconds


Frame = list[Value]
Step = Callable[[Run, Frame, Value], None]
Eval = Callable[[Run, Frame, Value], Value]


class Break(Exception):
    """A `{{break}}`, on its way to its loop."""


class Continue(Exception):
    """A `{{continue}}`, on its way to its loop."""


class Template:
    """A parsed template, ready to render as often as wanted."""

    def __init__(self, name: str, bodies: dict[str, tuple[Step, int]]) -> None:
        self.name = name
        self._bodies = bodies

    @property
    def names(self) -> list[str]:
        """The names of the templates that it holds, its own included."""
        return sorted(self._bodies)

    def render(self, data: Value = None, *, seconds: float = RENDER_DEADLINE, template: str | None = None) -> str:
        """The text that the template makes of `data`.

        `template` names one that it defines, in place of itself. Raises TemplateError: a function failed, a value has
        the wrong type, the nesting is too deep, or `seconds` were not enough.
        """
        out: list[str] = []
        step, slots = self._bodies[template or self.name]
        frame: Frame = [None] * slots
        frame[0] = data
        try:
            step(Run(out.append, seconds), frame, data)
        except RecursionError:
            raise TemplateError("exceeded maximum template depth", self.name, 1, 0) from None
        return "".join(out)
