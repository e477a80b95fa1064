"""etcd_auth: whether etcd asks who is there."""

from __future__ import annotations

from collections.abc import Iterable

from bunraku.resources._etcd import InEtcd
from bunraku.resources.base import Changes, Ensure, Param, State


class EtcdAuth(InEtcd):
    """Authentication of a cluster, on (present) or off (absent). There must be a user root with the role root."""

    name = Param("A name for the cluster.", namevar=True)
    ensure = Ensure("Whether authentication is on.")

    def read(self) -> State:
        """Whether it is on."""
        with self.etcd() as client:
            return {"ensure": "present" if client.auth.enabled() else "absent"}

    def change(self, changes: Changes) -> None:
        """Switch it."""
        with self.etcd() as client:
            if self.ensure == "present":
                client.auth.enable()
            else:
                client.auth.disable()

    def describe(self, name: str, current: object, desired: object) -> str:
        """on or off."""
        return f"authentication switched {'on' if desired == 'present' else 'off'}"

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The service, and the users and roles that are there before anybody is asked for."""
        yield "service", "etcd"
        for kind, name in self.run.resources:
            if kind in ("etcd_user", "etcd_role"):
                yield kind, name
