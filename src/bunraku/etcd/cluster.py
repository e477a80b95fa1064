"""Changing a running cluster, one safe step at a time.

Every host has the same picture of the cluster that is wanted, and does its own part: a host whose member is missing
adds it (`place`), and any host takes out what is no longer wanted and gives learners their vote (`tidy`). Each step is
derived from the live cluster, so that an interrupted change goes on where it stopped; a lock in etcd lets one host work
at a time. A step that would leave too few voters alive for a quorum waits for them, then is refused with the reason,
before it is taken (`quorum`).
"""

from __future__ import annotations

import time
from collections.abc import Container, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bunraku.etcd.endpoints import Endpoint, parse_endpoints
from bunraku.etcd.errors import EtcdError, Refused
from bunraku.etcd.lock import Locked, held
from bunraku.etcd.maintenance import Status
from bunraku.etcd.members import Member
from bunraku.etcd.quorum import (
    PATIENCE,
    POLL,
    Told,
    Unsafe,
    alive,
    endpoints_of,
    silent,
    wait_for_quorum,
    wait_to_spare,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunraku.etcd.client import Client

LOCK = "/bunraku/etcd/membership"
"""The key of the lock under which membership is changed and members are restarted."""
CATCH_UP = 120.0
"""Seconds that a new member gets to catch up with the others."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a wanted member is: for other members, and for clients."""

    peer_url: str
    client_url: str


Wanted = Mapping[str, Address]
"""The members that a cluster is to have, by name."""

Part = Literal["none", "first boot", "update", "add", "resume", "replace", "foreign"]
"""What a member has to do to have its place: nothing; start as one of the first; tell its new address; be added; go on
with an addition; be removed, as its data are lost, and added again. foreign: its data are of a member that the cluster
does not have, so that nothing can be done without a person."""


def check_wanted(wanted: Wanted) -> None:
    """Raise `Refused` for a picture that cannot be: no members, or two of them at one address."""
    if not wanted:
        raise Refused("the cluster has no members", remedy="name at least one")
    seen: dict[str, str] = {}
    for name, address in wanted.items():
        other = seen.setdefault(address.peer_url, name)
        if other != name:
            raise Refused(f"{other} and {name} have the same address, {address.peer_url}", remedy="give each its own")


def find(members: list[Member], name: str, wanted: Wanted) -> Member | None:
    """The member called `name`; one that has not started has no name yet and is known by its address."""
    for member in members:
        if member.name == name or (not member.name and wanted[name].peer_url in member.peer_urls):
            return member
    return None


def part_of(name: str, wanted: Wanted, members: list[Member] | None, *, has_data: bool) -> Part:
    """What member `name` has to do, given the live cluster's members (None: no cluster answers)."""
    if members is None:
        return "none" if has_data else "first boot"
    mine = find(members, name, wanted)
    if has_data:
        if mine is None:
            return "foreign"
        return "none" if wanted[name].peer_url in mine.peer_urls else "update"
    if mine is None:
        return "add"
    if not mine.name:
        return "resume"
    # A member of the first hour that has not come up yet has its name, but no address for clients.
    return "replace" if mine.client_urls else "first boot"


def take_place(
    client: Client, name: str, wanted: Wanted, part: Part, *, patience: float = PATIENCE, told: Told = silent
) -> list[Member]:
    """Make room for member `name` as a learner (or tell its new address); returns the cluster's members then.

    Raises `Unsafe` if the member's removal would cost the quorum and does so for `patience` seconds.
    """
    wait_for_quorum(client, patience=patience, told=told)
    with held(client, LOCK, name):
        members = client.members.list()
        mine = find(members, name, wanted)
        if part == "update" and mine is not None:
            client.members.update(mine.number, [wanted[name].peer_url])
        if part == "replace" and mine is not None:
            wait_to_spare(client, mine, patience=patience, told=told)
            client.members.remove(mine.number)
        if part in ("add", "replace"):
            _add(client, wanted[name].peer_url)
        return client.members.list()


def _add(client: Client, peer_url: str) -> None:
    try:
        client.members.add([peer_url], learner=True)
    except Refused as answer:
        if "member not found" not in answer.problem:
            raise
        # etcd makes a member's id of its address and the second: this one was added and removed within one second.
        time.sleep(1.1)
        client.members.add([peer_url], learner=True)


@dataclass(frozen=True, slots=True)
class Untidy:
    """What keeps a cluster from being as wanted: learners without a vote, and members that are not wanted."""

    learners: tuple[Member, ...]
    surplus: tuple[Member, ...]

    def __bool__(self) -> bool:
        return bool(self.learners or self.surplus)


def untidy(members: list[Member], wanted: Wanted, removable: Container[str] | None = None) -> Untidy:
    """Compare the live cluster with the wanted one; members that are still to come are their own hosts' work.

    removable: the names of members that may go; None: all.
    """
    addresses = {address.peer_url for address in wanted.values()}
    learners = tuple(m for m in members if m.learner and m.name in wanted)
    strange = (m for m in members if m.name not in wanted and (m.name or not addresses & set(m.peer_urls)))
    return Untidy(learners, tuple(m for m in strange if removable is None or m.name in removable))


def tidy(
    client: Client,
    wanted: Wanted,
    holder: str,
    *,
    removable: Container[str] | None = None,
    patience: float = PATIENCE,
    told: Told = silent,
) -> None:
    """Give learners their vote, then remove what is not wanted, each step if it is safe; `told` hears of each.

    removable: as in `untidy`. Raises `Unsafe` if a step is not safe for `patience` seconds, `Refused` if a learner does
    not catch up within `CATCH_UP`.
    """
    wait_for_quorum(client, patience=patience, told=told)
    with held(client, LOCK, holder):
        for learner in untidy(client.members.list(), wanted).learners:
            _promote(client, learner)
            told(f"{learner.name} has a vote now")
        for member in untidy(client.members.list(), wanted, removable).surplus:
            wait_to_spare(client, member, patience=patience, told=told)
            client.members.remove(member.number)
            told(f"{member.label} was removed")


def _promote(client: Client, learner: Member) -> None:
    until = time.monotonic() + CATCH_UP
    while True:
        try:
            client.members.promote(learner.number)
            return
        except Refused as answer:
            if "in sync with leader" not in answer.problem or time.monotonic() > until:
                raise
        time.sleep(0.5)


@contextmanager
def out_of_service(
    client: Client,
    client_url: str,
    holder: str,
    *,
    wait: float = 300.0,
    patience: float = PATIENCE,
    told: Told = silent,
) -> Iterator[None]:
    """Take the member at `client_url` down and up in the block, while all others stay: for rolling restarts.

    Under the lock, so one member at a time, the leader last among those that wait; a leader hands over first. The
    others must be a quorum without it, for which they are waited `patience` seconds, and the member must have caught
    up with them at the end, before the next one's turn. Raises `Unsafe`, `Locked`.
    """
    wait_for_quorum(client, patience=patience, told=told)
    members = client.members.list()
    mine = _member_at(client, client_url, members)
    if sum(not member.learner for member in members) == 1:
        # The lock of a lone member would go down with it: there is nobody to lock out, and nobody to keep it.
        yield
        _wait_until_back(client, mine)
        return
    with held(client, LOCK, holder, wait=wait, last=lambda: _led(client, mine) is not None) as lock:
        living = wait_to_spare(client, mine, patience=patience, told=told)
        _hand_over(client, mine, living)
        if lock.lost.is_set():
            raise Locked(f"{LOCK} was lost to somebody else meanwhile")
        yield
        _wait_until_back(client, mine)


def _member_at(client: Client, client_url: str, members: list[Member]) -> Member:
    """The member that advertises `client_url`, with or without TLS, or else answers there."""
    (endpoint,) = parse_endpoints([client_url], tls=False)
    for member in members:
        if endpoint.target in (one.target for one in endpoints_of(member)):
            return member
    number = client.maintenance.status(endpoint).number
    return next(member for member in members if member.number == number)


def _led(client: Client, member: Member) -> Endpoint | None:
    """Where the cluster's leader answers, if that is `member`."""
    found = client.maintenance.statuses(endpoints_of(member))
    return next((at for at, status in found.items() if isinstance(status, Status) and status.leads), None)


def _hand_over(client: Client, mine: Member, heirs: list[Member]) -> None:
    at = _led(client, mine)
    if at is not None and heirs:
        client.maintenance.move_leader(at, heirs[0].number)


def _wait_until_back(client: Client, mine: Member) -> None:
    """Wait until the member has caught up with the others, at the addresses that it has now."""
    until = time.monotonic() + CATCH_UP
    problem = ""
    while time.monotonic() < until:
        try:
            if mine.number in alive(client, client.members.list()):
                return
        except EtcdError as answer:
            problem = f": {answer}"
        time.sleep(POLL)
    raise Unsafe(
        f"{mine.name} did not come back within {CATCH_UP:.0f} s{problem}",
        remedy="see its log; the others were left alone",
    )
