"""Types at work: `type`, `assert_type`, `new`, `convert_to`; `unwrap`; `strftime`."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import Sensitive
from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions import Block, function


@function("type", "Any value, Enum[detailed] ?inference_method")
def type_detailed(scope: Any, value: Any, method: str = "detailed") -> Any:
    """The value's most precise type."""
    return types.infer(value)


@function("type", "Any value, Enum[reduced] inference_method")
def type_reduced(scope: Any, value: Any, method: str) -> Any:
    """Its type with one type for all elements."""
    return types.infer_reduced(value)


@function("type", "Any value, Enum[generalized] inference_method")
def type_generalized(scope: Any, value: Any, method: str) -> Any:
    """Its type without sizes and values."""
    return types.infer_reduced(value).generalize()


@function("assert_type", "Type type, Any value, Callable[Type, Type] ?&block")
def assert_type(scope: Any, wanted: types.PType, value: Any, block: Block | None = None) -> Any:
    """The value, if it is of the type; else the lambda's, or an error."""
    if wanted.instance(value):
        return value
    actual = types.infer(value)
    if block is not None:
        return block(wanted, actual)
    raise CompileError(types.describe_mismatch("assert_type():", wanted, actual))


@function("assert_type", "String type_string, Any value, Callable[Type, Type] ?&block")
def assert_type_by_name(scope: Any, wanted: str, value: Any, block: Block | None = None) -> Any:
    """The same with the type as a text."""
    return assert_type(scope, types.parse(wanted, scope.compiler.find_type), value, block)


@function("new", "Type type, Any *args, Callable ?&block")
def new(scope: Any, kind: types.PType, *arguments: Any, block: Block | None = None) -> Any:
    """A value of the type made from the arguments; what is of the type already stays as it is."""
    value = types.new(kind, list(arguments))
    return block(value) if block else value


@function("convert_to", "Any value, Type type, Any *args, Callable[1,1] ?&block")
def convert_to(scope: Any, value: Any, kind: types.PType, *arguments: Any, block: Block | None = None) -> Any:
    """`new` with the value before the type."""
    return new(scope, kind, value, *arguments, block=block)


@function("unwrap", "Any arg, Callable ?&block")
def unwrap(scope: Any, value: Any, block: Block | None = None) -> Any:
    """What is in a Sensitive; other values as they are. A lambda is given it, and its value returned."""
    inner = value.value if isinstance(value, Sensitive) else value
    return block(inner) if block else inner


@function("strftime", "Timespan time_object, String format")
def format_timespan(scope: Any, span: Any, template: str) -> str:
    """The length of time in words of the template."""
    return str(span.format(template))


@function("strftime", "Timestamp time_object, String format, String ?timezone")
def format_timestamp(scope: Any, time: Any, template: str, timezone: str | None = None) -> str:
    """The point in time in words of the template."""
    try:
        return str(time.format(template, timezone))
    except ValueError as error:
        raise CompileError(str(error)) from None


@function("strftime", "String format, String ?timezone")
def format_now(scope: Any, template: str, timezone: str | None = None) -> str:
    """The present time, in the older form of the call."""
    from bunraku.language.functions.logging import deprecated

    deprecated(
        scope,
        "legacy#strftime",
        "The argument signature (String format, [String timezone]) is deprecated for #strftime. See #strftime "
        "documentation and Timespan type for more info",
        here=True,
    )
    now = new(scope, types.parse("Timestamp"))
    return format_timestamp(scope, now, template, timezone)  # type: ignore[no-any-return]
