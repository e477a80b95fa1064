"""Object types: attributes, constants and functions under a name, with inheritance; and the objects themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from bunraku.language.errors import CompileError
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import Expanding, Expansion, PType
from bunraku.language.types.callables import PCallableType
from bunraku.language.types.inference import infer_reduced
from bunraku.language.types.members import CONSTANT, MISSING, Attribute, Function, Member
from bunraku.language.types.mismatch import assert_instance
from bunraku.language.types.quoting import literal, quote
from bunraku.language.types.structured import PStructType, StructElement
from bunraku.language.types.variants import POptionalType, PTypeType

_QUALIFIED = r"Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/]"
_MEMBER = r"Pattern[/\A[a-z_]\w*\z/]"
_MEMBERS = f"Hash[{_MEMBER}, NotUndef]"
_ANNOTATIONS = f"Optional[Hash[Type[Annotation], Hash[{_MEMBER}, Any]]]"
_FLAGS = f"Optional[final] => Boolean, Optional[override] => Boolean, Optional[annotations] => {_ANNOTATIONS}"
_KINDS = "Enum[constant, derived, given_or_derived, reference]"

_INITIALIZER = f"""Struct[{{
    Optional[name] => {_QUALIFIED}, Optional[parent] => Type, Optional[type_parameters] => {_MEMBERS},
    Optional[attributes] => {_MEMBERS}, Optional[constants] => Hash[{_MEMBER}, Any],
    Optional[functions] => Hash[Variant[{_MEMBER}, Enum['[]']], NotUndef],
    Optional[equality] => Variant[{_MEMBER}, Array[{_MEMBER}]], Optional[equality_include_type] => Boolean,
    Optional[checks] => Any, Optional[annotations] => {_ANNOTATIONS}
}}]"""
_ATTRIBUTE = f"Struct[{{type => Type, Optional[kind] => {_KINDS}, Optional[value] => Any, {_FLAGS}}}]"
_FUNCTION = f"Struct[{{type => Type[Callable], {_FLAGS}}}]"
_CALLABLE = PTypeType(PCallableType.DEFAULT)


class PObjectType(PType):
    """`Object[{…}]`, usually under the name of an alias.

    find: gives the hash that defines it; it is read when the type is first used, so that it may speak of itself.
    """

    __slots__ = (
        "_annotations",
        "_attributes",
        "_equality",
        "_find",
        "_functions",
        "_name",
        "_parameters",
        "_parent",
        "_ready",
    )
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
        self._annotations: dict[Any, dict[str, Any]] | None = None

    # ---- reading the definition

    def resolve(self) -> None:
        """Read the definition now, so that what is wrong with it is told here."""
        if self._ready:
            return
        self._ready = True
        try:
            self._define(self._find())
        except BaseException:
            self._ready = False
            raise

    def _define(self, given: Mapping[str, Any]) -> None:
        _assert("object initializer", _INITIALIZER, given)
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
            label = f"attribute {self.label}[{name}]"
            attribute = Attribute(name, self, self._written(label, _ATTRIBUTE, definition))
            attribute.over(inherited)
            self._attributes[name] = attribute
        for name, definition in (given.get("functions") or {}).items():
            label = f"function {self.label}[{name}]"
            function = Function(name, self, self._written(label, _FUNCTION, definition, _CALLABLE))
            if name in self._attributes:
                raise CompileError(f"{function.label} conflicts with attribute with the same name")
            function.over(inherited)
            self._functions[name] = function
        self._equality = self._equality_of(given.get("equality"), inherited)
        if given.get("equality_include_type") is False and self._equality:
            what = "equality_include_type = false cannot be combined with non empty equality specification"
            raise CompileError(what)
        self._annotations = given.get("annotations")

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

    @staticmethod
    def _written(label: str, form: str, definition: Any, kind: PType = PTypeType.DEFAULT) -> dict[str, Any]:
        """A member's definition in full: a hash of the form, or a type of a kind by itself."""
        if isinstance(definition, dict):
            _assert(f"initializer for {label}", form, definition)
            return definition
        assert_instance(label, kind, definition)
        is_optional = isinstance(definition, POptionalType) and form is _ATTRIBUTE
        return {"type": definition, **({"value": None} if is_optional else {})}

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
        self.resolve()
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

    @property
    def annotations(self) -> dict[Any, dict[str, Any]]:
        """What other types have to say of it: a hash of attributes by type of annotation."""
        self.resolve()
        return self._annotations or {}

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
            own = [name for name, attribute in self._attributes.items() if attribute.is_given]
        return [*inherited, *own]

    def given(self) -> PStructType:
        """What an object is made of, as a Struct."""
        wanted = [a for a in self.attributes().values() if a.is_given]
        return PStructType([StructElement(a.name, a.type, a.value is not MISSING) for a in wanted])

    def placed(self) -> list[StructElement]:
        """The same in the order of a call: attributes without a default first."""
        return sorted(self.given().elements, key=lambda element: element.optional)

    def definition(self, with_name: bool = True) -> dict[str, Any]:
        """The hash that defines it."""
        self.resolve()
        result: dict[str, Any] = {} if self._annotations is None else {"annotations": self._annotations}
        if with_name and self._name:
            result["name"] = self._name
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
        kind = getattr(value, "object_type", None)
        if kind is None and type(value).__name__ == "Deferred":
            kind = infer_reduced(value)
        return isinstance(kind, PObjectType) and self.accepts(kind)

    def accepts(self, other: PType) -> bool:
        """The type and those below it; the bare Object takes all."""
        other = getattr(other, "object_type", other)
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

    def parameterize(self, keys: list[Any]) -> Any:
        """`Name[keys]`: the type with values for its parameters; of the bare Object a type by its definition."""
        if self is PObjectType.DEFAULT:
            return super().parameterize(keys)
        from bunraku.language.types.parameterized import PObjectTypeExtension

        return PObjectTypeExtension.of(self, keys)

    # ---- making objects

    def construct(self, arguments: list[Any]) -> Any:
        """An object of the type: out of a hash of its attributes, or of their values in order."""
        from bunraku.language.types.mismatch import Signature, describe_call

        given = self.given()
        if len(arguments) == 1 and isinstance(arguments[0], dict) and given.instance(arguments[0]):
            return self.make(arguments[0])
        placed = self.placed()
        by_place = self._by_place(placed)
        if not by_place.type.takes(arguments):
            from bunraku.language.types.collections import PTupleType
            from bunraku.language.types.scalars import PIntegerType

            by_hash = Signature(PCallableType(PTupleType([given], PIntegerType(1, 1))), ["hash"])
            raise CompileError(describe_call(f"new_{self.label}", [by_hash, by_place], arguments))
        names = [element.name for element in placed]
        return self.make(dict(zip(names, arguments, strict=False)))

    def _by_place(self, placed: list[StructElement]) -> Any:
        """The signature of the call that makes an object out of values in order."""
        from bunraku.language.types.collections import PTupleType
        from bunraku.language.types.mismatch import Signature
        from bunraku.language.types.scalars import PIntegerType

        size = PIntegerType(sum(not element.optional for element in placed), len(placed))
        kinds = PTupleType([element.value for element in placed], size)
        return Signature(PCallableType(kinds), [element.name for element in placed])

    def make(self, values: dict[str, Any]) -> Any:
        """An object of values that fit."""
        from bunraku.language.types.object_values import ObjectValue

        return ObjectValue(self, values)

    def call(self, function: Function, receiver: Any, arguments: list[Any]) -> Any:
        """What a function of the type gives for an object. The language has no means to write one: it is refused."""
        from bunraku.language.types.mismatch import Signature, describe_call

        if not function.type.takes(arguments):
            raise CompileError(describe_call(function.label, [Signature(function.type, [])], arguments))
        raise CompileError(f"no method is implemented for {function.label}")

    # ---- annotations

    def method(self, name: str) -> Callable[..., Any] | None:
        """What can be called on the type itself: an annotation is asked for what it says of a type."""
        ancestor = self.parent if name == "annotate" else None
        while ancestor is not None and ancestor.label != "Annotation":
            ancestor = ancestor.parent
        return None if ancestor is None else self.annotate

    def annotate(self, annotated: Any) -> Any:
        """The annotation of this type that a type carries, or undef."""
        given = annotated.annotations.get(self) if isinstance(annotated, PObjectType) else None
        return None if given is None else self.construct([given])


def _assert(subject: str, form: str, value: Any) -> None:
    """Raises CompileError unless a value is of the form, a type in text."""
    from bunraku.language.types.type_parser import parse

    assert_instance(subject, parse(form), value)


def _definition_shown(member: Any) -> str:
    if isinstance(member, PType):
        return member.show()
    details = [
        f"{key} => {value if key == 'kind' else value.show() if isinstance(value, PType) else literal(value)}"
        for key, value in member.items()
    ]
    return f"{{{', '.join(details)}}}"


PObjectType.DEFAULT = PObjectType(None, dict)
