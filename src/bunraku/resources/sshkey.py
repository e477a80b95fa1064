"""sshkey: the public key of a host, in ssh's list of known ones."""

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

DEFAULT = "/etc/ssh/ssh_known_hosts"
TYPES = (
    *("ssh-rsa", "ssh-dss", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    *("sk-ecdsa-sha2-nistp256@openssh.com", "sk-ssh-ed25519@openssh.com"),
)
SHORT = {"dsa": "ssh-dss", "rsa": "ssh-rsa", "ed25519": "ssh-ed25519", "ecdsa-sk": TYPES[-2], "ed25519-sk": TYPES[-1]}


def _type(value: Any) -> str:
    word = SHORT.get(str(value), str(value))
    if word not in TYPES:
        raise ValueError(f"Invalid value {value}. Valid values are {', '.join((*TYPES, *SHORT))}.")
    return word


def _name(value: Any) -> str:
    if re.search(r"[\s,]", str(value)):
        raise ValueError("a host's name has no whitespace and no comma; further names are host_aliases")
    return str(value)


def _key(value: Any) -> str:
    if str(value) != str(value).strip():
        raise ValueError("Key must contain neither leading nor trailing whitespace")
    return str(value)


class Sshkey(ResourceType):
    """Manages a line of ssh's known hosts; a host has one of each kind of key. The title is NAME@TYPE, or NAME."""

    only_provider = "parsed"
    title_patterns = ((r"(.*?)@(.*)", ("name", "type")), (r"([^@]+)", ("name",)))

    name = Param("The host's name.", namevar=True, munge=_name)
    ensure = Ensure()
    type = Param("The kind of key: ssh-rsa, ssh-ed25519 …", namevar=True, munge=_type)
    key = Property("The key itself.", munge=_key)
    host_aliases = Property("Further names and addresses.", many=True, munge=lambda names: [_name(n) for n in names])
    target = Param("The file.", default=DEFAULT, munge=absolute_path)
    provider = Param("parsed.", values=("parsed",))

    def validate(self) -> None:
        """Without its kind a key cannot be found."""
        if self.type is None:
            raise ValueError("an sshkey needs a type; write it, or the title as NAME@TYPE")

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every key in the file, as NAME@TYPE."""
        lines = (line.split() for line in read_lines(DEFAULT) if not line.lstrip().startswith(("#", "@")))
        return [f"{fields[0].split(',')[0]}@{fields[1]}" for fields in lines if len(fields) >= 3]

    def _fields(self, line: str) -> list[str] | None:
        """The names, the type and the key of this host's line; None for another's."""
        fields = [] if line.lstrip().startswith(("#", "@")) else line.split(None, 2)
        mine = len(fields) == 3 and fields[0].split(",")[0] == self.name and fields[1] == self.type
        return fields if mine else None

    def read(self) -> State:
        """The line with this name and type."""
        for line in read_lines(self.target):
            fields = self._fields(line)
            if fields:
                return {"ensure": "present", "key": fields[2].strip(), "host_aliases": fields[0].split(",")[1:]}
        return {"ensure": "absent"}

    def change(self, changes: Changes) -> None:
        """Replace the line, append one, or drop it."""
        lines = read_lines(self.target)
        mine = [number for number, line in enumerate(lines) if self._fields(line)]
        kept = [line for number, line in enumerate(lines) if number not in mine]
        if changes.get("ensure") != "absent":
            values = {**self.current, **self.desired()}
            if "key" not in values:
                raise ResourceError(f"The sshkey {self.name} has no key: add key => …")
            names = ",".join([self.name, *values.get("host_aliases", ())])
            kept.insert(mine[0] if mine else len(kept), f"{names} {self.type} {values['key']}")
        write_lines(self.target, kept)
