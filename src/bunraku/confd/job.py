"""One resource in the daemon: when it is due, whether it works, and what it has put in place."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bunraku.confd.mirror import View
from bunraku.confd.pipeline import File, ResourceFailed, render
from bunraku.confd.resource import Resource
from bunraku.confd.source import Source
from bunraku.confd.templates import Templates

BACK_OFF = (1.0, 60.0)
"""Seconds until a resource that failed is tried again: at first, and at most (doubled between)."""
PATIENCE = 10
"""A debounced resource waits at most so many times its debounce, however many changes come."""


@dataclass(slots=True, eq=False)
class Job:
    """The work that one resource is. The main loop owns it; a worker sees only `resource` and `wanted`."""

    resource: Resource
    source: Source
    view: View
    templates: Templates
    due_at: float | None = None
    """When (monotonic) it is to be run; None when nothing is to be done."""
    first_change: float = 0.0
    running: bool = False
    looked_away: bool = False
    """Whether its files were touched while it ran: by itself, most likely."""
    failures: int = 0
    problem: str = ""
    drift: str = ""
    placed: dict[str, File] = field(default_factory=dict)
    """The files that it put, or found, in their places."""
    stamps: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """What tells, without reading them, that they are still those."""
    last_run: float = 0.0
    """When (time.time) it last succeeded."""

    @classmethod
    def of(cls, resource: Resource, source: Source) -> Job:
        """A job that is due at once."""
        view = source.mirror.view(resource)
        return cls(resource, source, view, Templates.of(resource.settings, view.store), due_at=0.0)

    def look_anew(self) -> None:
        """The source has begun a new mirror: look at that."""
        self.view = self.source.mirror.view(self.resource)
        self.templates = Templates.of(self.resource.settings, self.view.store)

    def touch(self, *, at_once: bool = False) -> None:
        """Something that it looks at has changed: run it, after its debounce."""
        now = monotonic()
        debounce = 0.0 if at_once else self.resource.settings.debounce
        if self.due_at is None or self.failures:
            self.first_change = now
        self.due_at = min(now + debounce, self.first_change + PATIENCE * debounce)

    def render(self) -> list[File]:
        """The files as they should be. Raises ResourceFailed."""
        return render(self.resource, self.view.store, self.templates)

    def succeeded(self, files: list[File]) -> None:
        """Note what is in place now."""
        self.failures, self.problem, self.last_run = 0, "", time.time()
        self.placed = {file.path: file for file in files}
        # Somebody may have changed them since: what tells that they are ours is learnt when they are read again.
        self.stamps = {}

    def drifted(self) -> list[str]:
        """Its files that somebody has changed."""
        return [path for path, file in self.placed.items() if not self._is_there(path, file)]

    def _is_there(self, path: str, file: File) -> bool:
        stamp = _stamp(path)
        if stamp and stamp == self.stamps.get(path):
            return True
        try:
            same = File.at(path) == file
        except ResourceFailed:
            return False
        if same:
            self.stamps[path] = stamp
        return same

    def failed(self, problem: str) -> float:
        """Note a failure; in how many seconds it will be tried again."""
        self.failures += 1
        self.problem = problem
        pause = min(BACK_OFF[1], BACK_OFF[0] * 2.0 ** (self.failures - 1))
        if self.due_at is None:
            self.due_at = monotonic() + pause
        return pause

    def status(self) -> dict[str, Any]:
        """What is told of it to who asks."""
        state = "failed" if self.problem else "waiting" if not self.last_run else "ok"
        return {
            "resource": self.resource.name,
            "state": "drifted" if state == "ok" and self.drift else state,
            "files": sorted(self.placed),
            "problem": self.problem or self.drift,
            "failures": self.failures,
            "since": self.last_run,
        }


def _stamp(path: str) -> tuple[int, ...]:
    """What changes when a file does."""
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return (status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_mode)
