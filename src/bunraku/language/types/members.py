"""The members of Object types: attributes with kinds and default values, and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from bunraku.language.errors import CompileError
from bunraku.language.types.base import PType
from bunraku.language.types.callables import PCallableType

if TYPE_CHECKING:
    from bunraku.language.types.objects import PObjectType

CONSTANT = "constant"
DERIVED = "derived"
GIVEN_OR_DERIVED = "given_or_derived"
MISSING: Any = object()
"""The value of an attribute without a default."""


class Member:
    """What attributes and functions have in common: a name within a container, a type, and how it is overridden."""

    feature: ClassVar[str]

    def __init__(self, name: str, container: PObjectType, definition: dict[str, Any]) -> None:
        self.name = name
        self.container = container
        self.type: PType = definition["type"]
        self.override = bool(definition.get("override"))
        self.final = bool(definition.get("final"))

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.feature} {self.container.label}[{self.name}]"

    @property
    def is_constant(self) -> bool:
        """Whether it is an attribute that never changes."""
        return False

    def over(self, inherited: dict[str, Member]) -> Member:
        """Itself, if it may stand over the parent's member of its name. Raises CompileError."""
        parents = inherited.get(self.name)
        if parents is None:
            if self.override:
                what = f"{self.feature}, but no such {self.feature} was found"
                raise CompileError(f"expected {self.label} to override an inherited {what}")
            return self
        if type(self) is not type(parents):
            raise CompileError(f"{self.label} attempts to override {parents.label}")
        if parents.final and not (parents.is_constant and self.is_constant):
            raise CompileError(f"{self.label} attempts to override final {parents.label}")
        if not self.override:
            raise CompileError(f"{self.label} attempts to override {parents.label} without having override => true")
        if not parents.type.assignable(self.type):
            raise CompileError(f"{self.label} attempts to override {parents.label} with a type that does not match")
        return self

    def definition(self) -> Any:
        """The member as it is written: the type alone where nothing else is to be said."""
        written = self.details()
        return {"type": self.type, **written} if written else self.type

    def details(self) -> dict[str, Any]:
        """What is written besides the type."""
        flags = {"final": self.final, "override": self.override}
        return {name: True for name, value in flags.items() if value}


class Function(Member):
    """A function that values of the type have; type is a Callable."""

    feature = "function"
    type: PCallableType


class Attribute(Member):
    """An attribute. value: its default, MISSING where there is none."""

    feature = "attribute"

    def __init__(self, name: str, container: PObjectType, definition: dict[str, Any]) -> None:
        super().__init__(name, container, definition)
        if name in ("__ptype", "__pvalue"):
            raise CompileError(f"The attribute '{name}' is reserved and cannot be used")
        self.kind: str | None = definition.get("kind")
        self.value = definition.get("value", MISSING)
        if self.kind == CONSTANT:
            if definition.get("final") is False:
                raise CompileError(f"{self.label} of kind 'constant' cannot be combined with final => false")
            self.final = True
            if self.value is MISSING:
                raise CompileError(f"{self.label} of kind 'constant' requires a value")
        if self.value is not MISSING:
            if self.kind in (DERIVED, GIVEN_OR_DERIVED):
                raise CompileError(f"{self.label} of kind '{self.kind}' cannot be combined with an attribute value")
            from bunraku.language.types.mismatch import assert_instance

            assert_instance(f"{self.label} value", self.type, self.value)

    @property
    def is_constant(self) -> bool:
        """Whether it is of kind constant."""
        return self.kind == CONSTANT

    @property
    def is_given(self) -> bool:
        """Whether a value is given when an object is made."""
        return self.kind not in (CONSTANT, DERIVED)

    def details(self) -> dict[str, Any]:
        """Flags, kind and value."""
        written = super().details()
        if self.is_constant:
            written.pop("final", None)
        if self.kind is not None:
            written["kind"] = self.kind
        return written if self.value is MISSING else {**written, "value": self.value}
