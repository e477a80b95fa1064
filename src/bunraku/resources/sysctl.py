"""sysctl: a setting of the kernel, now and after a boot."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from bunraku.resources._text import read_lines, write_lines
from bunraku.resources.base import (
    Changes,
    Ensure,
    Param,
    Property,
    ResourceError,
    ResourceType,
    State,
    absolute_path,
    boolean,
    text,
)


class Sysctl(ResourceType):
    """Manages a kernel setting in a file below /etc and, unless told otherwise, in the running kernel.

    Its comment is the line `# NAME: COMMENT` above it, and goes when it goes; other comments are left alone.
    """

    name = Param("The setting: net.ipv4.ip_forward.", namevar=True, munge=text)
    ensure = Ensure()
    value = Property("Its value.", munge=lambda value: " ".join(text(value).split()))
    comment = Property("A comment above it.", munge=text)
    target = Param("The file.", default="/etc/sysctl.conf", munge=absolute_path)
    apply = Param("Whether the running kernel is set too.", munge=boolean, default=True)
    persist = Param("Whether the file is written.", munge=boolean, default=True)
    silent = Param("Whether a setting that the kernel does not know is passed over.", munge=boolean, default=False)

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The file."""
        return [("file", self.target)]

    def _is_mine(self, line: str) -> bool:
        return re.match(rf"\s*-?{re.escape(self.name)}\s*=", line) is not None

    def _kernel(self) -> str:
        # A dot inside a name (an interface's) is written as a slash, and the other way round.
        return "/proc/sys/" + str(self.name).translate(str.maketrans("./", "/."))

    def _running(self) -> str | None:
        try:
            with open(self._kernel()) as file:
                return " ".join(file.read().split())
        except OSError:
            return None

    def read(self) -> State:
        """What the file says; where the kernel runs with something else, what that is."""
        lines = read_lines(self.target) if self.persist else []
        place = next((i for i, line in enumerate(lines) if self._is_mine(line)), None)
        running = self._running() if self.apply else None
        if self.persist and place is None:
            return {"ensure": "absent", "value": running}
        written = lines[place].partition("=")[2].strip() if place is not None else running
        comment = "" if place is None else self._comment_above(lines, place)
        value = " ".join((written or "").split())
        if self.apply and running is not None and running != self.value:
            value = running
        return {"ensure": "present", "value": value, "comment": comment}

    def change(self, changes: Changes) -> None:
        """Write the file, and set the kernel."""
        if self.persist:
            self._write(remove=changes.get("ensure") == "absent")
        if changes.get("ensure") == "absent" or not self.apply or self.value is None:
            return
        path = self._kernel()
        if not os.path.exists(path):
            if self.silent:
                return
            raise ResourceError(f"The kernel has no setting {self.name} (is a module not loaded?)")
        try:
            # The kernel's own file: there is nothing to be replaced, a value is handed over.
            with open(path, "r+") as file:
                file.write(self.value)
        except OSError as error:
            raise ResourceError(f"The kernel refuses {self.name} = {self.value}: {error.strerror}") from None

    def _comment_above(self, lines: list[str], place: int) -> str:
        """The setting's own comment in the line above `place`, or ""."""
        found = re.match(rf"#\s*{re.escape(self.name)}:\s*(.*)", lines[place - 1]) if place else None
        return found[1] if found else ""

    def _write(self, *, remove: bool) -> None:
        lines = read_lines(self.target)
        place = next((i for i, line in enumerate(lines) if self._is_mine(line)), len(lines))
        old = self._comment_above(lines, place)
        comment = old if self.comment is None else self.comment
        new = [f"# {self.name}: {comment}"] if comment else []
        lines[place - bool(old) : place + 1] = [] if remove else [*new, f"{self.name} = {self.value}"]
        if remove:
            lines = [line for line in lines if not self._is_mine(line)]
        write_lines(self.target, lines)

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """The new value too, for a new setting."""
        if name == "ensure" and desired == "present" and self.value is not None:
            return f"created  {self.value}"
        return super().describe(name, current, desired)
