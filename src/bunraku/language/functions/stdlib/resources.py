"""Resources: declare what is not yet declared, and ask what is."""

from __future__ import annotations

import re
from typing import Any

from bunraku.catalog.values import from_hash_key, hash_key
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.catalog import create_resources
from bunraku.language.functions.stdlib import renamed
from bunraku.language.functions.stdlib.arrays import is_equal

_REFERENCE = re.compile(r"([^\[\]]+)\[(.+)\]", re.DOTALL)


def split_reference(text: str) -> tuple[str, str]:
    """Type and title of `Type[title]`. Raises CompileError for what is no reference."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise CompileError(f"No title provided and {ruby.inspect(text)} is not a valid resource reference")
    return match[1], match[2]


def _named_by(reference: Any) -> tuple[str, str] | None:
    """Type and title of a reference, as a value or as a text; None for what is none. Raises CompileError."""
    if isinstance(reference, str):
        return split_reference(reference)
    if isinstance(reference, types.PResourceType):
        return reference.type_name or "", reference.title or ""
    return ("class", reference.class_name or "") if isinstance(reference, types.PClassType) else None


@legacy("defined_with_params", -1)
def defined_with_params(scope: Any, *arguments: Any) -> bool:
    """Whether a resource is declared with (at least) these parameters; without a title, any of the type."""
    reference, parameters = (*arguments, None, None)[:2]
    if reference is None or reference is False:
        raise CompileError("Must specify a reference")
    found = _named_by(reference)
    if found is None:
        raise CompileError(f"Reference is not understood: '{ruby.ruby_class(reference)}'")
    type_name, title = found
    wanted = parameters if isinstance(parameters, dict) else {}
    return any(_has_parameters(resource, wanted) for resource in _resources(scope, type_name, title))


def _resources(scope: Any, type_name: str, title: str) -> list[Any]:
    compiler = scope.compiler
    if title:
        resource = compiler.find_resource(type_name, title)
        found = [] if resource is None else [resource]
    else:
        found = [r for r in compiler.draft.resources if r.type.lower() == type_name.lower()]
    return [r for r in found if r is not scope.resource]


def _has_parameters(resource: Any, wanted: dict[Any, Any]) -> bool:
    return all(is_equal(resource.value_of(from_hash_key(k)), v) for k, v in wanted.items())


@legacy("ensure_resource", -1, statement=True)
def ensure_resource(scope: Any, *arguments: Any) -> None:
    """Declares resources of a type by title, unless they are declared with these parameters."""
    type_name, titles, parameters = (*arguments, None, None, None)[:3]
    if type_name is None or type_name is False:
        raise CompileError("Must specify a type")
    if titles is None or titles is False:
        raise CompileError("Must specify a title")
    parameters = parameters or {}
    for title in ruby.flattened([titles]):
        if not defined_with_params(scope, f"{ruby.to_s(type_name)}[{ruby.to_s(title)}]", parameters):
            create_resources(scope, ruby.text_of(type_name), {hash_key(title): parameters})


@legacy("ensure_resources", -1, statement=True)
def ensure_resources(scope: Any, *arguments: Any) -> None:
    """`ensure_resource` for each title in a hash of titles and parameters; further parameters are for all."""
    type_name, resources, defaults = (*arguments, None, None, None)[:3]
    if type_name is None or type_name is False:
        raise CompileError("Must specify a type")
    if resources is None or resources is False:
        raise CompileError("Must specify a title")
    if not isinstance(resources, dict):
        raise CompileError("ensure_resources(): Requires second argument to be a Hash")
    for key, parameters in resources.items():
        ensure_resource(scope, type_name, from_hash_key(key), (defaults or {}) | (parameters or {}))


@function("stdlib::ensure_packages", "Variant[String[1], Array[String[1]]] packages, Hash ?default_attributes")
def ensure_packages(scope: Any, packages: Any, attributes: dict[str, Any] | None = None) -> None:
    """Declares packages, unless they are declared."""
    for name in packages if isinstance(packages, list) else [packages]:
        parameters = {"ensure": "installed"} | (attributes or {})
        if parameters["ensure"] in ("present", "installed"):
            present = defined_with_params(scope, f"Package[{name}]", {"ensure": "present"})
            parameters["ensure"] = "present" if present else "installed"
        ensure_resource(scope, "package", name, parameters)


@function("stdlib::ensure_packages", "Hash[String[1], Any] packages, Hash ?default_attributes")
def ensure_packages_of_hash(scope: Any, packages: dict[str, Any], attributes: dict[str, Any] | None = None) -> None:
    """The same for a hash of names and parameters."""
    for name, own in packages.items():
        ensure_packages(scope, name, (attributes or {}) | (own or {}))


renamed("ensure_packages")


@legacy("getparam", -1)
def getparam(scope: Any, *arguments: Any) -> Any:
    """The value of a resource's parameter; an empty string where there is none."""
    reference, parameter = (*arguments, None, None)[:2]
    if reference is None or reference is False:
        raise CompileError("Must specify a reference")
    if not isinstance(parameter, str):
        raise CompileError("Must specify name of a parameter")
    if not parameter:
        return ""
    resource = scope.compiler.find_resource(*(_named_by(reference) or split_reference(ruby.to_s(reference))))
    value = None if resource is None else resource.value_of(parameter)
    return "" if value is None else value


@function("stdlib::str2resource", "String res_string")
def str2resource(scope: Any, text: str) -> Any:
    """The reference to a declared resource, out of a text like "File[/etc/hosts]"."""
    type_name, title = split_reference(text)
    resource = scope.compiler.find_resource(type_name, title)
    if resource is None:
        raise CompileError(
            f"stdlib::str2resource(): could not find {types.capitalize_segments(type_name)}[{title}], "
            "this is parse order dependent and values should not be quoted"
        )
    return types.PResourceType(resource.type, resource.title)


# ---------------------------------------------------------------- private classes


@legacy("assert_private", -1, statement=True)
def assert_private(scope: Any, *arguments: Any) -> None:
    """Fails unless the class or define that calls was declared from its own module."""
    if len(arguments) > 1:
        raise CompileError(f"assert_private(): Wrong number of arguments given ({len(arguments)}}}) for 0 or 1)")
    if scope.lookup("module_name") == scope.lookup("caller_module_name"):
        return
    if arguments and isinstance(arguments[0], str):
        raise CompileError(arguments[0])
    definition = scope.resource.definition
    kind = "Class" if scope.resource.is_class else "Definition"
    raise CompileError(f"{kind} {definition.name if definition else scope.resource.title} is private")


@legacy("private", -1, statement=True)
def private(scope: Any, *arguments: Any) -> None:
    """The older name of `assert_private`."""
    scope.log(
        "warning",
        "private() DEPRECATED: This function will cease to function on Puppet 4; please use assert_private() before "
        "upgrading to puppet 4 for backwards-compatibility, or migrate to the new parser's typing system.",
    )
    assert_private(scope, *arguments[:1])


# ---------------------------------------------------------------- ensure


@function(
    "stdlib::ensure",
    "Variant[Boolean, Enum['present', 'absent']] ensure, "
    "Optional[Enum['directory', 'link', 'mounted', 'service', 'file', 'package']] ?resource",
)
def ensure(scope: Any, wanted: Any, kind: str | None = None) -> str:
    """The value for `ensure` of a kind of resource that is wanted or not."""
    present = wanted is True or wanted == "present"
    if kind == "package":
        return "installed" if present else "absent"
    if kind == "service":
        return "running" if present else "stopped"
    return (kind or "present") if present else "absent"
