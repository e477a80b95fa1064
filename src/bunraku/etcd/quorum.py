"""Whether a cluster can do without one of its members: its voters, and which of them answer.

A member that does not answer at once is not yet a dead one: it may be starting, or its host be busy. So a change that
needs a quorum waits for the members, says for whom, and is refused only when its patience is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, TypeVar

from bunraku.etcd.endpoints import Endpoint, parse_endpoints
from bunraku.etcd.errors import DeadlineExceeded, EtcdError, Refused, Unreachable
from bunraku.etcd.members import Member

if TYPE_CHECKING:
    from bunraku.etcd.client import Client

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds that members which do not answer are waited for before a change is refused for their sake."""
POLL = 0.5
"""Seconds between two looks."""

Told = Callable[[str], None]
"""Hears, in a sentence, what is being done or waited for."""


def silent(words: str) -> None:
    """For those who do not want to hear."""


class Unsafe(EtcdError):
    """A change that would cost the cluster its quorum."""

    remedy = "bring the other members up first"


def endpoints_of(member: Member) -> list[Endpoint]:
    """Where the member says that clients find it; a member that has not started says nothing."""
    return parse_endpoints(member.client_urls, tls=False) if member.client_urls else []


def check_removal(member: Member, members: list[Member], alive: Collection[int]) -> None:
    """Raise `Unsafe` unless the voters that stay and are alive are a quorum of those that stay.

    Raises `Refused` where nobody would stay.
    """
    if member.learner:
        return
    stay = [other for other in members if not other.learner and other.number != member.number]
    if not stay:
        raise Refused(f"{member.label} is the last member", remedy="stop etcd instead")
    down = [other.label for other in stay if other.number not in alive]
    up, quorum = len(stay) - len(down), len(stay) // 2 + 1
    if up < quorum:
        raise Unsafe(
            f"without {member.label} the cluster would have {len(stay)} voters, of whom {up} "
            f"{'is' if up == 1 else 'are'} alive; {quorum} must be, and {', '.join(down)} "
            f"{'does' if len(down) == 1 else 'do'} not answer"
        )


def alive(client: Client, members: list[Member]) -> set[int]:
    """The ids of those of `members` that answer where they say that they are, and are up to date with their leader."""
    places = [endpoint for member in members for endpoint in endpoints_of(member)]
    return {answer for answer in client.maintenance.up_to_date(places).values() if isinstance(answer, int)}


def wait_for_quorum(client: Client, *, patience: float = PATIENCE, told: Told = silent) -> None:
    """Wait until the cluster answers a read that takes a quorum. `told` and what is raised: as `wait_to_spare`."""
    _patiently(client.revision, patience, told)


def wait_to_spare(client: Client, member: Member, *, patience: float = PATIENCE, told: Told = silent) -> list[Member]:
    """Wait until the cluster can do without `member`; returns the other voters that are alive.

    `told` hears for whom it waits. Raises `Unsafe`, or what keeps the cluster from answering, after `patience` seconds.
    """

    def others() -> list[Member]:
        members = client.members.list()
        living = alive(client, members)
        check_removal(member, members, living)
        return [m for m in members if m.number in living and not m.learner and m.number != member.number]

    return _patiently(others, patience, told)


def _patiently(ask: Callable[[], T], patience: float, told: Told) -> T:
    """What `ask` returns, once no member keeps it from that by not answering."""
    until = time.monotonic() + patience
    waiting = False
    while True:
        try:
            return ask()
        except (Unsafe, Unreachable, DeadlineExceeded) as problem:
            if time.monotonic() > until:
                raise
            if not waiting:
                told(f"waiting for the other members, at most {patience:.0f} s: {problem.problem}")
            waiting = True
        time.sleep(POLL)
