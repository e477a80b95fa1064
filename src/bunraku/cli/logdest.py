"""Where a run is logged to: Puppet's `--logdest`, the screen where none is given.

A file gets lines as Puppet writes them, `TIME SOURCE (LEVEL): MESSAGE`, or a JSON object a line where its name ends in
.jsonl. What is logged is what stands in the report, hence without secrets.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

LEVELS = ("debug", "info", "notice", "warning", "err", "alert", "emerg", "crit")


class LogDestinations:
    """What the words after `--logdest` name; files are opened at once. Raises OSError where one cannot be."""

    def __init__(self, words: Sequence[str]) -> None:
        names = [name for word in words for name in word.split(",") if name]
        self.console = not names or "console" in names
        self._syslog = "syslog" in names
        paths = [name for name in names if name not in ("console", "syslog")]
        self._files = [open(path, "a", encoding="utf-8", opener=_for_the_group) for path in paths]  # noqa: SIM115

    def tell(self, logs: Iterable[Mapping[str, Any]], *, least: str = "notice") -> None:
        """Write lines of a report's `logs`, those from the level `least` on. What cannot be written is told of."""
        told = [log for log in logs if LEVELS.index(log["level"]) >= LEVELS.index(least)]
        for file in self._files:
            try:
                _append(file, told)
            except OSError as error:
                print(f"Warning: cannot log to {file.name}: {error.strerror}", file=sys.stderr)
        if self._syslog:
            _to_syslog(told)


def _for_the_group(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o640)


def _append(file: TextIO, logs: Iterable[Mapping[str, Any]]) -> None:
    from datetime import datetime

    for log in logs:
        if file.name.endswith(".jsonl"):
            line = json.dumps({key: value for key, value in log.items() if value is not None}, ensure_ascii=False)
        else:
            when = datetime.fromisoformat(log["time"]).strftime("%Y-%m-%d %H:%M:%S %z")
            line = f"{when} {log['source']} ({log['level']}): {log['message']}"
        file.write(line + "\n")
    file.flush()


def _to_syslog(logs: Iterable[Mapping[str, Any]]) -> None:
    import syslog

    syslog.openlog("bunraku", syslog.LOG_PID, syslog.LOG_DAEMON)
    for log in logs:
        syslog.syslog(getattr(syslog, f"LOG_{log['level'].upper()}"), f"({log['source']}) {log['message']}")
