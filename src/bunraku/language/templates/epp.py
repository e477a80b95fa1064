"""EPP templates: `epp` and `inline_epp`.

Rules, observed from Puppet 7.23:
- A template sees the top scope only, an inline one sees the scope of its caller.
- Declared parameters are checked; a template that declares none takes any.
- A Sensitive value that is rendered makes the whole text Sensitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bunraku.catalog.values import Sensitive
from bunraku.language import nodes, types
from bunraku.language.cache import ProgramCache
from bunraku.language.errors import CompileError, Next
from bunraku.language.evaluator.parameters import Defaults, Parameters
from bunraku.language.evaluator.unit import Closure, Unit, makes
from bunraku.language.scope import Scope

OUTPUT = "@epp"
"""The variable that holds what was rendered so far; no variable of the code's can have this name."""


def render_file(scope: Scope, name: str, parameters: Mapping[str, Any] | None) -> Any:
    """The text, a str or a Sensitive one, of a template: `module/path` or an absolute path; `.epp` may be left out.

    Raises CompileError where there is none, or it fails.
    """
    inputs = scope.compiler.inputs
    path = inputs.find_template(name) or inputs.find_template(f"{name}.epp")
    if path is None:
        raise CompileError(f"Could not find template '{name if name.endswith('.epp') else name + '.epp'}'")
    template = scope.compiler.templates.get(path)
    if template is None:
        try:
            text = inputs.read_text(path)
        except OSError as error:
            raise CompileError(f"epp(): cannot read {path}: {error.strerror}") from None
        template = scope.compiler.templates[path] = Template(inputs.programs, text, path, "epp")
    top = scope.compiler.top
    # The output of a template around this one is out of reach.
    return template.render(top, dict(parameters or {}), parameters is not None)


def render_text(scope: Scope, text: str, parameters: Mapping[str, Any] | None) -> Any:
    """The text of an inline template. Raises CompileError."""
    template = Template(scope.compiler.inputs.programs, text, "inlined-epp-text", "inline_epp")
    return template.render(scope, dict(parameters or {}), parameters is not None)


class Template:
    """A parsed template. Raises CompileError where it cannot be parsed."""

    def __init__(self, programs: ProgramCache, text: str, path: str, function: str) -> None:
        try:
            program = programs.parse_epp(text, path)
        except CompileError as error:
            raise CompileError(f"{function}(): Invalid EPP: {error}", hint=error.hint) from error
        if program.definitions:
            raise CompileError(f"{function}(): The EPP template contains illegal expressions (definitions)")
        assert isinstance(program.body, nodes.Template)
        unit = Unit(program)
        self.is_explicit = program.body.explicit
        self.parameters = Parameters(unit, program.body.parameters)
        self.body = unit.closure(program.body)

    def render(self, scope: Scope, given: dict[str, Any], is_given: bool) -> Any:
        """What it gives in a scope inside `scope`, with the parameters `given`."""
        values = {name: value for name, value in given.items() if "::" not in name}
        for name, value in given.items():
            if "::" in name:
                scope.set(name.removeprefix("::"), value)
        if self.is_explicit or not is_given:
            values = self._checked(scope, values)
        try:
            return self.body(scope.local(values))
        except Next as ended:
            return ended.value

    def _checked(self, scope: Scope, given: dict[str, Any]) -> dict[str, Any]:
        """The values of the parameters. One that is given as undef may be unknown, as in the reference."""
        parameters = self.parameters
        values = {name: value for name, value in given.items() if value is not None}
        defaults = Defaults("lambda", scope, parameters.names, values)
        for parameter in parameters.all:
            if parameter.name in values:
                continue
            if parameter.default is not None:
                values[parameter.name] = defaults.value(parameter.name, parameter.default)
            elif parameter.name in given:
                values[parameter.name] = None
        struct = [types.StructElement(p.name, p.type(scope), p.default is not None) for p in parameters.all]
        types.check_parameters("lambda", types.PStructType(struct), values)
        return values


@makes(nodes.Template)
def _template(unit: Unit, node: nodes.Template) -> Closure:
    body = unit.effect(node.body)

    def template(scope: Scope) -> Any:
        output: list[Any] = []
        scope.variables[OUTPUT] = output
        body(scope)
        if not any(isinstance(part, Sensitive) for part in output):
            return "".join(output)
        return Sensitive("".join(types.interpolate(p.value) if isinstance(p, Sensitive) else p for p in output))

    return template


@makes(nodes.RenderText)
def _render_text(unit: Unit, node: nodes.RenderText) -> Closure:
    text = node.text

    def render_text(scope: Scope) -> None:
        scope.find(OUTPUT).append(text)

    return render_text


@makes(nodes.RenderValue)
def _render_value(unit: Unit, node: nodes.RenderValue) -> Closure:
    value_of = unit.closure(node.expr)

    def render_value(scope: Scope) -> None:
        value = value_of(scope)
        scope.find(OUTPUT).append(value if isinstance(value, (str, Sensitive)) else types.interpolate(value))

    return render_value
