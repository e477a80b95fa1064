"""Types that name something: resources and classes of the catalog, a class of the runtime, a type not found."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from bunraku.language.types.base import Expanding, PType
from bunraku.language.types.quoting import quote
from bunraku.language.types.regexp import Regexp


class PCatalogEntryType(PType):
    """What a catalog holds: resources and classes."""

    __slots__ = ()
    kind = "CatalogEntry"
    DEFAULT: ClassVar[PCatalogEntryType]

    def instance(self, value: Any) -> bool:
        """False: references are types, not instances of them."""
        return False

    def accepts(self, other: PType) -> bool:
        """Resource and Class."""
        return isinstance(other, PCatalogEntryType)


class PClassType(PCatalogEntryType):
    """`Class['a']`; class_name in lower case, None for any. is_passed: as of PResourceType."""

    __slots__ = ("class_name", "is_passed")
    kind = "Class"
    DEFAULT: ClassVar[PClassType]

    def __init__(self, class_name: str | None = None, is_passed: bool = False) -> None:
        self.class_name = class_name
        self.is_passed = is_passed

    def passed(self) -> PClassType:
        """The reference as one that was passed on; the bare type as it is."""
        return self if self.class_name is None else PClassType(self.class_name, is_passed=True)

    def parts(self) -> tuple[Any, ...]:
        """The class's name."""
        return (self.class_name,)

    def accepts(self, other: PType) -> bool:
        """The same class."""
        return isinstance(other, PClassType) and self.class_name in (None, other.class_name)

    def to_wire(self) -> Any:
        """A class in a catalog: `Class[A::B]`."""
        return super().to_wire() if self.class_name is None else f"Class[{capitalize_segments(self.class_name)}]"

    def arguments(self, expanding: Expanding) -> list[str]:
        """The name, bare."""
        return [] if self.class_name is None else [self.class_name]


class PResourceType(PCatalogEntryType):
    """`File['/a']`, `File`, `Resource['file', '/a']`; either part may be None for any.

    is_passed: whether it was given to a class, a define or a function of the older interface, where the reference
    prints it without quotes.
    """

    __slots__ = ("folded", "is_passed", "title", "type_name")
    kind = "Resource"
    DEFAULT: ClassVar[PResourceType]

    def __init__(self, type_name: str | None = None, title: str | None = None, is_passed: bool = False) -> None:
        self.type_name = type_name
        self.title = title
        self.is_passed = is_passed
        self.folded = None if type_name is None else type_name.lower()

    def passed(self) -> PResourceType:
        """The reference as one that was passed on; a type without a title as it is."""
        return self if self.title is None else PResourceType(self.type_name, self.title, is_passed=True)

    def parts(self) -> tuple[Any, ...]:
        """Type in lower case, and title."""
        return (self.folded, self.title)

    def accepts(self, other: PType) -> bool:
        """The same resource, or one of the type."""
        return isinstance(other, PResourceType) and (
            self.folded is None or (self.folded == other.folded and self.title in (None, other.title))
        )

    def to_wire(self) -> Any:
        """A resource in a catalog: `File[/a]`."""
        if self.type_name is None or self.title is None:
            return super().to_wire()
        return f"{capitalize_segments(self.type_name)}[{self.title}]"

    def show(self, expanding: Expanding = None) -> str:
        """`File['/a']`."""
        if self.type_name is None:
            return "Resource"
        name = capitalize_segments(self.type_name)
        return name if self.title is None else f"{name}[{quote(self.title)}]"


@lru_cache(maxsize=4096)
def capitalize_segments(name: str) -> str:
    """`a::b` as `A::B`; what begins with a capital stays as it is."""
    if name[:1].isascii() and name[:1].isupper():
        return name
    return "::".join(map(str.capitalize, name.split("::")))


class PRuntimeType(PType):
    """`Runtime['ruby', 'Name']`: a value that belongs to the implementation's language."""

    __slots__ = ("runtime", "type_name")
    kind = "Runtime"
    DEFAULT: ClassVar[PRuntimeType]

    def __init__(self, runtime: str | None = None, type_name: str | tuple[Regexp, str] | None = None) -> None:
        self.runtime = runtime
        self.type_name = type_name

    def parts(self) -> tuple[Any, ...]:
        """Runtime and name."""
        return (self.runtime, self.type_name)

    def instance(self, value: Any) -> bool:
        """Whether it is a value of the runtime."""
        from bunraku.language.types.inference import infer_reduced

        return self.assignable(infer_reduced(value))

    def accepts(self, other: PType) -> bool:
        """The same runtime and name."""
        return (
            isinstance(other, PRuntimeType)
            and self.runtime in (None, other.runtime)
            and self.type_name in (None, other.type_name)
        )

    def arguments(self, expanding: Expanding) -> list[str]:
        """Runtime and name."""
        if self.runtime is None and self.type_name is None:
            return []
        name = self.type_name
        if isinstance(name, tuple):
            shown = f"[{name[0]}, {quote(name[1])}]"
        else:
            shown = "undef" if name is None else quote(name)
        return ["undef" if self.runtime is None else self.runtime, shown]


class PTypeReferenceType(PType):
    """A type that nobody has defined; it has no instances, and messages name it as unresolved."""

    __slots__ = ("type_string",)
    kind = "TypeReference"
    DEFAULT: ClassVar[PTypeReferenceType]

    def __init__(self, type_string: str) -> None:
        self.type_string = type_string

    def parts(self) -> tuple[Any, ...]:
        """What was written."""
        return (self.type_string,)

    def instance(self, value: Any) -> bool:
        """False."""
        return False

    def accepts(self, other: PType) -> bool:
        """The same reference."""
        return self == other

    def arguments(self, expanding: Expanding) -> list[str]:
        """What was written."""
        return [quote(self.type_string)]


PCatalogEntryType.DEFAULT = PCatalogEntryType()
PClassType.DEFAULT = PClassType()
PResourceType.DEFAULT = PResourceType()
PRuntimeType.DEFAULT = PRuntimeType()
PTypeReferenceType.DEFAULT = PTypeReferenceType("UnresolvedReference")
