"""A line at the foot of a terminal for a run that takes long: what is under way, for how long, what is left.

It comes after a moment and is gone before anything else is written, so that what stays on the screen is what a pipe
would have got.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TextIO

from bunraku.engine.outcome import Outcome

PATIENCE = 1.0
"""Seconds that a turn may take before it is worth a word."""

EVERY = 0.1
"""Seconds between two drawings."""

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ERASE = "\r\x1b[2K"


class Progress:
    """The line, on the terminal `out`, of a run over `total` resources."""

    def __init__(self, out: TextIO, total: int) -> None:
        self._out = out
        self._total = total
        self._done = 0
        self._running: dict[str, tuple[Outcome, float]] = {}
        self._shown = False
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw_until_over, daemon=True)
        self._thread.start()

    def started(self, outcome: Outcome) -> None:
        """A turn begins."""
        self._running[outcome.resource.ref] = (outcome, time.monotonic())

    def ended(self, outcome: Outcome) -> None:
        """A turn is over."""
        self._running.pop(outcome.resource.ref, None)
        self._done += 1

    def print(self, text: str) -> None:
        """Write a line that stays."""
        with self._lock:
            self._erase()
            print(text, file=self._out, flush=True)

    def end(self) -> None:
        """Nothing more will come."""
        self._over.set()
        self._thread.join()
        with self._lock:
            self._erase()
            self._out.flush()

    def _draw_until_over(self) -> None:
        turn = 0
        while not self._over.wait(EVERY):
            line = self._line(time.monotonic())
            with self._lock:
                self._erase()
                if line:
                    turn += 1
                    columns = os.get_terminal_size(self._out.fileno()).columns or 80
                    self._out.write(f"{SPINNER[turn % len(SPINNER)]} {line}"[: columns - 1])
                    self._out.flush()
                    self._shown = True

    def _line(self, now: float) -> str:
        """What takes long, the longest first; nothing where nothing does."""
        running = sorted((since, outcome) for outcome, since in list(self._running.values()) if not outcome.seconds)
        if not running or now - running[0][0] < PATIENCE:
            return ""
        since, outcome = running[0]
        title = outcome.resource.title.replace("\n", " ")
        more = f" and {len(running) - 1} more" if len(running) > 1 else ""
        left = max(self._total - self._done - len(running), 0)
        return f"{outcome.resource.type.lower()} {title:.40}{more} · {int(now - since)} s · {left} to go"

    def _erase(self) -> None:
        if self._shown:
            self._out.write(ERASE)
            self._shown = False
