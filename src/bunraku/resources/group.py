"""group: a group of users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunraku.resources.base import (
    Changes,
    Ensure,
    Param,
    Property,
    ResourceError,
    ResourceType,
    Run,
    State,
    boolean,
    integer,
)
from bunraku.system import accounts, process

DEADLINE = 60.0


class Group(ResourceType):
    """Manages a group."""

    only_provider = "groupadd"
    lane = "packages and accounts"
    accepted = ("attributes", "attribute_membership", "ia_load_module", "forcelocal")

    name = Param("The group's name.", namevar=True)
    ensure = Ensure()
    gid = Property("Its number.", munge=integer)
    members = Property("Who is in it.", many=True, munge=lambda names: sorted({str(n) for n in names}))
    auth_membership = Param("Whether `members` is everybody, or only who must be in it.", munge=boolean, default=True)
    system = Param("Whether a new group gets a system number.", munge=boolean, default=False)
    allowdupe = Param("Whether the number may be another group's too.", munge=boolean, default=False)
    provider = Param("groupadd.")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The members."""
        return [("user", name) for name in self.members or ()]

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every group."""
        import grp

        return [entry.gr_name for entry in grp.getgrall()]

    def read(self) -> State:
        """What the name service says."""
        import grp

        try:
            entry = grp.getgrnam(self.name)
        except KeyError:
            return {"ensure": "absent"}
        return {"ensure": "present", "gid": entry.gr_gid, "members": sorted(entry.gr_mem)}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Members may be more than those declared, where that is allowed."""
        if name == "members" and not self.auth_membership:
            return set(desired) <= set(current)
        return super().in_sync(name, current, desired)

    def change(self, changes: Changes) -> None:
        """Call groupadd, groupmod, gpasswd or groupdel."""
        ensure = changes.get("ensure")
        number = ["-g", str(self.gid)] + (["-o"] if self.allowdupe else []) if self.gid is not None else []
        if ensure == "absent":
            call(["groupdel", self.name])
        elif ensure == "present":
            call(["groupadd", *number, *(["-r"] if self.system else []), self.name])
        elif "gid" in changes:
            call(["groupmod", *number, self.name])
        if ensure != "absent" and self.members is not None and (ensure or "members" in changes):
            kept = () if self.auth_membership else self.current.get("members", ())
            call(["gpasswd", "-M", ",".join(sorted({*self.members, *kept})), self.name])


def call(argv: list[str], stdin: bytes | None = None) -> None:
    """Run one of the shadow tools and forget what was known of accounts. Raises ResourceError."""
    result = process.run(
        [f"/usr/sbin/{argv[0]}" if argv[0] != "gpasswd" else argv[0], *argv[1:]], deadline=DEADLINE, stdin=stdin
    )
    accounts.forget()
    if not result.ok:
        raise ResourceError(f"{argv[0]} failed: {result.output.strip() or f'exit {result.code}'}")
