"""etcd v3: a client that survives its servers, and what is done to whole clusters with it.

- The client: `http2` (with `hpack`) and `channel` speak gRPC to one endpoint, `transport` carries calls to whichever
  answers (a deadline on every call, rotation; nothing that may have been applied is sent twice), `methods` are the
  calls, `failures` what becomes of those that fail, `client` is the face (keys, transactions, snapshots of prefixes),
  `watch` follows changes through the loss of any member.
- Clusters: `quorum` says whether a member can be spared, `cluster` changes members and restarts them in turn, under a
  `lock`; `to_tls` moves a running cluster to TLS, with certificates from `tls`.
- A member here: `settings` reads and checks its configuration, `options` knows what each version takes, `server` runs
  one.

Keys are `str` (bytes that are not UTF-8 as surrogate escapes), values are `bytes`. Importing this package is free; the
client is loaded with the first use of `Client`.
May import: system.
"""

from typing import TYPE_CHECKING, Any

from bunraku.etcd.errors import (
    AuthenticationFailed,
    BadSettings,
    Compacted,
    DeadlineExceeded,
    EtcdError,
    LeaseNotFound,
    NoLeader,
    NoSpace,
    PermissionDenied,
    Refused,
    TooLarge,
    Uncertain,
    Unhealthy,
    Unreachable,
)

if TYPE_CHECKING:
    from bunraku.etcd.client import Client
    from bunraku.etcd.keys import KeyValue
    from bunraku.etcd.transport import Tls
    from bunraku.etcd.watch import Event, Resync, Watch

_LOADED_AT_FIRST_USE = {"Client": "client", "KeyValue": "keys", "Tls": "transport", "Event": "watch"}
_LOADED_AT_FIRST_USE |= {"Resync": "watch", "Watch": "watch"}

__all__ = [
    "AuthenticationFailed",
    "BadSettings",
    "Client",
    "Compacted",
    "DeadlineExceeded",
    "EtcdError",
    "Event",
    "KeyValue",
    "LeaseNotFound",
    "NoLeader",
    "NoSpace",
    "PermissionDenied",
    "Refused",
    "Resync",
    "Tls",
    "TooLarge",
    "Uncertain",
    "Unhealthy",
    "Unreachable",
    "Watch",
]


def __getattr__(name: str) -> Any:
    if name in _LOADED_AT_FIRST_USE:
        from importlib import import_module

        return getattr(import_module(f"bunraku.etcd.{_LOADED_AT_FIRST_USE[name]}"), name)
    raise AttributeError(f"module 'bunraku.etcd' has no attribute {name!r}")
