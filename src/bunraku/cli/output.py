"""How a run is shown: grouped lines as things happen, one look on a terminal and in a pipe.

On a terminal there is colour; the words are the same in both. A line is: symbol, type, name, what happened, how long.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from bunraku.engine.outcome import Event, Outcome

if TYPE_CHECKING:
    from bunraku.catalog.catalog import Catalog, Resource
    from bunraku.cli.progress import Progress

COLOURS = {"+": "32", "~": "33", "-": "31", "↻": "36", "✗": "31;1", "∙": "2", "»": "35"}
WIDTH = 30
"""Columns for a resource's name."""

SLOW = 0.1
"""Seconds from which a line says how long it took."""


class Display:
    """Prints outcomes as they come.

    verbose: list what is in sync too. noop: say what would be done. diffs: show how contents change. colour: default,
    whether `out` is a terminal and nobody has set NO_COLOR (https://no-color.org).
    debug: the catalog, to tell whose a resource is that failed; debug messages are shown then.
    """

    def __init__(
        self,
        out: TextIO | None = None,
        *,
        verbose: bool = False,
        noop: bool = False,
        diffs: bool = True,
        colour: bool | None = None,
        debug: Catalog | None = None,
    ) -> None:
        self.out = sys.stdout if out is None else out
        self.verbose = verbose
        self.noop = noop
        self.diffs = diffs
        self.debug = debug
        self.colour = self.out.isatty() and not os.environ.get("NO_COLOR") if colour is None else colour
        self._group: str | None = None
        self._progress: Progress | None = None

    def begin(self, resources: int) -> None:
        """A run over so many resources begins: on a terminal, say what takes long."""
        if self.out.isatty():
            from bunraku.cli.progress import Progress

            self._progress = Progress(self.out, resources)

    def end(self) -> None:
        """The run is over, however it ended."""
        if self._progress:
            self._progress.end()
            self._progress = None

    def started(self, outcome: Outcome) -> None:
        """A resource's turn begins."""
        if self._progress:
            self._progress.started(outcome)

    def header(self, host: str, environment: str, resources: int, seconds: float | None) -> None:
        """The first line: for whom, how much."""
        compiled = "" if seconds is None else f" compiled in {duration(seconds)}"
        self._print(f"{host} · {environment} · {plural(resources, 'resource')}{compiled}\n")

    def outcome(self, outcome: Outcome) -> None:
        """The lines of one resource, if there is anything to say about it."""
        if self._progress:
            self._progress.ended(outcome)
        if outcome.skipped in ("tags", "schedule"):
            return
        if outcome.skipped:
            self._line(outcome, "∙", f"skipped: {outcome.skipped}")
        for event in outcome.events:
            self._event(outcome, event)
        self._indented([message for level, message in outcome.notes if level != "debug" or self.debug])
        if not outcome.events and not outcome.skipped and self.verbose:
            self._line(outcome, " ", "in sync")

    def _event(self, outcome: Outcome, event: Event) -> None:
        if event.status == "failure":
            self._line(outcome, "✗", event.words)
            self._indented(event.detail.splitlines())
            self._indented([place(outcome.resource)] if outcome.resource.file else [])
            self._indented(self._holders(outcome))
            return
        words = f"would be {event.words}" if event.status == "noop" and event.property is None else event.words
        if event.status == "noop" and event.property is not None and _symbol(event) != "»":
            words = _would(words)
        if words:
            self._line(outcome, "?" if event.status == "audit" else _symbol(event), words)
        if self.diffs:
            self._indented(event.diff)

    def _holders(self, outcome: Outcome) -> list[str]:
        """For debugging: the classes and defines that a resource is in, innermost first, and where they stand."""
        if self.debug is None:
            return []
        known = self.debug.resources
        holders = [known[ref] for ref in reversed(outcome.containers) if ref in known and "[main]" not in ref.lower()]
        return [f"in {holder.ref}  {place(holder)}".rstrip() for holder in holders]

    def _line(self, outcome: Outcome, symbol: str, words: str) -> None:
        group = group_name(outcome)
        if group != self._group:
            self._group = group
            self._print(f"  {self._painted(group, '1')}")
        name = outcome.resource.title.replace("\n", " ")
        took = duration(outcome.seconds) if outcome.seconds >= SLOW else ""
        first, *more = words.splitlines() or [""]
        text = f"{outcome.resource.type.lower():<8} {name:<{WIDTH}} {first:<40} {took}".rstrip()
        self._print(f"    {self._painted(symbol, COLOURS.get(symbol, ''))} {text}")
        self._indented(more)

    def _indented(self, lines: list[str]) -> None:
        for line in lines:
            colour = {"+": "32", "-": "31"}.get(line[:1], "")
            self._print(f"        {self._painted(line, colour)}")

    def summary(self, counts: dict[str, int], seconds: float, report: str) -> None:
        """The last line."""
        parts = [f"{counts['unchanged']} in sync"]
        parts += [f"{counts['changed']} changed"] if counts["changed"] or not self.noop else []
        parts += [f"{counts['noop']} would change"] if counts["noop"] or self.noop else []
        parts += [f"{counts[state]} {state}" for state in ("failed", "skipped") if counts[state]]
        where = f" · report {report}" if report else ""
        blank = "\n" if self._group is not None else ""
        self._print(f"{blank}{' · '.join(parts):<66} {duration(seconds)}{where}")

    def _painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour and colour else text

    def _print(self, text: str) -> None:
        if self._progress:
            self._progress.print(text)
        else:
            print(text, file=self.out, flush=True)


def place(resource: Resource) -> str:
    """Where a resource is declared: `site.pp:14`; "" where that is not known."""
    return f"{resource.file}:{resource.line}" if resource.file and resource.line else resource.file or ""


def group_name(outcome: Outcome) -> str:
    """The class or define that a resource is grouped under: `Nginx`, `Confd::Resource[up01]`, `main`."""
    holder = next((ref for ref in reversed(outcome.containers) if not ref.startswith("Stage[")), "Class[main]")
    if holder.startswith("Class["):
        name = holder[6:-1]
        return "main" if name == "main" or name == "Main" else name
    return holder


def _symbol(event: Event) -> str:
    if event.property is None:
        return "↻"
    if event.name == "message_changed":
        return "»"
    if event.property == "ensure":
        if event.desired in ("absent", "purged"):
            return "-"
        return "+" if event.previous in (None, "absent", "purged") else "~"
    return "~"


def _would(words: str) -> str:
    verb = words.partition(" ")[0]
    if verb in ("created", "removed", "installed", "upgraded", "executed", "started", "stopped"):
        return f"would be {words}"
    return f"would change: {words}" if verb else "would change"


def duration(seconds: float) -> str:
    """A span of time in human units: 31 ms, 3.1 s, 2 min 5 s."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def plural(number: int, noun: str) -> str:
    """`1 resource`, `2 resources`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
