"""Leases: keys bound to one vanish when nobody keeps it alive."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.errors import EtcdError, LeaseNotFound
from bunraku.etcd.methods import LEASE_GRANT, LEASE_KEEP_ALIVE, LEASE_REVOKE, LEASE_TIME_TO_LIVE
from bunraku.etcd.transport import Transport


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Seconds that a lease was granted for, and those that are left of them."""

    granted: int
    remaining: int


class Leases:
    """What a client does with leases."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def grant(self, ttl: int) -> Lease:
        """A new lease of `ttl` seconds (the server may raise it to its minimum)."""
        answer = self._transport.call(LEASE_GRANT, pb.LeaseGrantRequest(TTL=ttl))
        return Lease(self, answer.ID, answer.TTL)

    def renew(self, number: int) -> int:
        """Begin the lease's time anew; returns its seconds. Raises `LeaseNotFound` if it is over."""
        ttl = int(self._transport.call(LEASE_KEEP_ALIVE, pb.LeaseKeepAliveRequest(ID=number)).TTL)
        if ttl <= 0:
            raise LeaseNotFound(f"lease {number:x} is over")
        return ttl

    def state(self, number: int) -> LeaseState:
        """How much time the lease has. Raises `LeaseNotFound` if it is over."""
        answer = self._transport.call(LEASE_TIME_TO_LIVE, pb.LeaseTimeToLiveRequest(ID=number))
        if answer.TTL < 0:
            raise LeaseNotFound(f"lease {number:x} is over")
        return LeaseState(answer.granted_ttl, answer.TTL)

    def revoke(self, number: int) -> None:
        """End the lease; the keys bound to it are deleted."""
        self._transport.call(LEASE_REVOKE, pb.LeaseRevokeRequest(ID=number))


class Lease:
    """A lease and its keeper. In a `with` block a thread renews it, and it is revoked at the end.

    `number` goes to `put(…, lease=…)`. `lost` is set if it could not be kept: the keys are gone then.
    """

    def __init__(self, leases: Leases, number: int, ttl: int) -> None:
        self.number = number
        self.ttl = ttl
        self.lost = threading.Event()
        self._leases = leases
        self._stop = threading.Event()
        self._keeper: threading.Thread | None = None

    def __enter__(self) -> Lease:
        self._keeper = threading.Thread(target=self._keep, name="etcd-lease", daemon=True)
        self._keeper.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        if self._keeper is not None:
            self._keeper.join()
        if not self.lost.is_set():
            with suppress(EtcdError):  # what cannot be told that it is over ends with its time
                self.revoke()

    def revoke(self) -> None:
        """End it; the keys bound to it are deleted."""
        self._leases.revoke(self.number)

    def _keep(self) -> None:
        while not self._stop.wait(self.ttl / 3):
            try:
                self._leases.renew(self.number)
            except LeaseNotFound:
                self.lost.set()
                return
            except EtcdError:
                continue  # two more trials fit into its time
