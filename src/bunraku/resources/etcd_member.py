"""etcd_member: this host's own place in a cluster.

Stands before the service and after the configuration. A member that is new, or whose data are lost, cannot simply be
started: it is announced to the running cluster as a learner, then etcd is run with the host's own configuration, but
told to join, until it has the others' data; from then on the service can start it as any other, since etcd looks at
`initial-cluster` only while it has no data. Where no other member answers, there is nothing to join: a first boot.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunraku.etcd import Client, EtcdError
from bunraku.resources._etcd import InCluster, Patience, client, in_plain
from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceError, State, absolute_path, boolean
from bunraku.system import files

if TYPE_CHECKING:
    from bunraku.etcd.cluster import Wanted
    from bunraku.etcd.members import Member

DONE = {
    "add": "joined the cluster",
    "resume": "went on joining the cluster",
    "replace": "its data are lost: removed, and joined the cluster again",
    "update": "told the cluster its new address",
}
"""What is said of each part that a member may have to do."""


class EtcdMember(InCluster):
    """This host's member of an etcd cluster: has its place in the running cluster before its service is started.

    Notified of a new configuration, it restarts the service in turn with the other hosts: one member at a time, the
    leader last, and only with a quorum. A restart that could not be is made up for by the next run.
    """

    name = Param("The member's name.", namevar=True)
    ensure = Ensure(values=("present",))
    data_dir = Param("The member's data folder.", munge=absolute_path)
    config_file = Param("The member's configuration: YAML, or environment variables.", munge=absolute_path)
    binary = Param("The program.", munge=absolute_path, default="/usr/bin/etcd")
    restart = Param(
        "Whether it restarts the service for a new configuration; false leaves that to the service itself.",
        munge=boolean,
        default=True,
    )
    patience = Patience()
    configuration = Property("Which configuration it runs with.", values=("current",), default="current")

    def validate(self) -> None:
        """The member must be one of the cluster."""
        for name in ("cluster", "data_dir", "config_file"):
            if self.values.get(name) is None:
                raise ValueError(f"{name} is needed")
        if self.name not in self.cluster:
            raise ValueError(f"the cluster has {', '.join(self.cluster)}, but not {self.name}")

    def read(self) -> State:
        """present, if there is nothing to be done before the service is started; whether a restart is still due."""
        from bunraku.etcd.cluster import part_of

        has_data = (Path(self.data_dir) / "member").is_dir()
        members = self.live_members()
        if members is None and not has_data and self._others_listen():
            # Only slow, perhaps: to be taken for one of a first boot would be wrong then.
            self.tell(f"other members take connections, but do not answer: waiting, at most {self.timeout:.0f} s")
            members = self.live_members(self.timeout)
        if self.leaderless and not has_data:
            raise ResourceError(f"the cluster has lost its quorum: bring its members up before {self.name} can join it")
        self._part = part_of(self.name, self._wanted(), members, has_data=has_data)
        if self._part == "foreign":
            raise ResourceError(
                f"{self.data_dir} holds the data of another cluster, or of a member that was removed from this one: "
                f"move it away, and {self.name} will join anew"
            )
        ensure = "present" if self._part in ("none", "first boot") else "absent"
        return {
            "ensure": ensure,
            "configuration": "old" if self._started_with() not in (None, self._digest()) else "current",
        }

    def _others_listen(self) -> bool:
        from bunraku.etcd.endpoints import parse_endpoints, takes_connections

        others = [address.client_url for name, address in self.cluster.items() if name != self.name]
        return bool(others) and any(map(takes_connections, parse_endpoints(others, tls=False)))

    def _wanted(self) -> Wanted:
        """The cluster; our own address is the one that the configuration tells (it may not have moved to TLS yet)."""
        from bunraku.etcd.settings import settings_of

        own = self.cluster[self.name]
        told = settings_of(Path(self.config_file)).get("initial-advertise-peer-urls", own.peer_url)
        return {**self.cluster, self.name: replace(own, peer_url=told)}

    def change(self, changes: Changes) -> None:
        """Get a place, and the data; or make up for a restart."""
        from bunraku.etcd.cluster import take_place

        if "ensure" in changes:
            with self.etcd() as client:
                client.transport.deadline = self.timeout
                members = take_place(
                    client, self.name, self._wanted(), self._part, patience=self.patience, told=self.tell
                )
                if self._part != "update":
                    self._join(client, members)
        if "configuration" in changes:
            self._restart()

    def refresh(self) -> str:
        """Restart the service in turn, if it runs; one that does not run will be started."""
        due = self.restart and self._started_with() != self._digest()
        return self._restart() if due else ""

    def _restart(self) -> str:
        """Restart the service, while all other members stay, and remember with which configuration."""
        from bunraku.etcd.cluster import out_of_service

        digest = self._digest()
        self._remember("")
        service = self.run.find("service", "etcd")
        done = ""
        if service is not None and service.read().get("ensure") == "running":
            if self.live_members(self.patience) is None:
                self.tell(f"no quorum has answered for {self.patience:.0f} s that a restart could cost: not in turn")
                done = service.refresh()
            else:
                urls = ",".join(address.client_url for address in self.cluster.values())
                # What speaks TLS now may not do so afterwards, and the other way round.
                with (
                    client(self.run, self.connection._replace(peers=f"{urls},{in_plain(urls)}"), self.timeout) as all_,
                    out_of_service(
                        all_, self.cluster[self.name].client_url, self.name, patience=self.patience, told=self.tell
                    ),
                ):
                    done = service.refresh()
        self._remember(digest)
        return f"{done} in turn" if done else ""

    def _digest(self) -> str:
        """What tells configurations apart; a running member has no use for `initial-…` any more."""
        from bunraku.etcd.settings import settings_of

        found = settings_of(Path(self.config_file)).items()
        return hashlib.sha256(repr([pair for pair in found if not pair[0].startswith("initial-")]).encode()).hexdigest()

    @property
    def _memory(self) -> Path:
        return self.run.state_dir / f"etcd-{self.name}.configuration"

    def _started_with(self) -> str | None:
        """The digest of the configuration that the service was last started with, as far as we know."""
        return self._memory.read_text() if self._memory.exists() else None

    def _remember(self, digest: str) -> None:
        files.replace(str(self._memory), digest.encode(), mode=0o600)

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
        return "restarted in turn with its new configuration" if name == "configuration" else DONE.get(self._part, "")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The configuration and the folder."""
        yield "file", self.config_file
        yield "file", self.data_dir

    def autobefore(self) -> Iterable[tuple[str, str]]:
        """The service."""
        yield "service", "etcd"
