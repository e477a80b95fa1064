"""Tables and times in the form in which rkt prints them, for the scripts that read them."""

from __future__ import annotations

import time
from collections.abc import Sequence

TAB = 8

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = [
    (1, "now", 1),
    (2, "1 second ago", 1),
    (_MINUTE, "{} seconds ago", 1),
    (2 * _MINUTE, "1 minute ago", 1),
    (_HOUR, "{} minutes ago", _MINUTE),
    (2 * _HOUR, "1 hour ago", 1),
    (_DAY, "{} hours ago", _HOUR),
    (2 * _DAY, "1 day ago", 1),
    (7 * _DAY, "{} days ago", _DAY),
    (14 * _DAY, "1 week ago", 1),
    (30 * _DAY, "{} weeks ago", 7 * _DAY),
    (60 * _DAY, "1 month ago", 1),
    (360 * _DAY, "{} months ago", 30 * _DAY),
    (720 * _DAY, "1 year ago", 1),
]
"""Seconds below which a time is told in these words, and what is counted."""


def table(rows: Sequence[Sequence[str]]) -> str:
    """Lines whose columns line up with tabs of eight (as Go's tabwriter with minwidth 0, tabwidth 8, padding 1)."""
    if not rows:
        return ""
    widths = [(max(map(len, column)) // TAB + 1) * TAB for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell + "\t" * -((len(cell) - width) // TAB) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append("".join(cells) + row[-1] + "\n")
    return "".join(lines)


def ago(when: float | None, now: float) -> str:
    """A time in the past in a few words."""
    if when is None:
        return ""
    passed = int(max(0.0, now - when))
    for limit, words, unit in _STEPS:
        if passed < limit:
            return words.format(passed // unit)
    return f"{passed // (360 * _DAY)} years ago"


def exactly(when: float | None) -> str:
    """A time to the millisecond, with its zone: 2026-11-22 07:41:03.25 +0000 UTC."""
    if when is None:
        return ""
    local = time.localtime(when)
    fraction = f".{int(when % 1 * 1000):03}".rstrip("0").rstrip(".")
    return time.strftime("%Y-%m-%d %H:%M:%S", local) + fraction + time.strftime(" %z %Z", local)
