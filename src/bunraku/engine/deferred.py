"""Deferred calls in a resource's parameters, made at its turn, when what they may depend on is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import Deferred, Sensitive
from bunraku.resources.base import ResourceError, ResourceType

Resolve = Callable[[Deferred], Any]
"""Makes a call whose arguments are plain values."""


def resolve(instance: ResourceType, call: Resolve | None) -> None:
    """Put values in the place of the calls. Raises ResourceError where nobody can make them, ValueError."""
    deferred = [name for name, value in instance.resource.parameters.items() if _holds(value, Deferred)]
    for name in deferred:
        value = _resolved(instance.resource.parameters[name], call)
        if _holds(value, Sensitive):
            value = _bare(value)
            instance.sensitive |= {name}
        instance.declare(name, value)
    if deferred:
        instance.validate()


def _resolved(value: Any, call: Resolve | None) -> Any:
    if isinstance(value, Deferred):
        if call is None:
            raise ResourceError(f"the deferred call of '{value.name}' cannot be made from a stored catalog")
        return call(Deferred(value.name, [_resolved(argument, call) for argument in value.arguments or []]))
    if isinstance(value, list):
        return [_resolved(item, call) for item in value]
    if isinstance(value, dict):
        return {key: _resolved(item, call) for key, item in value.items()}
    return value


def _holds(value: Any, kind: type) -> bool:
    """Whether there is a `kind` in a value, at any depth."""
    if isinstance(value, kind):
        return True
    if isinstance(value, list):
        return any(_holds(item, kind) for item in value)
    if isinstance(value, dict):
        return any(_holds(item, kind) for item in value.values())
    return False


def _bare(value: Any) -> Any:
    """A value with every Sensitive in it unwrapped."""
    if isinstance(value, Sensitive):
        return _bare(value.value)
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return value
