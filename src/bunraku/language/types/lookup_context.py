"""The type of what a data function is handed: `Puppet::LookupContext`."""

from __future__ import annotations

from typing import Any, ClassVar

from bunraku.language.types.base import PType


class PLookupContextType(PType):
    """`Puppet::LookupContext`; its values come from outside of the language, and tell their type by `ptype`."""

    __slots__ = ()
    kind = "Puppet::LookupContext"
    DEFAULT: ClassVar[PLookupContextType]

    def instance(self, value: Any) -> bool:
        """Whether it is such a context."""
        return getattr(value, "ptype", None) is self

    def accepts(self, other: PType) -> bool:
        """Itself only."""
        return other is self


PLookupContextType.DEFAULT = PLookupContextType()
