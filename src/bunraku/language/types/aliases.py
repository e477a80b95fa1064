"""Type aliases: names for types, which may speak of themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from bunraku.language import nodes
from bunraku.language.errors import CompileError
from bunraku.language.types.base import Expanding, Expansion, PType
from bunraku.language.types.references import PTypeReferenceType
from bunraku.language.types.variants import PNotUndefType, POptionalType, PVariantType, variant_of

if TYPE_CHECKING:
    from bunraku.language.types.type_parser import Resolve


class PTypeAliasType(PType):
    """`type Name = …`. The right side is resolved when it is first needed.

    find: gives the type that the alias stands for; it may hold this alias again. Its errors pass through.
    Raises CompileError on use where the right side holds nothing but aliases.
    """

    __slots__ = ("_find", "_is_recursive", "_loops", "_resolved", "name")
    kind = "TypeAlias"
    DEFAULT: ClassVar[PTypeAliasType]
    BUILT_IN: ClassVar[dict[str, PTypeAliasType]]
    _comparing: ClassVar[set[tuple[int, int]]] = set()

    def __init__(self, name: str, find: Callable[[], PType]) -> None:
        self.name = name  # type: ignore[misc]
        self._find = find
        self._resolved: PType | None = None
        self._is_recursive = False
        self._loops = False

    @property
    def resolved(self) -> PType:
        """The type that the alias stands for."""
        self.resolve()
        return self._resolved  # type: ignore[return-value]

    def resolve(self) -> None:
        """Find the type that the alias stands for now, so that what is wrong with it is told here."""
        if self._resolved is None:
            self._resolve()

    @property
    def is_recursive(self) -> bool:
        """Whether the alias is somewhere in what it stands for."""
        return _reaches(self.resolved, self)

    def _resolve(self) -> None:
        # What asks while the right side is being found gets a type without instances.
        self._resolved = PTypeReferenceType.DEFAULT
        try:
            self._resolved = self._find().normalize()
            if not _is_real(self._resolved, {self.name}):
                raise CompileError(f"Type alias '{self.name}' cannot be resolved to a real type")
        except BaseException:
            self._resolved = None
            raise
        self._is_recursive = _reaches(self._resolved, self)
        if self._is_recursive and isinstance(self._resolved, PVariantType):
            real = [kind for kind in self._resolved.types if _is_real(kind, {self.name})]
            if len(real) < len(self._resolved.types):
                self._resolved = variant_of(real)
                self._is_recursive = _reaches(self._resolved, self)
        self._loops = _reaches(self._resolved, self, into_containers=False)

    def parts(self) -> tuple[Any, ...]:
        """The name."""
        return (self.name,)

    def contained(self) -> Iterator[PType]:
        """The type that it stands for."""
        yield self.resolved

    def instance(self, value: Any) -> bool:
        """Whether it is of the type that the alias stands for."""
        if not self._loops:
            return (self._resolved or self.resolved).instance(value)
        return self._once((id(self), id(value)), False, lambda: self.resolved.instance(value))

    def accepts(self, other: PType) -> bool:
        """What the type takes."""
        return self.resolved.assignable(other)

    def assignable(self, other: PType) -> bool:
        """What the type takes; a comparison that comes back to itself holds."""
        self.resolve()
        if not self._is_recursive:
            return super().assignable(other)
        return self._once((id(self), id(other)), True, lambda: super(PTypeAliasType, self).assignable(other))

    def assigned_to(self, target: PType) -> bool:
        """Whether the type is; a comparison that comes back to itself holds."""
        if target == self:
            return True
        if not self._is_recursive:
            return target.assignable(self.resolved)
        return self._once((id(target), id(self), 0), True, lambda: target.assignable(self.resolved))

    def _once(self, key: Any, meanwhile: bool, ask: Callable[[], bool]) -> bool:
        if key in self._comparing:
            return meanwhile
        self._comparing.add(key)
        try:
            return ask()
        finally:
            self._comparing.discard(key)

    def is_callable(self, optional: bool = True) -> bool:
        """Whether instances of the type are."""
        return not self._loops and self.resolved.is_callable(optional)

    def iterable_type(self) -> PType | None:
        """What iteration over the type's instances gives."""
        return None if self._loops else self.resolved.iterable_type()

    def show(self, expanding: Expanding = None) -> str:
        """The name, followed by what it stands for where that is asked."""
        if expanding is None or expanding.halted or self.name in self.BUILT_IN:
            return self.name
        if self.name in expanding.open:
            expanding.halted = True
            return self.name
        expanding.open.add(self.name)
        text = f"{self.name} = {self.resolved.show(expanding)}"
        expanding.open.discard(self.name)
        if not expanding.open:
            expanding.halted = False
        return text

    def __str__(self) -> str:
        return self.show(Expansion())


def define(name: str, value: nodes.Node, resolve: Resolve) -> PType:
    """The type that `type NAME = VALUE` defines: an Object or TypeSet of that name, or an alias.

    resolve: finds the types that the value speaks of. The value is read when the type is first used.
    """
    from bunraku.language.types.type_parser import interpret

    if isinstance(value, nodes.Access) and isinstance(value.target, nodes.TypeName) and len(value.keys) == 1:
        kind, value_of = value.target.value, value.keys[0]
        if kind == "Object":
            from bunraku.language.types.objects import PObjectType

            return PObjectType(name, lambda: interpret(value_of, resolve))
        if kind == "TypeSet":
            from bunraku.language.types.typesets import PTypeSetType

            return PTypeSetType.written(name, value_of, resolve)
    if isinstance(value, nodes.Hash):
        from bunraku.language.types.objects import PObjectType

        return PObjectType(name, lambda: interpret(value, resolve))
    if isinstance(value, nodes.ResourceDefaults) and isinstance(value.type, nodes.TypeName):
        from bunraku.language.types.objects import PObjectType

        return PObjectType(name, lambda: _with_parent(value, resolve))
    return PTypeAliasType(name, lambda: interpret(value, resolve))


def _with_parent(node: nodes.ResourceDefaults, resolve: Resolve) -> dict[str, Any]:
    """The hash of an Object type that is written `Parent { … }`."""
    from bunraku.language.types.type_parser import interpret

    is_parent = isinstance(node.type, nodes.TypeName) and node.type.value != "Object"
    parent = {"parent": interpret(node.type, resolve)} if is_parent else {}
    given = {a.name: interpret(a.value, resolve) for a in node.attributes if isinstance(a, nodes.Attribute)}
    return parent | given


def _is_real(kind: PType, seen: set[str]) -> bool:
    """Whether there is more to a type than aliases and Variants of them."""
    if isinstance(kind, PTypeAliasType):
        if kind.name in seen:
            return False
        return _is_real(kind.resolved, seen | {kind.name})
    if isinstance(kind, PVariantType):
        return not kind.types or any(_is_real(k, seen) for k in kind.types)
    return True


def _reaches(
    kind: PType, alias: PTypeAliasType, into_containers: bool = True, seen: frozenset[str] = frozenset()
) -> bool:
    """Whether the alias is somewhere in a type; else only where the same value is looked at again."""
    if isinstance(kind, PTypeAliasType):
        if kind == alias:
            return True
        if kind.name in seen:
            return False
        seen = seen | {kind.name}
    elif not into_containers and not isinstance(kind, PVariantType | POptionalType | PNotUndefType):
        return False
    return any(_reaches(k, alias, into_containers, seen) for k in kind.contained())


PTypeAliasType.BUILT_IN = {}
PTypeAliasType.DEFAULT = PTypeAliasType("UnresolvedAlias", lambda: PTypeReferenceType.DEFAULT)
