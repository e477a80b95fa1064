"""The Object types that the language comes with: Deferred, Error and Annotation."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import Deferred
from bunraku.language.errors import CompileError
from bunraku.language.types.members import Function
from bunraku.language.types.objects import PObjectType
from bunraku.language.types.type_parser import parse_value


class _DeferredType(PObjectType):
    """Deferred: its objects are the catalog's own."""

    __slots__ = ()

    def instance(self, value: Any) -> bool:
        """Whether it is a deferred call."""
        return isinstance(value, Deferred)

    def make(self, values: dict[str, Any]) -> Any:
        """A deferred call."""
        return Deferred(values["name"], values.get("arguments"))


DEFERRED = _DeferredType(
    "Deferred",
    lambda: parse_value(
        r"""{
        attributes => {
            name => Pattern[/\A[$]?[a-z][a-z0-9_]*(?:::[a-z][a-z0-9_]*)*\z/],
            arguments => { type => Optional[Array[Any]], value => undef },
        }
    }"""
    ),
)

_CONDITION = "Variant[String, Regexp, Type[Enum], Type[Pattern], Type[NotUndef], Type[Undef]]"


class _ErrorType(PObjectType):
    """Error: its function is known."""

    __slots__ = ()

    def call(self, function: Function, receiver: Any, arguments: list[Any]) -> Any:
        """The message."""
        if arguments:
            raise CompileError(f"wrong number of arguments (given {len(arguments)}, expected 0)")
        return receiver.attribute("msg")


ANNOTATION = PObjectType("Annotation", dict)
ERROR = _ErrorType(
    "Error",
    lambda: parse_value(
        f"""{{
        type_parameters => {{ kind => {_CONDITION}, issue_code => {_CONDITION} }},
        attributes => {{
            msg => String[1],
            kind => {{ type => Optional[String[1]], value => undef }},
            details => {{ type => Optional[Hash[String[1], Data]], value => undef }},
            issue_code => {{ type => Optional[String[1]], value => undef }},
        }},
        functions => {{ message => Callable[[0, 0], String[1]] }},
    }}"""
    ),
)
