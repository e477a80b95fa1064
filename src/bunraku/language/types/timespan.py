"""Timespan: a length of time in nanoseconds, with its arithmetic, formats and type."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar

from bunraku.catalog.values import DEFAULT
from bunraku.language.errors import CompileError
from bunraku.language.types.base import PType, inf
from bunraku.language.types.quoting import literal
from bunraku.language.types.scalars import PScalarType

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

DEFAULT_FORMATS = (
    "%D-%H:%M:%S.%-N",
    "%H:%M:%S.%-N",
    "%M:%S.%-N",
    "%S.%-N",
    "%D-%H:%M:%S",
    "%H:%M:%S",
    "%D-%H:%M",
    "%S",
)
_FIELDS = (
    "days",
    "hours",
    "minutes",
    "seconds",
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "negative",
)


class TimeData:
    """What a span and a point of time have in common: nanoseconds, and an order that numbers of seconds share."""

    __slots__ = ("nanoseconds",)
    label: ClassVar[str]

    def __init__(self, nanoseconds: int) -> None:
        self.nanoseconds = nanoseconds

    def to_int(self) -> int:
        """Whole seconds, rounded down."""
        return self.nanoseconds // SECOND

    def to_float(self) -> float:
        """Seconds."""
        return self.nanoseconds / SECOND

    def compared(self, other: Any) -> int:
        """-1, 0 or 1 against one of its kind, or a number of seconds. Raises CompileError for others."""
        if type(other) is type(self):
            left: float = self.nanoseconds
            right: float = other.nanoseconds
        elif type(other) is int:
            left, right = self.to_int(), other
        elif type(other) is float:
            left, right = self.to_float(), other
        else:
            plural = f"{self.label}s"
            raise CompileError(f"{plural} are only comparable to {plural}, Integers, and Floats")
        return (left > right) - (left < right)

    def __eq__(self, other: object) -> bool:
        return type(other) in (type(self), int, float) and self.compared(other) == 0

    def __hash__(self) -> int:
        return hash((type(self), self.nanoseconds))

    def __repr__(self) -> str:
        return f"'{self}'"

    def to_wire(self) -> Any:
        """The value in the catalog's rich data."""
        return {"__ptype": self.label, "__pvalue": str(self)}


def nanoseconds_of(seconds: int | float) -> int:
    """Seconds as nanoseconds, cut off."""
    return int(seconds * SECOND)


class Timespan(TimeData):
    """A length of time."""

    __slots__ = ()
    label = "Timespan"

    @property
    def ptype(self) -> PType:
        """Timespan of just this length."""
        return PTimespanType(self, self)

    @classmethod
    def of_fields(
        cls,
        days: int = 0,
        hours: int = 0,
        minutes: int = 0,
        seconds: int = 0,
        milliseconds: int = 0,
        microseconds: int = 0,
        nanoseconds: int = 0,
        negative: bool = False,
    ) -> Timespan:
        """The sum of all fields."""
        total = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
        total += (milliseconds * 1000 + microseconds) * 1000 + nanoseconds
        return cls(-total if negative else total)

    @classmethod
    def of_hash(cls, fields: dict[str, Any]) -> Timespan:
        """Out of a hash of fields, or of `string` and `format`; other keys do not count. Raises ValueError."""
        if "string" in fields:
            return cls.parse(fields["string"], fields.get("format"))
        given = {name: fields[name] for name in _FIELDS if name in fields}
        if not all(type(value) in (int, bool) for value in given.values()):
            raise ValueError(f"The fields of a Timespan are Integers, got {literal(given)}")
        return cls.of_fields(**given)

    @classmethod
    def parse(cls, text: str, formats: str | list[str] | None = None) -> Timespan:
        """The length that `text` says in one of the formats. Raises ValueError."""
        if isinstance(formats, str):
            return _parsed(formats).parse(text)
        tried = DEFAULT_FORMATS if formats is None else formats
        for form in tried:
            try:
                return _parsed(form).parse(text)
            except ValueError:
                continue
        raise ValueError(f"Unable to parse '{text}' using any of the formats {', '.join(tried)}")

    def format(self, form: str) -> str:
        """The length in a format: `%D %H %M %S %L %N` with flags `-`, `_`, `0` and a width."""
        return _parsed(form).format(self)

    def __neg__(self) -> Timespan:
        return Timespan(-self.nanoseconds)

    def __str__(self) -> str:
        return self.format(DEFAULT_FORMATS[0])


class PTimeType(PScalarType):
    """What the types of both have in common: a range."""

    __slots__ = ("high", "low")
    value_class: ClassVar[type[TimeData]]
    DEFAULT: ClassVar[Any]

    def __init__(self, low: Any = None, high: Any = None) -> None:
        self.low = self._bound(low, -inf)
        self.high = self._bound(high, inf)
        if self._ends()[0] > self._ends()[1]:
            raise ValueError(f"'from' must be less or equal to 'to'. Got ({self.low}, {self.high}")

    def _bound(self, value: Any, open_end: float) -> TimeData | float:
        if isinstance(value, self.value_class):
            return value
        if value is None or value is DEFAULT:
            return open_end
        if type(value) in (int, float):
            return self.value_class(nanoseconds_of(value))
        if isinstance(value, str):
            return self.value_class.parse(value)  # type: ignore[attr-defined,no-any-return]
        if isinstance(value, dict):
            return self.value_class.of_hash(value)  # type: ignore[attr-defined,no-any-return]
        from bunraku.language.types.labels import ruby_class

        raise ValueError(f"Unable to create a Puppet::Pops::Time::{self.kind} from a {ruby_class(value)}")

    def _ends(self) -> tuple[float, float]:
        low, high = (end.nanoseconds if isinstance(end, TimeData) else end for end in (self.low, self.high))
        return low, high

    def parts(self) -> tuple[Any, ...]:
        """The ends."""
        return (self.low, self.high)

    def instance(self, value: Any) -> bool:
        """Whether it is a time in the range."""
        if type(value) is not self.value_class:
            return False
        low, high = self._ends()
        return low <= value.nanoseconds <= high

    def accepts(self, other: PType) -> bool:
        """A range within this one."""
        if type(other) is not type(self):
            return False
        return self._ends()[0] <= other._ends()[0] and self._ends()[1] >= other._ends()[1]

    def arguments(self, expanding: Any) -> list[str]:
        """The ends; one where both are the same."""
        if self.parts() == (-inf, inf):
            return []
        low = "default" if self.low == -inf else literal(self.low)
        return [low] if self.high in (inf, self.low) else [low, literal(self.high)]

    def generalize(self) -> PType:
        """Without the range."""
        return type(self).DEFAULT  # type: ignore[no-any-return]


class PTimespanType(PTimeType):
    """`Timespan[low, high]`."""

    __slots__ = ()
    kind = "Timespan"
    value_class = Timespan


PTimespanType.DEFAULT = PTimespanType()


# ---------------------------------------------------------------- formats


class _Segment:
    """A field of a format. total: it carries all that higher fields would."""

    UNITS: ClassVar[dict[str, tuple[int, int]]] = {
        "D": (DAY, 1),
        "H": (HOUR, 2),
        "M": (MINUTE, 2),
        "S": (SECOND, 2),
        "L": (1_000_000, 3),
        "N": (1, 9),
    }

    def __init__(self, letter: str, pad: str | None, width: int | None) -> None:
        self.letter = letter
        self.pad = pad
        self.width = width
        self.unit, self.default_width = self.UNITS[letter]
        self.total = False
        if letter == "N" and (width or 9) < 9:
            self.unit = 10 ** (9 - (width or 9))

    @property
    def is_fraction(self) -> bool:
        return self.letter in "LN"

    def format(self, span: Timespan) -> str:
        total = abs(span.nanoseconds)
        value = total // self.unit
        if not self.total and self.letter != "D":
            ceiling = {"H": DAY, "M": HOUR, "S": MINUTE}.get(self.letter, SECOND)
            value = total % ceiling // self.unit
        if self.is_fraction:
            if not self.total and self.pad != "0":
                value = int(str(value).rstrip("0") or "0")
            # The reference pads fractions to the right, with spaces.
            return str(value) if self.pad is None else str(value).ljust(self.width or self.default_width)
        if self.pad is None:
            return str(value)
        return str(value).rjust(self.width or self.default_width, self.pad)

    def pattern(self) -> str:
        if self.width is not None:
            if self.pad is None:
                return f"([0-9]{{1,{self.width}}})"
            return f"([0-9]{{{self.width}}})" if self.pad == "0" else rf"([0-9\s]{{{self.width}}})"
        if self.pad == " ":
            return r"\s*([0-9]+)" if self.total else rf"([0-9\s]{{1,{self.default_width}}})"
        return "([0-9]+)" if self.total else f"([0-9]{{1,{self.default_width}}})"

    def nanoseconds(self, digits: str) -> int:
        if not self.is_fraction:
            return int(digits) * self.unit
        if self.total:
            raise ValueError(
                "Format specifiers %L and %N denotes fractions and must be used together with a specifier"
                " of higher magnitude"
            )
        scale: int = 10 ** max(9 - len(digits), 0)
        return int(digits) * scale


class _Format:
    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[str | _Segment] = _segments(text)
        segments = [part for part in self.parts if isinstance(part, _Segment)]
        if segments:
            order = [*_Segment.UNITS]
            highest = min(segments, key=lambda segment: order.index(segment.letter))
            highest.total = True

    def format(self, span: Timespan) -> str:
        shown = (part if isinstance(part, str) else part.format(span) for part in self.parts)
        return ("-" if span.nanoseconds < 0 else "") + "".join(shown)

    def parse(self, text: str) -> Timespan:
        pattern = "".join(re.escape(p) if isinstance(p, str) else p.pattern() for p in self.parts)
        match = re.fullmatch(f"-?{pattern}", text)
        segments = [part for part in self.parts if isinstance(part, _Segment)]
        digits = [] if match is None else [group.lstrip() for group in match.groups()]
        if match is None or not all(map(str.isdigit, digits)):
            raise ValueError(f"Unable to parse '{text}' using format '{self.text}'")
        total = sum(segment.nanoseconds(group) for segment, group in zip(segments, digits, strict=True))
        return Timespan(-total if text.startswith("-") else total)


_DIRECTIVE = re.compile(r"%(?:%|([-_0])?(\d*)([DHMSLN]))|%|[^%]+")
_BAD = re.compile(r"%[-_]?\d*")


def _segments(text: str) -> list[str | _Segment]:
    parts: list[str | _Segment] = []
    position = 0
    while position < len(text):
        match = _DIRECTIVE.match(text, position)
        assert match is not None
        if match[3]:
            flag = match[1] or "0"
            pad = {"-": None, "_": " ", "0": "0"}[flag]
            parts.append(_Segment(match[3], pad, int(match[2]) if match[2] else None))
        elif match[0] == "%":
            raise _bad_specifier(text, position)
        else:
            literal_text = "%" if match[0] == "%%" else match[0]
            if parts and isinstance(parts[-1], str):
                parts[-1] += literal_text
            else:
                parts.append(literal_text)
        position = match.end()
    return parts


def _bad_specifier(text: str, start: int) -> ValueError:
    match = _BAD.match(text, start)
    end = len(text) - 1 if match is None or match.end() >= len(text) else match.end()
    return ValueError(f"Bad format specifier '{text[start:end]}' in '{text}', at position {end}")


@lru_cache(maxsize=128)
def _parsed(text: str) -> _Format:
    return _Format(text)
