"""mount: a file system, in /etc/fstab and mounted."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from bunraku.resources._text import read_lines, write_lines
from bunraku.resources.base import (
    Changes,
    Param,
    Property,
    ResourceError,
    ResourceType,
    Run,
    State,
    absolute_path,
    boolean,
    integer,
    text,
)
from bunraku.system import process

FSTAB = "/etc/fstab"
FIELDS = ("device", "name", "fstype", "options", "dump", "pass")
DEADLINE = 120.0


def _escaped(value: str) -> str:
    return value.replace(" ", "\\040").replace("\t", "\\011")


def _unescaped(value: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), value)


class Mount(ResourceType):
    """Manages a line of fstab and whether the file system is mounted. A notification remounts it."""

    only_provider = "parsed"
    ensure_events = {"mounted": "mount_mounted", "absent": "mount_deleted"}

    name = Param("Where it is mounted.", namevar=True, munge=absolute_path)
    ensure = Property(
        "mounted, unmounted (in fstab only), defined or present (in fstab, mounted or not), absent (neither).",
        values=("mounted", "unmounted", "defined", "present", "absent"),
        munge=lambda value: "defined" if value == "present" else value,
    )
    device = Property("What is mounted.", munge=text)
    fstype = Property("The kind of file system.", munge=text)
    options = Property("Options, with commas.", munge=lambda v: text(v).replace(" ", ""))
    dump = Property("The dump field of fstab.", munge=lambda v: str(integer(v)))
    pass_ = Property("The pass field of fstab.", munge=lambda v: str(integer(v)))
    atboot = Property("Whether it is mounted at boot; yes or no.", munge=lambda v: "yes" if boolean(v) else "no")
    blockdevice = Param("Accepted for other systems.")
    target = Param("The fstab file.", default=FSTAB, munge=absolute_path)
    remounts = Param("Whether it can be remounted, or has to be unmounted and mounted.", munge=boolean, default=True)
    provider = Param("Accepted: fstab.")

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every mount point in fstab."""
        return [_unescaped(line.split()[1]) for line in read_lines(FSTAB) if _is_entry(line)]

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """Mounts and files above it."""
        folder = os.path.dirname(self.name)
        while folder != "/":
            yield "mount", folder
            folder = os.path.dirname(folder)

    def autobefore(self) -> Iterable[tuple[str, str]]:
        """Files below it come after: they lie on it."""
        below = self.name.rstrip("/") + "/"
        return [key for key in self.run.resources if key[0] == "file" and key[1].startswith(below)]

    def _place(self, lines: list[str]) -> int | None:
        for i, line in enumerate(lines):
            if _is_entry(line) and _unescaped(line.split()[1]) == self.name:
                return i
        return None

    def _is_mounted(self) -> bool:
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
            return any(_unescaped(line.split(" ")[1]) == self.name for line in file)

    def read(self) -> State:
        """The line, and whether it is mounted."""
        lines = read_lines(self.target)
        place, mounted = self._place(lines), self._is_mounted()
        if place is None:
            return {"ensure": "ghost" if mounted else "absent"}
        fields = [*lines[place].split(), "defaults", "0", "0"]
        values = dict(zip(FIELDS, fields if len(lines[place].split()) < 6 else fields[:6], strict=False))
        state: State = {name: _unescaped(value) for name, value in values.items() if name != "name"}
        state["atboot"] = "no" if "noauto" in state["options"].split(",") else "yes"
        return {"ensure": "mounted" if mounted else "unmounted", **state}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Defined is both mounted and unmounted."""
        if name == "ensure" and desired == "defined":
            return current in ("mounted", "unmounted")
        return super().in_sync(name, current, desired)

    def change(self, changes: Changes) -> None:
        """Write fstab, then mount, unmount or remount."""
        ensure, was = changes.get("ensure"), self.current["ensure"]
        mounted = was in ("mounted", "ghost")
        if ensure == "absent":
            if mounted:
                self._call("umount", self.name)
            lines = read_lines(self.target)
            write_lines(self.target, [line for i, line in enumerate(lines) if i != self._place(lines)])
            return
        if was in ("absent", "ghost") or set(changes) - {"ensure"}:
            self._write()
        if ensure == "mounted" and not mounted:
            self._call("mount", self.name)
        elif ensure == "unmounted" and mounted:
            self._call("umount", self.name)
        elif mounted and set(changes) - {"ensure", "dump", "pass", "atboot"}:
            self._remount()

    def _write(self) -> None:
        values = {"options": "defaults", "dump": "0", "pass": "0", **self.current, **self.desired()}
        for name in ("device", "fstype"):
            if name not in values:
                raise ResourceError(f"Mount {self.name} has no {name}")
        if self.atboot is not None:
            options = [option for option in values["options"].split(",") if option not in ("noauto", "auto")]
            values["options"] = ",".join([*options, "noauto"] if self.atboot == "no" else options) or "defaults"
        values["name"] = self.name
        line = "\t".join(_escaped(str(values[name])) for name in FIELDS)
        lines = read_lines(self.target)
        place = self._place(lines)
        if place is None:
            lines.append(line)
        else:
            lines[place] = line
        write_lines(self.target, lines)

    def _remount(self) -> None:
        if self.remounts and "device" not in self.current:
            return
        if self.remounts:
            self._call("mount", "-o", "remount", self.name)
        else:
            self._call("umount", self.name)
            self._call("mount", self.name)

    def _call(self, *argv: str) -> None:
        command = list(argv)
        if argv[0] == "mount" and self.target != FSTAB and os.path.exists(self.target):
            command[1:1] = ["-T", self.target]
        result = process.run(command, deadline=DEADLINE)
        if not result.ok:
            raise ResourceError(f"{argv[0]} {self.name}: {result.output.strip() or f'exit {result.code}'}")

    def absorbs_refresh(self, changes: Changes) -> bool:
        """What was just mounted needs no remount."""
        return changes.get("ensure") == "mounted"

    def refresh(self) -> str:
        """Remount it, if it is mounted."""
        if not self._is_mounted() or self.ensure == "unmounted":
            return ""
        self._remount()
        return "remounted"

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """mounted, unmounted, defined, removed."""
        if name == "ensure":
            return "removed" if desired == "absent" else str(desired)
        return super().describe(name, current, desired)


def _is_entry(line: str) -> bool:
    return not line.lstrip().startswith("#") and len(line.split()) >= 4
