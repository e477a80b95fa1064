"""Init: what `T.new` takes, and instances of T themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from bunraku.language.errors import CompileError
from bunraku.language.types.base import ContainingType, Expanding, PType
from bunraku.language.types.collections import PTupleType
from bunraku.language.types.inference import infer
from bunraku.language.types.quoting import literal
from bunraku.language.types.variants import PNotUndefType, POptionalType


class PInitType(ContainingType):
    """`Init[T, argument …]`: values that make a T, with the further arguments."""

    __slots__ = ("further",)
    kind = "Init"
    DEFAULT: ClassVar[PInitType]

    def __init__(self, type: PType | None = None, further: list[Any] | None = None) -> None:
        super().__init__(type)
        self.further = further or []

    def parts(self) -> tuple[Any, ...]:
        """The type and the further arguments."""
        return (self.type, literal(self.further))

    def arguments(self, expanding: Expanding) -> list[str]:
        """The type and the further arguments."""
        return [] if self.type is None else [self.type.show(expanding), *map(literal, self.further)]

    def generalize(self) -> PType:
        """With the type inside generalized."""
        return self if self.type is None else PInitType(self.type.generalize(), self.further)

    def normalize(self) -> PType:
        """With the type inside normalized."""
        return self if self.type is None else PInitType(self.type.normalize(), self.further)

    def _takes(self) -> tuple[list[PType], list[PTupleType]]:
        """What a single value may be, and the tuples of arguments that an array may hold. Raises CompileError."""
        from bunraku.language.types.conversions import constructor_of

        kind = self.type
        if kind is None:
            return [], []
        if type(kind) in (PInitType, POptionalType, PNotUndefType):
            raise CompileError(f"Creation of new instance of type '{kind}' is not supported")
        own = getattr(kind, "given", None)
        if own is not None:
            given = own()
            tuples = [PTupleType([given]), kind.by_place(given).type.parameters]  # type: ignore[attr-defined]
        else:
            tuples = [signature.type.parameters for signature in constructor_of(kind).signatures]
        if self.further:
            types = [infer(argument) for argument in self.further]
            count = 1 + len(types)
            fitting = [
                t
                for t in tuples
                if t.sizes.low <= count <= t.sizes.high and t.assignable(PTupleType([t.types[0], *types]))
            ]
            if not fitting:
                what = f"{kind.generalize().name}.new()"
                raise CompileError(f"The type '{self}' does not represent a valid set of parameters for {what}")
            return [kind, *(t.types[0] for t in fitting)], []
        single = [t for t in tuples if (t.sizes.low, t.sizes.high) == (1, 1)]
        return [kind, *(t.types[0] for t in single)], [t for t in tuples if t not in single]

    def instance(self, value: Any) -> bool:
        """Whether a T can be made of it."""
        if self.type is None:
            return _rich_data().instance(value)
        singles, tuples = self._takes()
        if any(kind.instance(value) for kind in singles) or any(t.instance(value) for t in tuples):
            return True
        return any(t.sizes.low == 1 for t in tuples) and any(t.instance([value]) for t in tuples)

    def accepts(self, other: PType) -> bool:
        """Init of what the type takes, and the types that make a T."""
        if isinstance(other, PInitType):
            return self.type is None or (other.type is not None and self.type.assignable(other.type))
        if self.type is None:
            return _rich_data().assignable(other)
        singles, tuples = self._takes()
        if any(kind.assignable(other) for kind in singles) or any(t.assignable(other) for t in tuples):
            return True
        return any(t.sizes.low == 1 for t in tuples) and any(t.assignable(PTupleType([other])) for t in tuples)

    def construct(self, arguments: list[Any]) -> Any:
        """`T.new` with the value, an array's elements as arguments, and the further arguments."""
        from bunraku.language.types.constructor import Constructor
        from bunraku.language.types.conversions import construct, new

        if self.type is None:
            raise CompileError("Creation of new instance of type 'Init' is not supported")
        if len(arguments) != 1:
            return Constructor("new_Init", [("Any value", lambda value: value)]).call(arguments)
        value = arguments[0]
        singles, tuples = self._takes()
        if self.further:
            return new(self.type, [value, *self.further])
        if isinstance(value, list) and not any(kind.instance(value) for kind in singles[1:]):
            return new(self.type, value) if value else construct(self.type, value)
        return new(self.type, [value])


def _rich_data() -> PType:
    from bunraku.language.types.registry import RICH_DATA

    return RICH_DATA


PInitType.DEFAULT = PInitType()
