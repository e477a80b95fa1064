"""Binary: a type whose instances are strings of bytes."""

from __future__ import annotations

from typing import Any, ClassVar

from bunraku.catalog.values import Binary
from bunraku.language.types.base import PType


class PBinaryType(PType):
    """Strings of bytes."""

    __slots__ = ()
    kind = "Binary"
    DEFAULT: ClassVar[PBinaryType]

    def instance(self, value: Any) -> bool:
        """Whether it is a string of bytes."""
        return isinstance(value, Binary)

    def accepts(self, other: PType) -> bool:
        """Binary only."""
        return isinstance(other, PBinaryType)


PBinaryType.DEFAULT = PBinaryType()
