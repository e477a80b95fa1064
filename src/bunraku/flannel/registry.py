"""The leases in etcd: one is taken, renewed and taken again by the same steps; the others' are read and watched.

A lease's key is bound to an etcd lease of a day, each to one of its own, so that the subnet of a host that is gone
becomes free. A key without one is a reservation: somebody wrote it for good, and it stays so.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from bunraku.etcd.errors import Uncertain
from bunraku.flannel.config import NetworkConfig
from bunraku.flannel.lease import BadLease, Lease, parse_lease, parse_subnet

if TYPE_CHECKING:
    from bunraku.etcd import Client, KeyValue, Watch

TTL = 86_400
"""Seconds that a lease holds without being renewed."""
CHOICE = 100
"""Free subnets of which one is drawn: hosts that start together rarely want the same."""
TRIES = 10
NOWHERE = IPv4Network("0.0.0.0/32")
"""No wish for a subnet."""


class NoSubnet(Exception):
    """No subnet could be had: why, and what to do."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as etcd has it. revision: of its last change. reserved: it has no end."""

    lease: Lease
    revision: int
    reserved: bool


class Registry:
    """The keys of one network, under `prefix`. Everything here may raise EtcdError."""

    def __init__(self, client: Client, prefix: str) -> None:
        self._client = client
        self.config_key = f"{prefix.rstrip('/')}/config"
        self.subnets = f"{prefix.rstrip('/')}/subnets/"

    def config(self) -> bytes | None:
        """The configuration as it stands, or None."""
        found = self._client.get(self.config_key)
        return found.value if found else None

    def read(self) -> tuple[int, dict[str, KeyValue]]:
        """(revision, what stands under each subnet's name), all at that one revision."""
        from bunraku.etcd.txn import get_prefix

        answer = self._client.txn().then(get_prefix(self.subnets)).commit()
        kvs = answer.results[0]
        assert isinstance(kvs, list)
        return answer.revision, {kv.key.removeprefix(self.subnets): kv for kv in kvs}

    def watch(self, revision: int) -> Watch:
        """Follow leases and configuration after `revision`."""
        return self._client.watch([self.subnets, self.config_key], revision + 1)

    def of_host(self, address: IPv4Address, wish: IPv4Network = NOWHERE) -> Held | None:
        """The lease with that public address, if there is one; of several, the one of the subnet `wish`."""
        return _of_host(self.read()[1], address, wish)

    def take(
        self,
        config: NetworkConfig,
        wanted: Lease,
        avoid: Sequence[IPv4Network] = (),
        formerly: IPv4Address | None = None,
    ) -> Held:
        """Have a lease like `wanted`, whose subnet is a wish. formerly: a public address that was ours till now.

        In this order: the subnet that etcd has for our public address, the one that is wished for if it is free, one of
        the first that are. avoid: networks that a subnet may not overlap. Whoever else is quicker is let have it.
        Raises NoSubnet.
        """
        for _ in range(TRIES):
            there = self.read()[1]
            mine = _of_host(there, wanted.public_ip, wanted.subnet)
            if mine is None and formerly is not None:
                mine = _of_host(there, formerly, wanted.subnet)
            if mine is not None and not config.allows(mine.lease.subnet):
                self._give_up(mine)
                mine = None
            subnet = mine.lease.subnet if mine else choose(config, taken(there), wanted.subnet, avoid)
            try:
                held = self._hold(replace(wanted, subnet=subnet), mine)
            except Uncertain:
                continue  # reading tells
            if held is not None:
                return held
        raise NoSubnet(f"others were quicker {TRIES} times to take a subnet of {config.network}: try again")

    def _hold(self, lease: Lease, before: Held | None) -> Held | None:
        """Write the lease if its key is still as it was; None if it is not."""
        from bunraku.etcd.txn import put, revision

        key = self.subnets + lease.name
        reserved = before is not None and before.reserved
        number = 0 if reserved else self._client.leases.grant(TTL).number
        unchanged = revision(key) == (before.revision if before else 0)
        answer = self._client.txn().when(unchanged).then(put(key, lease.value(), lease=number)).commit()
        if answer.succeeded:
            return Held(lease, answer.revision, reserved)
        if number:
            self._client.leases.revoke(number)
        return None

    def _give_up(self, mine: Held) -> None:
        """Delete a lease of ours that the configuration no longer allows; a reservation is not ours to delete."""
        from bunraku.etcd.txn import delete, revision

        if not mine.reserved:
            key = self.subnets + mine.lease.name
            self._client.txn().when(revision(key) == mine.revision).then(delete(key)).commit()


def _of_host(there: dict[str, KeyValue], address: IPv4Address, wish: IPv4Network) -> Held | None:
    found = []
    for name, kv in there.items():
        try:
            lease = parse_lease(name, kv.value)
        except BadLease:
            continue
        if lease.public_ip == address:
            found.append(Held(lease, kv.revision, kv.lease == 0))
    return min(found, key=lambda held: held.lease.subnet != wish, default=None)


def taken(names: Iterable[str]) -> Iterator[IPv4Network]:
    """The subnets that have a key, whatever its value is."""
    for name in names:
        try:
            yield parse_subnet(name)
        except BadLease:
            continue


def choose(
    config: NetworkConfig, taken: Iterable[IPv4Network], wish: IPv4Network, avoid: Sequence[IPv4Network]
) -> IPv4Network:
    """A subnet that nobody has: `wish` if it may be had, else one of the first free ones. Raises NoSubnet."""
    held = set(taken)
    others = [*(subnet for subnet in held if subnet.prefixlen != config.subnet_len), *avoid]

    def is_free(subnet: IPv4Network) -> bool:
        return subnet not in held and not any(subnet.overlaps(other) for other in others)

    if config.allows(wish) and is_free(wish):
        return wish
    free: list[IPv4Network] = []
    for subnet in config.subnets():
        if is_free(subnet):
            free.append(subnet)
        if len(free) == CHOICE:
            break
    if not free:
        raise NoSubnet(
            f"no subnet from {config.subnet_min} to {config.subnet_max} is free: {len(held)} are taken; "
            "make Network larger, or SubnetLen longer"
        )
    return random.choice(free)
