"""Objects: the values of Object types."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from bunraku.language.errors import CompileError
from bunraku.language.types.base import PType
from bunraku.language.types.members import MISSING, Attribute
from bunraku.language.types.quoting import literal, quote

if TYPE_CHECKING:
    from bunraku.language.types.objects import PObjectType


class ObjectValue:
    """An object: a value of an Object type. object_type: that type. values: those of its attributes that were given."""

    __slots__ = ("object_type", "values")
    is_object = True

    def __init__(self, object_type: PObjectType, values: dict[str, Any]) -> None:
        self.object_type = object_type
        self.values = values

    @property
    def ptype(self) -> PType:
        """Its type, with the values of its attributes where the type has parameters of their names."""
        parameters = self.object_type.type_parameters()
        if not parameters:
            return self.object_type
        from bunraku.language.types.parameterized import PObjectTypeExtension

        attributes = self.object_type.attributes()
        own = {name: self.attribute(name) for name in parameters if name in attributes}
        return PObjectTypeExtension(self.object_type, own)

    def attribute(self, name: str) -> Any:
        """The value of an attribute. Raises KeyError where the type has none of the name, and CompileError for one
        that has to be worked out: the language has no means to.
        """
        if name in self.values:
            return self.values[name]
        attribute: Attribute = self.object_type.attributes()[name]
        if not attribute.is_given and not attribute.is_constant:
            raise CompileError(f"no method is implemented for derived {attribute.label}")
        return None if attribute.value is MISSING else attribute.value

    def method(self, name: str) -> Callable[..., Any] | None:
        """What `object.name(…)` calls: an attribute, or a function of the type; None where it has neither."""
        if name in self.object_type.attributes():
            return partial(self._read, name)
        function = self.object_type.functions().get(name)
        return None if function is None else lambda *given: self.object_type.call(function, self, list(given))

    def _read(self, name: str, *arguments: Any) -> Any:
        if arguments:
            raise CompileError(f"wrong number of arguments (given {len(arguments)}, expected 0)")
        return self.attribute(name)

    def given(self, in_place: bool = False) -> dict[str, Any]:
        """The values that are not those by default. in_place: in the order of a call."""
        attributes = self.object_type.attributes()
        elements = self.object_type.placed() if in_place else self.object_type.given().elements
        order = [element.name for element in elements if element.name in self.values]
        return {name: self.values[name] for name in order if not _is_default(attributes[name], self.values[name])}

    def formatted(self, form: Any, indent: Any) -> str:
        """The object in a format of String."""
        if form.letter == "s":
            return str(self)
        if form.letter not in "pq":
            raise form.refuse("Object", "spq")
        return self.shown(indent.level if form.alternative or indent.on else None)

    def shown(self, level: int | None = None) -> str:
        """`Type({…})`, over several lines where a level of indentation is given."""
        if level is None:
            return f"{self.object_type.label}({literal(self.given())})"
        pad = "  " * (level + 1)
        entries = ",".join(
            f"\n{pad}{quote(name)} => {value.shown(level + 1) if isinstance(value, ObjectValue) else literal(value)}"
            for name, value in self.given().items()
        )
        return f"{self.object_type.label}({{{entries}\n{'  ' * level}}})"

    def __eq__(self, other: object) -> bool:
        from bunraku.language.types.operators import equals

        if not isinstance(other, ObjectValue) or other.object_type != self.object_type:
            return False
        names = self.object_type.compared_attributes()
        return all(equals(self.attribute(name), other.attribute(name)) for name in names)

    def __hash__(self) -> int:
        return hash(self.object_type)

    def __str__(self) -> str:
        return self.shown()

    def __repr__(self) -> str:
        return self.shown()

    def to_wire(self) -> Any:
        """The value in the catalog's rich data."""
        from bunraku.catalog.wire import encode

        given = self.given(in_place=True)
        return {"__ptype": self.object_type.label, **{name: encode(value) for name, value in given.items()}}


def _is_default(attribute: Attribute, value: Any) -> bool:
    from bunraku.catalog.values import same

    return attribute.value is not MISSING and same(attribute.value, value)
