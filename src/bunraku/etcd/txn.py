"""Transactions: comparisons, what to do if all hold, what to do otherwise; applied as one.

client.txn().when(value("/a") == b"1").then(put("/a", "2"), delete("/b")).otherwise(get("/a")).commit()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.keys import KeyValue, encode, prefix_range
from bunraku.etcd.methods import TXN, TXN_READ, Method

MAX_OPERATIONS = 128
"""Operations that a server takes in one transaction, by default (--max-txn-ops)."""

Result = KeyValue | list[KeyValue] | int | None
"""What an operation gives: `get` a KeyValue or None, `get_prefix` a list, `delete` how many, `put` None."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a transaction and how its part of the answer is read."""

    request: pb.RequestOp
    read: Callable[[Any], Result]

    @property
    def reads_only(self) -> bool:
        """Whether nothing is changed by it."""
        return self.request.HasField("request_range")


def get(key: str | bytes) -> Operation:
    """Read one key."""
    request = pb.RequestOp(request_range=pb.RangeRequest(key=encode(key)))
    return Operation(request, lambda answer: _first(answer.response_range.kvs))


def get_prefix(prefix: str | bytes, *, revision: int = 0) -> Operation:
    """Read every key that begins with `prefix`, at `revision` (0: now)."""
    key, end = prefix_range(prefix)
    request = pb.RequestOp(request_range=pb.RangeRequest(key=key, range_end=end, revision=revision))
    return Operation(request, lambda answer: [KeyValue.of(kv) for kv in answer.response_range.kvs])


def put(key: str | bytes, data: str | bytes, *, lease: int = 0) -> Operation:
    """Set one key, bound to `lease` if one is given."""
    request = pb.RequestOp(request_put=pb.PutRequest(key=encode(key), value=encode(data), lease=lease))
    return Operation(request, lambda answer: None)


def delete(key: str | bytes) -> Operation:
    """Remove one key."""
    request = pb.RequestOp(request_delete_range=pb.DeleteRangeRequest(key=encode(key)))
    return Operation(request, lambda answer: int(answer.response_delete_range.deleted))


def delete_prefix(prefix: str | bytes) -> Operation:
    """Remove every key that begins with `prefix`."""
    key, end = prefix_range(prefix)
    request = pb.RequestOp(request_delete_range=pb.DeleteRangeRequest(key=key, range_end=end))
    return Operation(request, lambda answer: int(answer.response_delete_range.deleted))


def _first(kvs: Any) -> KeyValue | None:
    return KeyValue.of(kvs[0]) if kvs else None


class Subject:
    """One side of a comparison; `==`, `!=`, `<` and `>` with a number or value make the comparison."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, key: str | bytes, target: pb.Compare.Target, field: str) -> None:
        self._key = encode(key)
        self._target = target
        self._field = field

    def __eq__(self, other: object) -> pb.Compare:  # type: ignore[override]
        return self._compare(pb.Compare.EQUAL, other)

    def __ne__(self, other: object) -> pb.Compare:  # type: ignore[override]
        return self._compare(pb.Compare.NOT_EQUAL, other)

    def __lt__(self, other: object) -> pb.Compare:
        return self._compare(pb.Compare.LESS, other)

    def __gt__(self, other: object) -> pb.Compare:
        return self._compare(pb.Compare.GREATER, other)

    def _compare(self, result: pb.Compare.Result, other: Any) -> pb.Compare:
        comparison = pb.Compare(key=self._key, target=self._target, result=result)
        setattr(comparison, self._field, encode(other) if self._field == "value" else other)
        return comparison


def value(key: str | bytes) -> Subject:
    """The key's value; of a key that does not exist no comparison holds."""
    return Subject(key, pb.Compare.VALUE, "value")


def revision(key: str | bytes) -> Subject:
    """The revision of the key's last change; 0 if it does not exist."""
    return Subject(key, pb.Compare.MOD, "mod_revision")


def version(key: str | bytes) -> Subject:
    """How often the key was changed since it was created; 0 if it does not exist."""
    return Subject(key, pb.Compare.VERSION, "version")


@dataclass(frozen=True, slots=True)
class TxnResult:
    """Which branch ran, the store's revision after it, and each operation's result in order."""

    succeeded: bool
    revision: int
    results: list[Result]


class Txn:
    """A transaction in the making; nothing happens before `commit`."""

    def __init__(self, call: Callable[[Method, Any], Any]) -> None:
        self._call = call
        self._when: list[pb.Compare] = []
        self._then: list[Operation] = []
        self._otherwise: list[Operation] = []

    def when(self, *comparisons: Any) -> Txn:
        """Add comparisons; all must hold for the `then` branch."""
        self._when += comparisons
        return self

    def then(self, *operations: Operation) -> Txn:
        """Add operations that run if every comparison holds (or none is given)."""
        self._then += operations
        return self

    def otherwise(self, *operations: Operation) -> Txn:
        """Add operations that run if a comparison does not hold."""
        self._otherwise += operations
        return self

    def commit(self) -> TxnResult:
        """Run it. Raises `Uncertain` if it writes and its answer was lost."""
        operations = self._then + self._otherwise
        method = TXN_READ if all(operation.reads_only for operation in operations) else TXN
        request = pb.TxnRequest(
            compare=self._when,
            success=[operation.request for operation in self._then],
            failure=[operation.request for operation in self._otherwise],
        )
        answer = self._call(method, request)
        branch = self._then if answer.succeeded else self._otherwise
        results = [operation.read(part) for operation, part in zip(branch, answer.responses, strict=True)]
        return TxnResult(answer.succeeded, answer.header.revision, results)
