"""systemd: units asked about in one call, started, stopped, enabled and masked with systemctl.

In a chroot (an image that is being built) systemctl can enable units, but says nothing of their state, and passes over
`start` and its like with exit 0: there nothing runs, and starting something is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bunraku.resources.base import ResourceError
from bunraku.resources.service.base import DEADLINE, Base
from bunraku.system import process

if TYPE_CHECKING:
    from bunraku.resources.service import Service

ASKED = ("Names", "ActiveState", "LoadState", "UnitFileState", "NeedDaemonReload")
Unit = dict[str, str]

IGNORED = "ignoring command"
"""What systemctl says in a chroot of a command that it passes over."""


def ask(names: Sequence[str]) -> dict[str, Unit]:
    """What systemd says of each unit, by the name it was asked under; in a chroot nothing. Raises ResourceError."""
    if not names:
        return {}
    result = process.run(
        ["systemctl", "show", f"--property={','.join(ASKED)}", "--", *map(unit_name, names)],
        deadline=DEADLINE,
        apart=True,
    )
    if not result.ok:
        raise ResourceError("systemctl show failed", result.errors)
    if IGNORED in result.errors + result.output:
        return {name: {} for name in names}
    blocks = result.output.strip("\n").split("\n\n")
    units = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]
    return dict(zip(names, units, strict=True))


def names() -> list[str]:
    """Every service unit file. Raises ResourceError."""
    result = process.run(
        ["systemctl", "list-unit-files", "--type=service", "--full", "--no-legend", "--no-pager"], deadline=DEADLINE
    )
    if not result.ok:
        raise ResourceError("systemctl list-unit-files failed", result.output)
    return [line.split()[0].removesuffix(".service") for line in result.output.splitlines() if line]


def unit_name(name: str) -> str:
    """A service's unit: `nginx` is `nginx.service`; other kinds are named in full."""
    return (
        name
        if name.rpartition(".")[2] in ("service", "socket", "timer", "path", "target", "mount")
        else f"{name}.service"
    )


class Systemd(Base):
    """A unit of systemd; commands that the resource gives come before systemctl's."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.units: dict[str, Unit] = service.run.shared.setdefault("systemd units", {})

    def _unit(self, *, fresh: bool = False) -> Unit:
        if fresh or self.name not in self.units:
            self.units.update(ask([self.name]))
        return self.units[self.name]

    def running(self) -> bool:
        """Whether the unit is active."""
        if self.service.status:
            return super().running()
        return self._unit().get("ActiveState") in ("active", "reloading")

    def start(self) -> None:
        """Start it, unmasked."""
        if self.service.start:
            super().start()
            return
        if self._unit(fresh=True).get("UnitFileState", "").startswith("masked"):
            self._systemctl("unmask")
        self._reload_if_needed()
        self._systemctl("start")

    def stop(self) -> None:
        """Stop it."""
        if self.service.stop:
            super().stop()
        else:
            self._systemctl("stop")

    def restart(self) -> None:
        """Restart it, after systemd has read what changed of its unit."""
        if self.service.restart:
            super().restart()
            return
        self._unit(fresh=True)
        self._reload_if_needed()
        self._systemctl("restart")

    def enabled(self) -> str:
        """What the unit file's state comes to."""
        unit = self._unit()
        state = unit.get("UnitFileState", "") if unit else self._enabled_in_chroot()
        if state.startswith("masked"):
            return "mask"
        if state in ("static", "indirect"):
            return "static"
        return "true" if state in ("enabled", "enabled-runtime", "generated", "alias", "transient") else "false"

    def _enabled_in_chroot(self) -> str:
        result = process.run(["systemctl", "is-enabled", "--", unit_name(self.name)], deadline=DEADLINE, apart=True)
        return result.output.strip()

    def enable(self, how: str) -> None:
        """Enable, disable or mask it."""
        if self._unit().get("LoadState") == "not-found" and how in ("true", "manual"):
            # A unit file that was written by this run is known only after systemd has looked again.
            self._systemctl("daemon-reload", unit=False)
        if how == "mask":
            # Disabled first, as Puppet does: once masked it cannot be, and would be enabled when it is let go.
            if self.enabled() == "true":
                self._systemctl("disable")
            self._systemctl("mask")
            return
        if self.enabled() == "mask":
            self._systemctl("unmask")
        self._systemctl("enable" if how == "true" else "disable")

    def _reload_if_needed(self) -> None:
        unit = self._unit()
        if unit.get("NeedDaemonReload") == "yes" or unit.get("LoadState") == "not-found":
            self._systemctl("daemon-reload", unit=False)

    def _systemctl(self, what: str, *, unit: bool = True) -> None:
        argv = ["systemctl", what, *(["--", unit_name(self.name)] if unit else [])]
        result = process.run(argv, deadline=DEADLINE)
        self.units.pop(self.name, None)
        if IGNORED in result.output and unit:
            raise ResourceError(f"Could not {what} {self.name}: systemd does not run here (is this a chroot?)")
        if not result.ok:
            log = ""
            if what in ("start", "restart"):
                log = process.run(
                    ["journalctl", "--no-pager", "-q", "-n", "20", "-o", "cat", "-u", unit_name(self.name)], deadline=30
                ).output
            raise ResourceError(f"Could not {what} {self.name}: exit {result.code}", result.output + log)
