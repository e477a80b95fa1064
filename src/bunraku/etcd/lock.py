"""A lock kept in etcd: one holder at a time among hosts, let go of by itself if the holder dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bunraku.etcd.errors import EtcdError, Uncertain
from bunraku.etcd.txn import get, put, version

if TYPE_CHECKING:
    from bunraku.etcd.client import Client
    from bunraku.etcd.lease import Lease

TTL = 30
"""Seconds after which the lock of a holder that died is free."""


class Locked(EtcdError):
    """Somebody else has held the lock for longer than we would wait."""

    remedy = "let it finish; a holder that died is forgotten after 30 s"


@contextmanager
def held(
    client: Client, key: str, holder: str, *, wait: float = 60.0, last: Callable[[], bool] = lambda: False
) -> Iterator[Lease]:
    """Hold the lock `key` for as long as the block runs; `holder` is shown to those who wait.

    Gives the lease that it hangs on: where that is `lost`, so is the lock.

    wait: seconds to wait for another holder. last: while it holds, others that wait go first. Raises `Locked`.
    """
    queue = f"{key}/waiting/"
    with client.leases.grant(TTL) as lease:
        until = time.monotonic() + wait
        with suppress(Uncertain):
            client.put(f"{queue}{holder}", "", lease=lease.number)
        while (other := _first(client, queue, holder, last) or _try(client, key, holder, lease.number)) is not None:
            if time.monotonic() > until:
                raise Locked(f"{other} holds {key}")
            time.sleep(0.2)
        with suppress(Uncertain):
            client.delete(f"{queue}{holder}")
        yield lease  # goes with the block, and the key with the lease


def _first(client: Client, queue: str, holder: str, last: Callable[[], bool]) -> str | None:
    """Who goes first, where we are to be last."""
    others = (kv.key.removeprefix(queue) for kv in client.range(queue))
    return next((other for other in others if other != holder), None) if last() else None


def _try(client: Client, key: str, holder: str, lease: int) -> str | None:
    """Take the lock if it is free; returns who else has it, or None if we have."""
    try:
        taking = client.txn().when(version(key) == 0).then(put(key, holder, lease=lease))
        if taking.otherwise(get(key)).commit().succeeded:
            return None
    except Uncertain:
        pass  # reading tells
    found = client.get(key)
    if found is not None and found.lease == lease:
        return None
    return found.value.decode("utf-8", "replace") if found is not None else "somebody"
