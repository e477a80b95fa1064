"""EPP templates: `epp` and `inline_epp`.

Rules, observed from Puppet 7.23:
- A template sees the top scope only, an inline one sees the scope of its caller.
- Declared parameters are checked; a template that declares none takes any.
- A Sensitive value that is rendered makes the whole text Sensitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bunraku.catalog.values import Sensitive
from bunraku.language import nodes, types
from bunraku.language.cache import ProgramCache
from bunraku.language.errors import CompileError, Next, Return
from bunraku.language.evaluator.parameters import Defaults, Parameters, refuse_reserved
from bunraku.language.evaluator.unit import Closure, Unit, makes
from bunraku.language.scope import Scope

if TYPE_CHECKING:
    from bunraku.language.inputs import Inputs


def render_file(scope: Scope, name: str, parameters: Mapping[str, Any] | None) -> Any:
    """The text, a str or a Sensitive one, of a template: `module/path` or an absolute path; `.epp` may be left out.

    Raises CompileError where there is none, or it fails.
    """
    compiler = scope.compiler
    template = compiler.templates.get(name)
    if template is None:
        template = compiler.templates[name] = _template_file(compiler.inputs, name)
    return template.render(compiler.top, dict(parameters or {}), parameters is not None)


def _template_file(inputs: Inputs, name: str) -> Template:
    path = inputs.find_template(name) or inputs.find_template(f"{name}.epp")
    if path is None:
        raise CompileError(f"Could not find template '{name if name.endswith('.epp') else name + '.epp'}'")
    try:
        text = inputs.read_text(path)
    except OSError as error:
        raise CompileError(f"epp(): cannot read {path}: {error.strerror}") from None
    return Template(inputs.programs, text, path, "epp")


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
        refuse_reserved(values)
        try:
            return self.body(scope.local(values))
        except (Next, Return) as ended:
            return ended.value

    def _checked(self, scope: Scope, given: dict[str, Any]) -> dict[str, Any]:
        """The values of the parameters. One that is given as undef may be unknown, as in the reference."""
        known = {name: value for name, value in given.items() if value is not None}
        values = dict(known)
        defaults: Defaults | None = None
        for parameter in self.parameters.all:
            name = parameter.name
            if name in known:
                continue
            if parameter.default is not None:
                if defaults is None:
                    defaults = Defaults("lambda", scope, self.parameters.names, known)
                values[name] = defaults.value(name, parameter.default)
            elif name in given:
                values[name] = None
        if not self._fit(scope, values):
            members = self.parameters.all
            struct = [types.StructElement(p.name, p.type(scope), p.default is not None) for p in members]
            types.check_parameters("lambda", types.PStructType(struct), values)
        return values

    def _fit(self, scope: Scope, values: dict[str, Any]) -> bool:
        """Whether each parameter has a value, of its type, and there is none besides."""
        parameters = self.parameters
        if values.keys() != set(parameters.names):
            return False
        return all(not p.is_typed or p.type(scope).instance(values[p.name]) for p in parameters.all)


@makes(nodes.Template)
def _template(unit: Unit, node: nodes.Template) -> Closure:
    body = unit.effect(node.body)

    def template(scope: Scope) -> Any:
        # The output of a template around this one is out of reach.
        output: list[Any] = []
        scope.output = output
        body(scope)
        if not any(isinstance(part, Sensitive) for part in output):
            return "".join(output)
        return Sensitive("".join(types.interpolate(p.value) if isinstance(p, Sensitive) else p for p in output))

    return template


@makes(nodes.RenderText)
def _render_text(unit: Unit, node: nodes.RenderText) -> Closure:
    text = node.text

    def render_text(scope: Scope) -> None:
        scope.output.append(text)

    return render_text


@makes(nodes.RenderValue)
def _render_value(unit: Unit, node: nodes.RenderValue) -> Closure:
    value_of = unit.closure(node.expr)

    def render_value(scope: Scope) -> None:
        value = value_of(scope)
        scope.output.append(value if isinstance(value, (str, Sensitive)) else types.interpolate(value))

    return render_value
