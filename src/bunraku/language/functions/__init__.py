"""The built-in functions: one file a family, found by name, imported on first use.

How a function is written (in a family's file):

    @function("split", "String str, String pattern")
    def split_by_text(scope, text, pattern): ...

    @function("split", "String str, Regexp pattern")
    def split_by_regexp(scope, text, pattern): ...

- Each signature adds an overload; the first that takes the arguments is called. `scope` is the calling scope
  (variables, `scope.compiler`, logging); values are Puppet's values as `catalog.values` tells.
- A signature is a comma-separated list of `TYPE name`, with a mark before the name: none = required, `?` = optional,
  `*` = any number (last), `+` = at least one (last). A lambda comes last as `Callable[…] &block`, or `?&block`, and
  arrives as the keyword argument `block` (None where it was left out). The types and names are those that Puppet's
  own messages show.
- A block is called like a Python function: `block(a, b)`; `block.takes(n)` tells whether n arguments fit.
  `Next` is settled inside the block; `Break` passes through, and the iterating function settles it.
- `@legacy("md5", 1)` writes a function of Puppet's older interface: any arguments, only counted.
- `@on_mismatch("compare")` decorates what says in the function's own words why a call does not fit.
- A function raises `CompileError` without a place; the evaluator adds the place of the call.

FAMILIES names what each file holds, so that one function costs one import; a test holds it against the files.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from bunraku.language.functions.dispatch import (
    Block,
    NativeFunction,
    Overload,
    Signature,
    legacy_call,
    local_type,
)

__all__ = [
    "FAMILIES",
    "Block",
    "NativeFunction",
    "Signature",
    "find",
    "function",
    "legacy",
    "local_type",
    "names",
    "on_mismatch",
]

FAMILIES: dict[str, str] = {
    "catalog": "contain create_resources defined include realize require tag tagged",
    "collections": "dig empty flatten join keys length size sort unique values",
    "digests": "digest md5 sha1 sha256",
    "iteration": """
        all any break each filter group_by index lest map next partition reduce return reverse_each slice step then
        with
    """,
    "logging": "alert crit debug emerg err fail info notice warning",
    "matching": "match regsubst split",
    "numbers": "abs ceiling compare floor max min round",
    "randomness": "fqdn_rand",
    "shell": "shellquote",
    "sprintf": "sprintf",
    "stdlib.arrays": """
        clamp concat count delete delete_at delete_regex delete_undef_values delete_values difference grep
        intersection join_keys_to_values member pick pick_default prefix range reject reverse suffix union values_at
        zip
    """,
    "stdlib.conversions": "any2array any2bool bool2num bool2str convert_base num2bool str2bool to_bytes",
    "strings": "camelcase capitalize chomp chop downcase lstrip rstrip strip upcase",
    "versions": "versioncmp",
}

_family_of = {name: family for family, names in FAMILIES.items() for name in names.split()}
_functions: dict[str, NativeFunction] = {}


def function(name: str, *signatures: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the decorated Python function as what the Puppet function `name` does for the signatures."""

    def register(python: Callable[..., Any]) -> Callable[..., Any]:
        _registered(name).overloads.extend(Overload(signature, python) for signature in signatures)
        return python

    return register


def legacy(name: str, arity: int, *, statement: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the decorated Python function as the older-style Puppet function `name`.

    arity: the number of arguments; -n - 1 means n or more. statement: the function has no value.
    """

    def register(python: Callable[..., Any]) -> Callable[..., Any]:
        _registered(name).overloads.append(Overload("Any *args", legacy_call(name, arity, statement, python)))
        return python

    return register


def on_mismatch(name: str) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """Registers what tells, from the arguments, why no overload of `name` takes them (None: the usual words)."""

    def register(python: Callable[..., str | None]) -> Callable[..., str | None]:
        _registered(name).mismatch = python
        return python

    return register


def _registered(name: str) -> NativeFunction:
    return _functions.setdefault(name, NativeFunction(name))


def find(name: str) -> NativeFunction | None:
    """The built-in function `name`, or None where there is none."""
    found = _functions.get(name)
    if found is None and name in _family_of:
        import_module(f"{__name__}.{_family_of[name]}")
        found = _functions[name]
    return found


def names() -> list[str]:
    """The names of all built-in functions, in order."""
    return sorted(_family_of)
