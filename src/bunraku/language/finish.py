"""The end of a compilation: from the draft to the catalog.

In order: relationships become parameters, overrides that waited for their resource are merged, values that were
Sensitive are laid open and named, parameters are validated, metaparameters and tags go down from containers to what
they contain, references in relationships are checked; what stayed virtual is left out.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from bunraku.catalog.catalog import Catalog, Edge, Resource
from bunraku.catalog.values import Sensitive, from_hash_key
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.resource import Declaration, flattened, reference_text

if TYPE_CHECKING:
    from bunraku.language.compiler import Compiler

RELATIONSHIPS = frozenset(("require", "subscribe", "before", "notify"))
INHERITED = ("noop", "schedule", "audit", "loglevel", "alias", "tag", "stage")
"""Metaparameters that what is contained takes over from its container."""


def finish(compiler: Compiler) -> None:
    """Complete the draft. Raises CompileError for what does not hold together."""
    for relationship in compiler.relationships:
        relationship.apply(compiler)
    for resource in compiler.draft.evaluated:
        for override in compiler.waiting.pop(resource.ref_, ()):
            compiler.merge(resource, override)
        _finish_resource(resource)
    _pass_down(compiler)
    _fail_on_unfinished(compiler)
    _check_references(compiler)


def _finish_resource(resource: Declaration) -> None:
    if resource.is_finished:
        return
    resource.is_finished = True
    resource.add_tags_of_container()
    parameters = resource.parameters
    sensitive = [name for name, value in parameters.items() if type(value) is Sensitive]
    if sensitive:
        resource.sensitive = frozenset(sensitive)
        resource.parameters = {n: v.value if type(v) is Sensitive else v for n, v in parameters.items()}
    kind = resource.resource_type
    if kind is not None and kind.definition is None:
        if not parameters.keys() <= kind.names:
            from bunraku.language.suggest import nearest

            name = next(name for name in parameters if not kind.takes(name))
            hint = nearest(name, kind.parameter_names())
            message = f"no parameter named '{name}' on {resource.ref}"
            raise CompileError(message, file=resource.file, line=resource.line, hint=hint)
    elif resource.was_changed and resource.definition is not None:
        resource.definition.check(resource, parameters)


def _pass_down(compiler: Compiler) -> None:
    """Give what is contained the tags, and the inherited metaparameters, of what contains it."""
    draft = compiler.draft
    data: dict[str, dict[str, Any]] = {}
    main = draft.find("Class[main]")
    assert main is not None
    waiting, seen = deque([main]), set()
    while waiting:
        source = waiting.popleft()
        if source.ref_ in seen:
            continue
        seen.add(source.ref_)
        contents = draft.contents.get(source.ref_)
        if not contents:
            continue
        inherited = data.get(source.ref_) or _metaparameters(source)
        tags = source.tags
        for target in contents:
            if inherited:
                for name, value in inherited.items():
                    if target.parameters.get(name) is None:
                        target.set(name, value)
                data[target.ref_] = {**inherited, **_metaparameters(target)}
            target.tags.update(tags)
        waiting.extend(contents)


def _metaparameters(resource: Declaration) -> dict[str, Any]:
    parameters = resource.parameters
    return {name: parameters[name] for name in INHERITED if parameters.get(name) is not None}


def _fail_on_unfinished(compiler: Compiler) -> None:
    if compiler.waiting:
        missing = ", ".join(ref for ref, overrides in compiler.waiting.items() for _ in overrides)
        raise CompileError(f"Could not find resource(s) {missing} for overriding")
    missing = ", ".join(ref for collector in compiler.collectors for ref in collector.unresolved())
    if missing:
        raise CompileError(f"Failed to realize virtual resources {missing}")


def _check_references(compiler: Compiler) -> None:
    for resource in compiler.draft.evaluated:
        if resource.virtual:
            continue
        for name, value in resource.parameters.items():
            if name in RELATIONSHIPS and value is not None:
                _check_relationship(compiler, resource, name, value)


def _check_relationship(compiler: Compiler, resource: Declaration, name: str, value: Any) -> None:
    for reference in flattened([value]):
        if reference is None:
            continue
        shown = reference_text(reference)
        file, line = resource.places.get(name, (None, None))
        try:
            found = compiler.find_reference(shown)
        except CompileError as error:
            raise CompileError(error.message, file=file, line=line) from None
        if found is None:
            message = f"Could not find resource '{shown}' in parameter '{name}'"
            raise CompileError(message, file=file, line=line, hint=compiler.hint_for_reference(shown))


# ---------------------------------------------------------------- the catalog


def catalog_of(compiler: Compiler) -> Catalog:
    """The draft as the catalog that a host gets: without virtual and exported resources."""
    draft = compiler.draft
    catalog = Catalog(compiler.inputs.certname, compiler.inputs.environment)
    catalog.classes = list(draft.classes)
    catalog.tags = list(draft.tags)
    for resource in draft.resources:
        if not resource.virtual:
            catalog.add(_final(resource))
    kept = catalog.resources
    for ref in kept:
        catalog.edges.extend(Edge(source, ref) for source in draft.containers.get(ref, ()) if source in kept)
    return catalog


def _final(declared: Declaration) -> Resource:
    return Resource(
        declared.type,
        declared.title,
        _final_parameters(declared),
        file=declared.file,
        line=declared.line,
        tags=declared.tags,
        exported=declared.exported,
        sensitive=declared.sensitive,
        kind=declared.kind,
    )


def _final_parameters(declared: Declaration) -> dict[str, Any]:
    """The parameters on the wire: those that have a value, the namevar only where the title does not say it."""
    if declared.ref_ in ("Class[main]", "Stage[main]"):
        # Their titles are no strings in the reference, so that they never equal the name.
        return {"name": "main"} | {n: _final_value(v) for n, v in declared.parameters.items() if v is not None}
    kind = declared.resource_type
    namevar = (kind.namevar or "name") if kind is not None else "name"
    found: dict[str, Any] = dict(kind.of_title(declared.title)) if kind is not None and kind.title_patterns else {}
    for name, value in declared.parameters.items():
        if value is None:
            continue
        if name in RELATIONSHIPS and isinstance(value, list):
            value = [each for each in flattened(value) if each is not None]
        found[namevar if name == "name" else name] = _final_value(value)
    if not declared.title_is_text:
        found.setdefault(namevar, declared.title)
    elif found.get(namevar) == declared.title:
        del found[namevar]
    return found


def _final_value(value: Any) -> Any:
    kind = type(value)
    if kind is list:
        if any(isinstance(v, (types.PResourceType, types.PClassType)) for v in flattened(value)):
            value = flattened(value)
        return [_final_value(v) for v in value]
    if kind is dict:
        return {_final_key(k): _final_value(v) for k, v in value.items()}
    if kind is types.PResourceType or kind is types.PClassType:
        return reference_text(value)
    return value


def _final_key(key: Any) -> Any:
    value = from_hash_key(key)
    return reference_text(value) if isinstance(value, (types.PResourceType, types.PClassType)) else key
