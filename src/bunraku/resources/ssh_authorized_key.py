"""ssh_authorized_key: a public key that may log in as a user."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bunraku.resources._text import read_lines, write_lines
from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceError, ResourceType, State, absolute_path
from bunraku.system import files

SHORT = {"dsa": "ssh-dss", "rsa": "ssh-rsa", "ed25519": "ssh-ed25519"}
LINE = re.compile(r"(?:(.+)\s+)?((?:sk-)?(?:ssh|ecdsa)-[^\s]+)\s+([^\s]+)\s*(.*)$")


def _type(value: Any) -> str:
    word = SHORT.get(str(value), str(value))
    if not re.fullmatch(r"(sk-)?(ssh|ecdsa)-[a-z0-9@.-]+", word):
        raise ValueError(f"Invalid key type '{value}'")
    return word


def _key(value: Any) -> str:
    if re.search(r"\s", str(value)):
        raise ValueError("Key must not contain whitespace")
    return str(value)


def names(path: str) -> list[str]:
    """The names of the keys in a file, the last one first: removing one then renames no other. Raises OSError."""
    return [name for _, name, _ in _keys(path, read_lines(path))][::-1]


def _keys(path: str, lines: list[str]) -> Iterator[tuple[int, str, re.Match[str]]]:
    """Each key's line and name; one without a comment is named by its file and number, as Puppet does."""
    unnamed = 0
    for i, line in enumerate(lines):
        match = None if line.startswith("#") else LINE.match(line.strip())
        if match:
            name = match[4].strip()
            unnamed += not name
            yield i, name or f"{path}:unnamed-{unnamed}", match


class SshAuthorizedKey(ResourceType):
    """Manages a line of a user's `authorized_keys`; the resource's name is the line's comment."""

    type_name = "ssh_authorized_key"
    only_provider = "parsed"
    accepted = ("provider",)

    name = Param("The key's comment, by which it is found.", namevar=True)
    ensure = Ensure()
    type = Property("Its kind: ssh-rsa, ssh-ed25519 …", munge=_type, default=None)
    key = Property("The key itself.", munge=_key)
    options = Property("Options before the key.", many=True, munge=lambda v: [str(item) for item in v])
    user = Param("Whose keys.")
    target = Param("The file (default: ~/.ssh/authorized_keys of the user).", munge=absolute_path)
    drop_privileges = Param("Accepted: files are written with the user as their owner.")

    def validate(self) -> None:
        """It has to be somebody's."""
        if self.user is None and self.target is None:
            raise ValueError("Attribute 'user' or 'target' is mandatory")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The user."""
        return [("user", self.user)] if self.user else []

    def _account(self) -> pwd.struct_passwd | None:
        if self.user is None:
            return None
        try:
            return pwd.getpwnam(self.user)
        except KeyError:
            raise ResourceError(f"User '{self.user}' does not exist") from None

    def _path(self) -> str:
        if self.target is not None:
            return str(self.target)
        account = self._account()
        assert account is not None
        return os.path.join(account.pw_dir, ".ssh", "authorized_keys")

    def _places(self, lines: list[str]) -> dict[int, re.Match[str]]:
        return {i: match for i, name, match in _keys(self._path(), lines) if name == self.name}

    def read(self) -> State:
        """The line with this comment."""
        try:
            path = self._path()
        except ResourceError:
            if self.run.noop:
                return {"ensure": "absent"}
            raise
        for match in self._places(read_lines(path)).values():
            options = re.findall(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+', match[1] or "")
            return {"ensure": "present", "type": match[2], "key": match[3], "options": options}
        return {"ensure": "absent"}

    def change(self, changes: Changes) -> None:
        """Replace the line, append one, or drop it."""
        path, account = self._path(), self._account()
        lines = read_lines(path)
        places = self._places(lines)
        kept = [line for i, line in enumerate(lines) if i not in places]
        if changes.get("ensure") != "absent":
            values = {**self.current, **self.desired()}
            if "key" not in values or "type" not in values:
                raise ResourceError(f"The key {self.name} has no type or no key")
            options = ",".join(values.get("options", ()))
            new = " ".join(filter(None, [options, values["type"], values["key"], self.name]))
            kept.insert(min(places, default=len(kept)), new)
        uid, gid = (None, None) if account is None else (account.pw_uid, account.pw_gid)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder) and account is not None and os.path.isdir(os.path.dirname(folder)):
            files.make_folder(folder, mode=0o700, uid=uid, gid=gid)
        write_lines(path, kept, mode=0o600, uid=uid, gid=gid)
