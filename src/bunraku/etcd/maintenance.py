"""What keeps a cluster fit: status, alarms, snapshots, defragmentation, moving the leadership."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.channel import CallFailed
from bunraku.etcd.endpoints import Endpoint
from bunraku.etcd.errors import EtcdError, PermissionDenied, Refused
from bunraku.etcd.failures import translate
from bunraku.etcd.methods import ALARM, DEFRAGMENT, HASH_KV, MOVE_LEADER, RANGE, SNAPSHOT, STATUS
from bunraku.etcd.transport import Transport
from bunraku.system.files import replace

T = TypeVar("T")

DIGEST = 32
"""Bytes of SHA-256 that etcd puts behind the database in a snapshot."""
SECTOR = 512
"""A database is whole sectors; a snapshot without its digest has nothing behind them."""


class BadSnapshot(EtcdError):
    """A snapshot that is damaged or cut off."""

    remedy = "take it again, or use an older one"


@dataclass(frozen=True, slots=True)
class Status:
    """How one member is. Sizes in bytes; `number` and `leader` are member ids, leader 0 where there is none."""

    endpoint: str
    number: int
    version: str
    leader: int
    learner: bool
    revision: int
    term: int
    index: int
    applied: int
    size: int
    in_use: int
    errors: tuple[str, ...]

    @property
    def leads(self) -> bool:
        """Whether it is the leader itself."""
        return self.leader == self.number


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that keeps a member from working: kind is "NOSPACE" or "CORRUPT"."""

    number: int
    kind: str


class Maintenance:
    """What a client does to keep its cluster fit."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def status(self, endpoint: Endpoint) -> Status:
        """The status of the member at `endpoint`."""
        found = self._transport.call_at(endpoint, STATUS, pb.StatusRequest())
        return Status(
            str(endpoint),
            found.header.member_id,
            found.version,
            found.leader,
            found.is_learner,
            found.header.revision,
            found.raft_term,
            found.raft_index,
            found.raft_applied_index,
            found.db_size,
            found.db_size_in_use,
            tuple(found.errors),
        )

    def statuses(self, endpoints: Sequence[Endpoint] | None = None) -> dict[Endpoint, Status | EtcdError]:
        """The status of each of `endpoints` (default: the client's), or the error that it gave; all asked at once."""
        return _each(self._transport.endpoints if endpoints is None else endpoints, self.status)

    def reach(self, endpoint: Endpoint) -> int:
        """The id of the member at `endpoint`, which has answered a read that takes a quorum: it is up to date, and in
        touch with its leader. A learner, which takes no such reads, only has to have a leader.
        """
        try:
            return int(self._transport.call_at(endpoint, RANGE, pb.RangeRequest(key=b"health")).header.member_id)
        except PermissionDenied:  # said after it had read
            return self.status(endpoint).number
        except Refused as answer:
            if "not supported for learner" not in answer.problem:
                raise
            return self.status(endpoint).number

    def up_to_date(self, endpoints: Sequence[Endpoint]) -> dict[Endpoint, int | EtcdError]:
        """The id of the member that answers at each of `endpoints` (see `reach`), or the error; all asked at once."""
        return _each(endpoints, self.reach)

    def alarms(self) -> list[Alarm]:
        """Alarms that are raised."""
        answer = self._transport.call(ALARM, pb.AlarmRequest(action=pb.AlarmRequest.GET))
        return [Alarm(alarm.member_id, pb.AlarmType.Name(alarm.alarm)) for alarm in answer.alarms]

    def clear_alarm(self, alarm: Alarm) -> None:
        """Say that the cause of the alarm is mended."""
        request = pb.AlarmRequest(action=pb.AlarmRequest.DEACTIVATE, member_id=alarm.number, alarm=alarm.kind)
        self._transport.call(ALARM, request)

    def defragment(self, endpoint: Endpoint, *, deadline: float = 300.0) -> None:
        """Give the free space in the member's database back to its file system; it does not answer meanwhile."""
        self._transport.call_at(endpoint, DEFRAGMENT, pb.DefragmentRequest(), deadline=deadline)

    def digest(self, endpoint: Endpoint, revision: int) -> int:
        """A digest of the member's keys and values at `revision`: equal among members that hold the same."""
        return int(self._transport.call_at(endpoint, HASH_KV, pb.HashKVRequest(revision=revision)).hash)

    def move_leader(self, endpoint: Endpoint, number: int) -> None:
        """Have the leader, which is at `endpoint`, hand the leadership to member `number`."""
        self._transport.call_at(endpoint, MOVE_LEADER, pb.MoveLeaderRequest(target_id=number))

    def snapshot(self, path: str, *, deadline: float = 3600.0) -> int:
        """Write a snapshot of the database to the file `path` (0600), whole or not at all; returns its bytes.

        It is checked against its own digest before it takes its name. Raises `BadSnapshot`, OSError.
        """
        replace(path, self._blobs(deadline), mode=0o600, check=check_snapshot)
        return Path(path).stat().st_size

    def _blobs(self, deadline: float) -> Iterator[bytes]:
        endpoint = self._transport.preferred()
        connection = self._transport.connection(endpoint)
        try:
            metadata = self._transport.metadata(connection)
            for part in connection.server_stream(SNAPSHOT, pb.SnapshotRequest(), deadline, metadata):
                yield part.blob
        except CallFailed as failure:
            self._transport.rotate(endpoint)
            raise translate(failure, endpoint) from None


def _each(endpoints: Sequence[Endpoint], ask: Callable[[Endpoint], T]) -> dict[Endpoint, T | EtcdError]:
    """What each endpoint answers, or the error that it gives; all asked at once."""

    def answer_or_error(endpoint: Endpoint) -> T | EtcdError:
        try:
            return ask(endpoint)
        except EtcdError as problem:
            return problem

    with ThreadPoolExecutor(max(len(endpoints), 1)) as pool:
        return dict(zip(endpoints, pool.map(answer_or_error, endpoints), strict=True))


def check_snapshot(path: str) -> None:
    """Raise `BadSnapshot` unless the file is a whole snapshot: a database followed by its SHA-256."""
    size = Path(path).stat().st_size
    if size <= DIGEST or (size - DIGEST) % SECTOR:
        raise BadSnapshot(f"{path} is no whole snapshot: {size} bytes")
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        left = size - DIGEST
        while left and (part := file.read(min(left, 1 << 20))):
            digest.update(part)
            left -= len(part)
        if digest.digest() != file.read():
            raise BadSnapshot(f"{path} is damaged: it does not match its own digest")
