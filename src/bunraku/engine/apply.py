"""Applying a catalog from end to end: the lock, the transaction, the report."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bunraku.catalog.catalog import Catalog
from bunraku.engine import report
from bunraku.engine.outcome import Outcome
from bunraku.engine.transaction import Interrupted, Options, Transaction
from bunraku.resources.base import Run
from bunraku.system.lock import Lock


class Result(NamedTuple):
    """How a run ended. report: in Puppet's format; name: what it was stored under. interrupted: why it ended
    before its end, or ""."""

    outcomes: list[Outcome]
    report: dict[str, Any]
    name: str
    seconds: float
    interrupted: str

    @property
    def counts(self) -> dict[str, int]:
        """How many resources ended in each state."""
        return report.count(self.outcomes)

    @property
    def exit_code(self) -> int:
        """Puppet's detailed exit code: 0, plus 2 where something changed, plus 4 where something failed."""
        counts = self.counts
        return 2 * bool(counts["changed"]) + 4 * bool(counts["failed"])


def state_folder() -> Path:
    """Where bunraku remembers things: /var/lib/bunraku for root, the user's own state folder for others."""
    if os.geteuid() == 0:
        return Path("/var/lib/bunraku")
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "bunraku"


def apply(
    catalog: Catalog,
    run: Run,
    options: Options,
    *,
    wait: float = 0.0,
    seconds: dict[str, float] | None = None,
    logs: Sequence[dict[str, Any]] = (),
) -> Result:
    """Make the host as the catalog says, one apply at a time, and store the report.

    wait: seconds to wait for another apply to end. seconds: what the stages before took, for the report. logs: what
    was logged before. Raises Locked, and OSError where the state folder cannot be used.
    """
    started, clock = time.time(), time.perf_counter()
    run.state_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
    interrupted = ""
    with Lock(str(run.state_dir / "apply.lock"), wait=wait):
        transaction = Transaction(catalog, run, options)
        transaction.prepare()
        try:
            transaction.run()
        except Interrupted as reason:
            interrupted = str(reason)
        outcomes = list(transaction.outcomes.values())
        took = time.perf_counter() - clock
        stages = {**(seconds or {}), "catalog_application": took}
        stages["total"] = sum(stages.values())
        built = report.build(
            catalog,
            outcomes,
            started=started,
            seconds=stages,
            noop=options.noop,
            completed=not interrupted,
            logs=logs,
        )
        name = report.store(built, run.state_dir / "reports")
    return Result(outcomes, built, name, took, interrupted)
