"""service: a daemon that runs, or does not, now and after a boot."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, Protocol

from bunraku.resources.base import Changes, Param, Property, ResourceType, Run, State, text

WORDS = {"running": "started", "stopped": "stopped"}
ENABLE_EVENTS = {
    "true": "service_enabled",
    "false": "service_disabled",
    "mask": "service_disabled",
    "manual": "service_manual_start",
    "delayed": "service_delayed_start",
}
ENABLE_WORDS = {"true": "enabled", "false": "disabled", "mask": "masked", "manual": "made manual"}


class Provider(Protocol):
    """How one kind of system runs its services; every method raises ResourceError."""

    def running(self) -> bool:
        """Whether the service runs."""

    def start(self) -> None:
        """Start it; it runs when this returns."""

    def stop(self) -> None:
        """Stop it."""

    def restart(self) -> None:
        """Stop and start it."""

    def enabled(self) -> str:
        """ "true", "false", "mask", "manual", or "static" where it cannot be said."""

    def enable(self, how: str) -> None:
        """Have it started at boot ("true"), or not ("false", "manual"), or never at all ("mask")."""


def _ensure(value: str) -> str:
    return {"true": "running", "false": "stopped"}.get(value, value)


class Service(ResourceType):
    """Manages a running service. A notification restarts it, if it runs."""

    ensure_rules = False
    ensure_events = {"running": "service_started", "stopped": "service_stopped"}
    lane = None
    accepted = ("flags", "control", "manifest", "timeout", "logonaccount", "logonpassword")

    name = Param("The service's name on the system.", namevar=True)
    ensure = Property("running or stopped.", values=("running", "stopped", "true", "false"), munge=_ensure)
    enable = Property("Whether it starts at boot.", values=("true", "false", "mask", "manual", "delayed"))
    provider = Param(
        "systemd, sysv (init scripts), or base (only the commands given here); found out unless given.",
        values=("systemd", "sysv", "base", "debian", "init", "redhat", "service"),
    )
    start = Param("The command that starts it.", munge=text)
    stop = Param("The command that stops it.", munge=text)
    restart = Param("The command that restarts it.", munge=text)
    status = Param("The command that exits 0 while it runs.", munge=text)
    pattern = Param("A regex found in the command line of its process; the name unless given.", munge=text)
    binary = Param("The daemon itself, for the base provider where there is no start command.", munge=text)
    hasstatus = Param("Whether its init script knows `status`.", values=("true", "false"), default="true")
    hasrestart = Param("Whether its init script knows `restart`.", values=("true", "false"), default="false")
    path = Param("Where init scripts are looked for.", many=True, default=["/etc/init.d"])

    def backend(self) -> Provider:
        """What runs services here, or what was asked for."""
        name = self.provider or self.run.shared.setdefault("service provider", default_provider())
        if name == "systemd":
            from bunraku.resources.service.systemd import Systemd

            return Systemd(self)
        if name == "base":
            from bunraku.resources.service.base import Base

            return Base(self)
        from bunraku.resources.service.sysv import SysV

        return SysV(self)

    @classmethod
    def prefetch(cls, resources: Any, run: Run) -> None:
        """Ask systemd about all services in one call."""
        if default_provider() == "systemd":
            from bunraku.resources.service.systemd import ask

            run.shared["systemd units"] = ask([r.name for r in resources if r.provider in (None, "systemd")])

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every unit, or every init script."""
        if default_provider() == "systemd":
            from bunraku.resources.service.systemd import names

            return names()
        return sorted(os.listdir("/etc/init.d")) if os.path.isdir("/etc/init.d") else []

    def read(self) -> State:
        """Whether it runs, and whether it starts at boot, where that is declared."""
        backend, state = self.backend(), {}
        if self.ensure is not None or self.run.everything:
            state["ensure"] = "running" if backend.running() else "stopped"
        if self.enable is not None or self.run.everything:
            state["enable"] = backend.enabled()
        return state

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """A static unit is neither enabled nor disabled, and cannot be."""
        if name == "enable" and current == "static" and desired != "mask":
            return True
        return super().in_sync(name, current, desired)

    def change(self, changes: Changes) -> None:
        """Enable before starting, stop before disabling."""
        backend = self.backend()
        if changes.get("ensure") == "stopped":
            backend.stop()
        if "enable" in changes:
            backend.enable(changes["enable"])
        if changes.get("ensure") == "running":
            backend.start()

    def absorbs_refresh(self, changes: Changes) -> bool:
        """What was just started needs no restart."""
        return changes.get("ensure") == "running"

    def refresh(self) -> str:
        """Restart it, if it runs."""
        backend = self.backend()
        if not backend.running():
            return ""
        backend.restart()
        return "restarted"

    @property
    def provider_used(self) -> str:
        """The provider at work; that of init scripts is called `init`."""
        name = str(self.provider or default_provider())
        return "init" if name == "sysv" else name

    def event_name(self, name: str, desired: Any) -> str:
        """Enabling and disabling have names of their own."""
        return ENABLE_EVENTS[desired] if name == "enable" else super().event_name(name, desired)

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """Started, stopped, enabled …"""
        return (WORDS if name == "ensure" else ENABLE_WORDS).get(desired, f"{name} {current} → {desired}")


def default_provider() -> str:
    """systemd where it is in charge, else init scripts."""
    return "systemd" if os.path.isdir("/run/systemd/system") else "sysv"
