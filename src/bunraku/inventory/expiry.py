"""Letting go: silent nodes expire, what is gone for long is forgotten, and so are old reports.

Source: PuppetDB's settings node-ttl, node-purge-ttl and report-ttl, their meaning and their defaults. An expired node
is left out of queries as a deactivated one is, and comes back with the next that is heard of it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bunraku.inventory import times
from bunraku.inventory.errors import InventoryError
from bunraku.inventory.store import Store

INTERVAL = 3600.0
"""Seconds between two rounds of a server."""

_TABLES = ("event", "report", "edge", "resource", "catalog", "fact_content", "fact", "factset", "node")
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_LAST_HEARD = """
    SELECT max(moment) FROM (
        SELECT timestamp AS moment FROM factset WHERE certname = node.certname
        UNION ALL SELECT timestamp FROM catalog WHERE certname = node.certname
        UNION ALL SELECT receive_time FROM report WHERE certname = node.certname)
"""


class Lifetimes(NamedTuple):
    """Seconds; 0: for ever. node: of silence, until a node expires. purge: until one that is gone is forgotten."""

    node: float
    purge: float
    report: float


class Round(NamedTuple):
    """How many nodes expired, how many were forgotten, and how many reports were."""

    expired: int
    purged: int
    reports: int


def duration(text: str) -> float:
    """Seconds of `7d`, `12h`, `30m`, `90s`, or 0. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,9})([dhms]?)", text.strip())
    if found is None or (not found[2] and int(found[1])):
        raise ValueError(f"'{text}' is not a time such as 7d, 12h, 30m or 90s (0: for ever)")
    return float(int(found[1]) * _UNITS[found[2] or "s"])


def let_go(store: Store, lifetimes: Lifetimes, now: datetime | None = None) -> Round:
    """One round, each part a transaction. now: default, this moment. Raises InventoryError."""
    now = now or datetime.now(UTC)
    return Round(
        _expire(store, _before(now, lifetimes.node), times.normalised(now.isoformat())) if lifetimes.node else 0,
        _purge(store, _before(now, lifetimes.purge)) if lifetimes.purge else 0,
        _drop_reports(store, _before(now, lifetimes.report)) if lifetimes.report else 0,
    )


def _before(now: datetime, seconds: float) -> str:
    return times.normalised((now - timedelta(seconds=seconds)).isoformat())


def _expire(store: Store, heard_before: str, now: str) -> int:
    with store.transaction() as db:
        active = "deactivated IS NULL AND expired IS NULL"
        silent = f"UPDATE node SET expired = ? WHERE {active} AND ({_LAST_HEARD}) < ?"
        return db.execute(silent, (now, heard_before)).rowcount


def _purge(store: Store, gone_before: str) -> int:
    with store.transaction() as db:
        gone = "SELECT certname FROM node WHERE coalesce(deactivated, expired) < ?"
        names = [name for (name,) in db.execute(gone, (gone_before,))]
        for table in _TABLES:
            db.executemany(f"DELETE FROM {table} WHERE certname = ?", [(name,) for name in names])
        return len(names)


def _drop_reports(store: Store, produced_before: str) -> int:
    with store.transaction() as db:
        old = "SELECT hash FROM report WHERE producer_timestamp < ?"
        db.execute(f"UPDATE node SET latest_report = NULL WHERE latest_report IN ({old})", (produced_before,))
        db.execute(f"DELETE FROM event WHERE report IN ({old})", (produced_before,))
        return db.execute("DELETE FROM report WHERE producer_timestamp < ?", (produced_before,)).rowcount


@contextmanager
def kept_clean(store: Store, lifetimes: Lifetimes, tell: Callable[[str], None]) -> Iterator[None]:
    """A round at once and every hour, in a thread, while the block runs. tell: hears of a round that failed."""
    over = threading.Event()

    def rounds() -> None:
        while True:
            try:
                let_go(store, lifetimes)
            except InventoryError as error:
                tell(str(error))
            if over.wait(INTERVAL):
                return

    thread = threading.Thread(target=rounds, name="inventory-expiry", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
