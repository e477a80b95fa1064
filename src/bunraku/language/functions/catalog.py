"""What works on the catalog: classes, virtual resources, resources made of data, tags, and what is defined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy

if TYPE_CHECKING:
    from bunraku.language.scope import Scope


@function("include", "Any +names")
def include(scope: Scope, *names: Any) -> list[Any]:
    """Declares classes, and gives references to them."""
    return scope.compiler.include(list(names), scope)


@function("contain", "Any +names")
def contain(scope: Scope, *names: Any) -> list[Any]:
    """Declares classes, contained by the calling one."""
    return scope.compiler.contain(list(names), scope)


@function("require", "Any +names")
def require(scope: Scope, *names: Any) -> list[Any]:
    """Declares classes, required by the calling one."""
    return scope.compiler.require(list(names), scope)


@legacy("realize", -2, statement=True)
def realize(scope: Scope, *references: Any) -> None:
    """Makes virtual resources real."""
    from bunraku.language.resource import flattened

    scope.compiler.realize(flattened(references), scope)


@legacy("create_resources", -3, statement=False)
def create_resources(scope: Scope, *arguments: Any) -> list[Any]:
    """Declares a resource for each title of a hash."""
    if len(arguments) > 3:
        raise CompileError(f"create_resources(): wrong number of arguments ({len(arguments)}; must be 2 or 3)")
    type_name, instances, *rest = arguments
    if not isinstance(instances, dict):
        raise CompileError("create_resources(): second argument must be a hash")
    if rest and not isinstance(rest[0], dict):
        raise CompileError("create_resources(): third argument, if provided, must be a hash")
    return scope.compiler.create_resources(str(type_name), instances, rest[0] if rest else {}, scope)


@legacy("tag", -2, statement=True)
def tag(scope: Scope, *tags: Any) -> None:
    """Tags the calling class or define, and so all that it contains."""
    scope.resource.tag(list(tags))


@legacy("tagged", -2)
def tagged(scope: Scope, *tags: Any) -> bool:
    """Whether each tag is the catalog's, or the calling class's or define's."""
    from bunraku.language.types import interpolate

    names = [interpolate(tag).lower() for tag in tags]
    known = scope.compiler.draft.tags
    return all(name in known or scope.resource.is_tagged_with([name]) for name in names)


@function("defined", "Variant[String, Type[CatalogEntry], Type[Type[CatalogEntry]]] +vals")
def defined(scope: Scope, *values: Any) -> bool:
    """Whether any of them is there: a variable (`'$x'`), a class or resource type by name, or a declared resource."""
    return any(_is_defined(scope, value) for value in values)


def _is_defined(scope: Scope, value: Any) -> bool:
    from bunraku.language.types import PClassType, PResourceType

    compiler = scope.compiler
    if isinstance(value, str):
        if value.startswith("$") and len(value) > 1:
            return scope.has(value[1:])
        if value == "main":
            return True
        if not value:
            return False
        return compiler.resource_type(value) is not None or compiler.loader.find_class(value) is not None
    if isinstance(value, PResourceType):
        if value.type_name is None:
            raise CompileError("The given resource type is a reference to all kind of types")
        if value.title is None:
            return compiler.resource_type(value.type_name) is not None
        return compiler.find_resource(value.type_name, value.title) is not None
    if isinstance(value, PClassType):
        if value.class_name is None:
            raise CompileError("The given class type is a reference to all classes")
        return compiler.find_resource("class", value.class_name) is not None
    inner = value.type
    if isinstance(inner, PClassType):
        if inner.class_name is None:
            raise CompileError("The given class type is a reference to all classes")
        return compiler.loader.find_class(inner.class_name) is not None
    return _is_defined(scope, inner)
