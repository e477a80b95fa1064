"""Square brackets: elements, slices, types with parameters, references to resources and what they hold."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import Binary, hash_key
from bunraku.language import nodes, types
from bunraku.language.errors import CompileError
from bunraku.language.evaluator.operators import numeric, to_number
from bunraku.language.evaluator.unit import Closure, Unit, makes
from bunraku.language.evaluator.values import elements
from bunraku.language.scope import MISSING, Scope


@makes(nodes.Access)
def _access(unit: Unit, node: nodes.Access) -> Closure:
    if isinstance(node.target, nodes.Variable) and node.target.name in ("facts", "::facts") and len(node.keys) == 1:
        return _fact(unit, node)
    target_of = unit.closure(node.target)
    if len(node.keys) == 1:
        return _one_key(unit, node, target_of)
    keys_of = elements(unit, node.keys)
    return lambda scope: access(unit, node, scope, target_of(scope), keys_of(scope))


def _fact(unit: Unit, node: nodes.Access) -> Closure:
    """`$facts['name']`: reads the one fact, since gathering them all takes time. (No scope may redefine `$facts`.)"""
    key_of = unit.closure(node.keys[0])

    def fact(scope: Scope) -> Any:
        key = key_of(scope)
        if type(key) is not str:
            return access(unit, node, scope, scope.lookup("facts"), [key])
        value = scope.compiler.fact(key)
        return None if value is MISSING else value

    return fact


def _one_key(unit: Unit, node: nodes.Access, target_of: Closure) -> Closure:
    key_of = unit.closure(node.keys[0])

    def one_key(scope: Scope) -> Any:
        target, key = target_of(scope), key_of(scope)
        if type(target) is dict:
            return target.get(key if type(key) is str else hash_key(key))
        if type(target) is list and type(key) is int:
            return target[key] if -len(target) <= key < len(target) else None
        return access(unit, node, scope, target, [key])

    return one_key


def access(unit: Unit, node: nodes.Access, scope: Scope, target: Any, keys: list[Any]) -> Any:
    """`target[keys]`. Raises CompileError, placed at what is to blame."""
    if isinstance(target, dict):
        return _of_hash(unit, node, target, keys)
    if isinstance(target, list):
        return _of_array(unit, node, scope, target, flat(keys))
    if isinstance(target, str):
        return _of_string(unit, node, target, flat(keys))
    if isinstance(target, Binary):
        return Binary(_of_string(unit, node, target.data, flat(keys)))
    if isinstance(target, (types.PResourceType, types.PClassType)) and keys:
        return _of_reference(unit, node, scope, target, keys)
    if isinstance(target, types.PType):
        return _parameterized(unit, node, target, keys)
    method = getattr(target, "access", None)
    if method is not None:
        return method(keys)
    message = f"Operator '[]' is not applicable to {types.with_article(types.label(target))}."
    raise unit.issue(node.target, message)


def flat(values: list[Any]) -> list[Any]:
    """`values` with the arrays among them laid out, at any depth."""
    if not any(isinstance(value, list) for value in values):
        return values
    out: list[Any] = []
    for value in values:
        if isinstance(value, list):
            out.extend(flat(value))
        else:
            out.append(value)
    return out


# ---------------------------------------------------------------- collections


def _of_hash(unit: Unit, node: nodes.Access, target: dict[Any, Any], keys: list[Any]) -> Any:
    values = [target.get(hash_key(key)) for key in keys]
    if len(values) == 1:
        return values[0]
    if not values:
        raise unit.issue(node.target, "Hash supports [] with one or more arguments. Got 0")
    return [value for value in values if value is not None]


def _of_array(unit: Unit, node: nodes.Access, scope: Scope, target: list[Any], keys: list[Any]) -> Any:
    if not 1 <= len(keys) <= 2:
        raise unit.issue(node.target, f"Array supports [] with one or two arguments. Got {len(keys)}")
    nodes_of_keys = [node.keys[min(i, len(node.keys) - 1)] for i in range(len(keys))]
    numbers = [numeric(unit, key_node, scope, key) for key_node, key in zip(nodes_of_keys, keys, strict=True)]
    for key_node, number in zip(nodes_of_keys, numbers, strict=True):
        if type(number) is not int:
            message = f"An Array[] cannot use {_type_of(number)} where Integer is expected"
            raise unit.issue(key_node, message)
    if len(numbers) == 1:
        index = numbers[0]
        return target[index] if -len(target) <= index < len(target) else None
    return _slice(target, *numbers) or []


def _of_string(unit: Unit, node: nodes.Access, target: Any, keys: list[Any]) -> Any:
    if not 1 <= len(keys) <= 2:
        raise unit.issue(node.target, f"String supports [] with one or two arguments. Got {len(keys)}")
    numbers: list[int] = []
    for i, key in enumerate(keys):
        number = to_number(key)
        if type(number) is not int:
            what = types.with_article(_type_of(key if number is None else number))
            message = f"A substring operation does not accept {what} as a character index. Expected an Integer"
            raise unit.issue(node.keys[min(i, len(node.keys) - 1)], message)
        numbers.append(number)
    if len(numbers) == 2:
        return _slice(target, *numbers)
    start = numbers[0] + len(target) if numbers[0] < 0 else numbers[0]
    return target[start : start + 1] if start >= 0 else target[:0]


def _slice(target: Any, start: int, length: int) -> Any:
    """`target[start, length]`: negative starts count from the end, negative lengths are positions from the end."""
    size = len(target)
    if start < 0:
        start += size
    if length < 0:
        length = size - start + length + 1
    if start < 0:
        length, start = length + start, 0
    return target[start : start + length] if length > 0 else target[:0]


def _type_of(value: Any) -> str:
    if value is None:
        return "Undef"
    return str(types.infer_reduced(value).generalize())


# ---------------------------------------------------------------- references


def _of_reference(unit: Unit, node: nodes.Access, scope: Scope, target: Any, keys: list[Any]) -> Any:
    """`File['/a']`, `Class['a']`, and what such a reference holds: `File['/a']['mode']`. Undefs are left out."""
    wanted = [key for key in flat(keys) if key is not None]
    many = len(keys) > 1 or isinstance(keys[0], list)
    if not wanted:
        return [] if many else None
    if isinstance(target, types.PClassType):
        type_name, title = "Class", target.class_name
    else:
        type_name, title = target.type_name, target.title
    if title is None:
        return _parameterized(unit, node, target, keys)
    resource = scope.compiler.find_resource(type_name, title)
    if resource is None:
        raise unit.issue(node, f"Resource not found: {type_name}['{title}']")
    values = []
    for name in wanted:
        if not isinstance(name, str) or not resource.takes(name):
            what = f"The resource {type_name.capitalize()}['{title}']"
            shown = types.interpolate(name)
            raise unit.issue(node, f"{what} does not have a parameter called '{shown}'")
        values.append(resource.value_of(name))
    return values if many else values[-1]


def _parameterized(unit: Unit, node: nodes.Access, target: types.PType, keys: list[Any]) -> Any:
    try:
        return target.parameterize(keys)
    except types.BadParameter as error:
        blamed = node if error.key is None or error.key >= len(node.keys) else node.keys[error.key]
        raise unit.issue(blamed, error.message) from None
    except CompileError as error:
        raise unit.placed(error, node) from None
