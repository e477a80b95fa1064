"""The `validate_…` functions: they return nothing, or fail."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy, local_type
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.logging import deprecation
from bunraku.language.functions.regex import compiled
from bunraku.language.functions.stdlib import renamed
from bunraku.language.functions.stdlib.network import is_address
from bunraku.language.functions.stdlib.predicates import is_absolute_path, is_bool

_COMPAT = (
    "This method is deprecated, please use the stdlib validate_legacy function, with {}. "
    "There is further documentation for validate_legacy function in the README."
)


Check = Callable[[Any, Any], str | None]
"""Says what is wrong with a value, or None; takes the calling scope and the value."""


def _validator(name: str, instead: str, check: Check) -> None:
    """Registers `name`, which checks each argument."""

    @function(name, "Any *args")
    def validate(scope: Any, *arguments: Any) -> None:
        """An error unless each of the values is what the name tells. Deprecated: a type says it better."""
        deprecation(scope, name, _COMPAT.format(instead))
        if not arguments:
            raise CompileError(f"{name}(): wrong number of arguments (0; must be > 0)")
        for argument in arguments:
            problem = check(scope, argument)
            if problem is not None:
                raise CompileError(problem)


def _must_be(test: Callable[[Any], bool], what: str) -> Check:
    def check(scope: Any, value: Any) -> str | None:
        if test(value):
            return None
        return f"{ruby.inspect(value)} is not {what}.  It looks to be a {ruby.ruby_class(value)}"

    return check


def _address(version: int | None, what: str) -> Check:
    def check(scope: Any, value: Any) -> str | None:
        if not isinstance(value, str):
            return f"{ruby.inspect(value)} is not a string."
        return None if is_address(value, version) else f"{ruby.inspect(value)} is not a valid {what} address."

    return check


def _absolute(scope: Any, value: Any) -> str | None:
    wrong = (path for path in (value if isinstance(value, list) else [value]) if not is_absolute_path(scope, path))
    return next((f"{ruby.inspect(path)} is not an absolute path." for path in wrong), None)


_validator("validate_absolute_path", "Stdlib::Compat::Absolute_path", _absolute)
_validator("validate_array", "Stdlib::Compat::Array", _must_be(lambda v: isinstance(v, list), "an Array"))
_validator("validate_bool", "Stdlib::Compat::Bool", _must_be(is_bool, "a boolean"))
_validator("validate_hash", "Stdlib::Compat::Hash", _must_be(lambda v: isinstance(v, dict), "a Hash"))
_validator("validate_ip_address", "Stdlib::Compat::Ip_address", _address(None, "IP"))
_validator("validate_ipv4_address", "Stdlib::Compat::Ipv4", _address(4, "IPv4"))
_validator("validate_ipv6_address", "Stdlib::Compat::Ipv6", _address(6, "IPv6"))
_validator("validate_string", "Stdlib::Compat::String", _must_be(lambda v: v is None or isinstance(v, str), "a string"))


@function("validate_re", "Any *args")
def validate_re(scope: Any, *arguments: Any) -> None:
    """Fails unless the string matches a pattern, or one of several."""
    deprecation(scope, "validate_re", _COMPAT.format("Stdlib::Compat::Re"))
    if len(arguments) not in (2, 3):
        raise CompileError(f"validate_re(): wrong number of arguments ({len(arguments)}; must be 2 or 3)")
    text, patterns, message = (*arguments, None)[:3]
    if not isinstance(text, str):
        raise CompileError(f"validate_re(): input needs to be a String, not a {ruby.ruby_class(text)}")
    if not any(compiled(pattern).search(text) for pattern in ruby.flattened([patterns])):
        usual = f"validate_re(): {ruby.inspect(text)} does not match {ruby.inspect(patterns)}"
        raise CompileError(usual if message is None else ruby.to_s(message))


@function("validate_slength", "Any *args")
def validate_slength(scope: Any, *arguments: Any) -> None:
    """Fails unless the string, or each of several, has a length between two bounds."""
    deprecation(scope, "validate_slength", _COMPAT.format("String[]"))
    if len(arguments) not in (2, 3):
        raise CompileError(f"validate_slength(): Wrong number of arguments ({len(arguments)}; must be 2 or 3)")
    value, most, least = (*arguments, None)[:3]
    longest = _length(most, "second argument to be a positive", 1)
    shortest = 0 if least is None else _length(least, "third argument to be unset or a positive", 0)
    if longest < shortest:
        raise CompileError("validate_slength(): Expected second argument to be equal to or larger than third argument")
    if not isinstance(value, str | list):
        kind = ruby.ruby_class(value)
        raise CompileError(f"validate_slength(): Expected first argument to be a String or Array, got {kind}")
    for position, text in enumerate([value] if isinstance(value, str) else value):
        if not isinstance(text, str):
            kind = ruby.ruby_class(text)
            problem = f"Expected element at array position {position} to be a String, got {kind}"
            raise CompileError(f"validate_slength(): {problem}")
        if not shortest <= len(text) <= longest:
            problem = f"between {shortest} and {longest}, was {len(value)}"
            raise CompileError(f"validate_slength(): Expected length of {ruby.inspect(value)} to be {problem}")


def _length(value: Any, wanted: str, least: int) -> int:
    try:
        length = ruby.integer(value) if isinstance(value, str) else int(value)
    except (CompileError, TypeError, ValueError):
        length = -1
    if length < least:
        shown = f"{ruby.to_s(value)}:{ruby.ruby_class(value)}"
        raise CompileError(f"validate_slength(): Expected {wanted} Numeric, got {shown}")
    return length


# ---------------------------------------------------------------- numbers with bounds


def _bounded(name: str, noun: str, article: str, number: Callable[[str], float]) -> None:
    """Registers `validate_integer` or `validate_numeric`: a value or each of several, not above max, not below min."""

    def read(value: Any, problem: str) -> float:
        try:
            return number(ruby.to_s(value))
        except CompileError:
            raise CompileError(f"{name}(): Expected {problem}") from None

    def bound(value: Any, which: str) -> float:
        text = ruby.to_s(value)
        return read(text, f"{which} argument to be unset or {article} {noun}, got {text}:String")

    @function(name, "Any *args")
    def validate(scope: Any, *arguments: Any) -> None:
        """An error unless the number, or each of an array, is one, at most the second and at least the third."""
        deprecation(scope, name, _COMPAT.format(f"Stdlib::Compat::{noun}"))
        count = len(arguments)
        if not 1 <= count <= 3:
            raise CompileError(f"{name}(): Wrong number of arguments; must be 1, 2 or 3, got {count}")
        value, most, least = (*arguments, None, None)[:3]
        unset = count < 2 or (count > 2 and ruby.to_s(most) == "")
        high = None if unset else bound(most, "second")
        low = None if count < 3 else bound(least, "third")
        if low is not None and high is not None and low > high:
            raise CompileError(
                f"{name}(): Expected second argument to be larger than third argument, "
                f"got {ruby.to_s(high)} < {ruby.to_s(low)}"
            )
        wanted = f"to be {article} {noun}"
        if isinstance(value, dict):
            raise CompileError(f"validate_integer(): Expected first argument {wanted} or Array, got Hash")
        if not isinstance(value, list):
            kind = ruby.ruby_class(value)
            check(read(value, f"first argument {wanted} or Array, got {kind}"), value, high, low)
            return
        for position, element in enumerate(value):
            kind = ruby.ruby_class(element)
            problem = f"element at array position {position} {wanted}, got {kind}"
            if isinstance(element, dict):
                raise CompileError(f"{name}(): Expected {problem}")
            check(read(element, problem), value, high, low)

    def check(found: float, value: Any, high: float | None, low: float | None) -> None:
        shown = ruby.inspect(value)
        if high is not None and found > high:
            raise CompileError(f"{name}(): Expected {shown} to be smaller or equal to {ruby.to_s(high)}, got {shown}.")
        if low is not None and found < low:
            raise CompileError(f"{name}(): Expected {shown} to be greater or equal to {ruby.to_s(low)}, got {shown}.")


_bounded("validate_integer", "Integer", "an", ruby.integer)
_bounded("validate_numeric", "Numeric", "a", ruby.floating)


# ---------------------------------------------------------------- by type


@function("validate_legacy", "Type target_type, String function_name, Any value, Any *args")
def validate_legacy(scope: Any, wanted: types.PType, name: str, value: Any, *rest: Any) -> None:
    """Fails unless the value is of the type."""
    message = "This method is deprecated, please use Puppet data types to validate parameters"
    deprecation(scope, "validate_legacy", message)
    if not wanted.instance(value):
        subject = f"validate_legacy({wanted}, ...)"
        raise CompileError(types.describe_mismatch(subject, wanted, types.infer(value)))


@function("validate_legacy", "String type_string, String function_name, Any value, Any *args")
def validate_legacy_by_name(scope: Any, wanted: str, name: str, value: Any, *rest: Any) -> None:
    """The same with the type as a text."""
    validate_legacy(scope, types.parse(wanted, scope.compiler.find_type), name, value)


_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
local_type("Stdlib::Fqdn", rf"Pattern[/\A({_LABEL}\.)*{_LABEL}\z/]")
local_type("Stdlib::Dns::Zone", rf"Pattern[/\A(({_LABEL}\.)+|\.)\z/]")
local_type(
    "Stdlib::Email",
    r"Pattern[/\A[a-zA-Z0-9.!#$%&'*+\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z/]",
)


def _all_of_type(name: str, kind: str) -> None:
    @function(f"stdlib::{name}", f"{kind} *values")
    def validate(scope: Any, *values: str) -> None:
        """An error unless each of the values is what the name tells."""
        if not values:
            raise CompileError(f"stdlib::{name}(): Wrong number of arguments need at least one")

    renamed(name)


_all_of_type("validate_domain_name", "Variant[Stdlib::Fqdn, Stdlib::Dns::Zone]")
_all_of_type("validate_email_address", "Stdlib::Email")


# ---------------------------------------------------------------- with help from outside


@legacy("validate_cmd", -1, statement=True)
def validate_cmd(scope: Any, *arguments: Any) -> None:
    """Fails unless a command on the compiling host accepts the content, which it finds in a file (`%` is its path)."""
    if len(arguments) not in (2, 3):
        raise CompileError(f"validate_cmd(): wrong number of arguments ({len(arguments)}; must be 2 or 3)")
    content, command, message = (*arguments, None)[:3]
    usual = f"validate_cmd(): failed to validate content with command {ruby.inspect(command)}"
    with tempfile.NamedTemporaryFile("w", prefix="validate_cmd") as file:
        file.write(ruby.text_of(content))
        file.flush()
        text = ruby.text_of(command)
        placed = text.replace("%", file.name) if compiled(r"\s%(\s|$)").search(text) else f"{text} {file.name}"
        try:
            scope.compiler.inputs.run(["/bin/sh", "-c", placed])
        except CompileError as error:
            raise CompileError(f"{usual if message is None else ruby.to_s(message)}\n{error.message}") from None


def _without_library(name: str, library: str) -> None:
    @legacy(name, -1, statement=True)
    def refuse(scope: Any, *arguments: Any) -> None:
        """Always an error: the library behind it is not at hand."""
        raise CompileError(f"{name}(): this function needs {library}, which bunraku does without; leave the check out")


_without_library("validate_augeas", "the augeas library")
_without_library("validate_x509_rsa_key_pair", "the openssl library")
