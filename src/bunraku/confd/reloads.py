"""Reload commands: each distinct one once for all files that want it, remembered until it has succeeded.

What is owed is written down before the file that wants it is replaced: killed between the two, or after a reload that
failed, the next run knows.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bunraku.confd.commands import CommandFailed, run_command
from bunraku.confd.memory import Memory
from bunraku.confd.pipeline import Change, File, ResourceFailed, put
from bunraku.system.log import Log

BACK_OFF = (1.0, 60.0)
"""Seconds until a reload that failed is tried again: at first, and at most (doubled between)."""


@dataclass(slots=True)
class Owed:
    """A reload that has to be run. `line` is the command, `rollback` what its files were before."""

    line: str
    timeout: float
    command: str = ""
    """The reload_cmd before its `{{.dest}}` was filled in."""
    resources: list[str] = field(default_factory=list)
    rollback: dict[str, File] = field(default_factory=dict)
    not_before: float = 0.0
    """When (monotonic) it may run."""
    since: float = field(default_factory=monotonic)
    running: bool = False
    rolled_back: list[File] = field(default_factory=list)
    """Files that were put back after the last run."""
    again: bool = False
    """Whether another change wants it while it runs."""
    failures: int = 0
    problem: str = ""

    def status(self) -> dict[str, Any]:
        """What is told of it to who asks."""
        return {
            "command": self.line,
            "resources": self.resources,
            "running": self.running,
            "failures": self.failures,
            "problem": self.problem,
        }


class Reloads:
    """The reloads that are owed. `folder` is the state folder. Wanted and run from several threads."""

    def __init__(self, folder: str, log: Log) -> None:
        self._memory = Memory(folder, "reloads", log, "a failed reload is forgotten at the end")
        self._log = log
        self._last_run: dict[str, float] = {}
        self._lock = threading.Lock()
        self.owed: dict[str, Owed] = {}
        for known in self._memory.all():
            with suppress(LookupError, TypeError, ValueError):
                owed = Owed(known["command"], float(known["timeout"]), "", list(known["resources"]))
                owed.problem = "not done before the last end"
                self.owed[owed.line] = owed

    def about_to(self, change: Change) -> None:
        """A file is about to be replaced: remember its reload. Raises CommandFailed if the command is no template."""
        if not change.resource.reload_cmd or change.resource.settings.sync_only:
            return
        line = change.reload_line()
        with self._lock:
            self._want(line, change)

    def _want(self, line: str, change: Change) -> None:
        resource = change.resource
        owed = self.owed.get(line)
        if owed is None:
            owed = self.owed[line] = Owed(line, resource.settings.reload_cmd_timeout, resource.reload_cmd)
        owed.again = owed.running
        if resource.name not in owed.resources:
            owed.resources.append(resource.name)
        last = self._last_run.get(line)
        # A change is a reason to try at once what failed before, but never sooner than the least interval.
        owed.not_before = 0.0 if last is None else last + resource.settings.min_reload_interval
        if resource.settings.rollback:
            owed.rollback.setdefault(change.old.path, change.old)
        self._remember(owed)

    def all(self) -> list[Owed]:
        """All that is owed."""
        return list(self.owed.values())

    def due(self) -> list[Owed]:
        """The reloads that may run now."""
        now = monotonic()
        return [owed for owed in self.all() if owed.not_before <= now]

    def run_all(self) -> int:
        """Run all that is owed, once; how many failed."""
        return sum(not self.run(owed) for owed in self.all())

    def run(self, owed: Owed) -> bool:
        """Run one; whether it succeeded. One that fails stays owed, unless its files are rolled back."""
        self._last_run[owed.line] = started = monotonic()
        try:
            run_command("reload_cmd", owed.line, timeout=owed.timeout)
        except CommandFailed as error:
            self._failed(owed, str(error))
            return False
        self._log.info("reloaded", command=owed.line, resources=",".join(owed.resources), seconds=monotonic() - started)
        with self._lock:
            self._succeeded(owed)
        return True

    def _succeeded(self, owed: Owed) -> None:
        owed.running = False
        owed.failures, owed.problem, owed.rollback = 0, "", {}
        if owed.again:
            owed.again, owed.since = False, monotonic()
        else:
            self._forget(owed)

    def _failed(self, owed: Owed, problem: str) -> None:
        """Keep a reload that failed for later; put its files back where that was asked for."""
        with self._lock:
            owed.running = owed.again = False
            owed.failures += 1
            owed.problem = problem
            pause = min(BACK_OFF[1], BACK_OFF[0] * 2.0 ** (owed.failures - 1))
            owed.not_before = monotonic() + pause
            back, owed.rollback = owed.rollback, {}
        self._log.error(problem, resources=",".join(owed.resources), retry_in=pause)
        for file in back.values():
            try:
                put(file)
                owed.rolled_back.append(file)
                self._log.warn("rolled back", dest=file.path)
            except ResourceFailed as error:
                self._log.error(f"cannot be rolled back: {error}")

    def _remember(self, owed: Owed) -> None:
        table = {"command": owed.line, "timeout": owed.timeout, "resources": owed.resources}
        self._memory.write(owed.line, table)

    def _forget(self, owed: Owed) -> None:
        self.owed.pop(owed.line, None)
        self._memory.forget(owed.line)
