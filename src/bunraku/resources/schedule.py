"""schedule: when resources may be managed; they name it in their metaparameter `schedule`."""

from __future__ import annotations

import re
import time
from typing import Any

from bunraku.resources.base import Changes, Param, ResourceType, State, integer

PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _ranges(value: Any) -> list[tuple[int, int]]:
    """`"22:00 - 04:00"` as pairs of seconds since midnight."""
    found = []
    for item in value:
        match = re.fullmatch(r"\s*(\d+)(?::(\d+))?(?::(\d+))?\s*-\s*(\d+)(?::(\d+))?(?::(\d+))?\s*", str(item))
        if not match:
            raise ValueError(f"Invalid range '{item}'; write it as '2:00 - 4:30'")
        a, b, c, d, e, f = (int(number or 0) for number in match.groups())
        if a > 23 or d > 24 or max(b, c, e, f) > 59:
            raise ValueError(f"Invalid range '{item}': there is no such time of day")
        found.append((a * 3600 + b * 60 + c, d * 3600 + e * 60 + f))
    return found


def _weekdays(value: Any) -> set[int]:
    days = set()
    for item in value:
        word = str(item).lower()[:3]
        if word in DAYS:
            days.add(DAYS.index(word))
        elif word.isdigit() and int(word) < 7:
            days.add((int(word) - 1) % 7)
        else:
            raise ValueError(f"{item} is not a valid day of the week")
    return days


class Schedule(ResourceType):
    """Says when resources are managed: at which time of day, on which days, how often."""

    name = Param("The schedule's name.", namevar=True)
    range = Param(
        "Times of day: '2:00 - 4:00'; one that ends before it begins goes over midnight.", many=True, munge=_ranges
    )
    weekday = Param("Days of the week.", many=True, munge=_weekdays)
    period = Param("How often.", values=("hourly", "daily", "weekly", "monthly", "never"))
    periodmatch = Param(
        "number: once in each day, week …; distance: with that much time between.",
        values=("number", "distance"),
        default="distance",
    )
    repeat = Param("How many times in a period.", munge=integer, default=1)

    def read(self) -> State:
        """Nothing of the host."""
        return {}

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""

    def allows(self, previous: float, now: float) -> bool:
        """Whether a resource that was managed last at `previous` may be managed `now` (seconds of the epoch)."""
        return self.period != "never" and self._in_range(now) and self._period_is_over(previous, now)

    def _in_range(self, now: float) -> bool:
        local = time.localtime(now)
        second = local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec
        day = local.tm_wday
        if self.range is None:
            return self.weekday is None or day in self.weekday
        for start, end in self.range:
            if start <= end:
                fits, of_day = start <= second <= end, day
            else:
                # Over midnight: the small hours belong to the day before.
                fits, of_day = second >= start or second <= end, day if second >= start else (day - 1) % 7
            if fits and (self.weekday is None or of_day in self.weekday):
                return True
        return False

    def _period_is_over(self, previous: float, now: float) -> bool:
        if self.period is None or previous > now:
            # The clock was set back: what lies ahead of us says nothing.
            return True
        if self.periodmatch == "distance":
            return bool(now - previous >= PERIODS[self.period] / self.repeat)
        then, local = time.localtime(previous), time.localtime(now)
        keys = {
            "hourly": (then[:4], local[:4]),
            "daily": (then[:3], local[:3]),
            "weekly": (time.strftime("%G-%V", then), time.strftime("%G-%V", local)),
            "monthly": (then[:2], local[:2]),
        }
        before, after = keys[self.period]
        return before != after
