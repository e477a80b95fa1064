"""etcd_cluster: who belongs to a running cluster.

Stands after the service. Learners that are wanted get their vote, and members that are not wanted are removed, one at a
time, under a lock, never below a quorum. Members that are still missing are added by their own hosts (`etcd_member`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunraku.etcd import DeadlineExceeded, EtcdError, Unreachable
from bunraku.resources._etcd import InEtcd, Patience, cluster_of
from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceError, State


class EtcdCluster(InEtcd):
    """The members of a running etcd cluster."""

    name = Param("A name for the cluster.", namevar=True)
    ensure = Ensure()
    members = Property(
        "The members by name: each a hash of `peer` and `client`, its URLs for other members and for clients.",
        munge=cluster_of,
    )
    host = Param("Our own name, shown to those who wait for the lock.", default="bunraku")
    patience = Patience()

    def validate(self) -> None:
        """The endpoints are the members' own, unless they are given."""
        if self.members:
            self.values.setdefault("peers", ",".join(address.client_url for address in self.members.values()))

    def read(self) -> State:
        """The names of the members that have a vote; a cluster that does not answer (yet) has nothing to be tidied."""
        try:
            with self.connection.open(self.timeout) as client:
                self._members = client.members.list()
        except (Unreachable, DeadlineExceeded) as problem:
            words = "the cluster does not answer (yet); the next run looks at who belongs to it"
            self.run.log("warning", f"{words}: {problem}", self.ref)
            self._members = []
        except EtcdError as problem:
            raise ResourceError(str(problem)) from None
        voters = [m.name or f"{m.number:x}" for m in self._members if not m.learner]
        return {"ensure": "present", "members": voters}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Whether nobody is too much and nobody waits for a vote."""
        from bunraku.etcd.cluster import untidy

        return name != "members" or not untidy(self._members, desired)

    def change(self, changes: Changes) -> None:
        """Give votes and remove, step by step."""
        from bunraku.etcd.cluster import tidy

        with self.etcd() as client:
            tidy(client, self.members, self.host, patience=self.patience, told=self.tell)

    def reported(self, name: str, value: Any) -> Any:
        """Members by their names."""
        return sorted(value) if name == "members" else value

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """The voters before and after."""
        return f"members {', '.join(current)} → {', '.join(sorted(desired))}"

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The service that runs our own member."""
        yield "service", "etcd"
