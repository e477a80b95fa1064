"""`Type.new(…)`: making a value of a type out of others.

`constructors` holds how each type is made; here is who is asked, and the check of what comes out.
"""

from __future__ import annotations

from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import PType
from bunraku.language.types.constructor import Constructor
from bunraku.language.types.constructors import CONSTRUCTORS, UNIT
from bunraku.language.types.mismatch import assert_instance
from bunraku.language.types.variants import PNotUndefType, POptionalType


def new(kind: PType, arguments: list[Any]) -> Any:
    """`kind.new(*arguments)`. A single argument that is an instance already is the result.

    Raises CompileError where the arguments make no such value.
    """
    if len(arguments) == 1 and kind.kind != "Init" and kind.instance(arguments[0]):
        return arguments[0]
    value = construct(kind, arguments)
    return value if kind.instance(value) else assert_instance(f"Converted value from {kind}.new()", kind, value)


def construct(kind: PType, arguments: list[Any]) -> Any:
    """A value made by the type's constructor, which may not fit the type's parameters."""
    bare = kind
    while isinstance(bare, PTypeAliasType):
        bare = bare.resolved
    own = getattr(bare, "construct", None)
    if own is not None:
        return own(arguments)
    return constructor_of(kind).call(arguments)


def constructor_of(kind: PType) -> Constructor:
    """The constructor of a type. Raises CompileError where there is none."""
    bare = kind
    while isinstance(bare, PTypeAliasType | POptionalType | PNotUndefType):
        inner = bare.resolved if isinstance(bare, PTypeAliasType) else bare.type
        if inner is None:
            if isinstance(bare, PNotUndefType):
                return UNIT
            break
        bare = inner
    found = CONSTRUCTORS.get(bare.kind) or getattr(bare, "constructor", None)
    if found is None:
        raise CompileError(f"Creation of new instance of type '{bare}' is not supported")
    return found
