"""What a template function is: a name, the Go types of its parameters, and what it does.

Arguments are checked against the types before the call, so that a function may trust them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bunraku.confd.template.values import Value

ACCEPTS: dict[str, Callable[[Value], bool]] = {
    "string": lambda value: isinstance(value, str),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float64": lambda value: isinstance(value, float),
    "bool": lambda value: isinstance(value, bool),
    # Go would refuse the []interface{} that `jsonArray` gives; strings in it are strings all the same.
    "[]string": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "[]interface {}": lambda value: isinstance(value, list),
    "map[string]interface {}": lambda value: isinstance(value, dict),
}
"""Which values each type takes; every value is an `interface {}`."""

NILABLE = frozenset({"interface {}", "[]string", "[]interface {}", "map[string]interface {}"})
"""The types that nil is a value of."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of templates. `rest` is the type of each further argument, None where there may be none."""

    name: str
    call: Callable[..., Value]
    params: tuple[str, ...] = ()
    rest: str | None = None

    def type_of(self, index: int) -> str:
        """The type of the argument at `index`."""
        if index < len(self.params):
            return self.params[index]
        assert self.rest is not None
        return self.rest


class Functions(dict[str, Function]):
    """Functions by name; filled by decorating them."""

    def add(
        self, name: str, *params: str, rest: str | None = None
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Enter the decorated function as `name`, with its parameters' Go types."""

        def enter(call: Callable[..., Any]) -> Callable[..., Any]:
            self[name] = Function(name, call, params, rest)
            return call

        return enter
