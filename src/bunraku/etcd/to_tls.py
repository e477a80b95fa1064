"""Turning TLS on for a running plain cluster, step by step, so that its members hear each other all the while.

A member understands TLS from others only once it has certificates itself, so that it takes two steps:
- prepared: it has its certificates, and clients may come with and without TLS; members still talk in plain. It says so
  by the client URLs that it advertises, one of each kind.
- moved: it is to be found by other members under https only. Allowed once all others are prepared.
- done: clients must use TLS too. Allowed once all others have moved.
Each step is worked out from the live cluster, so every host can do its own whenever it is its turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bunraku.etcd.errors import EtcdError
from bunraku.etcd.members import Member

Step = Literal["prepared", "moved", "done"]


class HalfSecure(EtcdError):
    """A cluster whose clients use TLS already, while its members do not: serving clients in plain would open it."""

    remedy = "move its members by hand, or let clients come without TLS meanwhile"


def step_of(name: str, members: Iterable[Member]) -> Step:
    """The step that member `name` may be at, given the live cluster's members. Raises `HalfSecure`."""
    others = [member for member in members if member.name and member.name != name]
    for member in others:
        if not _moved(member) and _schemes(member.client_urls) == {"https"}:
            raise HalfSecure(f"{member.name} serves clients by TLS only, but other members in plain")
    if all(map(_moved, others)):
        return "done"
    return "moved" if all(_moved(member) or _prepared(member) for member in others) else "prepared"


def waits_for(name: str, step: Step, members: Iterable[Member]) -> list[str]:
    """The names of the members that keep `name` at `step`."""
    reached = {"prepared": lambda member: _moved(member) or _prepared(member), "moved": _moved}
    if step not in reached:
        return []
    return [m.name for m in members if m.name and m.name != name and not reached[step](m)]


def _moved(member: Member) -> bool:
    return "https" in _schemes(member.peer_urls)


def _prepared(member: Member) -> bool:
    return _schemes(member.client_urls) == {"http", "https"}


def _schemes(urls: Iterable[str]) -> set[str]:
    return {url.partition(":")[0] for url in urls}
