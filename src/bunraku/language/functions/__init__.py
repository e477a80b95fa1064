"""The built-in functions: one file a family, found by name, imported on first use.

How a function is written (in a family's file):

    @function("split", "String text, String pattern")
    def split_by_text(scope, text, pattern): ...

    @function("split", "String text, Regexp pattern")
    def split_by_regexp(scope, text, pattern): ...

- Each decoration adds an overload; the first whose signature takes the arguments is called. `scope` is the calling
  scope (variables, `scope.compiler`, logging); values are Puppet's values as `catalog.values` tells.
- A signature is a comma-separated list of `TYPE name`, with a mark before the name: none = required, `?` = optional,
  `*` = any number (last), `+` = at least one (last). A lambda comes last as `Callable[…] &block`, or `?&block`, and
  arrives as the keyword argument `block` (None where it was left out). The types are Puppet's own.
- A block is called like a Python function: `block(a, b)`; `block.takes(n)` tells whether n arguments fit.
  `Next` is settled inside the block; `Break` passes through, and the iterating function settles it.
- A function raises `CompileError` without a place; the evaluator adds the place of the call.

FAMILIES names what each file holds, so that one function costs one import; a test holds it against the files.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

FAMILIES: dict[str, tuple[str, ...]] = {}

_family_of = {name: family for family, names in FAMILIES.items() for name in names}
_overloads: dict[str, list[Overload]] = {}


class Overload:
    """One signature of a function and the Python function behind it."""

    __slots__ = ("python", "signature")

    def __init__(self, signature: str, python: Callable[..., Any]) -> None:
        self.signature = signature
        self.python = python


def function(name: str, signature: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the decorated Python function as an overload of the Puppet function `name`."""

    def register(python: Callable[..., Any]) -> Callable[..., Any]:
        _overloads.setdefault(name, []).append(Overload(signature, python))
        return python

    return register


def find(name: str) -> list[Overload] | None:
    """The overloads of the built-in function `name`, or None where there is none."""
    family = _family_of.get(name)
    if family is None:
        return None
    import_module(f"{__name__}.{family}")
    return _overloads[name]
