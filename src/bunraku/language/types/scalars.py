"""Undef, Default and the scalar family: numbers with ranges, booleans, strings, enumerations, patterns, regexps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from bunraku.catalog.values import DEFAULT
from bunraku.language.types.base import Bound, Expanding, PType, inf
from bunraku.language.types.quoting import number_text, quote
from bunraku.language.types.regexp import Regexp


class PUndefType(PType):
    """undef."""

    __slots__ = ()
    kind = "Undef"
    DEFAULT: ClassVar[PUndefType]

    def instance(self, value: Any) -> bool:
        """Whether it is undef."""
        return value is None

    def accepts(self, other: PType) -> bool:
        """Undef only."""
        return isinstance(other, PUndefType)


class PDefaultType(PType):
    """The `default` keyword as a value."""

    __slots__ = ()
    kind = "Default"
    DEFAULT: ClassVar[PDefaultType]

    def instance(self, value: Any) -> bool:
        """Whether it is `default`."""
        return value is DEFAULT

    def accepts(self, other: PType) -> bool:
        """Default only."""
        return isinstance(other, PDefaultType)


class PScalarType(PType):
    """What has no parts: strings, numbers, booleans, regexps, versions and times."""

    __slots__ = ()
    kind = "Scalar"
    DEFAULT: ClassVar[PScalarType]

    def instance(self, value: Any) -> bool:
        """Whether it has no parts."""
        kind = type(value)
        if kind is str or kind is int or kind is bool or kind is float or kind is Regexp:
            return True
        if value is None or kind is list or kind is dict or isinstance(value, PType):
            return False
        from bunraku.language.types.inference import infer_reduced

        return self.assignable(infer_reduced(value))

    def accepts(self, other: PType) -> bool:
        """Every type of the family, and SemVerRange."""
        return isinstance(other, PScalarType) or other.kind == "SemVerRange"


class PScalarDataType(PScalarType):
    """The scalars that JSON has too: strings, numbers and booleans."""

    __slots__ = ()
    kind = "ScalarData"
    DEFAULT: ClassVar[PScalarDataType]

    def instance(self, value: Any) -> bool:
        """Whether JSON has it."""
        kind = type(value)
        return kind is str or kind is int or kind is bool or kind is float

    def accepts(self, other: PType) -> bool:
        """Every type of the family."""
        return isinstance(other, PScalarDataType)


# ---------------------------------------------------------------- numbers


class PNumericType(PScalarDataType):
    """Integers and floats between two bounds (`low` and `high`, inclusive; infinite where open)."""

    __slots__ = ("high", "low")
    kind = "Numeric"
    DEFAULT: ClassVar[PNumericType]

    def __init__(self, low: Any = None, high: Any = None) -> None:
        self.low: Bound = -inf if low is None or low is DEFAULT else low
        self.high: Bound = inf if high is None or high is DEFAULT else high
        if self.low > self.high:
            bounds = f"{number_text(self.low)}, {number_text(self.high)}"
            raise ValueError(f"'from' must be less or equal to 'to'. Got ({bounds}")

    @property
    def unbounded(self) -> bool:
        """Whether both ends are open."""
        return self.low == -inf and self.high == inf

    @property
    def finite(self) -> bool:
        """Whether no end is open."""
        return self.low != -inf and self.high != inf

    def parts(self) -> tuple[Any, ...]:
        """The bounds."""
        return (self.low, self.high)

    def instance(self, value: Any) -> bool:
        """Whether it is a number in the range."""
        kind = type(value)
        return (kind is int or kind is float) and self.low <= value <= self.high

    def accepts(self, other: PType) -> bool:
        """A number type within the range."""
        return isinstance(other, type(self)) and self.low <= other.low and self.high >= other.high

    def generalize(self) -> PType:
        """Without the bounds."""
        return type(self).DEFAULT

    def bounds_shown(self) -> list[str]:
        """The bounds as printed; an open upper end is left out."""
        if self.unbounded:
            return []
        low = "default" if self.low == -inf else number_text(self.low)
        return [low] if self.high == inf else [low, number_text(self.high)]

    def merged(self, other: PNumericType) -> PNumericType | None:
        """The one range that covers both, where they touch."""
        if self.high < other.low or other.high < self.low:
            if not self.adjacent(other):
                return None
        return type(self)(min(self.low, other.low), max(self.high, other.high))

    def adjacent(self, other: PNumericType) -> bool:
        """Whether nothing lies between the two ranges."""
        return False


class PIntegerType(PNumericType):
    """`Integer[low, high]`."""

    __slots__ = ()
    kind = "Integer"
    DEFAULT: ClassVar[PIntegerType]

    def instance(self, value: Any) -> bool:
        """Whether it is an integer in the range."""
        return type(value) is int and self.low <= value <= self.high

    def arguments(self, expanding: Expanding) -> list[str]:
        """The bounds."""
        return self.bounds_shown()

    def iterable_type(self) -> PType | None:
        """The integers."""
        from bunraku.language.types.collections import PIterableType

        return PIterableType(PIntegerType.DEFAULT)

    def adjacent(self, other: PNumericType) -> bool:
        """Whether one range ends where the other begins."""
        return self.high + 1 == other.low or other.high + 1 == self.low

    def as_size(self) -> PIntegerType:
        """The range as one of sizes: nothing below 0."""
        return self if self.low >= 0 else PIntegerType(0, max(self.high, 0))


class PFloatType(PNumericType):
    """`Float[low, high]`."""

    __slots__ = ()
    kind = "Float"
    DEFAULT: ClassVar[PFloatType]

    def instance(self, value: Any) -> bool:
        """Whether it is a float in the range."""
        return type(value) is float and self.low <= value <= self.high

    def arguments(self, expanding: Expanding) -> list[str]:
        """The bounds."""
        return self.bounds_shown()


class PBooleanType(PScalarDataType):
    """`Boolean`, or one of its two values."""

    __slots__ = ("value",)
    kind = "Boolean"
    DEFAULT: ClassVar[PBooleanType]
    TRUE: ClassVar[PBooleanType]
    FALSE: ClassVar[PBooleanType]

    def __init__(self, value: bool | None = None) -> None:
        self.value = value

    def parts(self) -> tuple[Any, ...]:
        """The value."""
        return (self.value,)

    def instance(self, value: Any) -> bool:
        """Whether it is a boolean, or the one."""
        return (value is True or value is False) and (self.value is None or self.value is value)

    def accepts(self, other: PType) -> bool:
        """Boolean, of the same value where there is one."""
        return isinstance(other, PBooleanType) and (self.value is None or self.value is other.value)

    def arguments(self, expanding: Expanding) -> list[str]:
        """The value."""
        return [] if self.value is None else ["true" if self.value else "false"]

    def generalize(self) -> PType:
        """Without the value."""
        return PBooleanType.DEFAULT


# ---------------------------------------------------------------- text


class PStringType(PScalarDataType):
    """`String[low, high]`, or the type of one string (`value`), as inference gives it."""

    __slots__ = ("size", "value")
    kind = "String"
    DEFAULT: ClassVar[PStringType]
    NON_EMPTY: ClassVar[PStringType]

    def __init__(self, size: PIntegerType | None = None, value: str | None = None) -> None:
        self.size = None if size is None else size.as_size()
        self.value = value

    def parts(self) -> tuple[Any, ...]:
        """The size, or the value."""
        return (self.size, self.value)

    def instance(self, value: Any) -> bool:
        """Whether it is a string of that size, or the one."""
        if type(value) is not str:
            return False
        if self.size is not None:
            return self.size.low <= len(value) <= self.size.high
        return self.value is None or self.value == value

    def sizes(self) -> PIntegerType:
        """The range that the lengths of its instances lie in."""
        if self.value is not None:
            return PIntegerType(len(self.value), len(self.value))
        return self.size or ANY_SIZE

    def accepts(self, other: PType) -> bool:
        """Strings, and the Enums and Patterns whose strings all fit."""
        if isinstance(other, PStringType):
            if self.size is not None:
                return self.size.accepts(other.sizes())
            return self.value is None or (self.value == other.value and other.size is None)
        if isinstance(other, PEnumType):
            if self.size is None:
                return self.value is None or (len(other.values) == 1 and not other.case_insensitive)
            return self.size.accepts(other.sizes())
        return isinstance(other, PPatternType) and (
            self.value is None if self.size is None else self.size.accepts(ANY_SIZE)
        )

    def arguments(self, expanding: Expanding) -> list[str]:
        """The size; a value is not printed."""
        return [] if self.size is None else self.size.bounds_shown()

    def generalize(self) -> PType:
        """Without size and value."""
        return PStringType.DEFAULT

    def iterable_type(self) -> PType | None:
        """Strings of one character."""
        from bunraku.language.types.collections import PIterableType

        return PIterableType(PStringType(PIntegerType(1, 1)))


class PEnumType(PScalarDataType):
    """`Enum[a, b]`, sorted; the last parameter `true` makes it blind to case."""

    __slots__ = ("case_insensitive", "members", "values")
    kind = "Enum"
    DEFAULT: ClassVar[PEnumType]

    def __init__(self, values: Iterable[str], case_insensitive: bool = False) -> None:
        self.values = tuple(sorted(set(values), key=str.encode))
        self.case_insensitive = case_insensitive
        self.members = frozenset(map(ascii_folded, self.values) if case_insensitive else self.values)

    def parts(self) -> tuple[Any, ...]:
        """The values and whether case matters."""
        return (self.values, self.case_insensitive)

    def instance(self, value: Any) -> bool:
        """Whether it is one of the values."""
        if type(value) is not str:
            return False
        return (ascii_folded(value) if self.case_insensitive else value) in self.members

    def sizes(self) -> PIntegerType:
        """The range that the lengths of its values lie in."""
        if not self.values:
            return ANY_SIZE
        return PIntegerType(min(map(len, self.values)), max(map(len, self.values)))

    def accepts(self, other: PType) -> bool:
        """The Enums of its values, and the type of one of them; the bare Enum takes every string type."""
        if self == other:
            return True
        if not self.values and isinstance(other, PStringType | PEnumType | PPatternType):
            return True
        if isinstance(other, PStringType):
            return self.instance(other.value)
        return (
            isinstance(other, PEnumType)
            and bool(other.values)
            and (self.case_insensitive or not other.case_insensitive)
            and all(map(self.instance, other.values))
        )

    def arguments(self, expanding: Expanding) -> list[str]:
        """The values, quoted."""
        return [*map(quote, self.values), *(["true"] if self.case_insensitive and self.values else [])]

    def generalize(self) -> PType:
        """The String type of the values' lengths."""
        return PStringType(self.sizes()) if self.values else PStringType.DEFAULT

    def iterable_type(self) -> PType | None:
        """Strings of one character, as those of String: it is instances that are iterated."""
        return PStringType.DEFAULT.iterable_type()


class PRegexpType(PScalarType):
    """`Regexp`, or the type of one regular expression."""

    __slots__ = ("regexp",)
    kind = "Regexp"
    DEFAULT: ClassVar[PRegexpType]

    def __init__(self, regexp: Regexp | None = None) -> None:
        self.regexp = regexp

    @property
    def pattern(self) -> str | None:
        """The pattern in Ruby's syntax."""
        return None if self.regexp is None else self.regexp.pattern

    def parts(self) -> tuple[Any, ...]:
        """The regular expression."""
        return (self.regexp,)

    def instance(self, value: Any) -> bool:
        """Whether it is a regular expression, or the one."""
        return isinstance(value, Regexp) and (self.regexp is None or self.regexp == value)

    def accepts(self, other: PType) -> bool:
        """Regexp, of the same pattern where there is one."""
        return isinstance(other, PRegexpType) and (self.regexp is None or self.regexp == other.regexp)

    def arguments(self, expanding: Expanding) -> list[str]:
        """The regular expression between slashes."""
        return [] if self.regexp is None else [str(self.regexp)]


class PPatternType(PScalarDataType):
    """`Pattern[/a/, /b/]`: strings in which one of the regular expressions is found."""

    __slots__ = ("regexps",)
    kind = "Pattern"
    DEFAULT: ClassVar[PPatternType]

    def __init__(self, regexps: Iterable[Regexp]) -> None:
        self.regexps = tuple(dict.fromkeys(regexps))

    def parts(self) -> tuple[Any, ...]:
        """The regular expressions; their order does not matter."""
        return (frozenset(self.regexps),)

    def contained(self) -> Iterator[PType]:
        """The types of its regular expressions."""
        return map(PRegexpType, self.regexps)

    def instance(self, value: Any) -> bool:
        """Whether it is a string that matches."""
        if type(value) is not str:
            return False
        if not self.regexps:
            return True
        for regexp in self.regexps:  # noqa: SIM110 -- half the time of any(), on the path of every parameter
            if regexp.search(value):
                return True
        return False

    def accepts(self, other: PType) -> bool:
        """Itself, and the strings and Enums that match; the bare Pattern takes every string type."""
        if self == other:
            return True
        if isinstance(other, PStringType):
            return not self.regexps if other.value is None else self.instance(other.value)
        if isinstance(other, PEnumType):
            return not self.regexps if not other.values else all(map(self.instance, other.values))
        return isinstance(other, PPatternType) and not self.regexps

    def arguments(self, expanding: Expanding) -> list[str]:
        """The regular expressions between slashes."""
        return [str(regexp) for regexp in self.regexps]


def ascii_folded(text: str) -> str:
    """`text` in lower case as Ruby's casecmp sees it: ASCII letters only."""
    return text.translate(_ASCII_LOWER) if not text.isascii() else text.lower()


_ASCII_LOWER = {ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}

PUndefType.DEFAULT = PUndefType()
PDefaultType.DEFAULT = PDefaultType()
PScalarType.DEFAULT = PScalarType()
PScalarDataType.DEFAULT = PScalarDataType()
PNumericType.DEFAULT = PNumericType()
PIntegerType.DEFAULT = PIntegerType()
PFloatType.DEFAULT = PFloatType()
PBooleanType.DEFAULT = PBooleanType()
PBooleanType.TRUE = PBooleanType(True)
PBooleanType.FALSE = PBooleanType(False)
PStringType.DEFAULT = PStringType()
PStringType.NON_EMPTY = PStringType(PIntegerType(1))
PEnumType.DEFAULT = PEnumType(())
PRegexpType.DEFAULT = PRegexpType()
PPatternType.DEFAULT = PPatternType(())

ANY_SIZE = PIntegerType(0)
NO_SIZE = PIntegerType(0, 0)
