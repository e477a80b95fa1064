"""What the grammar allows and the language does not: checks of a parsed program before it is evaluated.

Rules:
- Each check looks at one node and what it directly holds; the order of findings is that of the nodes in the source,
  a node before what is in it.
- Messages and places are those of Puppet 7.23.
- `check` knows nothing of files; whether a definition stands in the right file of a module is `check_location`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from bunraku.catalog.values import DEFAULT
from bunraku.language import nodes
from bunraku.language.labels import a, capital_a, label
from bunraku.language.lexer import Tokens
from bunraku.language.nodes import (
    Access,
    Array,
    Assignment,
    Attribute,
    Binary,
    Block,
    Call,
    Case,
    ClassDefinition,
    Collector,
    DefineDefinition,
    FunctionDefinition,
    Hash,
    Heredoc,
    If,
    Interpolated,
    Lambda,
    Literal,
    MethodCall,
    Name,
    Node,
    NodeDefinition,
    Nop,
    Parameter,
    Parenthesized,
    Program,
    Regex,
    Relationship,
    RenderText,
    RenderValue,
    Reserved,
    Resource,
    ResourceBody,
    ResourceDefaults,
    ResourceOverride,
    Selector,
    SplatAttributes,
    Template,
    TypeAlias,
    TypeMapping,
    TypeName,
    Unary,
    Variable,
)


class Finding(NamedTuple):
    """What is wrong at an offset. severity: "error", "strict" (as `--strict` says) or "deprecation"."""

    severity: str
    message: str
    pos: int


_Definition = ClassDefinition | DefineDefinition | FunctionDefinition
_NO_VALUE = (
    Collector,
    ClassDefinition,
    DefineDefinition,
    FunctionDefinition,
    NodeDefinition,
    TypeAlias,
    TypeMapping,
)
"""What may not stand where a value is needed."""

_WITHOUT_EFFECT = (
    Nop,
    Literal,
    Regex,
    Name,
    TypeName,
    Reserved,
    Array,
    Hash,
    Access,
    Unary,
    Variable,
    Interpolated,
    Heredoc,
    Selector,
)
"""What does nothing but have a value."""

_RESERVED_TYPE_NAMES = """
    any array boolean collection enum float hash init integer numeric object optional pattern regexp runtime scalar
    semver semverrange sensitive string struct timespan timestamp tuple type typeset unit variant
"""
RESERVED_TYPE_NAMES = frozenset(_RESERVED_TYPE_NAMES.split())
"""Names of types that no class, define or function may take."""

_FUTURE_RESERVED_WORDS = frozenset(["plan"])
_RESERVED_PARAMETERS = frozenset(["name", "title"])
_MAX_INTEGER = 2**63 - 1

_definition_name = re.compile(r"[a-z]\w*(?:::[a-z]\w*)*", re.ASCII).fullmatch
_alias_name = re.compile(r"[A-Z]\w*(?:::[A-Z]\w*)*", re.ASCII).fullmatch
_variable_name = re.compile(r"(?:::)?(?:[a-z]\w*::)*[a-z_]\w*", re.ASCII).fullmatch
_match_variable = re.compile(r"0|[1-9][0-9]*", re.ASCII).fullmatch
_parameter_name = re.compile(r"[a-z_]\w*", re.ASCII).fullmatch
_numeric_parameter = re.compile(r"(?:0x)?[0-9]+", re.ASCII).fullmatch
_bad_hostname = re.compile(r"[^-\w.]", re.ASCII).search

# Where a node stands, as far as definitions care.
_TOP, _IN_CLASS, _IN_BLOCK, _ELSEWHERE = range(4)


def check(program: Program, tokens: Tokens) -> list[Finding]:
    """All findings in a program, in order. tokens: those that it was parsed from, for places that no node keeps."""
    checker = _Checker(tokens)
    checker.visit(program.body, _TOP)
    return checker.findings


def check_location(program: Program, namespace: str | None) -> list[Finding]:
    """Findings about definitions in a file that modules load by name.

    namespace: what the names of the file's definitions must begin with ("nginx::server" for
    nginx/manifests/server.pp), or None for a file in a folder from which nothing is loaded.
    """
    body = program.body
    top = body.statements if isinstance(body, Block) else [] if isinstance(body, Nop) else [body]
    findings = [
        Finding("error", _misplaced(node), node.pos)
        for node in top
        if not isinstance(node, _Definition | TypeAlias | TypeMapping)
    ]
    for node in program.definitions:
        if isinstance(node, _Definition) and (namespace is None or not node.name.lower().startswith(namespace)):
            message = f"Unacceptable location. The name '{node.name}' is unacceptable in file '{program.file}'"
            findings.append(Finding("error", message, node.pos))
    return findings


def _misplaced(node: Node) -> str:
    return f"This {label(node)} is unacceptable as a top level construct in this location"


class _Checker:
    """One walk over a program."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.findings: list[Finding] = []

    def visit(self, node: Node, where: int = _ELSEWHERE) -> None:
        """Check a node and all in it."""
        rule = _RULES.get(node.__class__)
        if rule is not None:
            rule(self, node)
        else:
            _PLACED_RULES[node.__class__](self, node, where)

    def visit_all(self, several: list[Node]) -> None:
        for node in several:
            self.visit(node)

    def error(self, node: Node, message: str) -> None:
        self.findings.append(Finding("error", message, node.pos))

    def value(self, node: Node) -> None:
        """Check that a node has a value, where one is needed."""
        while isinstance(node, Unary | Parenthesized):
            node = node.operand if isinstance(node, Unary) else node.expr
        if isinstance(node, _NO_VALUE):
            self.error(node, f"Invalid use of expression. {capital_a(node)} does not produce a value")

    def values(self, several: list[Node]) -> None:
        for node in several:
            self.value(node)
        self.visit_all(several)

    # ------------------------------------------------------------ literals

    def nothing(self, node: Node) -> None:
        pass

    def literal(self, node: Literal) -> None:
        value = node.value
        if value.__class__ is int and value > _MAX_INTEGER:
            message = f"resulted in a value outside of Puppet Integer max range, got '{value:+#x}'"
            self.error(node, f"{capital_a(node)} {message}")

    def variable(self, node: Variable) -> None:
        name = node.name
        if _variable_name(name):
            return
        if name[:1].isdigit():
            if not _match_variable(name):
                self.error(
                    node,
                    f"Illegal numeric variable name, The given name '{name}' must be a decimal value if it starts with"
                    " a digit 0-9",
                )
        else:
            rule = r"/^((::)?[a-z]\w*)*((::)?[a-z_]\w*)$/"
            message = f"The given name '{name}' does not conform to the naming rule {rule}"
            self.error(node, f"Illegal variable name, {message}")

    def reserved(self, node: Reserved) -> None:
        self.error(node, f"Use of reserved word: {node.word}, must be quoted if intended to be a String value")

    def interpolated(self, node: Interpolated) -> None:
        for part in node.parts:
            if not isinstance(part, str):
                self.value(part)
                self.visit(part)

    def heredoc(self, node: Heredoc) -> None:
        if node.syntax and isinstance(node.text, Literal):
            from bunraku.language.syntaxes import fault

            if problem := fault(str(node.text.value), node.syntax):
                self.error(node.text, problem)
        self.visit(node.text)

    def array(self, node: Array) -> None:
        self.values(node.elements)

    def hash(self, node: Hash) -> None:
        if len(node.pairs) > 1:
            self._unique_keys(node)
        for key, value in node.pairs:
            self.value(key)
            self.value(value)
            self.visit(key)
            self.visit(value)

    def _unique_keys(self, node: Hash) -> None:
        seen = set()
        for key, _ in node.pairs:
            literal = _literal(key)
            if literal is None:
                continue
            if literal in seen:
                message = f"The key '{_shown(literal)}' is declared more than once"
                self.findings.append(Finding("strict", message, self._arrow(key.pos)))
            seen.add(literal)

    def _arrow(self, key: int) -> int:
        """The place of the `=>` behind the key at an offset."""
        kinds, starts = self.tokens.kinds, self.tokens.starts
        depth = 0
        for at in range(bisect_left(starts, key), len(kinds)):
            kind = kinds[at]
            if kind in ("[", "LIST[", "{"):
                depth += 1
            elif kind in ("]", "}"):
                depth -= 1
            elif kind == "=>" and not depth:
                return starts[at]
        return key

    # ------------------------------------------------------------ operators

    def access(self, node: Access) -> None:
        self.visit(node.target)
        self.visit_all(node.keys)

    def parenthesized(self, node: Parenthesized) -> None:
        self.value(node.expr)
        self.visit(node.expr)

    def unary(self, node: Unary) -> None:
        self.value(node.operand)
        self.visit(node.operand)

    def binary(self, node: Binary) -> None:
        left, right = node.left, node.right
        self.value(left)
        self.value(right)
        self.visit(left)
        self.visit(right)

    def relationship(self, node: Relationship) -> None:
        for side in (node.left, node.right):
            if not isinstance(side, Collector):
                self.value(side)
        self.visit(node.left)
        self.visit(node.right)

    def assignment(self, node: Assignment) -> None:
        if node.operator == "=":
            self._assignable(node.target)
            self.value(node.value)
        else:
            link = "See http://links.puppet.com/remove-plus-equals"
            self.error(node, f"The operator '{node.operator}' is no longer supported. {link}")
        self.visit(node.target)
        self.visit(node.value)

    def _assignable(self, target: Node) -> None:
        if isinstance(target, Variable):
            if _match_variable(target.name):
                self.error(
                    target,
                    f"Illegal attempt to assign to the numeric match result variable '${target.name}'."
                    " Numeric variables are not assignable",
                )
            if "::" in target.name:
                message = "Cannot assign to variables in other namespaces"
                self.error(target, f"Illegal attempt to assign to '{target.name}'. {message}")
        elif isinstance(target, Access):
            self.error(target, "Illegal attempt to assign via [index/key]. Not an assignable reference")
        elif isinstance(target, Array):
            for element in target.elements:
                self._assignable(element)
        else:
            self.error(target, f"Illegal attempt to assign to '{a(target)}'. Not an assignable reference")

    # ------------------------------------------------------------ flow

    def block(self, node: Block, where: int) -> None:
        if _without_title(node):
            name = node.statements[0].value  # type: ignore[attr-defined]
            self.error(node, f"This expression is invalid. Did you try declaring a '{name}' resource without a title?")
        else:
            for statement in node.statements[:-1]:
                if _has_no_effect(statement):
                    self.error(
                        statement,
                        f"This {label(statement)} has no effect. A value was produced and then forgotten"
                        " (one or more preceding expressions may have the wrong form)",
                    )
                    break
        inside = where if where in (_TOP, _IN_CLASS) else _IN_BLOCK
        for statement in node.statements:
            self.visit(statement, inside)

    def if_(self, node: If) -> None:
        self.value(node.condition)
        self.visit(node.condition)
        self.visit(node.then)
        self.visit(node.otherwise)

    def case(self, node: Case) -> None:
        self.value(node.subject)
        self._one_default(node, [value for values, _ in node.options for value in values], all_others=True)
        self.visit(node.subject)
        for values, body in node.options:
            self.values(values)
            self.visit(body)

    def selector(self, node: Selector) -> None:
        self.value(node.subject)
        self._one_default(node, [match for match, _ in node.entries], all_others=False)
        self.visit(node.subject)
        for match, value in node.entries:
            self.value(match)
            self.visit(match)
            self.visit(value)

    def _one_default(self, node: Node, matches: list[Node], *, all_others: bool) -> None:
        defaults = [match for match in matches if isinstance(match, Literal) and match.value is DEFAULT]
        for again in defaults[1:] if all_others else defaults[1:2]:
            self.error(again, f"This {label(node)} already has a 'default' entry - this is a duplicate")

    def lambda_(self, node: Lambda) -> None:
        for parameter in node.parameters[:-1]:
            if parameter.captures_rest:
                self.error(parameter, f"Parameter ${parameter.name} is not last, and has 'captures rest'")
        self._type_reference(node, node.return_type)
        self._parameters(node.parameters)
        if node.return_type:
            self.visit(node.return_type)
        self.visit(node.body)

    def call(self, node: Call) -> None:
        callee = node.callee
        if isinstance(callee, RenderText):
            hint = "Probably missing '<%-' before parameters to remove leading whitespace"
            self.error(node, f"Ambiguous EPP parameter expression. {hint}")
        elif not isinstance(callee.target if isinstance(callee, Access) else callee, TypeName) and not isinstance(
            callee, Name
        ):
            self._unacceptable(callee, "function name", node)
        self.visit(callee)
        self.visit_all(node.arguments)
        if node.block:
            self.visit(node.block)

    def method_call(self, node: MethodCall) -> None:
        self.visit(node.receiver)
        self.visit_all(node.arguments)
        if node.block:
            self.visit(node.block)

    def _unacceptable(self, node: Node, feature: str, container: Node) -> None:
        self.error(node, f"Illegal expression. {capital_a(node)} is unacceptable as {feature} in {a(container)}")

    # ------------------------------------------------------------ resources

    def resource(self, node: Resource) -> None:
        if node.form and isinstance(node.type, Name) and node.type.value == "class":
            self.error(node, "Classes are not virtualizable")
        self.visit(node.type)
        for body in node.bodies:
            self._one_splat(body)
            self.visit(body.title)
            self._attributes(body.attributes, body)

    def _one_splat(self, body: ResourceBody) -> None:
        for again in [each for each in body.attributes if isinstance(each, SplatAttributes)][1:]:
            self.error(again, "Unfolding of attributes from Hash can only be used once per resource body")

    def defaults(self, node: ResourceDefaults) -> None:
        if node.form:
            self.error(node, "Resource Defaults are not virtualizable")
        self.visit(node.type)
        self._attributes(node.attributes, node)

    def override(self, node: ResourceOverride) -> None:
        if node.form:
            self.error(node, "Resource Defaults are not virtualizable")
        self.visit(node.resources)
        self._attributes(node.attributes, node)

    def _attributes(self, attributes: list[Node], parent: Node) -> None:
        may_append = isinstance(parent, Collector | ResourceOverride)
        for attribute in attributes:
            assert isinstance(attribute, Attribute | SplatAttributes)
            if isinstance(attribute, Attribute) and attribute.operator == "+>" and not may_append:
                where = f"This operator can not be used in {a(parent)}"
                self.error(attribute, f"Illegal +> operation on attribute {attribute.name}. {where}")
            self.value(attribute.value)
            self.visit(attribute.value)

    def collector(self, node: Collector) -> None:
        if not isinstance(node.type, TypeName):
            self._unacceptable(node.type, "type name", node)
        self.visit(node.type)
        if node.query:
            self._query(node.query)
            self.visit(node.query)
        self._attributes(node.attributes, node)

    def _query(self, node: Node) -> None:
        if isinstance(node, Parenthesized):
            self._query(node.expr)
        elif isinstance(node, Binary) and node.operator in ("and", "or"):
            self._query(node.left)
            self._query(node.right)
        elif isinstance(node, Binary):
            if node.operator not in ("==", "!="):
                self._bad_query(node)
        elif isinstance(node, Literal):
            if node.value is None or node.value is DEFAULT:
                self._bad_query(node)
        elif not isinstance(node, Variable | Name):
            self._bad_query(node)

    def _bad_query(self, node: Node) -> None:
        self.error(node, f"Illegal query expression. {capital_a(node)} cannot be used in a query")

    # ------------------------------------------------------------ definitions

    def class_(self, node: ClassDefinition, where: int) -> None:
        self._definition(node, where)
        self._resource_like(node)
        self._parameters(node.parameters)
        self.visit(node.body, _IN_CLASS)

    def define(self, node: DefineDefinition, where: int) -> None:
        self._definition(node, where)
        self._resource_like(node)
        self._parameters(node.parameters)
        self.visit(node.body)

    def function(self, node: FunctionDefinition, where: int) -> None:
        self._definition(node, where)
        self._type_reference(node, node.return_type)
        self._unique_parameters(node.parameters)
        self._parameters(node.parameters)
        if node.return_type:
            self.visit(node.return_type)
        self.visit(node.body)

    def _definition(self, node: _Definition, where: int) -> None:
        self._place(node, where)
        if not _definition_name(node.name):
            self._bad_name(node, node.name)
        if node.name in RESERVED_TYPE_NAMES:
            message = f"is already defined by Puppet and can not be used as the name of {a(node)}."
            self.error(node, f"The name: '{node.name}' {message}")
        self._future_word(node, node.name)

    def _bad_name(self, node: Node, name: str) -> None:
        self.error(node, f"Unacceptable name. The name '{name}' is unacceptable as the name of {a(node)}")

    def _future_word(self, node: Node, name: str) -> None:
        if name in _FUTURE_RESERVED_WORDS:
            self.findings.append(Finding("deprecation", f"Use of future reserved word: '{name}'", node.pos))

    def _place(self, node: Node, where: int) -> None:
        """Check that a definition stands where it may: functions and types at the top, others in classes too."""
        if isinstance(node, FunctionDefinition | TypeAlias) and where in (_IN_CLASS, _IN_BLOCK):
            self.error(node, f"{capital_a(node)} may only appear at toplevel")
        elif where in (_IN_BLOCK, _ELSEWHERE):
            self.error(node, "Classes, definitions, and nodes may only appear at toplevel or inside other classes")

    def _resource_like(self, node: ClassDefinition | DefineDefinition) -> None:
        self._no_splat_parameter(node.parameters, node)
        self._unique_parameters(node.parameters)
        for parameter in node.parameters:
            if parameter.name in _RESERVED_PARAMETERS:
                message = f"redefines a built in parameter in the {label(node)}"
                self.error(parameter, f"The parameter ${parameter.name} {message}")
        self._ends_with_effect(node, node.body)

    def _no_splat_parameter(self, parameters: list[Parameter], container: Node) -> None:
        for parameter in parameters:
            if parameter.captures_rest:
                message = f"has 'captures rest' - not supported in {a(container)}"
                self.error(parameter, f"Parameter ${parameter.name} {message}")

    def _unique_parameters(self, parameters: list[Parameter]) -> None:
        seen = set()
        for parameter in parameters:
            if parameter.name in seen:
                message = "is declared more than once in the parameter list"
                self.error(parameter, f"The parameter '{parameter.name}' {message}")
            seen.add(parameter.name)

    def _ends_with_effect(self, node: Node, body: Node) -> None:
        last = body.statements[-1] if isinstance(body, Block) else body
        if isinstance(last, Nop) or not _has_no_effect(last) or _without_title(last):
            return
        message = f"{capital_a(node)} can not end with a value-producing expression without other effect"
        self.error(last, f"This {label(last)} has no effect. {message}")

    def _type_reference(self, container: Node, type: Node | None) -> None:
        if type is None:
            return
        name = type.target if isinstance(type, Access) else type
        if isinstance(name, TypeName):
            self._future_word(type, name.value.lower())
        else:
            self._unacceptable(type, "a type reference", container)

    def _parameters(self, parameters: list[Parameter]) -> None:
        for parameter in parameters:
            name = parameter.name
            if _numeric_parameter(name):
                message = "cannot be used (clashes with numeric match result variables)"
                self.error(parameter, f"The numeric parameter name '${name}' {message}")
            if not _parameter_name(name):
                message = r"does not conform to the naming rule /^[a-z_]\w*$/"
                self.error(parameter, f"Illegal parameter name. The given name '{name}' {message}")
            if parameter.default:
                self._no_assignment(parameter.default)
            if parameter.type:
                self.visit(parameter.type)
            if parameter.default:
                self.visit(parameter.default)

    def _no_assignment(self, node: Node) -> None:
        if isinstance(node, Assignment):
            self.error(node, "Assignment not allowed here")
        elif not isinstance(node, Lambda):
            for child in nodes.children(node):
                self._no_assignment(child)

    def node(self, node: NodeDefinition, where: int) -> None:
        for match in node.matches:
            self._hostname(match, node)
        self._place(node, where)
        self._ends_with_effect(node, node.body)
        if node.parent:
            link = "See http://links.puppet.com/puppet-node-inheritance-deprecation"
            self.error(node.parent, f"Node inheritance is not supported in Puppet >= 4.0.0. {link}")
        self.visit_all(node.matches)
        if node.parent:
            self.visit(node.parent)
        self.visit(node.body)

    def _hostname(self, match: Node, container: Node) -> None:
        if isinstance(match, Interpolated):
            part = next(part for part in match.parts if not isinstance(part, str))
            self.error(part, "An interpolated expression is not allowed in a hostname of a node")
        elif isinstance(match, Heredoc):
            self._unacceptable(match, "hostname", container)
        elif isinstance(match, Literal) and isinstance(match.value, str) and _bad_hostname(match.value):
            message = "contains illegal characters (only letters, digits, '_', '-', and '.' are allowed)"
            self.error(match, f"The hostname '{match.value}' {message}")

    def alias(self, node: TypeAlias, where: int) -> None:
        self._place(node, where)
        if not _alias_name(node.name):
            self._bad_name(node, node.name)
        self._type_reference(node, node.value)
        self.visit(node.value)

    def mapping(self, node: TypeMapping, where: int) -> None:
        self._place(node, where)
        left, right = node.type, node.target
        assert isinstance(left, Access)
        if not (isinstance(left.target, TypeName) and left.target.value == "Runtime"):
            self.error(node, f"Expressions of type {a(node)} are not supported in this version of Puppet")
        else:
            by_pattern = len(left.keys) == 2 and _is_replacement(left.keys[1])
            to_type = isinstance(right.target if isinstance(right, Access) else right, TypeName)
            expected = "Tuple[Regexp,String]" if by_pattern else "Type"
            if _is_replacement(right) != by_pattern or (not by_pattern and not to_type):
                message = f"Expected a {expected} on the left side, got {capital_a(node)}"
                self.error(node, f"Illegal type mapping. {message}")
        self.visit(left)
        self.visit(right)

    # ------------------------------------------------------------ templates

    def template(self, node: Template) -> None:
        self._no_splat_parameter(node.parameters, node)
        self._unique_parameters(node.parameters)
        self._parameters(node.parameters)
        self.visit(node.body)

    def render(self, node: RenderValue) -> None:
        self.visit(node.expr)


def _has_no_effect(node: Node) -> bool:
    """Whether evaluating a node surely changes nothing."""
    if isinstance(node, Binary):
        return node.operator not in ("=~", "!~")  # a match sets $0, $1 …
    if isinstance(node, _WITHOUT_EFFECT):
        return True
    if isinstance(node, Parenthesized):
        return _has_no_effect(node.expr)
    if isinstance(node, Block):
        return all(map(_has_no_effect, node.statements))
    if isinstance(node, If):
        return all(map(_has_no_effect, (node.condition, node.then, node.otherwise)))
    if isinstance(node, Case):
        return _has_no_effect(node.subject) and all(
            _has_no_effect(body) and all(map(_has_no_effect, values)) for values, body in node.options
        )
    return False


def _without_title(node: Node) -> bool:
    """Whether a block is a name and a hash: a resource whose title was forgotten."""
    return (
        isinstance(node, Block)
        and len(node.statements) == 2
        and isinstance(node.statements[0], Name)
        and isinstance(node.statements[1], Hash)
    )


def _is_replacement(node: Node) -> bool:
    """Whether a node is `[/pattern/, 'replacement']`."""
    if not isinstance(node, Array) or len(node.elements) != 2:
        return False
    pattern, replacement = node.elements
    return isinstance(pattern, Regex) and isinstance(replacement, Literal) and isinstance(replacement.value, str)


def _literal(node: Node) -> tuple[object, ...] | None:
    """A literal's value in a form that tells 1, 1.0 and true apart and can be hashed; None if it is no literal."""
    if isinstance(node, Literal):
        return (type(node.value).__name__, node.value)
    if isinstance(node, Name):
        return ("str", node.value)
    if isinstance(node, Regex):
        return ("Regex", node.pattern)
    if isinstance(node, Array):
        parts = [_literal(element) for element in node.elements]
    elif isinstance(node, Hash):
        parts = [_literal(each) for pair in node.pairs for each in pair]
    else:
        return None
    return None if None in parts else (type(node).__name__, *parts)


def _shown(literal: tuple[object, ...]) -> str:
    """A literal as the message about a key shows it."""
    kind, *parts = literal
    if kind == "Array":
        return f"[{', '.join(_shown_inside(part) for part in parts)}]"  # type: ignore[arg-type]
    if kind == "Hash":
        shown = [_shown_inside(part) for part in parts]  # type: ignore[arg-type]
        return "{" + ", ".join(f"{key}=>{value}" for key, value in zip(shown[::2], shown[1::2], strict=True)) + "}"
    value = parts[0]
    if kind == "Regex":
        return f"(?-mix:{value})"
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown_inside(literal: tuple[object, ...]) -> str:
    kind, *parts = literal
    if kind == "str":
        return '"' + str(parts[0]).replace("\\", "\\\\").replace('"', '\\"') + '"'
    if kind == "NoneType":
        return "nil"
    if kind == "Default":
        return ":default"
    return f"/{parts[0]}/" if kind == "Regex" else _shown(literal)


_RULES: dict[type[Node], Callable[..., None]] = {
    Nop: _Checker.nothing,
    Regex: _Checker.nothing,
    Name: _Checker.nothing,
    TypeName: _Checker.nothing,
    RenderText: _Checker.nothing,
    Literal: _Checker.literal,
    Variable: _Checker.variable,
    Reserved: _Checker.reserved,
    Interpolated: _Checker.interpolated,
    Heredoc: _Checker.heredoc,
    Array: _Checker.array,
    Hash: _Checker.hash,
    Access: _Checker.access,
    Parenthesized: _Checker.parenthesized,
    Unary: _Checker.unary,
    Binary: _Checker.binary,
    Relationship: _Checker.relationship,
    Assignment: _Checker.assignment,
    If: _Checker.if_,
    Case: _Checker.case,
    Selector: _Checker.selector,
    Lambda: _Checker.lambda_,
    Call: _Checker.call,
    MethodCall: _Checker.method_call,
    Resource: _Checker.resource,
    ResourceDefaults: _Checker.defaults,
    ResourceOverride: _Checker.override,
    Collector: _Checker.collector,
    Template: _Checker.template,
    RenderValue: _Checker.render,
}
_PLACED_RULES: dict[type[Node], Callable[..., None]] = {
    Block: _Checker.block,
    ClassDefinition: _Checker.class_,
    DefineDefinition: _Checker.define,
    FunctionDefinition: _Checker.function,
    NodeDefinition: _Checker.node,
    TypeAlias: _Checker.alias,
    TypeMapping: _Checker.mapping,
}
"""The rules of nodes for which it matters where they stand."""
