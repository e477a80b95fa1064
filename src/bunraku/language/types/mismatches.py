"""The kinds of mismatch between an expected type and an actual one, and how each is told.

A mismatch is at the end of a path: `parameter 'x' index 2 expects an Integer value, got String`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import ContainingType, Expansion, PAnyType, PType, inf
from bunraku.language.types.collections import PArrayType, PHashType, PTupleType
from bunraku.language.types.labels import with_article
from bunraku.language.types.quoting import number_text
from bunraku.language.types.scalars import PIntegerType, PStringType
from bunraku.language.types.structured import PStructType
from bunraku.language.types.variants import POptionalType, PVariantType, variant_of


class Step(NamedTuple):
    """One step of the path from what is described to where the mismatch is."""

    text: str
    is_choice: bool = False  # one of several variants or signatures, which a path is the same without


Path = tuple[Step, ...]


def parameter_step(name: str) -> Step:
    """A parameter."""
    return Step(f"parameter '{name}'")


# ---------------------------------------------------------------- the kinds of mismatch


class Mismatch:
    """Something that does not fit, at the end of a path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def place(self) -> Path:
        """The path without choices: alternatives that fail at the same place can be told as one."""
        return tuple(step for step in self.path if not step.is_choice)

    def without(self, index: int) -> Mismatch:
        """The same with one step of the path left out."""
        self.path = self.path[:index] + self.path[index + 1 :]
        return self

    def merged(self, other: Any) -> Mismatch:
        """Both in one; they are of the same kind and place."""
        return self

    def text(self) -> str:
        """The message; it begins with a space."""
        steps = [step.text for step in self.path]
        return "".join(f" {step}" for step in steps) + " " + self.complaint()

    def complaint(self) -> str:
        """What is wrong, without where."""
        raise NotImplementedError


class Complaint(Mismatch):
    """What needs no types to be told: a missing key, an unknown parameter."""

    def __init__(self, path: Path, complaint: str) -> None:
        super().__init__(path)
        self._complaint = complaint

    def complaint(self) -> str:
        """As given."""
        return self._complaint


class MissingBlock(Complaint):
    """A block is required."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "expects a block")


class UnexpectedBlock(Complaint):
    """No block is taken."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "does not expect a block")


class TypeMismatch(Mismatch):
    """A type that is not the expected one, or none of those expected."""

    def __init__(self, path: Path, expected: PType, actual: PType) -> None:
        super().__init__(path)
        self.expected = expected.normalize()
        self.actual = actual.normalize()

    def merged(self, other: TypeMismatch) -> Mismatch:
        """With the expectations of both."""
        return type(self)(self.path, variant_of((self.expected, other.expected)), self.actual)

    def complaint(self) -> str:
        """`expects a String value, got Integer`, in detail where the bare names would not tell."""
        expected, optional = self.expected, False
        if isinstance(expected, POptionalType) and expected.type is not None:
            expected, optional = expected.type, True
        choices = list(expected.types) if isinstance(expected, PVariantType) else [expected]
        detailed = _wants_detail(choices, self.actual)
        if detailed:
            names = [_expanded(choice) for choice in choices]
            actual = _detailed_actual(choices, self.actual)
        else:
            names = list(dict.fromkeys(map(_short_name, choices)))
            actual = _short_name(self.actual)
        if optional:
            names.insert(0, "Undef")
        if len(names) == 1:
            return f"expects {with_article(names[0])} value, got {actual}"
        return f"expects a value of type {_one_of(names)}, got {actual}"


class PatternMismatch(TypeMismatch):
    """A string that an Enum or Pattern does not match."""

    def complaint(self) -> str:
        """`expects a match for Enum['a', 'b'], got 'c'`."""
        expected, prefix = self.expected, ""
        if isinstance(expected, POptionalType) and expected.type is not None:
            expected, prefix = expected.type, "an undef value or "
        actual = self.actual
        literal = isinstance(actual, PStringType) and actual.value is not None
        got = f"'{actual.value}'" if literal else _short_name(actual)  # type: ignore[attr-defined]
        return f"expects {prefix}a match for {_expanded(expected)}, got {got}"


class SizeMismatch(Mismatch):
    """A collection with too few or too many elements."""

    def __init__(self, path: Path, expected: PIntegerType, actual: PIntegerType) -> None:
        super().__init__(path)
        self.expected = expected
        self.actual = actual

    def merged(self, other: SizeMismatch) -> Mismatch:
        """With the range that spans both."""
        low = min(_from(self.expected), _from(other.expected))
        return type(self)(self.path, PIntegerType(low, max(self.expected.high, other.expected.high)), self.actual)

    def complaint(self) -> str:
        """`expects size to be at least 1, got 0`."""
        return f"expects size to be {_range(self.expected, '0')}, got {_range(self.actual, '0')}"


class CountMismatch(SizeMismatch):
    """A call with too few or too many arguments."""

    def complaint(self) -> str:
        """`expects 2 arguments, got 1`."""
        low, high = _from(self.expected), self.expected.high
        one = (low == 1 and high in (1, inf)) or (low == 0 and high == 1)
        got = _range(self.actual, "none")
        return f"expects {_range(self.expected, 'no')} argument{'' if one else 's'}, got {got}"


def _from(size: PIntegerType) -> int | float:
    return 0 if size.low == -inf else size.low


def _range(size: PIntegerType, none: str) -> str:
    low, high = _from(size), size.high
    if low == high:
        return none if low == 0 else number_text(low)
    if low == 0:
        return "unlimited" if high == inf else f"at most {number_text(high)}"
    return f"at least {low}" if high == inf else f"between {low} and {number_text(high)}"


# ---------------------------------------------------------------- words


def _one_of(names: list[str]) -> str:
    if len(names) == 2:
        return f"{names[0]} or {names[1]}"
    return f"{', '.join(names[:-1])}, or {names[-1]}"


def _expanded(kind: PType) -> str:
    return kind.show(Expansion())


def _short_name(kind: PType) -> str:
    if isinstance(kind, ContainingType) and kind.type is not None and not isinstance(kind.type, PAnyType):
        return f"{kind.name}[{kind.type.name}]"
    return kind.name


def _wants_detail(expected: list[PType], actual: PType) -> bool:
    return any(_is_same_kind(choice, actual) or _default_takes(choice, actual) for choice in expected)


def _is_same_kind(expected: PType, actual: PType) -> bool:
    """Whether the bare names of both would be the same, or hide what matters."""
    return (
        type(expected) is type(actual)
        or isinstance(expected, PTypeAliasType)
        or isinstance(actual, PTypeAliasType)
        or (isinstance(expected, PStructType) and isinstance(actual, PHashType))
        or (isinstance(expected, PTupleType) and isinstance(actual, PArrayType))
    )


def _default_takes(expected: PType, actual: PType) -> bool:
    default: PType | None = getattr(type(_unaliased(expected)), "DEFAULT", None)
    return default is not None and default.assignable(actual)


def _unaliased(kind: PType) -> PType:
    while isinstance(kind, PTypeAliasType):
        kind = kind.resolved
    return kind


def _detailed_actual(expected: list[PType], actual: PType) -> str:
    choices = [_unaliased(choice) for choice in expected]
    general = actual.generalize()
    if any(_is_same_kind(choice, actual) for choice in choices) or any(c.assignable(general) for c in choices):
        return _expanded(actual)
    return actual.name
