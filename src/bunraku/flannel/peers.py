"""The other hosts: what their leases ask of the kernel's tables, and bringing the kernel there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network

from bunraku.flannel.backends import Backend
from bunraku.flannel.lease import BadLease, parse_lease
from bunraku.system.log import Log
from bunraku.system.network import Entry, Network, NetworkError, changes, shown


class Peers:
    """Who else there is. off_limits: networks of this host that no lease may be routed over."""

    def __init__(self, backend: Backend, network: Network, off_limits: Sequence[IPv4Network], log: Log) -> None:
        self._backend = backend
        self._network = network
        self._off_limits = off_limits
        self._log = log
        self._wanted: dict[str, frozenset[Entry]] = {}
        self._there: set[Entry] = set()
        """What the kernel has, as far as we know."""
        self._complaints: dict[object, str] = {}

    @property
    def names(self) -> list[str]:
        """The last parts of the keys of leases that are followed."""
        return list(self._wanted)

    def forget(self) -> None:
        """Know of nobody, for a fresh start."""
        self._wanted.clear()

    def learn(self, name: str, value: bytes | None) -> None:
        """A lease was put, or is gone (None). The kernel is told by the next `converge`."""
        try:
            entries = frozenset(self._entries(name, value)) if value is not None else None
        except BadLease as error:
            self._complain(name, f"lease {name} is left out: {error}")
            entries = None
        else:
            self._complaints.pop(name, None)
        if entries is None:
            self._wanted.pop(name, None)
        else:
            self._wanted[name] = entries

    def _entries(self, name: str, value: bytes) -> set[Entry]:
        lease = parse_lease(name, value)
        if lease.backend_type != self._backend.type:
            raise BadLease(f"{lease.public_ip} uses backend {lease.backend_type}, this network {self._backend.type}")
        if not lease.subnet.subnet_of(self._backend.config.network):
            raise BadLease(f"it is not in the Network {self._backend.config.network}")
        for own in self._off_limits:
            if lease.subnet.overlaps(own):
                raise BadLease(f"it overlaps {own}, the network of this host's own interface")
        return self._backend.entries(lease)

    def converge(self, *, look: bool = False) -> None:
        """Have the kernel as the leases ask. look: read what it has, where others may have changed it.

        What it refuses is told once, and tried again each time.
        """
        wanted = set[Entry]().union(*self._wanted.values())
        if look:
            self._there = self._backend.present()
        to_remove, to_put = changes(self._there, wanted)
        for entry in to_remove:
            self._try(entry, self._network.remove)
        self._there = (self._there & wanted) | {entry for entry in to_put if self._try(entry, self._network.put)}

    def _try(self, entry: Entry, change: Callable[[Entry], None]) -> bool:
        try:
            change(entry)
        except NetworkError as error:
            self._complain(entry, str(error))
            return False
        if self._complaints.pop(entry, None):
            self._log.info(f"{shown(entry)} is there now")
        return True

    def _complain(self, about: object, message: str) -> None:
        if self._complaints.get(about) != message:
            self._complaints[about] = message
            self._log.warn(message)

    def leave(self) -> None:
        """Take away all that leads to others. Raises NetworkError."""
        self._backend.remove(self._there)
        self._there = set()
