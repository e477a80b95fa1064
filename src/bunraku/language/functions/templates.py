"""ERB templates, rendered by the Ruby worker."""

from __future__ import annotations

from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
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
