"""From a call's arguments to the Python function that takes them.

Rules, as observed from Puppet 7.23:
- Overloads are tried in the order in which they were declared; the first whose parameters and block fit is called.
- A block fits `Callable[2, 2]` where it can be called with two arguments; a block without a place to go is an error,
  so is a missing one that is required.
- A call that no overload takes is described against all of them (`types.describe_call`).
- A function of the older interface (`legacy`) takes anything, counts its arguments, sees undef among its arguments as
  an empty string and regular expressions, versions, times and Binary as strings; it never hears of a block.

A parameter whose type is told by the Python class alone costs one comparison of classes; where all that decided was
classes, the choice is remembered by the classes of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from bunraku.catalog.values import Binary
from bunraku.language.errors import CompileError
from bunraku.language.functions import ruby_text as ruby

if TYPE_CHECKING:
    from bunraku.language import types
    from bunraku.language.types import PType
    from bunraku.language.types.type_parser import Resolve


class Block(Protocol):
    """A lambda as a function sees it: called like a Python function."""

    parameter_names: Sequence[str]

    @property
    def ptype(self) -> PType:
        """Its Callable type."""
        ...

    def takes(self, count: int) -> bool:
        """Whether it can be called with `count` arguments."""
        ...

    def __call__(self, *arguments: Any) -> Any:
        """The value of its body; `next` is settled, `break` and `return` pass through as exceptions."""
        ...


_COUNTED: Final = {f"Callable[{n},{n}]": n for n in range(4)} | {f"Callable[{n}, {n}]": n for n in range(4)}
"""Types of blocks that are told by the number of arguments alone."""

# Types told by the class of the value: the classes that are instances, and whether every other class is none.
_BY_CLASS: Final[dict[str, tuple[tuple[type, ...], bool]]] = {
    "String": ((str,), True),
    "Integer": ((int,), True),
    "Float": ((float,), True),
    "Numeric": ((int, float), True),
    "Boolean": ((bool,), True),
    "Array": ((list,), True),
    "Array[Any]": ((list,), True),
    "Hash": ((dict,), True),
    "Hash[Any, Any]": ((dict,), True),
    "Collection": ((list, dict), True),
    "Binary": ((Binary,), True),
    "Undef": ((type(None),), True),
    "Iterable": ((list, dict, str), False),
    "Variant[String, Numeric]": ((str, int, float), True),
}


_local_types: dict[str, PType] = {}


def local_type(name: str, text: str) -> None:
    """Names a type for the signatures of built-in functions; messages show the name."""
    from bunraku.language.types import PTypeAliasType, parse

    _local_types[name] = PTypeAliasType(name, lambda: parse(text, _local_types.get))


class Parameter:
    """One parameter of a signature: its name, the text of its type, and which values it takes."""

    __slots__ = ("_classes", "_closed", "_resolve", "_type", "any", "name", "optional", "text")

    def __init__(self, text: str, name: str, optional: bool, resolve: Resolve = _local_types.get) -> None:
        self._resolve = resolve
        self.text = text
        self.name = name
        self.optional = optional
        self.any = text == "Any"
        self._type: PType | None = None
        self._classes, self._closed = _BY_CLASS.get(text, ((), False))

    @property
    def type(self) -> PType:
        """The parameter's type."""
        if self._type is None:
            from bunraku.language import types

            self._type = types.parse(self.text, self._resolve)
        return self._type

    def takes(self, value: Any) -> tuple[bool, bool]:
        """Whether `value` is an instance of the type, and whether its class alone told so."""
        if self.any:
            return True, True
        if type(value) in self._classes:
            return True, True
        if self._closed:
            return False, True
        return self.type.instance(value), False


class Signature:
    """What an overload takes. Written as `functions/__init__` tells.

    parameters: in order. least, most: how many arguments (most None = any number; the last parameter repeats).
    block: the block's parameter, or None where no block is taken. resolve: finds the types that are not built in.
    """

    __slots__ = ("_resolve", "block", "least", "most", "parameters")

    def __init__(self, text: str, resolve: Resolve = _local_types.get) -> None:
        self._resolve = resolve
        self.parameters: list[Parameter] = []
        self.block: Parameter | None = None
        self.least = 0
        self.most: int | None = 0
        for declaration in _split(text):
            self._declare(*declaration.rsplit(maxsplit=1))

    def _declare(self, type_text: str, marked_name: str) -> None:
        name = marked_name.lstrip("?*+&")
        mark = marked_name[: -len(name)]
        parameter = Parameter(type_text, name, "?" in mark, self._resolve)
        if "&" in mark:
            self.block = parameter
            return
        self.parameters.append(parameter)
        self.least += mark in ("", "+")
        self.most = None if mark in ("*", "+") or self.most is None else self.most + 1

    def described(self) -> types.Signature:
        """The signature as messages need it."""
        from bunraku.language import types

        size = types.PIntegerType(self.least, self.most)
        parameters = types.PTupleType([p.type for p in self.parameters], size)
        block = None if self.block is None else self.block.type
        if block is not None and self.block is not None and self.block.optional:
            block = types.parse("Optional").parameterize([block])
        names = [p.name for p in self.parameters]
        return types.Signature(
            types.PCallableType(parameters, block), names, self.block.name if self.block else "block"
        )

    def fits(self, arguments: Sequence[Any], block: Block | None) -> tuple[bool, bool]:
        """Whether a call fits, and whether the classes of its arguments and the block's count alone told so."""
        count = len(arguments)
        if count < self.least or (self.most is not None and count > self.most):
            return False, True
        by_class = True
        last = len(self.parameters) - 1
        for i, value in enumerate(arguments):
            taken, told_by_class = self.parameters[min(i, last)].takes(value)
            by_class = by_class and told_by_class
            if not taken:
                return False, by_class
        return self._fits_block(block), by_class

    def _fits_block(self, block: Block | None) -> bool:
        if block is None:
            return self.block is None or self.block.optional
        if self.block is None:
            return False
        if self.block.text == "Callable":
            return True
        wanted = _COUNTED.get(self.block.text)
        return block.takes(wanted) if wanted is not None else self.block.type.assignable(block.ptype)


def _split(text: str) -> list[str]:
    """The declarations of a signature: `text` split at the commas outside brackets, quotes and regexes."""
    parts: list[str] = []
    start = depth = 0
    quote = ""
    for i, c in enumerate(text):
        if quote:
            quote = "" if c == quote and text[i - 1] != "\\" else quote
        elif c in "'\"/":
            quote = c
        elif c in "[{":
            depth += 1
        elif c in "]}":
            depth -= 1
        elif c == "," and not depth:
            parts.append(text[start:i])
            start = i + 1
    return [p.strip() for p in (*parts, text[start:]) if p.strip()]


class Overload:
    """One signature of a function and the Python function behind it; the signature is read on first use."""

    __slots__ = ("_resolve", "_signature", "python", "text")

    def __init__(self, text: str, python: Callable[..., Any], resolve: Resolve = _local_types.get) -> None:
        self.text = text
        self.python = python
        self._resolve = resolve
        self._signature: Signature | None = None

    @property
    def signature(self) -> Signature:
        """What the overload takes."""
        if self._signature is None:
            self._signature = Signature(self.text, self._resolve)
        return self._signature


class NativeFunction:
    """A built-in function: its name, its overloads, and the choice among them.

    mismatch: where set, `mismatch(*arguments)` says in the function's own words why no overload takes a call, or None.
    ignores_block: whether a call's block is left alone, as functions of the older interface do.
    """

    __slots__ = ("_chosen", "ignores_block", "mismatch", "name", "overloads")

    def __init__(self, name: str) -> None:
        self.name = name
        self.overloads: list[Overload] = []
        self.mismatch: Callable[..., str | None] | None = None
        self.ignores_block = False
        self._chosen: dict[Any, Overload] = {}

    def call(self, scope: Any, arguments: Sequence[Any], block: Block | None = None) -> Any:
        """The function's value for `arguments`. Raises CompileError, without a place, for a call that does not fit."""
        if self.ignores_block:
            block = None
        key = (*map(type, arguments), None if block is None else (block.takes(1), block.takes(2)))
        overload = self._chosen.get(key) or self._choose(key, arguments, block)
        if overload.signature.block is None:
            return overload.python(scope, *arguments)
        return overload.python(scope, *arguments, block=block)

    def _choose(self, key: Any, arguments: Sequence[Any], block: Block | None) -> Overload:
        by_class = True
        for overload in self.overloads:
            fits, told_by_class = overload.signature.fits(arguments, block)
            by_class = by_class and told_by_class
            if fits:
                if by_class and (block is None or all(map(_is_counted, self.overloads))):
                    self._chosen[key] = overload
                return overload
        raise CompileError(self._why_not(arguments, block))

    def _why_not(self, arguments: Sequence[Any], block: Block | None) -> str:
        # What tells it in the function's own words is an overload without a block.
        own_words = None if block is not None or self.mismatch is None else self.mismatch(*arguments)
        if own_words:
            return f"'{self.name}' {own_words}"
        from bunraku.language import types

        return types.describe_call(self.name, [o.signature.described() for o in self.overloads], arguments, block)


def _is_counted(overload: Overload) -> bool:
    """Whether taking one argument or two is all that the overload asks of a block; choices are remembered by that."""
    block = overload.signature.block
    return block is None or block.text == "Callable" or _COUNTED.get(block.text) in (1, 2)


def legacy_call(name: str, arity: int, statement: bool, python: Callable[..., Any]) -> Callable[..., Any]:
    """The Python function behind a function of the older interface: `python` with its arguments counted and mapped.

    arity: the number of arguments; -n - 1 means n or more. statement: the function has no value.
    """
    least = arity if arity >= 0 else -arity - 1

    def call(scope: Any, *arguments: Any) -> Any:
        count = len(arguments)
        if count < least or (arity >= 0 and count > arity):
            wanted = f"minimum {least}" if arity < 0 else str(arity)
            raise CompileError(f"{name}(): Wrong number of arguments given ({count} for {wanted})")
        value = python(scope, *[_legacy_argument(a) for a in arguments])
        return None if statement else value

    call.__doc__ = python.__doc__

    return call


def _legacy_argument(value: Any) -> Any:
    return "" if value is None else _legacy_value(value)


def _legacy_value(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is list:
        return [_legacy_value(v) for v in value]
    if kind is dict:
        return {k: _legacy_value(v) for k, v in value.items()}
    passed = getattr(value, "passed", None)
    if passed is not None:
        return passed()
    if kind.__name__ in _AS_TEXT:
        return ruby.inspect(value)
    if kind.__name__ == "IteratorValue":
        raise CompileError("Use of an Iterator is not supported here")
    return value


_PLAIN: Final = (str, int, float, bool, type(None))
_AS_TEXT: Final = ("Regexp", "SemVer", "SemVerRange", "Binary", "Timespan", "Timestamp")
