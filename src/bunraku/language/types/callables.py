"""Callable: functions and lambdas, by what they take and return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from bunraku.language.types.base import Bound, Expanding, PAnyType, PType, PUnitType
from bunraku.language.types.collections import PTupleType
from bunraku.language.types.scalars import PUndefType


class PCallableType(PType):
    """`Callable[[A, B, 1, 2, Callable], R]`: parameter types with how many, the block, and what it returns.

    parameters: a Tuple, or None where any arguments do. block: a Callable, or Optional of one; None for no block.
    """

    __slots__ = ("block", "parameters", "returns")
    kind = "Callable"
    DEFAULT: ClassVar[PCallableType]

    def __init__(
        self, parameters: PTupleType | None = None, block: PType | None = None, returns: PType | None = None
    ) -> None:
        self.parameters = parameters
        self.block = block
        self.returns = None if returns == PAnyType.DEFAULT else returns

    @classmethod
    def of(cls, keys: Sequence[Any]) -> PCallableType:
        """The Callable of `Callable[keys]`."""
        from bunraku.language.types.access import is_bound, size_of
        from bunraku.language.types.inference import type_of

        keys, returns = list(keys), None
        if len(keys) == 2 and isinstance(keys[0], list):
            keys, returns = list(keys[0]), type_of(keys[1])
        block = keys.pop() if keys and isinstance(keys[-1], PType) and keys[-1].is_callable() else None
        bounds: list[Any] = []
        while keys and len(bounds) < 2 and is_bound(keys[-1]):
            bounds.insert(0, keys.pop())
        size = size_of(bounds)
        types = [type_of(key) for key in keys]
        if not types and size is not None and size.high > 0:
            types.append(PUnitType.DEFAULT)
        return cls(PTupleType(types, size), block, returns)

    def parts(self) -> tuple[Any, ...]:
        """Parameters, block and what it returns."""
        return (self.parameters, self.block, self.returns)

    def contained(self) -> Iterator[PType]:
        """Parameters, block and what it returns."""
        return (part for part in self.parts() if part is not None)

    @property
    def count(self) -> tuple[Bound, Bound]:
        """How many arguments it takes, at least and at most; the bare Tuple of parameters takes none."""
        sizes = (self.parameters or PTupleType.DEFAULT).declared_sizes
        return (sizes.low, sizes.high)

    def instance(self, value: Any) -> bool:
        """Whether it can be called in that way."""
        from bunraku.language.types.inference import infer_reduced

        kind = infer_reduced(value)
        return isinstance(kind, PCallableType) and self.accepts(kind)

    def takes(self, arguments: list[Any], block: Any = None) -> bool:
        """Whether it may be called with these values."""
        if self.parameters is None:
            return True
        if not self.parameters.instance(arguments):
            return False
        return block is None if self.block is None else self.block.instance(block)

    def accepts(self, other: PType) -> bool:
        """Callables that take all that this one is called with, and return what it may."""
        if not isinstance(other, PCallableType):
            return False
        if self.returns is not None and not self.returns.assignable(other.returns or PAnyType.DEFAULT):
            return False
        if self.parameters is None:
            return True
        if other.parameters is None or not other.parameters.assignable(self.parameters):
            return False
        return (other.block or PUndefType.DEFAULT).assignable(self.block or PUndefType.DEFAULT)

    def arguments(self, expanding: Expanding) -> list[str]:
        """Parameters, how many, and the block; in brackets of their own where there is a return type."""
        if self.returns is None:
            return self._parameters_shown(expanding)
        return [f"[{', '.join(self._parameters_shown(expanding))}]", self.returns.show(expanding)]

    def _parameters_shown(self, expanding: Expanding) -> list[str]:
        if self.parameters is None:
            return []
        types, size = self.parameters.types, self.parameters.size
        shown = [t.show(expanding) for t in types if not isinstance(t, PUnitType)]
        if not types:
            shown += ["0", "0"]
        elif size is not None:
            shown += size.bounds_shown()
        return shown + ([] if self.block is None else [self.block.show(expanding)])

    def generalize(self) -> PType:
        """With all that it is made of generalized."""
        return PCallableType(*(part and part.generalize() for part in self.parts()))

    def normalize(self) -> PType:
        """With all that it is made of normalized."""
        return PCallableType(*(part and part.normalize() for part in self.parts()))

    def is_callable(self, optional: bool = True) -> bool:
        """True."""
        return True


PCallableType.DEFAULT = PCallableType()
