"""TypeSet: types under one name and version, as a module's `types/init_typeset.pp` defines them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from bunraku.language.types.base import Expanding, Expansion, PType
from bunraku.language.types.quoting import literal

_URI = "http://puppet.com/2016.1/pcore"
_AUTHORITY = "http://puppet.com/2016.1/runtime"


class PTypeSetType(PType):
    """A set of types. find: gives the hash that defines it, read when it is first used."""

    __slots__ = ("_definition", "_find", "_name")
    kind = "TypeSet"
    DEFAULT: ClassVar[PTypeSetType]

    def __init__(self, name: str | None, find: Callable[[], Mapping[str, Any]]) -> None:
        self._name = name
        self._find = find
        self._definition: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The set's name."""
        return self._name or str(self.definition.get("name"))

    @property
    def definition(self) -> Mapping[str, Any]:
        """The hash that defines it."""
        if self._definition is None:
            self._definition = {
                **({"pcore_version": "1.0.0", "name": self._name} if self._name else {}),
                **self._find(),
            }
        return self._definition

    @property
    def types(self) -> Mapping[str, PType]:
        """Its types by name."""
        found: Mapping[str, PType] = self.definition.get("types") or {}
        return found

    def parts(self) -> tuple[Any, ...]:
        """Name and version."""
        return (self.definition.get("name"), str(self.definition.get("version")))

    def instance(self, value: Any) -> bool:
        """Whether it is a set of types."""
        return isinstance(value, PTypeSetType)

    def accepts(self, other: PType) -> bool:
        """The same set; the bare TypeSet takes all."""
        return isinstance(other, PTypeSetType) and (self is PTypeSetType.DEFAULT or self == other)

    def show(self, expanding: Expanding = None) -> str:
        """The definition."""
        shown = []
        for key, value in self.definition.items():
            if key == "types":
                types = [f"{name} => {kind.show()}" for name, kind in value.items()]
                shown.append(f"types => {{{', '.join(types)}}}")
            else:
                shown.append(f"{key} => {literal(value)}")
        return f"TypeSet[{{{', '.join(shown)}}}]"

    def __str__(self) -> str:
        return self.show(Expansion())


PTypeSetType.DEFAULT = PTypeSetType(
    None,
    lambda: {
        "pcore_uri": _URI,
        "pcore_version": "1.0.0",
        "name_authority": _AUTHORITY,
        "name": "DefaultTypeSet",
        "version": "0.0.0",
    },
)
