"""etcd_role: what those who have a role may do with which keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bunraku.resources._etcd import InEtcd
from bunraku.resources.base import Changes, Ensure, Param, Property, State

if TYPE_CHECKING:
    from bunraku.etcd import Client

GRANT = re.compile(r"(read|write|readwrite) (.+)", re.DOTALL)


def grant(value: Any) -> str:
    """A permission as `ACCESS KEY` or `ACCESS PREFIX*`."""
    if isinstance(value, str) and GRANT.fullmatch(value):
        return value
    raise ValueError(f"a permission is 'read KEY', 'write KEY' or 'readwrite KEY' (KEY* for a prefix), not '{value}'")


class EtcdRole(InEtcd):
    """A role of etcd's authentication, and its permissions."""

    name = Param("The role's name.", namevar=True)
    ensure = Ensure()
    permissions = Property(
        "What the role may do, each as `read KEY`, `write KEY` or `readwrite KEY`; `KEY*` means every key that begins "
        "so. All others are taken from it.",
        munge=lambda values: sorted(map(grant, values)),
        many=True,
    )

    def read(self) -> State:
        """Whether it exists, and what it may do."""
        with self.etcd() as client:
            if self.name not in client.auth.roles():
                return {"ensure": "absent"}
            found = client.auth.permissions(self.name)
        return {
            "ensure": "present",
            "permissions": sorted(f"{p.access} {p.key}{'*' if p.prefix else ''}" for p in found),
        }

    def change(self, changes: Changes) -> None:
        """Create or remove it, grant and revoke."""
        with self.etcd() as client:
            if self.ensure == "absent":
                client.auth.remove_role(self.name)
                return
            if "ensure" in changes:
                client.auth.add_role(self.name)
            if self.permissions is not None:
                self._set_permissions(client)

    def _set_permissions(self, client: Client) -> None:
        from bunraku.etcd.auth import Permission

        wanted = {
            Permission(access, key.removesuffix("*"), key.endswith("*"))
            for access, key in (value.split(" ", 1) for value in self.permissions)
        }
        present = set(client.auth.permissions(self.name))
        for permission in sorted(present - wanted):
            client.auth.revoke(self.name, permission)
        for permission in sorted(wanted - present):
            client.auth.grant(self.name, permission)

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The service that keeps it."""
        yield "service", "etcd"
