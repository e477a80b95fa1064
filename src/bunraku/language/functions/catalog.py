"""Functions that put something into the catalog, or ask what is in it."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import from_hash_key
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby


@function("include", "Any +names")
def include(scope: Any, *names: Any) -> Any:
    """Declares classes, and evaluates them unless that was done. Gives references to them."""
    return scope.compiler.include(list(names), scope)


@function("contain", "Any +names")
def contain(scope: Any, *names: Any) -> Any:
    """As `include`, and the classes are contained by what calls."""
    return scope.compiler.contain(list(names), scope)


@function("require", "Any +names")
def require(scope: Any, *names: Any) -> Any:
    """As `include`, and what calls requires the classes."""
    return scope.compiler.require(list(names), scope)


@legacy("realize", -2, statement=True)
def realize(scope: Any, *references: Any) -> None:
    """Makes virtual resources real."""
    scope.compiler.realize(ruby.flattened(references), scope)


@legacy("create_resources", -3, statement=True)
def create_resources(scope: Any, *arguments: Any) -> None:
    """Declares a resource for each title in a hash of titles and parameters; further parameters are for all."""
    if len(arguments) > 3:
        raise CompileError(f"create_resources(): wrong number of arguments ({len(arguments)}; must be 2 or 3)")
    type_name, instances, defaults = (*arguments, {})[:3]
    if not isinstance(instances, dict):
        raise CompileError("create_resources(): second argument must be a hash")
    if not isinstance(defaults, dict):
        raise CompileError("create_resources(): third argument, if provided, must be a hash")
    if not isinstance(type_name, str):
        raise CompileError(f"undefined method `sub' for {ruby.described(type_name)}")
    by_title: dict[Any, Any] = {}
    for key, parameters in instances.items():
        if not isinstance(parameters, dict):
            raise CompileError(f"no implicit conversion of {ruby.class_or_constant(parameters)} into Hash")
        titles = from_hash_key(key)
        for title in titles if isinstance(titles, list) else [titles]:
            by_title[title if type(title) in (str, int) else ruby.to_s(title)] = parameters
    scope.compiler.create_resources(type_name, by_title, defaults, scope)


# ---------------------------------------------------------------- tags


@legacy("tag", -2, statement=True)
def tag(scope: Any, *tags: Any) -> None:
    """Gives the class or define that calls, and all that it contains, further tags."""
    scope.resource.tag(list(tags))


@legacy("tagged", -2)
def tagged(scope: Any, *tags: Any) -> bool:
    """Whether the catalog or the class or define that calls has every one of the tags."""
    names = [ruby.to_s(wanted).lower() for wanted in tags]
    known = scope.compiler.draft.tags
    return all(name in known or scope.resource.is_tagged_with([name]) for name in names)


# ---------------------------------------------------------------- defined


@function("defined", "Variant[String, Type[CatalogEntry], Type[Type[CatalogEntry]]] +vals")
def defined(scope: Any, *values: Any) -> bool:
    """Whether any of the things named is there: a variable, class or type by name, a resource by reference."""
    return any(_is_defined(scope, value) for value in values)


def _is_defined(scope: Any, value: Any) -> bool:
    if isinstance(value, str):
        return _is_name_defined(scope, value)
    if isinstance(value, types.PResourceType):
        return _is_resource_defined(scope, value)
    if isinstance(value, types.PClassType):
        return scope.compiler.find_resource("class", _class_name(value)) is not None
    inner = getattr(value, "type", None)
    if isinstance(inner, types.PResourceType):
        return _is_resource_defined(scope, inner)
    if isinstance(inner, types.PClassType):
        return scope.compiler.loader.find_class(_class_name(inner)) is not None
    return False


def _is_name_defined(scope: Any, name: str) -> bool:
    if name.startswith("$") and len(name) > 1:
        return bool(scope.has(name[1:]))
    if name in ("", "main"):
        return name == "main"
    compiler = scope.compiler
    return compiler.resource_type(name) is not None or compiler.loader.find_class(name) is not None


def _is_resource_defined(scope: Any, reference: types.PResourceType) -> bool:
    if reference.type_name is None:
        raise CompileError("The given resource type is a reference to all kind of types")
    if reference.title is None:
        return scope.compiler.resource_type(reference.type_name) is not None
    return scope.compiler.find_resource(reference.type_name, reference.title) is not None


def _class_name(reference: types.PClassType) -> str:
    if reference.class_name is None:
        raise CompileError("The given class type is a reference to all classes")
    return reference.class_name
