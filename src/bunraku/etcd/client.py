"""The client: keys, transactions, consistent snapshots and watches of prefixes; the door to the other services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd import txn as ops
from bunraku.etcd.auth import Auth
from bunraku.etcd.keys import KeyValue, encode, prefix_range, widest
from bunraku.etcd.lease import Leases
from bunraku.etcd.maintenance import Maintenance
from bunraku.etcd.members import Members
from bunraku.etcd.methods import COMPACT, DELETE_RANGE, PUT, RANGE
from bunraku.etcd.transport import Tls, Transport
from bunraku.etcd.watch import Watch, WatchHub

PAGE = 1000
"""Keys that one request of `range` fetches."""


class Client:
    """A client of one etcd cluster. Thread-safe; close it, or use it in a `with` block.

    `endpoints`: `host:port` or URLs, a sequence or a str with commas. `tls`: files for https endpoints. `deadline`:
    seconds that a call may take, trials at other endpoints included. Connecting happens at the first call.
    Every call may raise the errors of `bunraku.etcd.errors`.
    """

    def __init__(
        self,
        endpoints: str | Sequence[str] = "127.0.0.1:2379",
        *,
        tls: Tls | None = None,
        username: str | None = None,
        password: str | None = None,
        deadline: float = 5.0,
    ) -> None:
        self.transport = Transport(endpoints, tls=tls, username=username, password=password, deadline=deadline)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End watches and connections."""
        if "_hub" in self.__dict__:
            self._hub.close()
        self.transport.close()

    # ---- keys

    def get(self, key: str | bytes, *, revision: int = 0, serializable: bool = False) -> KeyValue | None:
        """The key at `revision` (0: now), or None. `serializable` reads from one member, perhaps a little stale."""
        request = pb.RangeRequest(key=encode(key), revision=revision, serializable=serializable)
        kvs = self._call(RANGE, request).kvs
        return KeyValue.of(kvs[0]) if kvs else None

    def get_many(self, keys: Sequence[str]) -> dict[str, KeyValue]:
        """Those of `keys` that exist, by key; read in as few transactions as can be."""
        found: dict[str, KeyValue] = {}
        for some in _batches(list(dict.fromkeys(keys)), ops.MAX_OPERATIONS):
            for kv in self.txn().then(*map(ops.get, some)).commit().results:
                if isinstance(kv, KeyValue):
                    found[kv.key] = kv
        return found

    def range(self, prefix: str | bytes = "", *, revision: int = 0, page: int = PAGE) -> Iterator[KeyValue]:
        """Every key that begins with `prefix`, in order, read in pages that all show one revision."""
        start, end = prefix_range(prefix)
        while True:
            answer = self._call(RANGE, pb.RangeRequest(key=start, range_end=end, revision=revision, limit=page))
            yield from map(KeyValue.of, answer.kvs)
            if not answer.more:
                return
            revision = revision or answer.header.revision
            start = answer.kvs[-1].key + b"\0"

    def count(self, prefix: str | bytes = "") -> int:
        """How many keys begin with `prefix`."""
        start, end = prefix_range(prefix)
        return int(self._call(RANGE, pb.RangeRequest(key=start, range_end=end, count_only=True)).count)

    def revision(self, prefix: str | bytes = b"\0") -> int:
        """The store's present revision; a user who may not read everything names a prefix that he may read."""
        start, end = prefix_range(prefix)
        return int(self._call(RANGE, pb.RangeRequest(key=start, range_end=end, count_only=True)).header.revision)

    def put(self, key: str | bytes, value: str | bytes, *, lease: int = 0) -> int:
        """Set the key; returns the revision of the change. Raises `Uncertain` if the answer is lost."""
        request = pb.PutRequest(key=encode(key), value=encode(value), lease=lease)
        return int(self._call(PUT, request).header.revision)

    def delete(self, key: str | bytes) -> bool:
        """Remove the key; returns whether it was there."""
        return bool(self._call(DELETE_RANGE, pb.DeleteRangeRequest(key=encode(key))).deleted)

    def delete_prefix(self, prefix: str | bytes) -> int:
        """Remove every key that begins with `prefix`; returns how many there were."""
        start, end = prefix_range(prefix)
        return int(self._call(DELETE_RANGE, pb.DeleteRangeRequest(key=start, range_end=end)).deleted)

    def txn(self) -> ops.Txn:
        """A transaction to fill and commit."""
        return ops.Txn(self._call)

    def compact(self, revision: int, *, physical: bool = False) -> None:
        """Forget what was superseded before `revision`; with `physical`, wait until the space is free inside."""
        self._call(COMPACT, pb.CompactionRequest(revision=revision, physical=physical))

    # ---- prefixes, whole

    def snapshot(self, prefixes: Iterable[str]) -> tuple[int, dict[str, bytes]]:
        """(revision, {key: value}) of every key under `prefixes`, all at that one revision."""
        revision, values = 0, dict[str, bytes]()
        for some in _batches(widest(prefixes), ops.MAX_OPERATIONS):
            answer = self.txn().then(*(ops.get_prefix(prefix, revision=revision) for prefix in some)).commit()
            revision = revision or answer.revision
            for kvs in answer.results:
                assert isinstance(kvs, list)
                values.update((kv.key, kv.value) for kv in kvs)
        return revision or self.revision(), values

    def watch(self, prefixes: Iterable[str], start_revision: int = 0) -> Watch:
        """Follow changes under `prefixes` from `start_revision` on (inclusive; 0: from now).

        After `revision, values = client.snapshot(prefixes)` give `revision + 1`: nothing is missed or seen twice.
        """
        prefixes = widest(prefixes)
        return self._hub.watch(prefixes, start_revision or self.revision(*prefixes[:1]) + 1)

    # ---- the further services

    @cached_property
    def members(self) -> Members:
        """The members of the cluster."""
        return Members(self.transport)

    @cached_property
    def maintenance(self) -> Maintenance:
        """Status, alarms, snapshots, defragmentation."""
        return Maintenance(self.transport)

    @cached_property
    def auth(self) -> Auth:
        """Users, roles and permissions."""
        return Auth(self.transport)

    @cached_property
    def leases(self) -> Leases:
        """Granting, renewing and ending leases."""
        return Leases(self.transport)

    @cached_property
    def _hub(self) -> WatchHub:
        return WatchHub(self.transport, self.snapshot)

    def _call(self, method: Any, request: Any) -> Any:
        return self.transport.call(method, request)


def _batches(words: list[str], size: int) -> Iterator[list[str]]:
    return (words[at : at + size] for at in range(0, len(words), size))
