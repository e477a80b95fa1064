"""The daemon's log: one line an event, with time, level, what happened, and its facts as key=value.

What a failed command wrote follows in lines of their own; as JSON, an event is always one line.

Run by systemd, the line begins with the journal's priority and has no time, which the journal knows.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

LEVELS = ("debug", "info", "warn", "error")
_PRIORITIES = {"debug": 7, "info": 6, "warn": 4, "error": 3}
_ALIASES = {"notice": "info", "warning": "warn", "fatal": "error", "panic": "error", "": "info"}


class Log:
    """Where events are told, from `level` on. `form`: text or json."""

    def __init__(self, level: str = "info", form: str = "text", out: TextIO | None = None) -> None:
        self._from = LEVELS.index(_ALIASES.get(level, level))
        self._form = form
        self._out = sys.stderr if out is None else out
        self._journal = _is_journal(self._out, os.environ)

    def debug(self, event: str, **facts: Any) -> None:
        """What helps to understand what it does."""
        self._tell("debug", event, facts)

    def info(self, event: str, **facts: Any) -> None:
        """What was done."""
        self._tell("info", event, facts)

    def warn(self, event: str, **facts: Any) -> None:
        """What somebody should look at some day."""
        self._tell("warn", event, facts)

    def error(self, event: str, **facts: Any) -> None:
        """What does not work now."""
        self._tell("error", event, facts)

    def _tell(self, level: str, event: str, facts: Mapping[str, Any]) -> None:
        if LEVELS.index(level) < self._from:
            return
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        if self._form == "json":
            line = json.dumps({"time": stamp, "level": level, "event": event, **facts}, default=str)
        else:
            first, *more = event.split("\n")
            first = " ".join([first, *(f"{key}={_shown(value)}" for key, value in facts.items())])
            start = f"<{_PRIORITIES[level]}>" if self._journal else f"{stamp} {level.upper():<5} "
            line = "\n".join([start + first, *((start if self._journal else "") + "    " + rest for rest in more)])
        self._out.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
        self._out.flush()


def _shown(value: Any) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    plain = text and text.isprintable() and not set(text) & set(' "=')
    return text if plain else json.dumps(text, ensure_ascii=False)


def _is_journal(out: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether `out` is what systemd said is the journal: JOURNAL_STREAM holds its device and inode."""
    try:
        status = os.fstat(out.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
