"""user: an account, its groups, home folder and password."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from bunraku.catalog.catalog import Resource
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
    boolean,
    integer,
    text,
)
from bunraku.resources.group import call
from bunraku.system import accounts


def _gid(value: Any) -> int | str:
    """A number, or a group's name."""
    return int(value) if str(value).lstrip("-").isdigit() else text(value)


def _expiry(value: Any) -> str:
    """`absent`, or a day as YYYY-MM-DD."""
    if value == "absent" or isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return str(value)
    raise ValueError('Expiry dates must be YYYY-MM-DD or the string "absent"')


def _key_files(value: list[Any]) -> list[str]:
    """The files whose keys are purged; `~` is the home folder. true: the usual one."""
    if value in ([True], ["true"]):
        return ["~/.ssh/authorized_keys"]
    paths = [re.sub(r"^(~|%h)/", "~/", str(path)) for path in value if path not in (False, "false")]
    for path in paths:
        if not path.startswith(("/", "~/")):
            raise ValueError(f"Paths to keyfiles must be absolute, not {path}")
    return paths


class User(ResourceType):
    """Manages a local user account. A password is given as its hash, and shown nowhere."""

    only_provider = "useradd"
    unprinted = frozenset(["password"])
    lane = "packages and accounts"
    accepted = (
        *("roles", "auths", "profiles", "keys", "project", "attributes", "salt", "iterations", "loginclass"),
        *("role_membership", "auth_membership", "profile_membership", "key_membership"),
        *("attribute_membership", "ia_load_module", "forcelocal"),
    )

    name = Param("The user's name.", namevar=True)
    ensure = Ensure(default=None)
    uid = Property("The number.", munge=integer)
    gid = Property("The main group, by name or number.", munge=_gid)
    comment = Property("The full name.", munge=text)
    home = Property("The home folder.", munge=absolute_path)
    shell = Property("The login shell.", munge=text)
    password = Property("The password's hash.", munge=text)
    password_min_age = Property("Days before it may be changed.", munge=integer)
    password_max_age = Property("Days before it must be changed.", munge=integer)
    password_warn_days = Property("Days of warning before that.", munge=integer)
    groups = Property("Further groups, by name.", many=True, munge=lambda names: sorted({str(n) for n in names}))
    expiry = Property("The day the account ends (YYYY-MM-DD), or absent.", munge=_expiry)
    membership = Param("Whether `groups` is all (inclusive).", values=("inclusive", "minimum"), default="minimum")
    managehome = Param("Whether the home folder is made, moved and removed too.", munge=boolean, default=False)
    system = Param("Whether a new user gets a system number.", munge=boolean, default=False)
    allowdupe = Param("Whether the number may be another user's too.", munge=boolean, default=False)
    purge_ssh_keys = Param(
        "Whether keys that the catalog does not declare are removed; true, or files.", many=True, munge=_key_files
    )
    provider = Param("useradd.")

    def validate(self) -> None:
        """A password is a secret, whether it is declared so or not; of what is said something, that shall exist."""
        if "password" in self.values:
            self.sensitive |= {"password"}
        if any(name in self.values for name in self.properties):
            self.values.setdefault("ensure", "present")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The groups."""
        return [("group", str(name)) for name in (self.gid, *(self.groups or ())) if name is not None]

    def generate(self) -> Iterable[Resource]:
        """The keys that nobody declares, as absent, where they are to be purged."""
        if not self.purge_ssh_keys or self.ensure == "absent":
            return
        from bunraku.resources import ssh_authorized_key

        home = self.home or self.current.get("home", "")
        for path in self.purge_ssh_keys:
            path = path.replace("~", home, 1) if path.startswith("~") else path
            for name in ssh_authorized_key.names(path) if os.access(path, os.R_OK) else ():
                yield Resource("Ssh_authorized_key", name, {"ensure": "absent", "user": self.name, "target": path})

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every account."""
        import pwd

        return [entry.pw_name for entry in pwd.getpwall()]

    def read(self) -> State:
        """What the name service says; the password's part only if it is asked for."""
        import grp
        import pwd

        try:
            entry = pwd.getpwnam(self.name)
        except KeyError:
            return {"ensure": "absent"}
        state: State = {
            "ensure": "present",
            "uid": entry.pw_uid,
            "gid": entry.pw_gid,
            "comment": entry.pw_gecos,
            "home": entry.pw_dir,
            "shell": entry.pw_shell,
        }
        if self.groups is not None or self.run.everything:
            state["groups"] = sorted(group.gr_name for group in grp.getgrall() if self.name in group.gr_mem)
        if self.values.keys() & {"password", "password_min_age", "password_max_age", "password_warn_days", "expiry"}:
            state.update(self._read_shadow())
        return state

    def _read_shadow(self) -> State:
        with open("/etc/shadow", encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                fields = line.rstrip("\n").split(":")
                if fields[0] == self.name:
                    least, most, warn = (int(field) if field else -1 for field in fields[3:6])
                    return {
                        "password": fields[1],
                        "password_min_age": least,
                        "password_max_age": most,
                        "password_warn_days": warn,
                        "expiry": _day(fields[7]),
                    }
        return {}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Groups may be more than those declared, where that is allowed; a group's name stands for its number."""
        if name == "groups" and self.membership == "minimum":
            return set(desired) <= set(current)
        if name == "gid":
            return bool(current == accounts.group_id(desired))
        return super().in_sync(name, current, desired)

    def change(self, changes: Changes) -> None:
        """Call useradd, one usermod, or userdel."""
        ensure = changes.get("ensure")
        if ensure == "absent":
            call(["userdel", *(["-r"] if self.managehome else []), self.name])
            return
        if ensure == "present":
            home = ["-m" if self.managehome else "-M", *(["-r"] if self.system else [])]
            call(["useradd", *home, *self._arguments(self.desired()), self.name])
        else:
            arguments = self._arguments(changes)
            move = ["-m"] if "home" in changes and self.managehome else []
            if arguments:
                call(["usermod", *move, *arguments, self.name])
        declared = self.desired() if ensure else changes
        if "password" in declared:
            # By standard input: arguments can be read by everybody in the process list.
            call(["chpasswd", "-e"], stdin=f"{self.name}:{self.password}\n".encode())
        ages = {"password_min_age": "-m", "password_max_age": "-M", "password_warn_days": "-W"}
        limits = [word for name, flag in ages.items() if name in declared for word in (flag, str(declared[name]))]
        if limits:
            _chage([*limits, self.name])

    def _arguments(self, properties: Changes) -> list[str]:
        """useradd's and usermod's arguments for the properties that they know."""
        flags = {"uid": "-u", "gid": "-g", "comment": "-c", "home": "-d", "shell": "-s", "groups": "-G", "expiry": "-e"}
        arguments = []
        for name, flag in flags.items():
            if name not in properties:
                continue
            value = properties[name]
            if name == "groups":
                kept = () if self.membership == "inclusive" else self.current.get("groups", ())
                value = ",".join(sorted({*value, *kept}))
            elif name == "expiry" and value == "absent":
                value = ""
            arguments += [flag, str(value)]
        return arguments + (["-o"] if self.allowdupe and "uid" in properties else [])

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """The main group by name."""
        if name == "gid":
            return f"gid {accounts.group_name(current)} → {desired}"
        return super().describe(name, current, desired)


def _day(days: str) -> str:
    """Days since 1970 as a date; `absent` where there are none."""
    from datetime import date, timedelta

    return str(date(1970, 1, 1) + timedelta(days=int(days))) if days else "absent"


def _chage(arguments: list[str]) -> None:
    from bunraku.system import process

    result = process.run(["chage", *arguments], deadline=60)
    if not result.ok:
        raise ResourceError(f"chage failed: {result.output.strip()}")
