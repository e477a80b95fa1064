"""Timestamp: a point of time in nanoseconds since 1970, UTC, with its formats and type."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

from bunraku.catalog.values import DEFAULT
from bunraku.language.types.base import PType
from bunraku.language.types.timespan import SECOND, PTimeType, TimeData

WITHOUT_ZONE = ("%FT%T.%N", "%FT%T", "%F %T.%N", "%F %T", "%F")
DEFAULT_FORMATS = ("%FT%T.%N %Z", "%FT%T %Z", "%F %T.%N %Z", "%F %T %Z", "%F %Z", *WITHOUT_ZONE)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Timestamp(TimeData):
    """A point of time."""

    __slots__ = ()
    label = "Timestamp"

    @property
    def ptype(self) -> PType:
        """Timestamp of just this time."""
        return PTimestampType(self, self)

    @classmethod
    def now(cls) -> Timestamp:
        """The time of the system's clock."""
        from time import time_ns

        return cls(time_ns())

    @classmethod
    def of_hash(cls, fields: dict[str, Any]) -> Timestamp:
        """Out of a hash of `string`, `format` and `timezone`. Raises ValueError."""
        if not isinstance(fields.get("string"), str):
            raise ValueError("A Timestamp needs a String under the key 'string'")
        return cls.parse(fields["string"], fields.get("format"), fields.get("timezone"))

    @classmethod
    def parse(cls, text: str, formats: Any = None, zone: str | None = None) -> Timestamp:
        """The time that `text` says in one of the formats, in a zone unless the format has one. Raises ValueError."""
        has_zone = bool(zone)
        if formats is None or formats is DEFAULT:
            formats = list(WITHOUT_ZONE if has_zone else DEFAULT_FORMATS)
        if isinstance(formats, str):
            found = _strptime(text, formats)
            if found is None:
                raise ValueError(f"Unable to parse '{text}' using format '{formats}'")
            if has_zone and "zone" in found:
                raise ValueError(
                    "Using a Timezone designator in format specification is mutually exclusive to providing an"
                    " explicit timezone argument"
                )
        else:
            attempts = (_strptime(text, form) for form in formats)
            found = next((a for a in attempts if a is not None and not (has_zone and "zone" in a)), None)
            if found is None:
                raise ValueError(f"Unable to parse '{text}' using any of the formats {', '.join(formats)}")
        zone = zone if has_zone else found.get("zone")
        return cls(_nanoseconds(found) - (utc_offset(zone) * SECOND if zone else 0))

    def format(self, form: str, zone: str | None = None) -> str:
        """The time in a format of strftime (Ruby's, with `%L`, `%N`, flags and widths), in a time zone."""
        offset = timezone(timedelta(seconds=utc_offset(zone))) if zone else UTC
        seconds, rest = divmod(self.nanoseconds, SECOND)
        return strftime((_EPOCH + timedelta(seconds=seconds)).astimezone(offset), rest, form, utc=not zone)

    def __str__(self) -> str:
        return self.format(DEFAULT_FORMATS[0])


class PTimestampType(PTimeType):
    """`Timestamp[low, high]`."""

    __slots__ = ()
    kind = "Timestamp"
    value_class: ClassVar[type[TimeData]] = Timestamp


PTimestampType.DEFAULT = PTimestampType()


# ---------------------------------------------------------------- time zones

_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "ut": 0, "wet": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2, "eest": 3, "bst": 1, "west": 1, "msk": 3,
    "jst": 9, "ist": 5.5, "hst": -10, "akst": -9, "akdt": -8, "ast": -4, "adt": -3,
}  # fmt: skip


def utc_offset(zone: str) -> int:
    """The seconds that a zone, `+01:00`, `CET` or `current`, is ahead of UTC. Raises ValueError."""
    if zone.lower() == "current":
        offset = datetime.now().astimezone().utcoffset()
        return int(offset.total_seconds()) if offset else 0
    match = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?(?::?(\d{2}))?", zone, re.IGNORECASE)
    if match:
        seconds = int(match[2]) * 3600 + int(match[3] or 0) * 60 + int(match[4] or 0)
        return -seconds if match[1] == "-" else seconds
    hours = _ZONES.get(zone.lower())
    if hours is None:
        raise ValueError(f"Illegal timezone '{zone}'")
    return int(hours * 3600)


# ---------------------------------------------------------------- strftime

_COMPOSED = {
    "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "D": "%m/%d/%y", "x": "%m/%d/%y", "R": "%H:%M",
    "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y", "v": "%e-%^b-%Y",
}  # fmt: skip
_NUMBERS: dict[str, tuple[Callable[[datetime], int], int, str]] = {
    "Y": (lambda t: t.year, 4, "0"),
    "C": (lambda t: t.year // 100, 2, "0"),
    "y": (lambda t: t.year % 100, 2, "0"),
    "m": (lambda t: t.month, 2, "0"),
    "d": (lambda t: t.day, 2, "0"),
    "e": (lambda t: t.day, 2, " "),
    "j": (lambda t: t.timetuple().tm_yday, 3, "0"),
    "H": (lambda t: t.hour, 2, "0"),
    "k": (lambda t: t.hour, 2, " "),
    "I": (lambda t: t.hour % 12 or 12, 2, "0"),
    "l": (lambda t: t.hour % 12 or 12, 2, " "),
    "M": (lambda t: t.minute, 2, "0"),
    "S": (lambda t: t.second, 2, "0"),
    "u": (lambda t: t.isoweekday(), 1, "0"),
    "w": (lambda t: t.isoweekday() % 7, 1, "0"),
    "G": (lambda t: t.isocalendar()[0], 4, "0"),
    "g": (lambda t: t.isocalendar()[0] % 100, 2, "0"),
    "V": (lambda t: t.isocalendar()[1], 2, "0"),
    "U": (lambda t: int(t.strftime("%U")), 2, "0"),
    "W": (lambda t: int(t.strftime("%W")), 2, "0"),
    "s": (lambda t: int((t - _EPOCH) // timedelta(seconds=1)), 1, "0"),
}
_WORDS = {"a": "%a", "A": "%A", "b": "%b", "h": "%b", "B": "%B"}
_FIELD = re.compile(r"%([-0^#_:]*)(\d+)?([a-zA-Z%+])")


def strftime(time: datetime, nanoseconds: int, form: str, utc: bool = True) -> str:
    """`time`, and the nanoseconds after its second, in Ruby's strftime format."""

    def field(match: re.Match[str]) -> str:
        flags, width, letter = match[1], int(match[2] or 0), match[3]
        if letter in _COMPOSED:
            return strftime(time, nanoseconds, _COMPOSED[letter], utc).rjust(width)
        if letter in _NUMBERS:
            number, default, pad = _NUMBERS[letter]
            pad = " " if "_" in flags else "0" if "0" in flags else pad
            return str(number(time)) if "-" in flags else str(number(time)).rjust(width or default, pad)
        if letter in "LN":
            digits = width or (3 if letter == "L" else 9)
            return f"{nanoseconds:09d}"[:digits].ljust(digits, "0")
        if letter in "nt%":
            return {"n": "\n", "t": "\t", "%": "%"}[letter]
        text = _word(time, letter, flags, utc)
        if text is None:
            return match[0]
        text = text.upper() if "^" in flags else text.swapcase() if "#" in flags else text
        return text if "-" in flags else text.rjust(width, "0" if "0" in flags else " ")

    return _FIELD.sub(field, form)


def _word(time: datetime, letter: str, flags: str, utc: bool) -> str | None:
    if letter in _WORDS:
        return time.strftime(_WORDS[letter])
    if letter in "pP":
        text = "AM" if time.hour < 12 else "PM"
        return text.lower() if letter == "P" else text
    if letter == "Z":
        return "UTC" if utc else ""
    if letter == "z":
        offset = int((time.utcoffset() or timedelta()).total_seconds())
        parts = [abs(offset) // 3600, abs(offset) // 60 % 60, abs(offset) % 60][: 3 if "::" in flags else 2]
        return f"{'-' if offset < 0 else '+'}{(':' if ':' in flags else '').join(f'{part:02d}' for part in parts)}"
    return None


# ---------------------------------------------------------------- strptime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONE = r"(?P<zone>(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2}){0,2}|[A-Za-z]+(?: standard time| daylight time)?)"
_PATTERNS = {
    "Y": r"(?P<year>[-+]?\d+)", "C": r"(?P<century>\d{1,2})", "y": r"(?P<short_year>\d{1,2})",
    "m": r"(?P<month>\d{1,2})", "d": r" ?(?P<day>\d{1,2})", "e": r" ?(?P<day>\d{1,2})", "j": r"\d{1,3}",
    "H": r" ?(?P<hour>\d{1,2})", "k": r" ?(?P<hour>\d{1,2})", "I": r" ?(?P<hour>\d{1,2})", "l": r" ?(?P<hour>\d{1,2})",
    "M": r"(?P<minute>\d{1,2})", "S": r"(?P<second>\d{1,2})", "L": r"(?P<fraction>\d{1,3})", "N": r"(?P<fraction>\d+)",
    "p": r"(?P<half>[AaPp]\.?[Mm]\.?)", "P": r"(?P<half>[AaPp]\.?[Mm]\.?)", "s": r"-?\d+",
    "Z": _ZONE, "z": _ZONE, "n": r"\s+", "t": r"\s+", "%": "%",
    "b": r"(?P<name>[A-Za-z]{3,9})", "B": r"(?P<name>[A-Za-z]{3,9})", "h": r"(?P<name>[A-Za-z]{3,9})",
    "a": r"[A-Za-z]{3,9}", "A": r"[A-Za-z]{3,9}", "u": r"\d", "w": r"\d",
}  # fmt: skip


def _strptime(text: str, form: str) -> dict[str, str] | None:
    """The fields that `text` has in a format; None where it does not match in full."""
    expanded = re.sub(r"%([FTXDxRr])", lambda m: _COMPOSED[m[1]], form)
    pattern = ""
    adjacent = re.compile(r"%[-0^#_:]*\d*([a-zA-Z%])|\s+|.", re.DOTALL)
    tokens = list(adjacent.finditer(expanded))
    for index, token in enumerate(tokens):
        letter = token[1]
        if letter == "Y" and index + 1 < len(tokens) and tokens[index + 1][1] in ("m", "j", "d", "H"):
            pattern += r"(?P<year>[-+]?\d{4})"
        elif letter is not None:
            found = _PATTERNS.get(letter)
            if found is None:
                return None
            pattern += found
        else:
            pattern += r"\s*" if token[0].isspace() else re.escape(token[0])
    try:
        match = re.fullmatch(pattern, text)
    except re.error:
        return None
    if match is None:
        return None
    fields = {name: value for name, value in match.groupdict().items() if value is not None}
    return fields if _in_range(fields) else None


def _in_range(fields: dict[str, str]) -> bool:
    limits = {"month": (1, 12), "day": (1, 31), "hour": (0, 24), "minute": (0, 59), "second": (0, 60)}
    if "name" in fields and fields["name"][:3].lower() not in _MONTHS:
        return False
    return all(low <= int(fields[name]) <= high for name, (low, high) in limits.items() if name in fields)


def _nanoseconds(fields: dict[str, str]) -> int:
    if "year" not in fields and "short_year" not in fields:
        raise ValueError("no implicit conversion of nil into Integer")
    year = int(fields.get("year", 0))
    if "short_year" in fields:
        short = int(fields["short_year"])
        year = short + (1900 if short >= 69 else 2000)
    month = _MONTHS.index(fields["name"][:3].lower()) + 1 if "name" in fields else int(fields.get("month", 1))
    hour = int(fields.get("hour", 0))
    if "half" in fields:
        hour = hour % 12 + (12 if fields["half"][0] in "pP" else 0)
    try:
        day = datetime(year, month, 1, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(str(error).replace("year", "argument out of range: year", 1)) from None
    days = (day - _EPOCH).days + int(fields.get("day", 1)) - 1
    seconds = ((days * 24 + hour) * 60 + int(fields.get("minute", 0))) * 60 + int(fields.get("second", 0))
    return seconds * SECOND + int(fields.get("fraction", "0")[:9].ljust(9, "0"))
