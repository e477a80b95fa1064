"""Literals, strings, collections, variables and assignment."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import hash_key
from bunraku.language import labels, nodes, types
from bunraku.language.errors import CompileError
from bunraku.language.evaluator.unit import Closure, Unit, makes
from bunraku.language.scope import MISSING, PENDING, Scope

RESERVED_VARIABLES = ("trusted", "facts")
BUILT_IN_PARAMETERS = ("name", "title")


def constant(value: Any) -> Closure:
    """What always gives `value`."""

    def literal(scope: Scope) -> Any:
        return value

    return literal


def truthy(value: Any) -> bool:
    """Whether a condition with this value holds."""
    return value is not None and value is not False


def nothing(scope: Scope) -> None:
    """Does nothing: the closure of an empty body, and of definitions, which were taken in before evaluation."""


@makes(nodes.Nop)
def _nop(unit: Unit, node: nodes.Nop) -> Closure:
    return nothing


for _definition in (
    nodes.ClassDefinition,
    nodes.DefineDefinition,
    nodes.NodeDefinition,
    nodes.FunctionDefinition,
    nodes.TypeAlias,
    nodes.TypeMapping,
):
    makes(_definition)(lambda unit, node: nothing)


@makes(nodes.Literal)
def _literal(unit: Unit, node: nodes.Literal) -> Closure:
    return constant(node.value)


@makes(nodes.Name)
def _name(unit: Unit, node: nodes.Name) -> Closure:
    return constant(node.value)


@makes(nodes.Regex)
def _regex(unit: Unit, node: nodes.Regex) -> Closure:
    return constant(types.Regexp(node.pattern))


@makes(nodes.Reserved)
def _reserved(unit: Unit, node: nodes.Reserved) -> Closure:
    def refuse(scope: Scope) -> Any:
        raise unit.issue(node, f"Use of reserved word: {node.word}, must be quoted if intended to be a String value")

    return refuse


@makes(nodes.Parenthesized)
def _parenthesized(unit: Unit, node: nodes.Parenthesized) -> Closure:
    return unit.closure(node.expr)


@makes(nodes.TypeName)
def _type_name(unit: Unit, node: nodes.TypeName) -> Closure:
    built_in = types.lookup(node.value.lower())
    if built_in is not None:
        return constant(built_in)

    def named_type(scope: Scope) -> Any:
        try:
            found = scope.compiler.find_type(node.value)
            if found is not None:
                found.resolve()  # what is wrong with a definition is told where it is first used
        except CompileError as error:
            raise unit.placed(error, node) from None
        if found is None:
            raise unit.issue(
                node, f"Resource type not found: {node.value}", scope.compiler.hint_for_type_name(node.value)
            )
        return found

    return named_type


# ---------------------------------------------------------------- strings and collections


@makes(nodes.Interpolated)
def _interpolated(unit: Unit, node: nodes.Interpolated) -> Closure:
    parts = [part if isinstance(part, str) else unit.closure(part) for part in node.parts]
    show = types.interpolate

    def interpolated(scope: Scope) -> str:
        texts = []
        for part in parts:
            if type(part) is str:
                texts.append(part)
            else:
                value = part(scope)  # type: ignore[operator]
                texts.append(value if type(value) is str else show(value))
        return "".join(texts)

    return interpolated


@makes(nodes.Heredoc)
def _heredoc(unit: Unit, node: nodes.Heredoc) -> Closure:
    text_of = unit.closure(node.text)
    if not node.syntax or not isinstance(node.text, nodes.Interpolated):
        return text_of  # a literal was checked with the file's syntax

    def checked(scope: Scope) -> Any:
        from bunraku.language.syntaxes import fault

        text = text_of(scope)
        if problem := fault(text, node.syntax):
            line, column = unit.program.place(node.text.pos)
            raise CompileError(problem, file=unit.file, line=line, column=column)
        return text

    return checked


def is_splat(node: nodes.Node) -> bool:
    """Whether `node` is `*x`, in parentheses or not."""
    while isinstance(node, nodes.Parenthesized):
        node = node.expr
    return isinstance(node, nodes.Unary) and node.operator == "*"


def elements(unit: Unit, given: list[nodes.Node]) -> Closure:
    """What evaluates a list of expressions to a list, with the splats among them laid out."""
    closures = [unit.closure(element) for element in given]
    if not any(map(is_splat, given)):
        if len(closures) == 1:
            (only,) = closures
            return lambda scope: [only(scope)]

        def plain(scope: Scope) -> list[Any]:
            return [closure(scope) for closure in closures]

        return plain
    pairs = list(zip(closures, map(is_splat, given), strict=True))

    def unfolded(scope: Scope) -> list[Any]:
        values: list[Any] = []
        for closure, splat in pairs:
            if splat:
                values.extend(closure(scope))
            else:
                values.append(closure(scope))
        return values

    return unfolded


@makes(nodes.Array)
def _array(unit: Unit, node: nodes.Array) -> Closure:
    return elements(unit, node.elements)


@makes(nodes.Hash)
def _hash(unit: Unit, node: nodes.Hash) -> Closure:
    pairs = [(unit.closure(key), unit.closure(value)) for key, value in node.pairs]

    def hash(scope: Scope) -> dict[Any, Any]:
        return {hash_key(key(scope)): value(scope) for key, value in pairs}

    return hash


# ---------------------------------------------------------------- variables


@makes(nodes.Variable)
def _variable(unit: Unit, node: nodes.Variable) -> Closure:
    name = node.name
    if name.isdigit():
        number = int(name)
        return lambda scope: scope.group(number)
    if "::" in name:
        return _qualified(unit, node)
    if unit.in_default:
        return _variable_in_default(unit, node)

    def variable(scope: Scope) -> Any:
        at: Scope | None = scope
        while at is not None:
            value = at.variables.get(name, MISSING)
            if value is not MISSING:
                return value
            at = at.next
        value = scope.compiler.top_variable(name)
        return _unknown(unit, node, scope) if value is MISSING else value

    return variable


def _qualified(unit: Unit, node: nodes.Variable) -> Closure:
    owner, _, leaf = node.name.removeprefix("::").rpartition("::")

    def qualified(scope: Scope) -> Any:
        value = scope.compiler.variable_of(owner, leaf)
        return _unknown(unit, node, scope) if value is MISSING else value

    return qualified


def _variable_in_default(unit: Unit, node: nodes.Variable) -> Closure:
    def variable(scope: Scope) -> Any:
        value = scope.find(node.name)
        if value is PENDING:
            raise PendingParameter(node.name)
        return _unknown(unit, node, scope) if value is MISSING else value

    return variable


class PendingParameter(Exception):
    """A parameter's default spoke of a parameter that has no value yet. Whoever fills in parameters words the error."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _unknown(unit: Unit, node: nodes.Variable, scope: Scope) -> None:
    strict = scope.compiler.strict_variables
    message = f"Unknown variable: '{node.name}'."
    if strict == "error":
        raise unit.issue(node, message, scope.compiler.hint_for_variable(node.name, scope))
    if strict == "warning":
        unit.warn(scope, node, message)


@makes(nodes.Assignment)
def _assignment(unit: Unit, node: nodes.Assignment) -> Closure:
    value_of = unit.closure(node.value)
    if node.operator != "=":

        def unsupported(scope: Scope) -> Any:
            value_of(scope)
            raise unit.issue(node, f"The operator '{node.operator}' is not supported.")

        return unsupported
    if isinstance(node.target, nodes.Variable):
        return _assign_one(unit, node, node.target.name, value_of)
    assign = _target(unit, node, node.target)

    def assignment(scope: Scope) -> Any:
        value = value_of(scope)
        assign(scope, value)
        return value

    return assignment


def _assign_one(unit: Unit, node: nodes.Assignment, name: str, value_of: Closure) -> Closure:
    refusal = _refusal(unit, node, node.target, name)
    if refusal is not None:

        def refuse(scope: Scope) -> Any:
            value_of(scope)
            raise refusal

        return refuse

    def assign_variable(scope: Scope) -> Any:
        value = value_of(scope)
        variables = scope.variables
        if name in variables or scope.next is None or name in RESERVED_VARIABLES:
            _check_assignable(unit, node, scope, name)
        variables[name] = value
        return value

    return assign_variable


def _refusal(unit: Unit, node: nodes.Assignment, target: nodes.Node, name: str) -> CompileError | None:
    if "::" in name:
        message = f"Illegal attempt to assign to '{name}'. Cannot assign to variables in other namespaces"
        return unit.issue(target, message)
    if name.isdigit():
        message = f"Illegal attempt to assign to the numeric match result variable '${name}'. "
        return unit.issue(target, message + "Numeric variables are not assignable")
    if name == "server_facts":
        return unit.issue(node, f"Attempt to assign to a reserved variable name: '${name}'")
    return None


def _check_assignable(unit: Unit, node: nodes.Node, scope: Scope, name: str) -> None:
    """Raises CompileError for a variable that has a value in this scope; facts are variables of the top scope."""
    if name in RESERVED_VARIABLES:
        message = "Attempt to assign to a reserved variable name: "
        if scope.next is None:
            raise unit.issue(node, f"{message}'${name}'")
        raise unit.placed(CompileError(f"{message}'{name}'"), node)
    if name not in scope.variables and (scope.next is not None or scope.compiler.fact(name) is MISSING):
        return
    what = "built in (or already assigned) variable" if name in BUILT_IN_PARAMETERS else "variable"
    raise unit.issue(node, f"Cannot reassign {what} '${name}'")


def _target(unit: Unit, node: nodes.Assignment, target: nodes.Node) -> Any:
    """What assigns a value to `target`, a variable or a list of targets: `assign(scope, value)`."""
    if isinstance(target, nodes.Variable):
        name = target.name
        refusal = _refusal(unit, node, target, name)

        def assign_variable(scope: Scope, value: Any) -> None:
            if refusal is not None:
                raise refusal
            _check_assignable(unit, node, scope, name)
            scope.variables[name] = value

        return assign_variable
    if not isinstance(target, nodes.Array):
        message = f"Illegal attempt to assign to '{labels.a(target)}'. Not an assignable reference"
        error = unit.issue(target, message)

        def refuse(scope: Scope, value: Any) -> None:
            raise error

        return refuse
    return _targets(unit, node, target)


def _targets(unit: Unit, node: nodes.Assignment, target: nodes.Array) -> Any:
    parts = [(_target(unit, node, element), element) for element in target.elements]

    def assign_all(scope: Scope, value: Any) -> None:
        if isinstance(value, dict):
            for assign, element in parts:
                key = getattr(element, "name", None)
                if key not in value:
                    raise unit.issue(node, f"No value for required key '{key}' in assignment to variables from hash")
                assign(scope, value[key])
            return
        if isinstance(value, types.PClassType):
            _assign_from_class(unit, node, parts, scope, value)
            return
        values = value if isinstance(value, list) else [value]
        if len(values) != len(parts):
            count = f"expected {len(parts)}, got {len(values)}"
            raise unit.issue(node, f"Mismatched number of assignable entries and values, {count}")
        for (assign, _), one in zip(parts, values, strict=True):
            assign(scope, one)

    return assign_all


def _assign_from_class(unit: Unit, node: nodes.Assignment, parts: list[Any], scope: Scope, value: Any) -> None:
    owner = (value.class_name or "").lower()
    if not scope.compiler.find_resource("class", owner):
        raise unit.issue(node.value, f"Resource not found: Class['{value.class_name}']")
    for assign, element in parts:
        found = scope.compiler.variable_of(owner, element.name)
        if found is MISSING:
            message = f"No value for required variable '${owner}::{element.name}' in assignment to variables from "
            raise unit.issue(element, message + "class reference")
        assign(scope, found)
