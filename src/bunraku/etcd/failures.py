"""What a failed call means: the error of our family for it, and whether a write may have been applied."""

from __future__ import annotations

from bunraku.etcd.channel import CallFailed, Code
from bunraku.etcd.endpoints import Endpoint
from bunraku.etcd.errors import (
    AuthenticationFailed,
    Compacted,
    DeadlineExceeded,
    EtcdError,
    LeaseNotFound,
    NoLeader,
    NoSpace,
    PermissionDenied,
    Refused,
    TooLarge,
    Unhealthy,
    Unreachable,
)

BY_WORDS: dict[str, type[EtcdError]] = {
    "no leader": NoLeader,
    "leader changed": NoLeader,
    "raft proposal dropped": NoLeader,  # while the leadership is handed over
    "unhealthy cluster": Unhealthy,
    "not enough started members": Unhealthy,
    "database space exceeded": NoSpace,
    "required revision has been compacted": Compacted,
    "lease not found": LeaseNotFound,
    "request is too large": TooLarge,
    "too many operations in txn": TooLarge,
    "trying to send message larger than max": TooLarge,
    "authentication failed": AuthenticationFailed,
    "user name is empty": AuthenticationFailed,
    "invalid auth token": AuthenticationFailed,
}
CONNECTION_LOST = (Code.UNAVAILABLE, Code.UNKNOWN, Code.INTERNAL)
"""Codes of a call that ended without etcd's word: its own refusals never carry the latter two."""
BY_CODE: dict[int, type[EtcdError]] = {
    Code.DEADLINE_EXCEEDED: DeadlineExceeded,
    Code.CANCELLED: Unreachable,
    Code.PERMISSION_DENIED: PermissionDenied,
    Code.UNAUTHENTICATED: AuthenticationFailed,
}
STALE_TOKEN = ("invalid auth token", "revision of auth store is old", "user name is empty")
"""What a server says to a token that it no longer takes, or to none where authentication was switched on meanwhile."""
AT_THE_DOOR = (
    "no leader",
    "raft proposal dropped",
    "not capable",
    "not supported for learner",
    "unhealthy cluster",
    "not enough started",
)
"""What a server says that did not propose the write."""


def translate(failure: CallFailed, endpoint: Endpoint) -> EtcdError:
    """The error of our family for a call that failed, by its code and by etcd's own words (rpctypes/error.go)."""
    said, where = failure.said.removeprefix("etcdserver: "), str(endpoint)
    for words, kind in BY_WORDS.items():
        if words in said:
            return kind(said, where)
    if failure.code in CONNECTION_LOST:
        return Unreachable(said or "the connection was lost", where, failure.remedy)
    kind = BY_CODE.get(failure.code, Refused)
    return kind("no answer in time" if kind is DeadlineExceeded else said or f"gRPC status {failure.code}", where)


def surely_not_applied(failure: CallFailed) -> bool:
    """Whether the server cannot have proposed the write: it never arrived, or was turned away at the door."""
    return not failure.sent or any(words in failure.said for words in AT_THE_DOOR)


def verdict(failures: list[EtcdError]) -> EtcdError:
    """The error to raise after every endpoint has failed: each endpoint's last word.

    The last trial may have had too little time left to tell anything: what was said before says more.
    """
    if not failures:
        return DeadlineExceeded("the deadline was over before anything could be sent")
    last = {failure.endpoint: failure for failure in failures}
    last |= {failure.endpoint: failure for failure in failures if not isinstance(failure, DeadlineExceeded)}
    if len(last) == 1:
        return last.popitem()[1]
    said = "; ".join(f"{endpoint}: {failure.problem}" for endpoint, failure in last.items())
    kind = next(
        (k for k in (Unhealthy, NoLeader, Unreachable) if any(isinstance(f, k) for f in last.values())),
        DeadlineExceeded,
    )
    return kind(said)
