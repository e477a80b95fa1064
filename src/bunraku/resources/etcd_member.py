"""etcd_member: this host's own place in a cluster.

Stands before the service and after the configuration. A member that is new, or whose data are lost, cannot simply be
started: it is announced to the running cluster as a learner, then etcd is run with the host's own configuration, but
told to join, until it has the others' data; from then on the service can start it as any other, since etcd looks at
`initial-cluster` only while it has no data. Where no other member answers, there is nothing to join: a first boot.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunraku.etcd import Client, EtcdError, Unreachable
from bunraku.resources._etcd import InEtcd, cluster_of
from bunraku.resources.base import Changes, Ensure, Param, ResourceError, State, absolute_path

if TYPE_CHECKING:
    from bunraku.etcd.members import Member

DONE = {
    "add": "joined the cluster",
    "resume": "went on joining the cluster",
    "replace": "its data are lost: removed, and joined the cluster again",
    "update": "told the cluster its new address",
}
"""What is said of each part that a member may have to do."""


class EtcdMember(InEtcd):
    """This host's member of an etcd cluster: has its place in the running cluster before its service is started."""

    name = Param("The member's name.", namevar=True)
    ensure = Ensure(values=("present",))
    cluster = Param("All members by name: each a hash of `peer` and `client`, its URLs.", munge=cluster_of)
    data_dir = Param("The member's data folder.", munge=absolute_path)
    config_file = Param("The member's configuration: YAML, or environment variables.", munge=absolute_path)
    binary = Param("The program.", munge=absolute_path, default="/usr/bin/etcd")

    def validate(self) -> None:
        """The member must be one of the cluster; the others are asked."""
        for name in ("cluster", "data_dir", "config_file"):
            if self.values.get(name) is None:
                raise ValueError(f"{name} is needed")
        if self.name not in self.cluster:
            raise ValueError(f"the cluster has {', '.join(self.cluster)}, but not {self.name}")
        others = [address.client_url for name, address in self.cluster.items() if name != self.name]
        self.values.setdefault("peers", ",".join(others))

    def read(self) -> State:
        """present, if there is nothing to be done before the service is started."""
        from bunraku.etcd.cluster import part_of

        has_data = (Path(self.data_dir) / "member").is_dir()
        self._part = part_of(self.name, self.cluster, self._live_members(), has_data=has_data)
        if self._part == "foreign":
            raise ResourceError(
                f"{self.data_dir} holds the data of another cluster, or of a member that was removed from this one: "
                f"move it away, and {self.name} will join anew"
            )
        return {"ensure": "present" if self._part in ("none", "first boot") else "absent"}

    def _live_members(self) -> list[Member] | None:
        """The cluster's members, or None where none of the others answers."""
        if not self.peers:
            return None
        try:
            with self.connection.open(2.0) as client:
                return client.members.list()
        except Unreachable:
            return None
        except EtcdError as problem:
            raise ResourceError(str(problem)) from None

    def change(self, changes: Changes) -> None:
        """Get a place, and the data."""
        from bunraku.etcd.cluster import take_place

        with self.etcd() as client:
            client.transport.deadline = self.timeout
            members = take_place(client, self.name, self.cluster, self._part)
            if self._part != "update":
                self._join(client, members)

    def _join(self, others: Client, members: list[Member]) -> None:
        """Run etcd with the host's configuration, told to join `members`, until it has caught up."""
        from bunraku.etcd.server import joining_member

        initial = [f"{m.name or self.name}={url}" for m in members for url in m.peer_urls]
        own = self.connection._replace(peers=self.cluster[self.name].client_url)
        joining = joining_member(self.binary, Path(self.config_file), Path(self.data_dir), initial)
        with joining as last_words, own.open(1.0) as client:
            self._catch_up(client, others, last_words)

    def _catch_up(self, own: Client, others: Client, last_words: Callable[[], str | None]) -> None:
        """Wait until our member has applied what the others had when it began."""
        from bunraku.etcd.cluster import CATCH_UP
        from bunraku.etcd.maintenance import Status

        until = time.monotonic() + CATCH_UP
        goal = max(s.applied for s in others.maintenance.statuses().values() if isinstance(s, Status))
        (endpoint,) = own.transport.endpoints
        problem = "no answer"
        while time.monotonic() < until:
            try:
                if own.maintenance.status(endpoint).applied >= goal:
                    return
            except EtcdError as answer:
                problem = str(answer)
            if (words := last_words()) is not None:
                raise ResourceError(f"etcd ended while {self.name} was joining the cluster", words)
            time.sleep(0.1)
        raise ResourceError(f"{self.name} did not catch up with the cluster in {CATCH_UP:.0f} s: {problem}")

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """What was to be done."""
        return DONE.get(self._part, "")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The configuration and the folder."""
        yield "file", self.config_file
        yield "file", self.data_dir

    def autobefore(self) -> Iterable[tuple[str, str]]:
        """The service."""
        yield "service", "etcd"
