"""Go's text/template: text is split by the `lexer`, becomes `nodes` in the `parser`, closures in the `compiler`
(`evaluations`: what has a value), which a `rendering` runs through.

`values` says which Python value stands for which Go value; `formatting` is Go's fmt; `builtins` are the functions that
every template has. Rules, messages and number formats are those of Go 1.19, recorded from the real one
(tests/confd/record). Pure: text and values in, text out.
"""

from bunraku.confd.template.compiler import parse
from bunraku.confd.template.errors import FunctionError, TemplateError
from bunraku.confd.template.functions import Function, Functions
from bunraku.confd.template.rendering import Template

__all__ = ["Function", "FunctionError", "Functions", "Template", "TemplateError", "parse"]
