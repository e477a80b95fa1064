"""The base provider: a service is the commands that its resource gives, and a process that can be found."""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from bunraku.resources.base import ResourceError
from bunraku.system import process

if TYPE_CHECKING:
    from bunraku.resources.service import Service

DEADLINE = 300.0
"""Seconds that starting, stopping or asking may take."""

STOP_WAIT = 10.0
"""Seconds that a process has to go after SIGTERM."""


class Base:
    """Start, stop, restart and status by command; without a status command, by looking for the process."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.name = service.name

    def running(self) -> bool:
        """What the status command says, or whether there is a process that fits the pattern."""
        if self.service.status:
            return self._call(self.service.status).ok
        return bool(processes(self.service.pattern or self.name))

    def start(self) -> None:
        """Run the start command, or the daemon itself."""
        command = self.service.start or self.service.binary
        if not command:
            raise ResourceError("No start command is given: the base provider needs start => …")
        self._must("start", command)

    def stop(self) -> None:
        """Run the stop command, or end the process that fits the pattern."""
        if self.service.stop:
            self._must("stop", self.service.stop)
            return
        found = processes(self.service.pattern or self.name)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + STOP_WAIT
        while any(map(_alive, found)):
            if time.monotonic() > end:
                raise ResourceError(
                    f"Could not stop {self.name}: process {found[0]} is still there after {STOP_WAIT:g} s"
                )
            time.sleep(0.02)

    def restart(self) -> None:
        """Run the restart command, or stop and start it."""
        if self.service.restart:
            self._must("restart", self.service.restart)
        else:
            self.stop()
            self.start()

    def enabled(self) -> str:
        """There is no boot to speak of."""
        return "static"

    def enable(self, how: str) -> None:
        """Nothing to be done."""
        raise ResourceError("The base provider cannot enable a service at boot")

    def _must(self, what: str, command: str) -> None:
        result = self._call(command)
        if not result.ok:
            raise ResourceError(f"Could not {what} {self.name}: '{command}' returned {result.code}", result.output)

    def _call(self, command: str) -> process.Result:
        return process.run(["/bin/sh", "-c", command], deadline=DEADLINE)


def processes(pattern: str) -> list[int]:
    """The processes, but ours, whose command line the regex `pattern` is found in."""
    try:
        wanted = re.compile(pattern)
    except re.error:
        wanted = re.compile(re.escape(pattern))
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        with suppress(OSError), open(f"/proc/{entry}/cmdline", "rb") as file:
            if wanted.search(file.read().replace(b"\0", b" ").decode("utf-8", "replace")):
                found.append(int(entry))
    return found


def _alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False
