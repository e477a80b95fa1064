"""What messages call a value: its kind in words, with an article, and the name of its class."""

from __future__ import annotations

from typing import Any

from bunraku.language.labels import with_article as with_article
from bunraku.language.types.base import PType
from bunraku.language.types.references import PResourceType


def label(value: Any) -> str:
    """What messages call a value: `Integer`, `Undef Value`, `Integer[1, 2]-Type`."""
    if isinstance(value, PResourceType) and value.title is not None:
        return f"{value} Resource-Reference"
    if isinstance(value, PType):
        return f"{value.show()}-Type"
    return _LABELS.get(type(value).__name__, "Object")


_LABELS = {
    "str": "String",
    "int": "Integer",
    "float": "Float",
    "bool": "Boolean",
    "NoneType": "Undef Value",
    "list": "Array",
    "dict": "Hash",
    "Regexp": "Regexp",
    "Binary": "Binary",
    "Sensitive": "Sensitive",
    "Timespan": "Timespan",
    "Timestamp": "Timestamp",
    "SemVer": "Semver",
    "SemVerRange": "SemverRange",
}


def ruby_class(value: Any) -> str:
    """The name of a value's class, as the reference prints it."""
    if getattr(value, "is_passed", False):
        return "Puppet::Resource"
    if isinstance(value, PType):
        return f"Puppet::Pops::Types::{type(value).__name__}"
    if value is False:
        return "FalseClass"
    if type(value).__name__ == "URI":
        return f"URI::{_URI_CLASSES.get(value.parts['scheme'], 'Generic')}"
    return _CLASSES.get(type(value).__name__, type(value).__name__)


_URI_CLASSES = {
    "file": "File",
    "ftp": "FTP",
    "http": "HTTP",
    "https": "HTTPS",
    "ldap": "LDAP",
    "ldaps": "LDAPS",
    "mailto": "MailTo",
    "ws": "WS",
    "wss": "WSS",
}
_CLASSES = {
    "str": "String",
    "int": "Integer",
    "float": "Float",
    "bool": "TrueClass",
    "NoneType": "NilClass",
    "list": "Array",
    "dict": "Hash",
    "Default": "Symbol",
    "Sensitive": "Puppet::Pops::Types::PSensitiveType::Sensitive",
    "Binary": "Puppet::Pops::Types::PBinaryType::Binary",
    "Timespan": "Puppet::Pops::Time::Timespan",
    "Timestamp": "Puppet::Pops::Time::Timestamp",
    "SemVer": "SemanticPuppet::Version",
    "SemVerRange": "SemanticPuppet::VersionRange",
    "Deferred": "DeferredValue",
}
