"""etcd_cluster: who belongs to a running cluster.

Stands after the service. Learners that are wanted get their vote, and members that are not wanted are removed, one at a
time, under a lock, never below a quorum. Members that are still missing are added by their own hosts (`etcd_member`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from bunraku.etcd import DeadlineExceeded, EtcdError, Unreachable
from bunraku.resources._etcd import InEtcd, Patience, cluster_of
from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceError, State
from bunraku.system import files


class EtcdCluster(InEtcd):
    """The members of a running etcd cluster."""

    name = Param("A name for the cluster.", namevar=True)
    ensure = Ensure()
    members = Property(
        "The members by name: each a hash of `peer` and `client`, its URLs for other members and for clients.",
        munge=cluster_of,
    )
    strangers = Param(
        "What becomes of members that are not named: `remove`; or `keep`, which removes only those that an earlier run "
        "of this host found named here.",
        values=("remove", "keep"),
        default="remove",
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
        self._removable = self._named_before() if self.strangers == "keep" else None
        voters = [m.name or f"{m.number:x}" for m in self._members if not m.learner]
        return {"ensure": "present", "members": voters}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Whether nobody is too much and nobody waits for a vote."""
        from bunraku.etcd.cluster import untidy

        return name != "members" or not untidy(self._members, desired, self._removable)

    def _named_before(self) -> set[str]:
        """The members that this host has found named here, now or before, as far as the cluster still has them."""
        memory = self.run.state_dir / f"etcd-{quote(self.name, safe='')}.members"
        before = set(memory.read_text().split("\n")) if memory.exists() else set()
        known = {*self.members, *(before & {member.name for member in self._members})}
        if known != before and self._members and not self.run.noop:
            files.replace(str(memory), "\n".join(sorted(known)).encode(), mode=0o600)
        if left := sorted(m.label for m in self._members if m.name not in known):
            self.tell(f"{', '.join(left)} was never named here, and is left alone")
        return known

    def change(self, changes: Changes) -> None:
        """Give votes and remove, step by step."""
        from bunraku.etcd.cluster import tidy

        with self.etcd() as client:
            tidy(
                client,
                self.members,
                self.host,
                removable=self._removable,
                patience=self.patience,
                told=self.tell,
            )

    def reported(self, name: str, value: Any) -> Any:
        """Members by their names."""
        return sorted(value) if name == "members" else value

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """The voters before and after."""
        return f"members {', '.join(current)} → {', '.join(sorted(desired))}"

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The service that runs our own member."""
        yield "service", "etcd"
