"""Scopes: where a variable is found.

Rules:
- A scope holds the variables set in one body: the top of the manifest, a node, a class, a define, a lambda.
- A variable is looked for in its scope, then along `next`: a lambda's surroundings; the class that a class inherits
  from; at last the node and the top. It never leads into whoever declared a class or define.
- Resource defaults take that other way (`Frame.parent`): from a body to the body that declared it.
- The groups of the last successful match, `$0` `$1` …, live in `match`. Conditionals put it back when they end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bunraku.language.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bunraku.language.compiler import Compiler
    from bunraku.language.definitions import Definition
    from bunraku.language.resource import Declaration, Parameter

MISSING: Final = object()
"""No such variable."""

PENDING: Final = object()
"""The value of a parameter whose turn has not come while the defaults of others are evaluated."""


class Frame:
    """What the scopes of one body share, however many lambdas are open in it.

    resource: the class, define or node being evaluated. source: its definition, which owns what it sets.
    parent: the frame of whoever declared it. scope: its outermost scope. defaults: resource defaults by type (`File`)
    and parameter.
    """

    __slots__ = ("compiler", "defaults", "parent", "resource", "scope", "source")

    def __init__(
        self, compiler: Compiler, parent: Frame | None, source: Definition | None, resource: Declaration | None
    ) -> None:
        self.compiler = compiler
        self.parent = parent
        self.source = source
        self.resource = resource
        self.defaults: dict[str, dict[str, Parameter]] = {}
        self.scope: Scope

    def holders(self) -> Iterator[Declaration]:
        """The resource that is being evaluated, who declared it, who declared that …"""
        frame: Frame | None = self
        while frame is not None and frame.resource is not None:
            yield frame.resource
            frame = frame.parent

    def defaults_for(self, type_name: str) -> dict[str, Parameter]:
        """The resource defaults for `type_name` here and in the frames around; nearer ones win."""
        found: dict[str, Parameter] = {} if self.parent is None else self.parent.defaults_for(type_name)
        own = self.defaults.get(type_name)
        return {**found, **own} if own else found


class Scope:
    """The variables of one body or lambda. Values are Puppet's values as `catalog.values` tells.

    output: inside of a template, the pieces of text (str or Sensitive) rendered so far.
    """

    __slots__ = ("compiler", "frame", "match", "next", "output", "variables")

    def __init__(self, frame: Frame, next: Scope | None) -> None:
        self.compiler = frame.compiler
        self.frame = frame
        self.next = next
        self.variables: dict[str, Any] = {}
        self.match: Any = None
        self.output: list[Any] = []

    def local(self, variables: dict[str, Any]) -> Scope:
        """A scope inside this one that starts with `variables`: a lambda's."""
        inner = Scope(self.frame, self)
        inner.variables = variables
        inner.match = self.match
        inner.output = self.output
        return inner

    @property
    def resource(self) -> Declaration:
        """The class, define or node that is being evaluated."""
        assert self.frame.resource is not None
        return self.frame.resource

    @property
    def source(self) -> str:
        """Where a message comes from, as logs show it: `Scope(Class[main])`."""
        return f"Scope({self.resource.ref})"

    # ---- variables

    def find(self, name: str) -> Any:
        """The value of a variable by name, `a::b` and `::a` too, or MISSING."""
        if "::" in name:
            owner, _, leaf = name.removeprefix("::").rpartition("::")
            return self.compiler.variable_of(owner, leaf)
        scope: Scope | None = self
        while scope is not None:
            value = scope.variables.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.next
        return self.compiler.top_variable(name)

    def lookup(self, name: str) -> Any:
        """The value of a variable, None for an unknown one. Raises CompileError, or warns, as `strict` says."""
        if name.isdigit():
            return self.group(int(name))
        value = self.find(name)
        if value is MISSING:
            self.compiler.unknown_variable(name, self.place())
            return None
        return value

    def fact(self, name: str) -> Any:
        """A fact's value, None for an unknown one."""
        value = self.compiler.fact(name)
        return None if value is MISSING else value

    def has(self, name: str) -> bool:
        """Whether there is such a variable (its value may be undef)."""
        return self.find(name) is not MISSING

    def set(self, name: str, value: Any) -> None:
        """Give a new variable its value. Raises CompileError for one that is already set here."""
        if name in self.variables:
            raise CompileError(f"Cannot reassign variable '${name}'")
        self.variables[name] = value

    def group(self, number: int) -> str | None:
        """`$number` of the last match, None where there is none."""
        match = self.match
        if match is None or number > match.re.groups:
            return None
        text: str | None = match[number]
        return text

    def all_variables(self) -> dict[str, Any]:
        """Every variable that can be read here without a namespace, the nearest of each name."""
        found = self.compiler.top_variables() if self.next is None else self.next.all_variables()
        return {**found, **self.variables}

    # ---- for functions

    def call_function(self, name: str, arguments: list[Any], block: Any = None) -> Any:
        """The value of the Puppet function `name`, built in or out of a module. Raises CompileError."""
        return self.compiler.function(name).call(self, arguments, block)

    def place(self) -> tuple[str | None, int | None, int | None]:
        """File, line and column of the call that is being made."""
        return self.compiler.place()

    def log(self, level: str, message: str) -> None:
        """Log a message as from this scope."""
        self.compiler.log(level, message, self.source)
