"""Type signatures: which parameters a resource type has, without what it does with them.

The compiler asks a `Registry` whether `file` is a type and `ensure` one of its parameters; the engine asks the same
objects how to read a value. Types declared in code (ours, in `resources/`) and types read out of Ruby modules both
answer in this form.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

METAPARAMETERS: Mapping[str, str] = {
    "alias": "Another name by which code may refer to the resource.",
    "audit": "Properties that are compared with what they were on the last run, and told of where they differ; or all.",
    "before": "Resources that come after this one.",
    "consume": "Accepted, of no effect: resources of other nodes that this one needs.",
    "export": "Accepted, of no effect: what this one gives to resources of other nodes.",
    "loglevel": "The level of what is logged about it: debug, info, notice, warning, err, alert, emerg, crit.",
    "noop": "true: what would be changed is told and not done; false: it is done though the run only tells.",
    "notify": "Resources that come after this one and are refreshed when it changes.",
    "require": "Resources that come before this one.",
    "schedule": "The schedule in whose times it may be managed.",
    "stage": "For classes: the stage of the run to which it belongs.",
    "subscribe": "Resources that come before this one, and refresh it when they change.",
    "tag": "Words by which runs (`--tags`) and collectors choose it.",
}
"""What every resource can be told, of whatever type, and what that means."""


class ParameterSignature(NamedTuple):
    """One parameter: its name, what it is for (one paragraph), and whether it is state that can be out of sync."""

    name: str
    doc: str = ""
    is_property: bool = False


class TypeSignature(NamedTuple):
    """A resource type's surface.

    name: lower case (`file`). parameters: by name. namevars: the parameters that identify a resource; the title
    stands for a sole namevar. title_patterns: pairs of a regular expression in Ruby's syntax and the parameters that
    its groups fill, for types with several namevars. isomorphic: False where two resources may share a namevar (exec,
    notify). is_surface: whether the names are all that is known of it, so that a module's type says more.
    """

    name: str
    parameters: Mapping[str, ParameterSignature]
    namevars: tuple[str, ...] = ("name",)
    title_patterns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    isomorphic: bool = True
    doc: str = ""
    extra: Mapping[str, Any] = MappingProxyType({})
    is_surface: bool = False


class Registry(Protocol):
    """Where signatures are found."""

    def names(self) -> list[str]:
        """The names of all types that it knows: what a misspelt one may have meant."""

    def find(self, name: str) -> TypeSignature | None:
        """The signature of the type called `name` (lower case), or None where there is no such type."""
