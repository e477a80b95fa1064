"""What `"${value}"` prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import Binary, Default, Deferred, Sensitive, from_hash_key
from bunraku.language.types.quoting import float_text, literal
from bunraku.language.types.references import PClassType, PResourceType, capitalize_segments


def interpolate(value: Any) -> str:
    """What `"${value}"` prints: arrays and hashes without quotes, undef as nothing, regexps between slashes."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    if kind is list:
        return f"[{', '.join(map(interpolate, value))}]"
    if kind is dict:
        pairs = [f"{interpolate(from_hash_key(k))} => {interpolate(v)}" for k, v in value.items()]
        return f"{{{', '.join(pairs)}}}"
    return text_of(value)


def text_of(value: Any) -> str:
    """A single value as Ruby's `to_s` prints it."""
    how = _TEXTS.get(type(value))
    return str(value) if how is None else how(value)


def _deferred(value: Deferred) -> str:
    """A deferred call as an object of its type is printed."""
    arguments = {} if value.arguments is None else {"arguments": value.arguments}
    return f"Deferred({literal({'name': value.name, **arguments})})"


def base64_text(value: Binary) -> str:
    """The bytes in Base64, on one line."""
    from base64 import b64encode

    return b64encode(value.data).decode()


def _reference(value: PResourceType) -> str:
    return f"{capitalize_segments(value.type_name or '')}[{value.title}]" if value.is_passed else str(value)


def _class(value: PClassType) -> str:
    return f"Class[{capitalize_segments(value.class_name or '')}]" if value.is_passed else str(value)


_TEXTS: dict[type, Callable[[Any], str]] = {
    PClassType: _class,
    PResourceType: _reference,
    str: str,
    type(None): lambda _: "",
    bool: lambda v: "true" if v else "false",
    float: float_text,
    Default: lambda _: "default",
    Binary: base64_text,
    Sensitive: lambda _: "Sensitive [value redacted]",
    Deferred: _deferred,
}
