"""What the resources that live in etcd share: the parameters that say where it is, one connection for all of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.etcd import DeadlineExceeded, EtcdError, NoLeader, Unreachable
from bunraku.resources.base import Param, ResourceError, ResourceType, Run, seconds

if TYPE_CHECKING:
    from bunraku.etcd import Client
    from bunraku.etcd.cluster import Wanted
    from bunraku.etcd.members import Member

HERE = "127.0.0.1:2379"
"""Where etcd is if nothing else is said."""
LOOK = 2.0
"""Seconds that a cluster gets to say who belongs to it; at a first boot nobody will."""
LONG_LOOK = 6.0
"""The same where it is waited for: each of three members gets two of them."""
SECOND_CHANCE = 0.5
"""Seconds that an etcd gets to answer which did not within `timeout` at an earlier resource of the run."""


def endpoints(value: Any) -> str:
    """One or more endpoints: a string with commas, or an array."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def unless_false(value: Any) -> Any:
    """false, the module's old word for "not given", is nothing."""
    return None if value is False or value in ("", "false") else value


def cluster_of(value: Any) -> Wanted:
    """A hash of member name → {peer, client} as the cluster that is wanted. Raises ValueError."""
    from bunraku.etcd.cluster import Address, check_wanted

    if not isinstance(value, dict):
        raise ValueError("a hash of members is expected: name => { peer => URL, client => URL }")
    try:
        wanted = {str(name): Address(str(urls["peer"]), str(urls["client"])) for name, urls in value.items()}
        check_wanted(wanted)
    except (KeyError, TypeError):
        raise ValueError("each member needs a hash of peer and client, its URLs") from None
    except EtcdError as problem:
        raise ValueError(str(problem)) from None
    return wanted


class Patience(Param):
    """The parameter of those that change members."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(
            "Seconds that other members which do not answer are waited for, before a change is refused for their sake.",
            munge=seconds,
            default=60.0,
        )


class InEtcd(ResourceType):
    """A resource that lives in an etcd."""

    lane = "etcd"

    peers = Param(
        "The endpoints of the cluster: HOST:PORT or URLs, in an array or separated by commas.",
        default=HERE,
        munge=endpoints,
        many=True,
    )
    cert_file = Param("Our certificate, where the servers want one.", munge=unless_false)
    key_file = Param("The key of `cert_file`.", munge=unless_false)
    ca_file = Param("The authority that signed the servers' certificates.", munge=unless_false)
    username = Param("The user to log in as.", munge=unless_false)
    password = Param("The user's password; Sensitive is understood.", munge=unless_false)
    timeout = Param("Seconds to wait for etcd; one that was just started needs a moment.", munge=seconds, default=10.0)

    @property
    def connection(self) -> Connection:
        """Where this resource lives."""
        return Connection(self.peers, self.ca_file, self.cert_file, self.key_file, self.username, self.password)

    @contextmanager
    def etcd(self) -> Iterator[Client]:
        """The run's client for `connection`; errors of etcd inside the block become a ResourceError."""
        with client(self.run, self.connection, self.timeout) as found:
            yield found

    def tell(self, words: str) -> None:
        """Say what is being done, or waited for."""
        self.run.log("notice", words, self.ref)


class InCluster(InEtcd):
    """A resource of one member of a cluster, whose other members are asked how things stand."""

    cluster = Param("All members by name: each a hash of `peer` and `client`, its URLs.", munge=cluster_of)

    leaderless = False
    """Whether members answered, but had no leader for as long as `timeout`: the cluster has lost its quorum."""

    def live_members(self, patience: float = 0.0) -> list[Member] | None:
        """The running cluster's members, or None where nobody answers, or all is leaderless, for `patience` seconds.

        A cluster that is to speak TLS may not do so yet: it is asked in plain then. Where it answered is in `peers`.
        """
        urls = ",".join(address.client_url for address in self.cluster.values())
        until = time.monotonic() + patience
        look = LONG_LOOK if patience else LOOK
        while True:
            for peers in dict.fromkeys((self.values.get("peers", urls), urls, in_plain(urls))):
                try:
                    found = self._ask_for_members(peers, look)
                except NoLeader:
                    self.leaderless = True
                    break
                except (Unreachable, DeadlineExceeded):
                    continue
                except EtcdError as problem:
                    raise ResourceError(str(problem)) from None
                self.leaderless = False
                self.values["peers"] = peers
                return found
            if time.monotonic() > until:
                return None

    def _ask_for_members(self, peers: str, look: float) -> list[Member]:
        try:
            with self.connection._replace(peers=peers).open(look) as client:
                return client.members.list()
        except NoLeader:  # it may be electing one
            with self.connection._replace(peers=peers).open(self.timeout) as client:
                return client.members.list()


def in_plain(urls: str) -> str:
    """URLs without TLS."""
    return urls.replace("https://", "http://")


class Connection(NamedTuple):
    """All that makes one client different from another."""

    peers: str
    ca_file: str | None
    cert_file: str | None
    key_file: str | None
    username: str | None
    password: str | None

    def __repr__(self) -> str:
        return f"etcd at {self.peers}"

    def open(self, deadline: float) -> Client:
        """A new client."""
        from bunraku.etcd import Client, Tls

        tls = Tls(self.ca_file, self.cert_file, self.key_file) if self.ca_file or self.cert_file else None
        return Client(self.peers, tls=tls, username=self.username, password=self.password, deadline=deadline)


@contextmanager
def client(run: Run, connection: Connection, timeout: float) -> Iterator[Client]:
    """The run's client for `connection`; errors of etcd inside the block become a ResourceError.

    Once it could not be reached, it is given less time, so that many resources do not wait one after another.
    """
    shared = run.shared.setdefault("etcd", {})
    try:
        if connection not in shared:
            shared[connection] = connection.open(timeout)
        yield shared[connection]
    except Unreachable as problem:
        if connection in shared:
            shared[connection].transport.deadline = SECOND_CHANCE
        raise ResourceError(str(problem)) from None
    except EtcdError as problem:
        raise ResourceError(str(problem)) from None


def by_connection(resources: Iterable[InEtcd]) -> Iterable[list[InEtcd]]:
    """Resources in groups that share a connection."""
    groups: dict[Connection, list[InEtcd]] = {}
    for resource in resources:
        groups.setdefault(resource.connection, []).append(resource)
    return groups.values()
