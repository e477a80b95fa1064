"""etcd_user: who may log in to etcd, and with which roles.

A password can only be compared with etcd's while authentication is on; before that it is set when the user is created.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunraku.resources._etcd import InEtcd
from bunraku.resources.base import Changes, Ensure, Param, Property, State, text


class EtcdUser(InEtcd):
    """A user of etcd's authentication."""

    name = Param("The user's name; root may do everything.", namevar=True)
    ensure = Ensure()
    user_password = Property(
        "The user's own password (`password` is the one that we log in with); give it as Sensitive. Without one the "
        "user can only come with a certificate of this name.",
        munge=text,
    )
    roles = Property("The user's roles; all others are taken.", munge=lambda names: sorted(map(text, names)), many=True)

    def validate(self) -> None:
        """A password is a secret, declared as one or not."""
        self.sensitive = self.sensitive | {"user_password"}

    def read(self) -> State:
        """Whether the user exists, its roles, and whether the declared password is still the user's."""
        with self.etcd() as client:
            if self.name not in client.auth.users():
                return {"ensure": "absent"}
            state: State = {"ensure": "present", "roles": client.auth.user_roles(self.name)}
            if self.user_password is not None:
                known = not client.auth.enabled() or client.auth.check_password(self.name, self.user_password)
                state["user_password"] = self.user_password if known else "another one"
        return state

    def change(self, changes: Changes) -> None:
        """Create or remove the user, set the password, grant and revoke."""
        with self.etcd() as client:
            auth = client.auth
            if self.ensure == "absent":
                auth.remove_user(self.name)
                return
            if "ensure" in changes:
                auth.add_user(self.name, self.user_password)
            elif "user_password" in changes:
                auth.set_password(self.name, self.user_password)
            if self.roles is not None:
                present: set[Any] = set(auth.user_roles(self.name))
                for role in sorted(present - set(self.roles)):
                    auth.revoke_role(self.name, role)
                for role in sorted(set(self.roles) - present):
                    auth.grant_role(self.name, role)

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The service that keeps the user, and the roles."""
        yield "service", "etcd"
        for role in self.roles or ():
            yield "etcd_role", role
