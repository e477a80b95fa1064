"""Go's time.Time, as far as templates use it: `{{datetime.Format "2006-01-02"}}`, `{{(datetime).Unix}}`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from bunraku.confd.template.values import Struct

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_LAYOUT = (
    r"January|Jan|Monday|Mon|MST|2006|__2|002|01|02|03|04|05|06|15|_2"
    r"|Z07:00|Z0700|Z07|-07:00|-0700|-07|[.,]0+(?!\d)|[.,]9+(?!\d)|PM|pm|1|2|3|4|5"
)
"""The parts of a layout: each is how the reference time, Mon Jan 2 15:04:05 MST 2006, is written."""


class Time(Struct):
    """A moment with its zone."""

    __slots__ = ("_at", "_nanoseconds")
    go_type = "time.Time"
    methods = frozenset(
        ["Format", "Unix", "UnixNano", "UnixMilli", "Year", "Month", "Day", "Hour", "Minute", "Second", "Nanosecond"]
        + ["YearDay", "Weekday", "UTC", "Local", "String"]
    )

    def __init__(self, at: datetime, nanoseconds: int) -> None:
        self._at = at
        self._nanoseconds = nanoseconds

    @classmethod
    def now(cls) -> Time:
        """This moment, in the host's zone."""
        nanoseconds = time.time_ns()
        return cls(datetime.fromtimestamp(nanoseconds // 10**9).astimezone(), nanoseconds % 10**9)

    def Format(self, layout: str) -> str:  # noqa: N802 - templates call it so
        """The time in the form of `layout`."""
        return re.sub(_LAYOUT, lambda match: self._part(match[0]), layout)

    def _part(self, part: str) -> str:
        if part[0] in ".,":
            digits = f"{self._nanoseconds:09d}"[: len(part) - 1]
            digits = digits.rstrip("0") if part[1] == "9" else digits
            return part[0] + digits if digits else ""
        if "07" in part:
            return self._zone(part)
        return _PARTS[part](self._at)

    def _zone(self, part: str) -> str:
        offset = self._at.utcoffset()
        minutes = 0 if offset is None else int(offset.total_seconds()) // 60
        if part[0] == "Z" and not minutes:
            return "Z"
        hours, rest = divmod(abs(minutes), 60)
        text = f"{'-' if minutes < 0 else '+'}{hours:02d}"
        if part.endswith("07"):
            return text
        return text + (":" if ":" in part else "") + f"{rest:02d}"

    def go_string(self) -> str:
        """As %v prints it."""
        return self.Format("2006-01-02 15:04:05.999999999 -0700 MST")

    def String(self) -> str:  # noqa: N802
        """As %v prints it."""
        return self.go_string()

    def Unix(self) -> int:  # noqa: N802
        """Seconds since 1970."""
        return int(self._at.timestamp())

    def UnixMilli(self) -> int:  # noqa: N802
        """Milliseconds since 1970."""
        return self.UnixNano() // 10**6

    def UnixNano(self) -> int:  # noqa: N802
        """Nanoseconds since 1970."""
        return self.Unix() * 10**9 + self._nanoseconds

    def UTC(self) -> Time:  # noqa: N802
        """The same moment, in UTC."""
        return Time(self._at.astimezone(UTC), self._nanoseconds)

    def Local(self) -> Time:  # noqa: N802
        """The same moment, in the host's zone."""
        return Time(self._at.astimezone(), self._nanoseconds)

    def Year(self) -> int:  # noqa: N802
        """The year."""
        return self._at.year

    def Month(self) -> str:  # noqa: N802
        """The month's name."""
        return _MONTHS[self._at.month - 1]

    def Day(self) -> int:  # noqa: N802
        """The day of the month."""
        return self._at.day

    def Hour(self) -> int:  # noqa: N802
        """The hour."""
        return self._at.hour

    def Minute(self) -> int:  # noqa: N802
        """The minute."""
        return self._at.minute

    def Second(self) -> int:  # noqa: N802
        """The second."""
        return self._at.second

    def Nanosecond(self) -> int:  # noqa: N802
        """The nanoseconds past the second."""
        return self._nanoseconds

    def YearDay(self) -> int:  # noqa: N802
        """The day of the year, from 1."""
        return self._at.timetuple().tm_yday

    def Weekday(self) -> str:  # noqa: N802
        """The name of the day."""
        return _DAYS[self._at.weekday()]


_PARTS: dict[str, Callable[[datetime], str]] = {
    "January": lambda at: _MONTHS[at.month - 1],
    "Jan": lambda at: _MONTHS[at.month - 1][:3],
    "Monday": lambda at: _DAYS[at.weekday()],
    "Mon": lambda at: _DAYS[at.weekday()][:3],
    "MST": lambda at: at.tzname() or "UTC",
    "2006": lambda at: f"{at.year:04d}",
    "06": lambda at: f"{at.year % 100:02d}",
    "01": lambda at: f"{at.month:02d}",
    "1": lambda at: f"{at.month}",
    "02": lambda at: f"{at.day:02d}",
    "_2": lambda at: f"{at.day:2d}",
    "2": lambda at: f"{at.day}",
    "002": lambda at: f"{at.timetuple().tm_yday:03d}",
    "__2": lambda at: f"{at.timetuple().tm_yday:3d}",
    "15": lambda at: f"{at.hour:02d}",
    "03": lambda at: f"{(at.hour - 1) % 12 + 1:02d}",
    "3": lambda at: f"{(at.hour - 1) % 12 + 1}",
    "04": lambda at: f"{at.minute:02d}",
    "4": lambda at: f"{at.minute}",
    "05": lambda at: f"{at.second:02d}",
    "5": lambda at: f"{at.second}",
    "PM": lambda at: "PM" if at.hour >= 12 else "AM",
    "pm": lambda at: "pm" if at.hour >= 12 else "am",
}
