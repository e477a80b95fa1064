"""Go's text/template: text is split by the `lexer`, becomes `nodes` in the `parser`, closures in the `compiler`.

`values` says which Python value stands for which Go value; `formatting` is Go's fmt; `builtins` are the functions that
every template has. Rules, messages and number formats are those of Go 1.19, recorded from the real one
(tests/confd/record). Pure: text and values in, text out.
"""

from bunraku.confd.template.compiler import Template, parse
from bunraku.confd.template.errors import FunctionError, TemplateError
from bunraku.confd.template.functions import Function, Functions

__all__ = ["Function", "FunctionError", "Functions", "Template", "TemplateError", "parse"]
