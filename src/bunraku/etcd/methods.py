"""The procedures of etcd's API that are called here."""

from __future__ import annotations

from typing import Any, NamedTuple

from bunraku.etcd import rpc_pb2 as pb


class Method(NamedTuple):
    """One procedure: its path, the type of its answer, and whether repeating it is harmless."""

    path: str
    response: Any
    idempotent: bool


def _method(service: str, name: str, response: Any, *, idempotent: bool = False) -> Method:
    return Method(f"/etcdserverpb.{service}/{name}", response, idempotent)


RANGE = _method("KV", "Range", pb.RangeResponse, idempotent=True)
PUT = _method("KV", "Put", pb.PutResponse)
DELETE_RANGE = _method("KV", "DeleteRange", pb.DeleteRangeResponse)
TXN = _method("KV", "Txn", pb.TxnResponse)
TXN_READ = _method("KV", "Txn", pb.TxnResponse, idempotent=True)
COMPACT = _method("KV", "Compact", pb.CompactionResponse)
WATCH = _method("Watch", "Watch", pb.WatchResponse)
LEASE_GRANT = _method("Lease", "LeaseGrant", pb.LeaseGrantResponse, idempotent=True)  # one too many expires unused
LEASE_REVOKE = _method("Lease", "LeaseRevoke", pb.LeaseRevokeResponse)
LEASE_KEEP_ALIVE = _method("Lease", "LeaseKeepAlive", pb.LeaseKeepAliveResponse, idempotent=True)
LEASE_TIME_TO_LIVE = _method("Lease", "LeaseTimeToLive", pb.LeaseTimeToLiveResponse, idempotent=True)
MEMBER_LIST = _method("Cluster", "MemberList", pb.MembersResponse, idempotent=True)
MEMBER_ADD = _method("Cluster", "MemberAdd", pb.MemberAddResponse)
MEMBER_REMOVE = _method("Cluster", "MemberRemove", pb.MembersResponse)
MEMBER_UPDATE = _method("Cluster", "MemberUpdate", pb.MembersResponse)
MEMBER_PROMOTE = _method("Cluster", "MemberPromote", pb.MembersResponse)
STATUS = _method("Maintenance", "Status", pb.StatusResponse, idempotent=True)
ALARM = _method("Maintenance", "Alarm", pb.AlarmResponse, idempotent=True)
DEFRAGMENT = _method("Maintenance", "Defragment", pb.DefragmentResponse, idempotent=True)
HASH_KV = _method("Maintenance", "HashKV", pb.HashKVResponse, idempotent=True)
SNAPSHOT = _method("Maintenance", "Snapshot", pb.SnapshotResponse, idempotent=True)
MOVE_LEADER = _method("Maintenance", "MoveLeader", pb.MoveLeaderResponse)
AUTHENTICATE = _method("Auth", "Authenticate", pb.AuthenticateResponse, idempotent=True)


def auth_method(name: str, response: Any, *, idempotent: bool = False) -> Method:
    """A procedure of the Auth service."""
    return _method("Auth", name, response, idempotent=idempotent)
