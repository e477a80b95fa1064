"""Object types: attributes, constants and functions under a name, with inheritance; and the objects themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from bunraku.language.errors import CompileError
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import Expanding, Expansion, PType
from bunraku.language.types.inference import infer_reduced
from bunraku.language.types.members import CONSTANT, MISSING, Attribute, Function, Member
from bunraku.language.types.mismatch import assert_instance
from bunraku.language.types.quoting import literal, quote
from bunraku.language.types.structured import PStructType, StructElement
from bunraku.language.types.variants import POptionalType, PTypeType

_NAME = re.compile(r"[A-Z]\w*(?:::[A-Z]\w*)*\Z", re.ASCII)
_KEYS = (
    "name",
    "parent",
    "type_parameters",
    "attributes",
    "constants",
    "functions",
    "equality",
    "equality_include_type",
    "checks",
    "annotations",
)


class PObjectType(PType):
    """`Object[{…}]`, usually under the name of an alias.

    find: gives the hash that defines it; it is read when the type is first used, so that it may speak of itself.
    """

    __slots__ = ("_attributes", "_equality", "_find", "_functions", "_name", "_parameters", "_parent", "_ready")
    kind = "Object"
    DEFAULT: ClassVar[PObjectType]

    def __init__(self, name: str | None, find: Callable[[], Mapping[str, Any]]) -> None:
        self._name = name
        self._find = find
        self._ready = False
        self._parent: PObjectType | None = None
        self._attributes: dict[str, Attribute] = {}
        self._functions: dict[str, Function] = {}
        self._parameters: dict[str, PType] = {}
        self._equality: list[str] | None = None

    # ---- reading the definition

    def _read(self) -> None:
        if self._ready:
            return
        self._ready = True
        try:
            self._define(self._find())
        except BaseException:
            self._ready = False
            raise

    def _define(self, given: Mapping[str, Any]) -> None:
        for key in given:
            if key not in _KEYS:
                raise CompileError(f"object initializer has wrong type, unrecognized key '{key}'")
        if "name" in given and not _NAME.match(str(given["name"])):
            pattern = r"Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/]"
            what = f"expects a match for {pattern}, got {literal(given['name'])}"
            raise CompileError(f"object initializer has wrong type, entry 'name' {what}")
        self._name = self._name or given.get("name")
        self._parent = self._parent_of(given.get("parent"))
        inherited: dict[str, Member] = {} if self._parent is None else self._parent.members()
        for name, kind in (given.get("type_parameters") or {}).items():
            self._parameters[name] = kind["type"] if isinstance(kind, dict) else kind
        definitions = dict(given.get("attributes") or {})
        for name, value in (given.get("constants") or {}).items():
            if name in definitions:
                raise CompileError(f"attribute {self.label}[{name}] is defined as both a constant and an attribute")
            general = infer_reduced(value).generalize()
            definitions[name] = {"type": general, "value": value, "kind": CONSTANT, "override": name in inherited}
        for name, definition in definitions.items():
            attribute = Attribute(name, self, self._attribute(name, definition))
            attribute.over(inherited)
            self._attributes[name] = attribute
        for name, definition in (given.get("functions") or {}).items():
            function = Function(name, self, definition if isinstance(definition, dict) else {"type": definition})
            if name in self._attributes:
                raise CompileError(f"{function.label} conflicts with attribute with the same name")
            function.over(inherited)
            self._functions[name] = function
        self._equality = self._equality_of(given.get("equality"), inherited)

    def _parent_of(self, given: Any) -> PObjectType | None:
        while isinstance(given, PTypeAliasType):
            given = given.resolved
        if given is None or isinstance(given, PObjectType):
            ancestor = given
            while ancestor is not None:
                if ancestor is self:
                    raise CompileError(f"The Object type '{self.label}' inherits from itself")
                ancestor = ancestor.parent
            return given
        raise CompileError(f"reference to unresolved type '{getattr(given, 'type_string', given)}'")

    def _attribute(self, name: str, definition: Any) -> dict[str, Any]:
        if isinstance(definition, dict):
            return definition
        assert_instance(f"attribute {self.label}[{name}]", PTypeType.DEFAULT, definition)
        return {"type": definition, **({"value": None} if isinstance(definition, POptionalType) else {})}

    def _equality_of(self, given: Any, inherited: dict[str, Member]) -> list[str] | None:
        if given is None:
            return None
        names = [given] if isinstance(given, str) else list(given)
        for name in names:
            member = inherited.get(name) or self._attributes.get(name) or self._functions.get(name)
            if member is None:
                raise CompileError(f"{self.label} equality is referencing non existent attribute '{name}'")
            if not isinstance(member, Attribute):
                what = f"{member.label}. Only attribute references are allowed"
                raise CompileError(f"{self.label} equality is referencing {what}")
            if member.is_constant:
                what = f"constant {member.label}. Reference to constant is not allowed in equality"
                raise CompileError(f"{self.label} equality is referencing {what}")
        return names

    # ---- what it has

    @property
    def name(self) -> str:
        """The name, `Object` where there is none."""
        return self.label

    @property
    def label(self) -> str:
        """What messages call it."""
        return self._name or "Object"

    @property
    def parent(self) -> PObjectType | None:
        """The type that it inherits from."""
        self._read()
        return self._parent

    def attributes(self) -> dict[str, Attribute]:
        """All attributes, the parent's first."""
        parent = self.parent
        return {**({} if parent is None else parent.attributes()), **self._attributes}

    def functions(self) -> dict[str, Function]:
        """All functions, the parent's first."""
        parent = self.parent
        return {**({} if parent is None else parent.functions()), **self._functions}

    def members(self) -> dict[str, Member]:
        """All attributes and functions."""
        return {**self.attributes(), **self.functions()}

    def type_parameters(self) -> dict[str, PType]:
        """All type parameters, the parent's first."""
        parent = self.parent
        return {**({} if parent is None else parent.type_parameters()), **self._parameters}

    def compared_attributes(self) -> list[str]:
        """The names of the attributes that make two objects equal."""
        parent = self.parent
        inherited = [] if parent is None else parent.compared_attributes()
        own = self._equality
        if own is None:
            own = [name for name, attribute in self._attributes.items() if not attribute.is_constant]
        return [*inherited, *own]

    def given(self) -> PStructType:
        """What an object is made of, as a Struct: attributes without a default first, as in a call."""
        wanted = [a for a in self.attributes().values() if a.is_given]
        wanted.sort(key=lambda attribute: attribute.value is not MISSING)
        return PStructType([StructElement(a.name, a.type, a.value is not MISSING) for a in wanted])

    def definition(self, with_name: bool = True) -> dict[str, Any]:
        """The hash that defines it."""
        self._read()
        result: dict[str, Any] = {"name": self._name} if with_name and self._name else {}
        if self._parent is not None:
            result["parent"] = self._parent
        if self._parameters:
            result["type_parameters"] = dict(self._parameters)
        constants = {name: a.value for name, a in self._attributes.items() if a.is_constant}
        others = {name: a.definition() for name, a in self._attributes.items() if not a.is_constant}
        functions = {name: f.definition() for name, f in self._functions.items()}
        found = {"attributes": others, "constants": constants, "functions": functions}
        result.update({key: value for key, value in found.items() if value})
        return result if self._equality is None else {**result, "equality": self._equality}

    # ---- as a type

    def parts(self) -> tuple[Any, ...]:
        """The name, or the definition where there is none."""
        return (self._name,) if self._name else (literal(self.definition()),)

    def contained(self) -> Iterator[PType]:
        """The types of its members."""
        return iter(())

    def instance(self, value: Any) -> bool:
        """Whether it is an object of the type, or one below it."""
        kind = getattr(value, "ptype", None)
        if kind is None and type(value).__name__ == "Deferred":
            kind = infer_reduced(value)
        return isinstance(kind, PObjectType) and self.accepts(kind)

    def accepts(self, other: PType) -> bool:
        """The type and those below it; the bare Object takes all."""
        if not isinstance(other, PObjectType):
            return False
        if self is PObjectType.DEFAULT or self == other:
            return True
        return other.parent is not None and self.accepts(other.parent)

    def show(self, expanding: Expanding = None) -> str:
        """The name; the definition where that is asked."""
        if expanding is None:
            return self.label
        shown = [f"{key} => {self._shown(key, value)}" for key, value in self.definition().items()]
        return f"Object[{{{', '.join(shown)}}}]"

    def _shown(self, key: str, value: Any) -> str:
        if key not in ("attributes", "functions"):
            return literal(value) if not isinstance(value, PType) else value.show()
        entries = [f"{quote(name)} => {_definition_shown(member)}" for name, member in value.items()]
        return f"{{{', '.join(entries)}}}"

    def __str__(self) -> str:
        return self.show(Expansion())

    # ---- making objects

    def construct(self, arguments: list[Any]) -> Any:
        """An object of the type: out of a hash of its attributes, or of their values in order."""
        from bunraku.language.types.mismatch import Signature, describe_call

        given = self.given()
        if len(arguments) == 1 and isinstance(arguments[0], dict) and given.instance(arguments[0]):
            return self.make(arguments[0])
        by_place = self.by_place(given)
        if not by_place.type.takes(arguments):
            from bunraku.language.types.callables import PCallableType
            from bunraku.language.types.collections import PTupleType
            from bunraku.language.types.scalars import PIntegerType

            by_hash = Signature(PCallableType(PTupleType([given], PIntegerType(1, 1))), ["hash"])
            raise CompileError(describe_call(f"new_{self.label}", [by_hash, by_place], arguments))
        names = [element.name for element in given.elements]
        return self.make(dict(zip(names, arguments, strict=False)))

    def by_place(self, given: PStructType) -> Any:
        """The signature of the call that makes an object out of values in order."""
        from bunraku.language.types.callables import PCallableType
        from bunraku.language.types.collections import PTupleType
        from bunraku.language.types.mismatch import Signature
        from bunraku.language.types.scalars import PIntegerType

        size = PIntegerType(given.required(), len(given.elements))
        kinds = PTupleType([element.value for element in given.elements], size)
        return Signature(PCallableType(kinds), [element.name for element in given.elements])

    def make(self, values: dict[str, Any]) -> Any:
        """An object of values that fit."""
        return ObjectValue(self, values)


def _definition_shown(member: Any) -> str:
    if isinstance(member, PType):
        return member.show()
    details = [
        f"{key} => {value if key == 'kind' else value.show() if isinstance(value, PType) else literal(value)}"
        for key, value in member.items()
    ]
    return f"{{{', '.join(details)}}}"


class ObjectValue:
    """An object: a value of an Object type. values: those of its attributes that were given."""

    __slots__ = ("ptype", "values")
    is_object = True

    def __init__(self, ptype: PObjectType, values: dict[str, Any]) -> None:
        self.ptype = ptype
        self.values = values

    def attribute(self, name: str) -> Any:
        """The value of an attribute. Raises KeyError where the type has none of the name."""
        if name in self.values:
            return self.values[name]
        value = self.ptype.attributes()[name].value
        return None if value is MISSING else value

    def given(self) -> dict[str, Any]:
        """The values that are not those by default."""
        attributes = self.ptype.attributes()
        order = [element.name for element in self.ptype.given().elements if element.name in self.values]
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
            return f"{self.ptype.label}({literal(self.given())})"
        pad = "  " * (level + 1)
        entries = ",".join(
            f"\n{pad}{quote(name)} => {value.shown(level + 1) if isinstance(value, ObjectValue) else literal(value)}"
            for name, value in self.given().items()
        )
        return f"{self.ptype.label}({{{entries}\n{'  ' * level}}})"

    def __eq__(self, other: object) -> bool:
        from bunraku.language.types.operators import equals

        if not isinstance(other, ObjectValue) or other.ptype != self.ptype:
            return False
        names = self.ptype.compared_attributes()
        return all(equals(self.attribute(name), other.attribute(name)) for name in names)

    def __hash__(self) -> int:
        return hash(self.ptype)

    def __str__(self) -> str:
        return self.shown()

    def __repr__(self) -> str:
        return self.shown()

    def to_wire(self) -> Any:
        """The value in the catalog's rich data."""
        from bunraku.catalog.wire import encode

        return {"__ptype": self.ptype.label, **{name: encode(value) for name, value in self.given().items()}}


def _is_default(attribute: Attribute, value: Any) -> bool:
    from bunraku.catalog.values import same

    return attribute.value is not MISSING and same(attribute.value, value)


PObjectType.DEFAULT = PObjectType(None, dict)
