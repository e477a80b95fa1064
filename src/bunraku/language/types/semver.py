"""SemVer and SemVerRange: versions after Semantic Versioning 2, ranges in the notation of npm, and their types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce, total_ordering
from math import inf
from typing import Any, ClassVar, NamedTuple

from bunraku.language.errors import CompileError
from bunraku.language.types.base import Expanding, PType
from bunraku.language.types.quoting import quote
from bunraku.language.types.scalars import PScalarType

_PARTS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-({_PARTS}))?(?:\+({_PARTS}))?\n?\Z", re.ASCII)


@total_ordering
class SemVer:
    """A version. prerelease: identifiers, numbers as int; None where it is stable. build has no part in the order."""

    __slots__ = ("build", "major", "minor", "patch", "prerelease")

    def __init__(
        self,
        major: float,
        minor: int,
        patch: int,
        prerelease: tuple[int | str, ...] | None = None,
        build: tuple[str, ...] | None = None,
    ) -> None:
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
        self.build = build

    @classmethod
    def parse(cls, text: str) -> SemVer:
        """The version that `text` says. Raises ValueError."""
        match = _VERSION.match(text)
        if match is None:
            raise ValueError(f"Unable to parse '{text}' as a semantic version identifier")
        return cls(int(match[1]), int(match[2]), int(match[3]), _prerelease(match[4]), _build(match[5]))

    @property
    def ptype(self) -> PType:
        """SemVer."""
        return PSemVerType.DEFAULT

    @property
    def precise_ptype(self) -> PType:
        """SemVer of just this version."""
        return PSemVerType([SemVerRange.between(self, self)])

    @property
    def stable(self) -> bool:
        """Whether it is no prerelease."""
        return not self.prerelease

    @property
    def core(self) -> tuple[float, int, int]:
        """Major, minor and patch."""
        return (self.major, self.minor, self.patch)

    def _order(self) -> tuple[tuple[float, int, int], int, tuple[tuple[int, int, str], ...]]:
        if self.prerelease is None:
            return (self.core, 1, ())
        return (self.core, 0, tuple((0, p, "") if isinstance(p, int) else (1, 0, p) for p in self.prerelease))

    def compared(self, other: Any) -> int:
        """-1, 0 or 1. Raises CompileError where `other` is no version."""
        if not isinstance(other, SemVer):
            raise CompileError("Versions not comparable to non Versions")
        mine, theirs = self._order(), other._order()
        return int(mine > theirs) - int(mine < theirs)

    def matches(self, value: Any) -> bool:
        """Whether a version, or a string of one, is the same."""
        if isinstance(value, str):
            try:
                value = SemVer.parse(value)
            except ValueError:
                return False
        return bool(self == value)

    def __lt__(self, other: SemVer) -> bool:
        return self._order() < other._order()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SemVer) and (self._order(), self.build) == (other._order(), other.build)

    def __hash__(self) -> int:
        return hash(self._order())

    def __str__(self) -> str:
        major = "Infinity" if self.major == inf else self.major
        text = f"{major}.{self.minor}.{self.patch}"
        if self.prerelease is not None:
            text += "-" + ".".join(map(str, self.prerelease))
        return text + ("+" + ".".join(self.build) if self.build is not None else "")

    def __repr__(self) -> str:
        return f"'{self}'"

    def to_wire(self) -> Any:
        """The value in the catalog's rich data."""
        return {"__ptype": "SemVer", "__pvalue": str(self)}


def _prerelease(text: str | None) -> tuple[int | str, ...] | None:
    if text is None:
        return None
    parts: list[int | str] = []
    for part in text.split("."):
        if part.isdigit() and len(part) > 1 and part.startswith("0"):
            raise ValueError("Numeric pre-release identifiers MUST NOT contain leading zeroes")
        parts.append(int(part) if part.isdigit() else part)
    return tuple(parts)


def _build(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split("."))


MIN = SemVer(0, 0, 0, ())
MAX = SemVer(inf, 0, 0)

# ---------------------------------------------------------------- ranges


class Interval(NamedTuple):
    """What lies between two versions. prereleases: the versions whose prereleases count, None for all."""

    low: SemVer = MIN
    high: SemVer = MAX
    low_open: bool = False
    high_open: bool = False
    prereleases: frozenset[tuple[float, int, int]] | None = frozenset()

    def has(self, version: SemVer) -> bool:
        """Whether the version lies within."""
        above = version > self.low if self.low_open else version >= self.low
        return above and (version < self.high if self.high_open else version <= self.high)

    def takes_prerelease(self, version: SemVer) -> bool:
        """Whether a prerelease may be within."""
        return self.prereleases is None or version.core in self.prereleases

    def met(self, other: Interval) -> Interval | None:
        """What both have in common."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        if low > high or (low == high and (low_open or not closed)):
            return None
        if self.prereleases is None or other.prereleases is None:
            shared = self.prereleases if other.prereleases is None else other.prereleases
        else:
            shared = self.prereleases | other.prereleases
        return Interval(low, high, low_open, not closed, shared)

    def __str__(self) -> str:
        if self.low == self.high and not self.high_open:
            return str(self.low)
        low = [] if self.low == MIN else [f"{'>' if self.low_open else '>='}{self.low}"]
        high = [] if self.high == MAX else [f"{'<' if self.high_open else '<='}{self.high}"]
        return " ".join(low + high) or "*"

    def joined(self, other: Interval) -> Interval | None:
        """The interval that covers both, where nothing lies between them."""
        first, second = (self, other) if (self.low, self.low_open) <= (other.low, other.low_open) else (other, self)
        touching = first.high == second.low and not (first.high_open and second.low_open)
        if not (first.high > second.low or touching):
            return None
        high, closed = max((first.high, not first.high_open), (second.high, not second.high_open))
        prereleases = None
        if first.prereleases is not None and second.prereleases is not None:
            prereleases = first.prereleases | second.prereleases
        return Interval(first.low, high, first.low_open, not closed, prereleases)

    def within(self, other: Interval) -> bool:
        """Whether it is a part of the other."""
        if other.low > self.low:
            return False
        return other.high > self.high or (other.high == self.high and (not other.high_open or self.high_open))


def _above(version: SemVer, is_open: bool = False) -> Interval:
    return Interval(low=version, low_open=is_open, prereleases=_own_prereleases(version))


def _below(version: SemVer, is_open: bool = True) -> Interval:
    return Interval(high=version, high_open=is_open, prereleases=_own_prereleases(version))


def _own_prereleases(version: SemVer) -> frozenset[tuple[float, int, int]]:
    return frozenset() if version.stable else frozenset((version.core,))


_ALL = Interval(prereleases=None)
_NOTHING = _below(MIN)

_X = r"(x|X|\*|0|[1-9][0-9]*)"
_PARTIAL = re.compile(rf"{_X}(?:\.{_X}(?:\.{_X}(?:-({_PARTS}))?(?:\+({_PARTS}))?)?)?", re.ASCII)
_SIMPLE = re.compile(r"(~>|~=|<=|>=|[<>=~^])?(.+)")


class SemVerRange:
    """A range: a version is in it if it is in one of its intervals. text: as written."""

    __slots__ = ("intervals", "text")

    def __init__(self, intervals: Iterable[Interval], text: str) -> None:
        self.intervals = _joined(list(intervals)) or (_NOTHING,)
        self.text = text

    @classmethod
    def parse(cls, text: str) -> SemVerRange:
        """The range that `text` says: `>=1.0.0 <2.0.0`, `1.x`, `~1.2`, `^1`, `1.0.0 - 2.0.0`, `a || b`.

        Raises ValueError.
        """
        clean = re.sub(r"([><=~^])(?:\s+|\s*v)", r"\1", text)
        choices = re.split(r"\s*\|\|\s*", clean)
        if choices == [""]:
            return cls([_ALL], "*")
        found = [_choice(choice, text) for choice in choices]
        return cls([interval for interval in found if interval is not None], text)

    @classmethod
    def between(cls, low: SemVer, high: SemVer, exclude_high: bool = False) -> SemVerRange:
        """From one version to another."""
        text = f">={high} <{low}" if exclude_high else f"{high} - {low}"
        found = _above(low).met(_below(high, exclude_high))
        return cls([] if found is None else [found], text)

    @property
    def ptype(self) -> PType:
        """SemVerRange."""
        return PSemVerRangeType.DEFAULT

    def includes(self, value: Any) -> bool:
        """Whether a version, or a string of one, is in the range; a prerelease, where the range speaks of it."""
        if isinstance(value, str):
            try:
                value = SemVer.parse(value)
            except ValueError:
                return False
        if not isinstance(value, SemVer):
            return False
        return any(i.has(value) and (value.stable or i.takes_prerelease(value)) for i in self.intervals)

    matches = includes

    def covers(self, other: SemVerRange) -> bool:
        """Whether all of the other is in it."""
        return all(any(interval.within(own) for own in self.intervals) for interval in other.intervals)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SemVerRange) and self.intervals == other.intervals

    def __hash__(self) -> int:
        return hash(self.intervals)

    def formatted(self, form: Any, indent: Any) -> str:
        """The range in a format of String: as written, or with `p` what it comes to."""
        return str(form.run(" || ".join(map(str, self.intervals)) if form.letter == "p" else self.text))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"'{self.text}'"

    def to_wire(self) -> Any:
        """The value in the catalog's rich data."""
        return {"__ptype": "SemVerRange", "__pvalue": self.text}


def _joined(intervals: list[Interval]) -> tuple[Interval, ...]:
    result: list[Interval] = []
    for interval in intervals:
        for index, other in enumerate(result):
            both = other.joined(interval)
            if both is not None:
                result[index] = both
                break
        else:
            result.append(interval)
    return tuple(result) if len(result) == len(intervals) else _joined(result)


def _choice(text: str, whole: str) -> Interval | None:
    low, dash, high = re.sub(r"\s+-\s+", " - ", text).partition(" - ")
    if dash:
        return _above(_lowest(low)).met(_below(_lowest(high), is_open=False))
    simples = [_simple(part, whole) for part in text.split()]
    return reduce(lambda a, b: a and b and a.met(b), simples[1:], simples[0]) if simples else _ALL


def _simple(text: str, whole: str) -> Interval | None:
    match = _SIMPLE.fullmatch(text)
    if match is None or not _PARTIAL.fullmatch(match[2]):
        raise ValueError(f'Unparsable version range: "{whole}"')
    operator, operand = match[1] or "=", match[2]
    major, minor, patch, version = _partial(operand)
    if operator == ">=":
        return _above(version)
    if operator == "<":
        return _below(version)
    if operator in (">", "<="):
        if major is None:
            return _NOTHING if operator == ">" else _ALL
        if patch is None:
            after = _after(major, minor)
            return _above(after) if operator == ">" else _below(after)
        return _above(version, is_open=True) if operator == ">" else _below(version, is_open=False)
    if major is None:
        return _ALL
    if patch is not None and operator == "=":
        return Interval(version, version, prereleases=_own_prereleases(version))
    if operator == "^" and major > 0:
        return _above(version).met(_below(_after(major, None)))
    return _above(version).met(_below(_after(major, minor)))


def _after(major: int, minor: int | None) -> SemVer:
    return SemVer(major + 1, 0, 0) if minor is None else SemVer(major, minor + 1, 0)


def _partial(text: str) -> tuple[int | None, int | None, int | None, SemVer]:
    match = _PARTIAL.fullmatch(text)
    if match is None:
        raise ValueError(f'Unparsable version range: "{text}"')
    major, minor, patch = (None if part is None or part in "xX*" else int(part) for part in match.group(1, 2, 3))
    minor = None if major is None else minor
    patch = None if minor is None else patch
    version = SemVer(major or 0, minor or 0, patch or 0, _prerelease(match[4]), _build(match[5]))
    return major, minor, patch, version


def _lowest(text: str) -> SemVer:
    return _partial(text)[3]


# ---------------------------------------------------------------- types


class PSemVerType(PScalarType):
    """`SemVer['>=1.0.0', …]`: versions in one of the ranges."""

    __slots__ = ("ranges",)
    kind = "SemVer"
    DEFAULT: ClassVar[PSemVerType]

    def __init__(self, ranges: Iterable[SemVerRange | str] = ()) -> None:
        self.ranges = tuple(r if isinstance(r, SemVerRange) else SemVerRange.parse(r) for r in ranges)

    def parts(self) -> tuple[Any, ...]:
        """The ranges."""
        return self.ranges

    def instance(self, value: Any) -> bool:
        """Whether it is a version in one of them."""
        return isinstance(value, SemVer) and (not self.ranges or any(r.includes(value) for r in self.ranges))

    def accepts(self, other: PType) -> bool:
        """SemVer of ranges within these."""
        if not isinstance(other, PSemVerType):
            return False
        if not self.ranges or not other.ranges:
            return not self.ranges
        return all(any(mine.covers(theirs) for mine in self.ranges) for theirs in other.ranges)

    def arguments(self, expanding: Expanding) -> list[str]:
        """The ranges as written."""
        return [quote(r.text) for r in self.ranges]


class PSemVerRangeType(PType):
    """Ranges of versions."""

    __slots__ = ()
    kind = "SemVerRange"
    DEFAULT: ClassVar[PSemVerRangeType]

    def instance(self, value: Any) -> bool:
        """Whether it is a range of versions."""
        return isinstance(value, SemVerRange)

    def accepts(self, other: PType) -> bool:
        """SemVerRange only."""
        return isinstance(other, PSemVerRangeType)


PSemVerType.DEFAULT = PSemVerType()
PSemVerRangeType.DEFAULT = PSemVerRangeType()
