"""Reload commands: each distinct one once for all files that want it, remembered until it has succeeded.

What is owed is written down before the file that wants it is replaced: killed between the two, or after a reload that
failed, the next run knows. It is owed by the resource's command as it stands in conf.d now: whoever mends a command
that fails has the new one run, and nobody runs one that is not there any more.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bunraku.confd.commands import CommandFailed, command_line, run_command
from bunraku.confd.memory import Memory
from bunraku.confd.pipeline import Change, File, ResourceFailed, put
from bunraku.confd.resource import Folder, Resource, name_of
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
    wanted_by: dict[str, str] = field(default_factory=dict)
    """The files that want it, and for each the resource (its path) that made it."""
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

    @property
    def resources(self) -> list[str]:
        """The names of the resources that want it."""
        return list(dict.fromkeys(map(name_of, self.wanted_by.values())))

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
    """The reloads that are owed. `folder` is the state folder. Wanted and run from several threads.

    lasting: whether one that fails is tried again in this run.
    """

    def __init__(self, folder: str, log: Log, *, lasting: bool) -> None:
        self._lasting = lasting
        self._memory = Memory(folder, "reloads", log, "a failed reload is forgotten at the end")
        self._log = log
        self._last_run: dict[str, float] = {}
        self._lock = threading.Lock()
        self._conf = Folder()
        self.owed: dict[str, Owed] = {}
        for known in self._memory.all():
            with suppress(LookupError, TypeError, ValueError):
                owed = Owed(known["command"], float(known["timeout"]), "", dict(known["files"]))
                owed.problem = "not done before the last end"
                self.owed[owed.line] = owed

    def follow(self, conf: Folder) -> None:
        """Owe what is owed by the commands of these resources."""
        with self._lock:
            self._conf = conf
            for owed in self.all():
                if not owed.running:
                    self._renew(owed)

    def _renew(self, owed: Owed) -> None:
        """Let go of a reload that no resource asks for any more; where one asks for another command now, owe that."""
        present = {resource.path: resource for resource in self._conf.resources}
        before = dict(owed.wanted_by)
        for dest, path in before.items():
            resource = present.get(path)
            try:
                line = command_line("reload_cmd", resource.reload_cmd, src=dest, dest=dest) if resource else ""
            except CommandFailed:
                continue  # it shows when the resource is next rendered
            if resource is not None and line == owed.line:
                owed.command = resource.reload_cmd
            elif path not in self._conf.errors:
                del owed.wanted_by[dest]
                if resource is not None and line:
                    self._want(line, resource, dest)
        if not owed.wanted_by:
            self._forget(owed)
            self._log.info("no resource wants this reload any more", command=owed.line)
        elif owed.wanted_by != before:
            self._remember(owed)

    def about_to(self, change: Change) -> None:
        """A file is about to be replaced: remember its reload. Raises CommandFailed if the command is no template."""
        if not change.resource.reload_cmd or change.resource.settings.sync_only:
            return
        line = change.reload_line()
        with self._lock:
            owed = self._want(line, change.resource, change.new.path)
            if change.resource.settings.rollback:
                owed.rollback.setdefault(change.old.path, change.old)

    def _want(self, line: str, resource: Resource, dest: str) -> Owed:
        owed = self.owed.get(line)
        if owed is None:
            owed = self.owed[line] = Owed(line, resource.settings.reload_cmd_timeout, resource.reload_cmd)
        owed.again = owed.running
        owed.wanted_by[dest] = resource.path
        last = self._last_run.get(line)
        # A change is a reason to try at once what failed before, but never sooner than the least interval.
        owed.not_before = 0.0 if last is None else last + resource.settings.min_reload_interval
        self._remember(owed)
        return owed

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
            names = ",".join(owed.resources)
            self._renew(owed)
        self._log.error(problem, resources=names, retry_in=pause if self._lasting else "the next run")
        for file in back.values():
            try:
                put(file)
                owed.rolled_back.append(file)
                self._log.warn("rolled back", dest=file.path)
            except ResourceFailed as error:
                self._log.error(f"cannot be rolled back: {error}")

    def _remember(self, owed: Owed) -> None:
        table = {"command": owed.line, "timeout": owed.timeout, "files": owed.wanted_by}
        self._memory.write(owed.line, table)

    def _forget(self, owed: Owed) -> None:
        self.owed.pop(owed.line, None)
        self._memory.forget(owed.line)
