"""`Error['kind']`: an Object type with values for its type parameters, which its objects' attributes must match."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import DEFAULT, from_hash_key
from bunraku.language.errors import CompileError
from bunraku.language.types.base import Expanding, PType
from bunraku.language.types.mismatch import assert_instance
from bunraku.language.types.objects import PObjectType
from bunraku.language.types.operators import matches
from bunraku.language.types.quoting import literal
from bunraku.language.types.variants import POptionalType


class PObjectTypeExtension(PType):
    """An Object type and values, or conditions, for its type parameters by name."""

    __slots__ = ("object_type", "parameters")
    kind = "ObjectTypeExten"
    """As the reference calls it in catalogs, where it cuts off the end of a class's name."""

    def __init__(self, object_type: PObjectType, parameters: dict[str, Any]) -> None:
        self.object_type = object_type
        self.parameters = parameters

    @classmethod
    def of(cls, object_type: PObjectType, keys: list[Any]) -> PObjectTypeExtension:
        """The type of `Type[keys]`: values in the order of the parameters, or a hash by name. Raises CompileError."""
        label, known = object_type.label, object_type.type_parameters()
        if not known:
            raise CompileError(f"The {label}-Type cannot be parameterized using []")
        given = dict(zip(known, keys, strict=False))
        if len(keys) == 1 and isinstance(keys[0], dict) and not next(iter(known.values())).instance(keys[0]):
            given = {from_hash_key(name): value for name, value in keys[0].items()}
        for name, value in given.items():
            if name not in known:
                raise CompileError(f"'{name}' is not a known type parameter for {label}-Type")
            if value is not DEFAULT:
                assert_instance(f"type_parameter {label}[{name}]", POptionalType(known[name]), value)
        parameters = {name: value for name, value in given.items() if value is not DEFAULT}
        if not parameters:
            raise CompileError(f"The {label}-Type cannot be parameterized using an empty parameter list")
        return cls(object_type, parameters)

    @property
    def name(self) -> str:
        """The Object type's name."""
        return self.object_type.label

    def parts(self) -> tuple[Any, ...]:
        """The Object type and the values."""
        return (self.object_type, literal(self.parameters))

    def instance(self, value: Any) -> bool:
        """Whether it is an object of the type whose attributes match."""
        if not self.object_type.instance(value):
            return False
        attributes = value.object_type.attributes()
        return all(
            name in attributes and matches(value.attribute(name), wanted) for name, wanted in self.parameters.items()
        )

    def accepts(self, other: PType) -> bool:
        """The same type with values that match."""
        if not isinstance(other, PObjectTypeExtension) or not self.object_type.accepts(other.object_type):
            return False
        theirs = other.parameters
        return all(name in theirs and _meets(theirs[name], wanted) for name, wanted in self.parameters.items())

    def generalize(self) -> PType:
        """The Object type."""
        return self.object_type

    def values(self) -> list[Any]:
        """The values in the order of the parameters, DEFAULT for what is left out."""
        values = [self.parameters.get(name, DEFAULT) for name in self.object_type.type_parameters()]
        while values and values[-1] is DEFAULT:
            values.pop()
        return values

    def arguments(self, expanding: Expanding) -> list[str]:
        """The values in order; by name where there are many parameters."""
        many = len(self.object_type.type_parameters()) > 2
        return [literal(self.parameters)] if many else [literal(value) for value in self.values()]

    def show(self, expanding: Expanding = None) -> str:
        """`Name[values]`."""
        return f"{self.name}[{', '.join(self.arguments(expanding))}]"

    def construct(self, arguments: list[Any]) -> Any:
        """An object of the Object type."""
        return self.object_type.construct(arguments)


def _meets(value: Any, wanted: Any) -> bool:
    if matches(value, wanted):
        return True
    return isinstance(value, PType) and isinstance(wanted, PType) and wanted.assignable(value)
