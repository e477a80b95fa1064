"""host: a line of /etc/hosts."""

from __future__ import annotations

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
    Run,
    State,
    absolute_path,
)

DEFAULT = "/etc/hosts"


def _address(value: Any) -> str:
    from ipaddress import ip_address

    try:
        ip_address(str(value).partition("%")[0])
    except ValueError:
        raise ValueError(f"Invalid IP address '{value}'") from None
    return str(value)


def _name(value: Any) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?", str(value)):
        raise ValueError(f"Invalid host name '{value}'")
    return str(value)


class Host(ResourceType):
    """Manages the address and the aliases of a host name in the hosts file."""

    only_provider = "parsed"
    accepted = ("provider",)

    name = Param("The host's name.", namevar=True, munge=_name)
    ensure = Ensure()
    ip = Property("Its address, of IPv4 or IPv6.", munge=_address)
    host_aliases = Property("Further names.", many=True, munge=lambda names: [_name(n) for n in names])
    comment = Property("A comment at the end of the line.")
    target = Param("The file.", default=DEFAULT, munge=absolute_path)

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every first name in the hosts file."""
        return [
            fields[1] for fields in (line.partition("#")[0].split() for line in read_lines(DEFAULT)) if len(fields) > 1
        ]

    def _is_mine(self, line: str) -> bool:
        fields = line.partition("#")[0].split()
        return len(fields) > 1 and fields[1] == self.name

    def read(self) -> State:
        """The first line whose first name is this one."""
        for line in read_lines(self.target):
            if self._is_mine(line):
                entry, _, comment = line.partition("#")
                ip, _, *aliases = entry.split()
                return {"ensure": "present", "ip": ip, "host_aliases": aliases, "comment": comment.strip()}
        return {"ensure": "absent"}

    def change(self, changes: Changes) -> None:
        """Replace the line, append one, or drop it."""
        lines = read_lines(self.target)
        if changes.get("ensure") == "absent":
            write_lines(self.target, [line for line in lines if not self._is_mine(line)])
            return
        values = {**self.current, **self.desired()}
        if "ip" not in values:
            raise ResourceError(f"Host {self.name} has no address: add ip => …")
        new = f"{values['ip']}\t{self.name}"
        if values.get("host_aliases"):
            new += f"\t{' '.join(values['host_aliases'])}"
        if values.get("comment"):
            new += f"\t# {values['comment']}"
        if self.current["ensure"] == "absent":
            lines.append(new)
        else:
            lines[next(i for i, line in enumerate(lines) if self._is_mine(line))] = new
        write_lines(self.target, lines)
