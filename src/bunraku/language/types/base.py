"""What every type is: a value that knows its instances, the types below it, and how Puppet prints it.

Rules:
- A type is immutable once it is made; equal types are equal values and hash alike.
- The class of a type carries the name that Puppet's own type system gives it (`PIntegerType` is `Integer`).
- `assignable` asks the other type first (`assigned_to`), since a Variant, an Optional or an alias on the right side
  has to be taken apart before the left side can judge; what is left to a type itself is `accepts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf as inf  # re-exported: the open end of a range
from typing import Any, ClassVar

from bunraku.language.errors import CompileError


class Expansion:
    """Printing that says what aliases stand for, `Name = Type`: once each, and no further from where one recurs."""

    __slots__ = ("halted", "open")

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.halted = False


Expanding = Expansion | None
"""How to print aliases: None prints their bare names."""


class BadParameter(CompileError):
    """`Type[…]` was given what it does not take. key: the index of the parameter to blame, None for the whole."""

    def __init__(self, message: str, key: int | None = None) -> None:
        super().__init__(message)
        self.key = key


class PType:
    """A type. Subclasses say what they hold with `parts`, and print it with `arguments`."""

    __slots__ = ()

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """The type's name without its parameters: `Integer`, or what an alias or Object type is called."""
        return self.kind

    def resolve(self) -> None:
        """Find out now what the type stands for, where that was put off. Raises CompileError for what is wrong."""

    # ---- what a type decides

    def instance(self, value: Any) -> bool:
        """Whether `value` is of this type."""
        raise NotImplementedError

    def accepts(self, other: PType) -> bool:
        """Whether every instance of `other`, which is no Variant, Optional or alias, is one of this type."""
        raise NotImplementedError

    def parts(self) -> tuple[Any, ...]:
        """What tells this type from others of its class."""
        return ()

    def contained(self) -> Iterator[PType]:
        """The types that this type is made of."""
        return iter(())

    def arguments(self, expanding: Expanding) -> list[str]:
        """Its parameters as they are printed between brackets; none for the bare name."""
        return []

    def generalize(self) -> PType:
        """The same type without sizes, ranges and values: of `Integer[1, 5]` it is `Integer`."""
        return self

    def normalize(self) -> PType:
        """The simplest type that has the same instances; it is what messages of mismatch speak of."""
        return self

    def parameterize(self, keys: list[Any]) -> Any:
        """`Type[keys]`: a type, or a list of them for `File['/a', '/b']`.

        Raises BadParameter, whose text is the reference's.
        """
        from bunraku.language.types.access import parameterize

        return parameterize(self, keys)

    def iterable_type(self) -> PType | None:
        """The type of what iteration over an instance gives; None where there is no iterating."""
        return None

    def is_callable(self, optional: bool = True) -> bool:
        """Whether instances can be called (`optional`: or are undef)."""
        return False

    # ---- what follows from it

    def assignable(self, other: PType) -> bool:
        """Whether every instance of `other` is an instance of this type."""
        return other.assigned_to(self)

    def assigned_to(self, target: PType) -> bool:
        """Whether every instance of this type is one of `target`; the other half of `assignable`."""
        return target.accepts(self)

    def show(self, expanding: Expanding = None) -> str:
        """The type in Puppet's syntax."""
        arguments = self.arguments(expanding)
        return f"{self.kind}[{', '.join(arguments)}]" if arguments else self.kind

    def to_wire(self) -> Any:
        """The type in the catalog's rich data."""
        from bunraku.language.types.wire import encode_type

        return encode_type(self)

    def __str__(self) -> str:
        return self.show()

    def __repr__(self) -> str:
        return self.show()

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and self.parts() == other.parts())

    def __hash__(self) -> int:
        return hash((type(self), *self.parts()))


class PAnyType(PType):
    """Everything."""

    __slots__ = ()
    kind = "Any"
    DEFAULT: ClassVar[PAnyType]

    def instance(self, value: Any) -> bool:
        """True."""
        return True

    def accepts(self, other: PType) -> bool:
        """True."""
        return True


class PUnitType(PType):
    """The type of the elements of an empty collection: assignable to all, and all to it. Never printed by users."""

    __slots__ = ()
    kind = "Unit"
    DEFAULT: ClassVar[PUnitType]

    def instance(self, value: Any) -> bool:
        """True."""
        return True

    def accepts(self, other: PType) -> bool:
        """True."""
        return True

    def assignable(self, other: PType) -> bool:
        """True."""
        return True

    def assigned_to(self, target: PType) -> bool:
        """True."""
        return True


class ContainingType(PType):
    """A type around one other type, which may be left out (None): Optional, NotUndef, Type, Iterable …"""

    __slots__ = ("type",)

    def __init__(self, type: PType | None = None) -> None:
        self.type = type

    def parts(self) -> tuple[Any, ...]:
        """The type inside."""
        return (self.type,)

    def contained(self) -> Iterator[PType]:
        """The type inside."""
        if self.type is not None:
            yield self.type

    def arguments(self, expanding: Expanding) -> list[str]:
        """The type inside."""
        return [] if self.type is None else [self.type.show(expanding)]

    def generalize(self) -> PType:
        """With the type inside generalized."""
        if self.type is None:
            return self
        inner = self.type.generalize()
        return self if inner is self.type else type(self)(inner)

    def normalize(self) -> PType:
        """With the type inside normalized."""
        if self.type is None:
            return self
        inner = self.type.normalize()
        return self if inner is self.type else type(self)(inner)


PAnyType.DEFAULT = PAnyType()
PUnitType.DEFAULT = PUnitType()

Bound = int | float
"""The end of a range; an infinite float where it is open."""
