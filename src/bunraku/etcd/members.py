"""The members of a cluster: listing, adding, promoting, re-addressing and removing them, one call each.

What makes a change of membership safe (order, quorum, health) stands in `cluster`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.methods import MEMBER_ADD, MEMBER_LIST, MEMBER_PROMOTE, MEMBER_REMOVE, MEMBER_UPDATE
from bunraku.etcd.transport import Transport

PATIENCE = 20.0
"""Seconds that a change may take: etcd refuses it until the members have been connected for five."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the cluster knows it. One that was added and has not started yet has no name.

    number: its id (hexadecimal where people read it). learner: it follows without a vote.
    """

    number: int
    name: str
    peer_urls: tuple[str, ...]
    client_urls: tuple[str, ...]
    learner: bool

    @property
    def label(self) -> str:
        """What to call it: its name, or its id where it has none yet."""
        return self.name or f"{self.number:x}"

    @classmethod
    def of(cls, member: Any) -> Member:
        """From the wire's message."""
        return cls(member.ID, member.name, tuple(member.peer_urls), tuple(member.client_urls), bool(member.is_learner))


class Members:
    """What a client does with the members of its cluster."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> list[Member]:
        """All members, by name."""
        answer = self._transport.call(MEMBER_LIST, pb.MemberListRequest(linearizable=True))
        return sorted(map(Member.of, answer.members), key=lambda member: (member.name, member.number))

    def add(self, peer_urls: Sequence[str], *, learner: bool = False) -> Member:
        """Make room for a member that will start at `peer_urls`; a learner has no vote until it is promoted."""
        request = pb.MemberAddRequest(peer_urls=peer_urls, is_learner=learner)
        return Member.of(self._transport.call(MEMBER_ADD, request, deadline=PATIENCE).member)

    def promote(self, number: int) -> None:
        """Give a learner its vote. Raises `Refused` while it has not caught up."""
        self._transport.call(MEMBER_PROMOTE, pb.MemberPromoteRequest(ID=number), deadline=PATIENCE)

    def update(self, number: int, peer_urls: Sequence[str]) -> None:
        """Tell the cluster that the member is to be found at `peer_urls`."""
        self._transport.call(MEMBER_UPDATE, pb.MemberUpdateRequest(ID=number, peer_urls=peer_urls), deadline=PATIENCE)

    def remove(self, number: int) -> None:
        """Take the member out of the cluster; it stops by itself and cannot come back with its data."""
        self._transport.call(MEMBER_REMOVE, pb.MemberRemoveRequest(ID=number), deadline=PATIENCE)
