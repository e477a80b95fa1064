"""What systemd is told, if it asked to be: READY, STATUS, RELOADING, STOPPING, and that we are alive (sd_notify(3))."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from time import CLOCK_MONOTONIC, clock_gettime


class Systemd:
    """The service manager, as the environment describes it; where there is none, nothing is told."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        limit = environment.get("WATCHDOG_USEC", "")
        self.watchdog = int(limit) / 2e6 if self._address and ours and limit.isdigit() and int(limit) else None
        """Seconds between two signs of life that it wants; None if it wants none."""

    def ready(self, status: str) -> None:
        """It has begun, or read its configuration again."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """It reads its configuration again."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(clock_gettime(CLOCK_MONOTONIC) * 1e6)}")

    def stopping(self) -> None:
        """It ends."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """It lives."""
        self._tell("WATCHDOG=1")

    def _tell(self, *facts: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto("\n".join(facts).encode(), self._address)
