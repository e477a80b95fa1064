"""Templates: ERB through the Ruby worker, EPP by the language itself."""

from __future__ import annotations

from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.files import found, read


@legacy("template", -2)
def template(scope: Any, *names: Any) -> str:
    """What the ERB templates give, one after the other."""
    return "".join(_rendered_file(scope, ruby.text_of(name)) for name in names)


def _rendered_file(scope: Any, name: str) -> str:
    path = found(scope, "templates", name)
    if path is None:
        raise CompileError(f"Could not find template '{name}'")
    return _rendered(scope, read(scope, path), path)


@legacy("inline_template", -2)
def inline_template(scope: Any, *texts: Any) -> str:
    """What the ERB texts give, one after the other."""
    return "".join(_rendered(scope, ruby.text_of(text), None) for text in texts)


def _rendered(scope: Any, text: str, path: str | None) -> str:
    ruby_worker = scope.compiler.inputs.ruby
    if ruby_worker is None:
        what = f"the template {path}" if path else "an inline template"
        raise CompileError(f"Ruby is needed to render {what}, and there is none: install ruby, or write it as EPP")
    return str(ruby_worker.render(text, path, scope))


@function("epp", "String path, Hash[Pattern[/^\\w+$/], Any] ?parameters")
def epp(scope: Any, name: str, parameters: dict[str, Any] | None = None) -> Any:
    """What the EPP template of a module, or at a path, gives."""
    from bunraku.language.templates.epp import render_file

    return render_file(scope, name, parameters)


@function("inline_epp", "String template, Hash[Pattern[/^\\w+$/], Any] ?parameters")
def inline_epp(scope: Any, text: str, parameters: dict[str, Any] | None = None) -> Any:
    """What the EPP text gives."""
    from bunraku.language.templates.epp import render_text

    return render_text(scope, text, parameters)
