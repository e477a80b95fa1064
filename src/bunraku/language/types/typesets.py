"""TypeSet: types under one name and version, as a module's `types/init_typeset.pp` defines them.

Rules (Pcore, as Puppet 7.23 has it):
- A type of the set is `Set::Name` from outside, `Name` within the set. It is written as a type, as the hash of an
  Object type, or as `Parent { … }`.
- References make other sets known within the set: `Alias::Name` is a type of the set that `Alias` names, whose
  version has to be in the range that the reference asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from bunraku.language import nodes
from bunraku.language.errors import CompileError
from bunraku.language.types.aliases import define
from bunraku.language.types.base import Expanding, Expansion, PType
from bunraku.language.types.mismatch import assert_instance
from bunraku.language.types.quoting import literal

if TYPE_CHECKING:
    from bunraku.language.types.type_parser import Resolve

_URI = "http://puppet.com/2016.1/pcore"
AUTHORITY = "http://puppet.com/2016.1/runtime"
"""The authority of all names of the language."""

_NAME = r"Pattern[/\A[A-Z][\w]*(?:::[A-Z][\w]*)*\z/]"
_SIMPLE = r"Pattern[/\A[A-Z]\w*\z/]"
_VERSION = "Variant[String[1], SemVer]"
_RANGE = "Variant[String[1], SemVerRange]"
_LINK = "Variant[URI, Pattern[/^[^#?]+$/]]"
_ANNOTATIONS = r"Optional[annotations] => Optional[Hash[Type[Annotation], Hash[Pattern[/\A[a-z_]\w*\z/], Any]]]"
_REFERENCE = (
    f"Struct[{{name => {_NAME}, version_range => {_RANGE}, Optional[name_authority] => {_LINK}, {_ANNOTATIONS}}}]"
)
_INITIALIZER = (
    f"Struct[{{Optional[pcore_uri] => {_LINK}, pcore_version => {_VERSION}, Optional[name_authority] => {_LINK},"
    f" Optional[name] => {_NAME}, Optional[version] => {_VERSION}, Optional[types] => Hash[{_SIMPLE}, Type, 1],"
    f" Optional[references] => Hash[{_SIMPLE}, {_REFERENCE}, 1], {_ANNOTATIONS}}}]"
)
_KEYS = (
    "annotations",
    "pcore_uri",
    "pcore_version",
    "name_authority",
    "name",
    "version",
    "types",
    "references",
)
"""The order in which a definition is shown."""


class PTypeSetType(PType):
    """A set of types. find: gives the hash that defines it, read when it is first used. outside: finds other types."""

    __slots__ = ("_definition", "_find", "_name", "_outside", "_references")
    kind = "TypeSet"
    DEFAULT: ClassVar[PTypeSetType]

    def __init__(
        self, name: str | None, find: Callable[[PTypeSetType], Mapping[str, Any]], outside: Resolve | None = None
    ) -> None:
        self._name = name
        self._find = find
        self._outside = outside
        self._definition: Mapping[str, Any] | None = None
        self._references: dict[str, PTypeSetType] = {}

    @classmethod
    def written(cls, name: str, hash: nodes.Node, outside: Resolve) -> PTypeSetType:
        """The set that `type NAME = TypeSet[HASH]` defines."""
        return cls(name, partial(_read, hash), outside)

    # ---- reading the definition

    def resolve(self) -> None:
        """Read the definition now, so that what is wrong with it is told here."""
        if self._definition is not None:
            return
        given = self._find(self)
        if self is not PTypeSetType.DEFAULT:
            from bunraku.language.types.type_parser import parse

            assert_instance("TypeSet initializer", parse(_INITIALIZER), given)
        head = {"name_authority": AUTHORITY, "name": self._name} if self._name else {}
        known = {**given, **head}
        self._definition = {key: known[key] for key in _KEYS if key in known}
        try:
            self._check_versions(given)
            for alias, reference in (given.get("references") or {}).items():
                self._references[alias.lower()] = self._referenced(reference)
            for kind in self.types.values():
                kind.resolve()
        except BaseException:
            self._definition = None
            raise

    @property
    def is_resolved(self) -> bool:
        """Whether the definition was read."""
        return self._definition is not None

    def _check_versions(self, given: Mapping[str, Any]) -> None:
        from bunraku.language.types.semver import SemVer

        try:
            version = SemVer.parse(str(given["pcore_version"]))
            if given.get("version") is not None:
                SemVer.parse(str(given["version"]))
        except ValueError as error:
            raise CompileError(str(error)) from None
        if version.major != 1:
            raise CompileError(
                f"The pcore version for TypeSet '{self.name}' is not understood by this runtime."
                f" Expected range 1.x, got {version}"
            )

    def _referenced(self, reference: Mapping[str, Any]) -> PTypeSetType:
        from bunraku.language.types.semver import SemVerRange

        what = f"TypeSet '{self.name}' reference to TypeSet named '{reference['name']}'"
        found = self._outside(reference["name"]) if self._outside is not None else None
        if found is None:
            raise CompileError(f"{what} cannot be resolved")
        if not isinstance(found, PTypeSetType):
            raise CompileError(f"{what} resolves to a {found.name}")
        found.resolve()
        wanted, version = SemVerRange.parse(str(reference["version_range"])), str(found.definition.get("version"))
        if not wanted.includes(version):
            raise CompileError(f"{what} resolves to an incompatible version. Expected {wanted}, got {version}")
        return found

    # ---- what it has

    @property
    def name(self) -> str:
        """The set's name."""
        return self._name or str(self.definition.get("name"))

    @property
    def definition(self) -> Mapping[str, Any]:
        """The hash that defines it."""
        self.resolve()
        assert self._definition is not None
        return self._definition

    @property
    def types(self) -> Mapping[str, PType]:
        """Its types by name."""
        found: Mapping[str, PType] = self.definition.get("types") or {}
        return found

    def member(self, name: str) -> PType | None:
        """The type `name` as it is called within the set, in any case; None where there is none."""
        first, mark, rest = name.lower().partition("::")
        if mark and first in self._references:
            return self._references[first].member(rest)
        found = next((kind for known, kind in self.types.items() if known.lower() == first), None)
        return found.member(rest) if mark and isinstance(found, PTypeSetType) else None if mark else found

    # ---- as a type

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
                types = [f"{name} => {getattr(kind, 'resolved', kind).show()}" for name, kind in value.items()]
                shown.append(f"types => {{{', '.join(types)}}}")
            else:
                shown.append(f"{key} => {literal(value)}")
        return f"TypeSet[{{{', '.join(shown)}}}]"

    def __str__(self) -> str:
        return self.show(Expansion())


def _read(node: nodes.Node, own: PTypeSetType) -> Mapping[str, Any]:
    """The definition that a hash in the code holds; its types may speak of each other, and of what is referenced."""
    from bunraku.language.types.type_parser import interpret

    types: dict[str, PType] = {}

    def resolve(name: str) -> PType | None:
        simple = name.lower().removeprefix(f"{own.name.lower()}::")
        found = next((kind for known, kind in types.items() if known.lower() == simple), None)
        if found is None and own.is_resolved:
            found = own.member(name)
        return found if found is not None or own._outside is None else own._outside(name)

    if not isinstance(node, nodes.Hash):
        given: Mapping[str, Any] = interpret(node, resolve)
        return given
    definition: dict[str, Any] = {}
    for key_node, value in node.pairs:
        key = interpret(key_node, resolve)
        if key in ("types", "references") and isinstance(value, nodes.Hash):
            entries = {_simple_name(name, resolve): each for name, each in value.pairs}
            if key == "references":
                definition[key] = {name: interpret(each, resolve) for name, each in entries.items()}
            else:
                types.update({name: define(f"{own.name}::{name}", each, resolve) for name, each in entries.items()})
                definition[key] = types
        else:
            definition[key] = interpret(value, resolve)
    return definition


def _simple_name(node: nodes.Node, resolve: Resolve) -> Any:
    from bunraku.language.types.type_parser import interpret

    return node.value if isinstance(node, nodes.TypeName) else interpret(node, resolve)


PTypeSetType.DEFAULT = PTypeSetType(
    None,
    lambda _: {
        "pcore_uri": _URI,
        "pcore_version": "1.0.0",
        "name_authority": AUTHORITY,
        "name": "DefaultTypeSet",
        "version": "0.0.0",
    },
)
