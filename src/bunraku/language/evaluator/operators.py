"""Operators.

Rules, observed from Puppet 7.23:
- Integers have 64 bits; a result outside is an error. Division of integers rounds down, as Ruby's and Python's does.
- A string that looks like a number is one to an arithmetic operator, with a warning under `strict`.
- `+`, `-` and `<<` also join, take away and append where the left side is a collection.
- Types compare by assignability, all else by value; strings compare regardless of (ASCII) case.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import Binary, from_hash_key, hash_key
from bunraku.language import labels, nodes, types
from bunraku.language.errors import CompileError
from bunraku.language.evaluator.unit import Closure, Unit, makes
from bunraku.language.evaluator.values import truthy
from bunraku.language.scope import Scope

MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)

_NUMBER = re.compile(r"\A[ \t]*([-+]?)[ \t]*((0[xX][0-9A-Fa-f]+)|(0?\d+)((?:\.\d+)?(?:[eE]-?\d+)?))[ \t]*\Z", re.ASCII)


def to_number(value: Any) -> int | float | None:
    """The number that `value` is, or that its text spells (decimal, octal, hexadecimal, float); None where none is."""
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    match = _NUMBER.match(value) if kind is str else None
    if match is None:
        return None
    sign, digits, hexadecimal, integer, fraction = match.groups()
    try:
        if fraction:
            number: int | float = float(digits)
            if math.isinf(number):
                return None
        elif hexadecimal:
            number = int(digits, 16)
        else:
            number = int(integer, 8) if len(integer) > 1 and integer[0] == "0" else int(integer)
    except ValueError:
        return None
    return -number if sign == "-" else number


def numeric(unit: Unit, node: nodes.Node, scope: Scope, value: Any) -> Any:
    """`value` as an operand of arithmetic: a number, a time, or the number that a string spells."""
    kind = type(value)
    if kind is int or kind is float or is_time(value) or is_version(value):
        return value
    number = to_number(value)
    if number is None:
        from bunraku.language.functions.ruby_text import to_s

        raise unit.issue(node, f"The value '{to_s(value)}' cannot be converted to Numeric.")
    strict = scope.compiler.strict
    if strict != "off":
        shown = types.interpolate(number)
        message = f"The string '{value}' was automatically coerced to the numerical value {shown}"
        if strict == "error":
            raise unit.issue(node, message)
        unit.warn(scope, node, message)
    return number


def is_time(value: Any) -> bool:
    """Whether it is a Timespan or Timestamp."""
    return hasattr(value, "nanoseconds")


def is_version(value: Any) -> bool:
    """Whether it is a SemVer, which counts as a number until something is made of it."""
    return hasattr(value, "prerelease")


# ---------------------------------------------------------------- unary


@makes(nodes.Unary)
def _unary(unit: Unit, node: nodes.Unary) -> Closure:
    operand = unit.closure(node.operand)
    if node.operator == "!":
        return lambda scope: not truthy(operand(scope))
    if node.operator == "*":
        return lambda scope: unfolded(operand(scope))

    def minus(scope: Scope) -> Any:
        value = numeric(unit, node, scope, operand(scope))
        if is_version(value):
            raise unit.placed(_no_number(), node)
        if is_time(value) and not hasattr(value, "__neg__"):
            raise unit.placed(CompileError(f"{types.with_article(types.label(value), True)} cannot be negative"), node)
        return -value

    return minus


def unfolded(value: Any) -> list[Any]:
    """What `*value` stands for: an array's elements, a hash's pairs, nothing for undef, else the value itself."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return pairs(value)
    if isinstance(value, types.IteratorValue):
        return value.to_list()
    return [value]


def pairs(value: dict[Any, Any]) -> list[Any]:
    """A hash as an array of its keys and values."""
    return [[from_hash_key(key), item] for key, item in value.items()]


# ---------------------------------------------------------------- binary


@makes(nodes.Binary)
def _binary(unit: Unit, node: nodes.Binary) -> Closure:
    left, right = unit.closure(node.left), unit.closure(node.right)
    if node.operator in _ARITHMETIC:
        return _arithmetic(unit, node, left, right)
    return _BINARY[node.operator](unit, node, left, right)


def _and(unit: Unit, node: nodes.Binary, left: Closure, right: Closure) -> Closure:
    # As `truthy` says, without the calls: there is no more frequent operator.
    def both(scope: Scope) -> bool:
        value = left(scope)
        if value is None or value is False:
            return False
        value = right(scope)
        return value is not None and value is not False

    return both


def _or(unit: Unit, node: nodes.Binary, left: Closure, right: Closure) -> Closure:
    def either(scope: Scope) -> bool:
        value = left(scope)
        if value is not None and value is not False:
            return True
        value = right(scope)
        return value is not None and value is not False

    return either


def _equal(unit: Unit, node: nodes.Binary, left: Closure, right: Closure) -> Closure:
    equals, negated = types.equals, node.operator == "!="

    def equal(scope: Scope) -> bool:
        a, b = left(scope), right(scope)
        return (a is b or equals(a, b)) is not negated

    return equal


def _compare(unit: Unit, node: nodes.Binary, left: Closure, right: Closure) -> Closure:
    holds: Callable[[Any, Any], bool] = _ORDER[node.operator]

    def compare(scope: Scope) -> bool:
        a, b = left(scope), right(scope)
        kind = type(a)
        if kind is int and type(b) is int:
            return holds(a, b)
        if isinstance(a, types.PType):
            return _compare_types(node.operator, a, b)
        if kind in (int, float) and is_version(b):
            raise unit.placed(_no_number(), node)
        try:
            return holds(types.compare(a, b), 0)
        except CompileError as error:
            shown = f"{types.label(a)} {node.operator} {types.label(b)}"
            message = f"Comparison of: {shown}, is not possible. Caused by '{error.message}'."
            raise unit.issue(node, message) from None

    return compare


def _compare_types(operator: str, a: Any, b: Any) -> bool:
    if not isinstance(b, types.PType):
        return False
    if operator in ("<", "<="):
        a, b = b, a
    return bool(a.assignable(b)) and (len(operator) == 2 or not types.equals(a, b))


def _match(unit: Unit, node: nodes.Binary, left: Closure, right: Closure) -> Closure:
    negated = node.operator == "!~"

    def match(scope: Scope) -> bool:
        a, pattern = left(scope), right(scope)
        if isinstance(pattern, types.PType):
            return pattern.instance(a) is not negated
        if hasattr(pattern, "includes"):  # a range of versions
            return types.matches(a, pattern) is not negated
        regexp = _regexp(unit, node, pattern)
        if not isinstance(a, str):
            message = f"Left match operand must result in a String value. Got {types.with_article(types.label(a))}."
            raise unit.issue(node.left, message)
        found = regexp.search(a)
        if found is not None:
            scope.match = found
        return (found is not None) is not negated

    return match


def _regexp(unit: Unit, node: nodes.Binary, pattern: Any) -> types.Regexp:
    """The right side of a match as a regular expression that can be run."""
    try:
        if not isinstance(pattern, (str, types.Regexp)):
            from bunraku.language.functions.ruby_text import class_or_constant

            raise CompileError(f"no implicit conversion of {class_or_constant(pattern)} into String")
        regexp = types.Regexp(pattern) if isinstance(pattern, str) else pattern
        regexp.search("")
    except CompileError as error:
        message = "Can not convert right match operand to a regular expression."
        raise unit.issue(node.right, f"{message} Caused by '{error.message}'.") from None
    return regexp


def _in(unit: Unit, node: nodes.Binary, left: Closure, right: Closure) -> Closure:
    def contained(scope: Scope) -> bool:
        a, b = left(scope), right(scope)
        return types.includes(a, b, matched_in(scope))

    return contained


def matched_in(scope: Scope) -> Callable[[Any], None]:
    """What leaves the groups of a match in `scope`; no match leaves what is there."""

    def matched(match: Any) -> None:
        if match is not None:
            scope.match = match

    return matched


_ORDER: dict[str, Any] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_BINARY: dict[str, Callable[[Unit, nodes.Binary, Closure, Closure], Closure]] = {
    "and": _and,
    "or": _or,
    "in": _in,
    "==": _equal,
    "!=": _equal,
    "=~": _match,
    "!~": _match,
    **dict.fromkeys(_ORDER, _compare),
}


# ---------------------------------------------------------------- arithmetic


def _divide(a: Any, b: Any) -> Any:
    if type(a) is int and type(b) is int:
        return a // b
    if b == 0:
        return math.nan if a == 0 or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


def _shift_left(a: Any, b: Any) -> Any:
    if type(a) is not int or type(b) is not int:
        raise TypeError
    if b > 64:
        return 0 if a == 0 else MAX_INTEGER + 1 if a > 0 else MIN_INTEGER - 1
    return a << b if b >= 0 else a >> -b


def _shift_right(a: Any, b: Any) -> Any:
    return _shift_left(a, -b) if type(b) is int else _shift_left(a, b)


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": operator.mod,
    "<<": _shift_left,
    ">>": _shift_right,
}
_ON_COLLECTIONS = ("+", "-", "<<")


def _arithmetic(unit: Unit, node: nodes.Binary, left: Closure, right: Closure) -> Closure:
    sign, calculate = node.operator, _ARITHMETIC[node.operator]

    def arithmetic(scope: Scope) -> Any:
        a, b = left(scope), right(scope)
        if type(a) is int and type(b) is int and (b or sign not in "/%"):
            result = calculate(a, b)
        elif isinstance(a, (list, dict)) and sign in _ON_COLLECTIONS:
            return _on_collection(unit, node, a, b)
        elif sign == "+" and (isinstance(a, Binary) or hasattr(a, "joined")):
            return _joined(unit, node, a, b)
        else:
            a, b = numeric(unit, node.left, scope, a), numeric(unit, node.right, scope, b)
            result = _calculate(unit, node, a, b)
        if type(result) is int and not MIN_INTEGER <= result <= MAX_INTEGER:
            raise _overflow(unit, node, result)
        return result

    return arithmetic


def _calculate(unit: Unit, node: nodes.Binary, a: Any, b: Any) -> Any:
    sign = node.operator
    if type(a) is float and (sign == "%" or (sign in ("<<", ">>") and not is_time(b))):
        raise _not_applicable(unit, node, a)
    if sign == "%" and type(b) is float:
        raise _not_applicable(unit, node, a, b)
    if b == 0 and type(a) is int and type(b) is int and sign in ("/", "%"):
        raise unit.issue(node.right, "Division by 0")
    if (is_version(a) and not is_time(b)) or (is_version(b) and not is_time(a)):
        raise _of_version(unit, node, a)
    if type(b) is float and sign in ("<<", ">>"):
        b = int(b)
    try:
        result = _on_times(unit, node, a, b) if is_time(a) or is_time(b) else _ARITHMETIC[sign](a, b)
    except OverflowError:
        result = math.inf
    if type(result) is float and math.isinf(result):
        raise unit.issue(node.left, f"The result of the {sign} expression is Infinity")
    return result


def _on_times(unit: Unit, node: nodes.Binary, a: Any, b: Any) -> Any:
    try:
        return types.time_arithmetic(node.operator, a, b)
    except ZeroDivisionError:
        raise unit.issue(node.right, "Division by 0") from None
    except CompileError as error:
        raise unit.placed(error, node) from None
    except TypeError:
        when = b if is_time(b) and (type(a) in (int, float) or is_version(a)) else None
        raise _not_applicable(unit, node, a, when) from None


def _of_version(unit: Unit, node: nodes.Binary, a: Any) -> CompileError:
    """What is wrong with arithmetic with a version: `-`, `*`, `/` and `+` try to make a number of it."""
    if is_version(a) or node.operator in ("<<", ">>"):
        return _not_applicable(unit, node, a)
    return unit.placed(_no_number(), node)


def _no_number() -> CompileError:
    return CompileError("can't convert SemanticPuppet::Version into Float")


def _not_applicable(unit: Unit, node: nodes.Binary, a: Any, b: Any = None) -> CompileError:
    message = f"Operator '{node.operator}' is not applicable to {types.with_article(types.label(a))}"
    if b is not None:
        message += f" when right side is {types.with_article(types.label(b))}"
    return unit.issue(node.left, message + ".")


def _overflow(unit: Unit, node: nodes.Binary, result: int) -> CompileError:
    end = "max" if result > 0 else "min"
    what = labels.capital_a(node)
    shown = f"{result:+#x}" if result > 0 else f"{result:#x}"
    return unit.issue(node, f"{what} resulted in a value outside of Puppet Integer {end} range, got '{shown}'")


def _on_collection(unit: Unit, node: nodes.Binary, a: Any, b: Any) -> Any:
    if node.operator == "<<":
        if isinstance(a, dict):
            raise _not_applicable(unit, node, a)
        return [*a, b]
    if node.operator == "-":
        return without(a, b)
    try:
        return joined(a, b)
    except CompileError as error:
        raise unit.placed(error, node) from None


def without(collection: Any, taken: Any) -> Any:
    """An array without the elements, or a hash without the keys, that `taken` names."""
    if isinstance(collection, dict):
        keys = taken if isinstance(taken, (list, dict)) else [taken]
        away = {key if isinstance(taken, dict) else hash_key(key) for key in keys}
        return {key: value for key, value in collection.items() if key not in away}
    gone = pairs(taken) if isinstance(taken, dict) else taken if isinstance(taken, list) else [taken]
    hashed = {hash_key(value) for value in gone}
    return [element for element in collection if hash_key(element) not in hashed]


def joined(a: Any, b: Any) -> Any:
    """An array with `b`'s elements after its own, or a hash with `b`'s entries over its own."""
    if isinstance(a, list):
        return a + (b if isinstance(b, list) else pairs(b) if isinstance(b, dict) else [b])
    if isinstance(b, dict):
        return {**a, **b}
    if isinstance(b, list):
        return {**a, **_hash_of(b)}
    raise CompileError("Can only append Array or Hash to a Hash")


def _hash_of(values: list[Any]) -> dict[Any, Any]:
    """`[[k, v], …]` or `[k, v, …]` as a hash."""
    if values and all(isinstance(pair, list) for pair in values):
        for pair in values:
            if not 1 <= len(pair) <= 2:
                raise CompileError(f"invalid number of elements ({len(pair)} for 1..2)")
        return {hash_key(pair[0]): pair[1] if len(pair) == 2 else None for pair in values}
    if len(values) % 2:
        raise CompileError("odd number of arguments for Hash")
    return {hash_key(key): value for key, value in zip(values[::2], values[1::2], strict=True)}


def _joined(unit: Unit, node: nodes.Binary, a: Any, b: Any) -> Any:
    if isinstance(a, Binary):
        if isinstance(b, Binary):
            return Binary(a.data + b.data)
        raise unit.placed(CompileError("Can only append Binary to a Binary"), node)
    if not isinstance(b, (str, types.URI)):
        raise unit.placed(CompileError("An URI can only be merged with an URI or String"), node)
    return a.joined(b)
