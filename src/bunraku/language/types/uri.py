"""URI: a parsed uniform resource identifier (RFC 3986), and its type, which may set conditions on its parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar

from bunraku.language.types.base import Expanding, PType
from bunraku.language.types.quoting import literal, quote
from bunraku.language.types.regexp import Regexp

PARTS = ("scheme", "userinfo", "host", "port", "path", "query", "fragment", "opaque")
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21, "ldap": 389, "ldaps": 636, "ws": 80, "wss": 443}
_BAD = re.compile(r"[\s<>\"{}|\\^`\x00-\x20]|%(?![0-9A-Fa-f]{2})|[^\x00-\x7f]")
_FORM = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?"
    r"(?://(?:(?P<userinfo>[^@/?#]*)@)?(?P<host>\[[^\]]*\]|[^:/?#]*)(?::(?P<port>\d*))?(?=[/?#]|\Z))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?\Z",
    re.DOTALL,
)

_COLON_FIRST = re.compile(r"(?![A-Za-z][A-Za-z0-9+.-]*:)[^/?#:]*:")
"""A colon before any slash, after what can be no scheme."""


class URI:
    """A URI by its parts: each a str or None, port an int or None (that of the scheme, where it says none)."""

    __slots__ = ("parts", "text")

    def __init__(self, parts: dict[str, Any], text: str) -> None:
        self.parts = parts
        self.text = text

    @classmethod
    def parse(cls, text: str) -> URI:
        """The URI that `text` says. Raises ValueError."""
        match = None if _BAD.search(text) else _FORM.match(text)
        if match is None or (match["host"] is None and match["path"].startswith("//")) or _COLON_FIRST.match(text):
            raise ValueError(f'bad URI(is not URI?): "{text}"')
        parts: dict[str, Any] = dict.fromkeys(PARTS) | match.groupdict()
        if parts["scheme"] and parts["host"] is None and parts["path"] and not parts["path"].startswith("/"):
            query = f"?{parts['query']}" if parts["query"] is not None else ""
            parts |= {"opaque": parts["path"] + query, "path": None, "query": None}
        if parts["scheme"]:
            parts["scheme"] = parts["scheme"].lower()
            text = parts["scheme"] + text[len(parts["scheme"]) :]
        default = _DEFAULT_PORTS.get(parts["scheme"] or "")
        if parts["port"] and int(parts["port"]) == default:
            text = text.replace(f":{parts['port']}", "", 1)
        parts["port"] = int(parts["port"]) if parts["port"] else default
        return cls(parts, text)

    @classmethod
    def build(cls, parts: dict[str, Any]) -> URI:
        """A URI out of its parts."""
        authority = ""
        if parts.get("host") is not None:
            user = f"{parts['userinfo']}@" if parts.get("userinfo") else ""
            default = _DEFAULT_PORTS.get(parts.get("scheme", ""))
            port = f":{parts['port']}" if parts.get("port") not in (None, default) else ""
            authority = f"//{user}{parts['host']}{port}"
        scheme = f"{parts['scheme']}:" if parts.get("scheme") else ""
        text = scheme + (parts.get("opaque") or authority + (parts.get("path") or ""))
        text += f"?{parts['query']}" if parts.get("query") else ""
        return cls.parse(text + (f"#{parts['fragment']}" if parts.get("fragment") else ""))

    def joined(self, other: URI | str) -> URI:
        """The URI that `other`, taken relative to this one, is (RFC 3986, section 5)."""
        from urllib.parse import urljoin

        return URI.parse(urljoin(self.text, str(other)))

    def method(self, name: str) -> Callable[[], Any] | None:
        """What `uri.name` calls: a part by its name; None for others."""
        return (lambda: self.parts[name]) if name in self.parts else None

    @property
    def ptype(self) -> PType:
        """URI of just these parts."""
        return PURIType(_conditions(self))

    def formatted(self, form: Any, indent: Any) -> str:
        """The URI in a format of String."""
        if form.letter == "p":
            return repr(self)
        if form.letter != "s":
            raise form.refuse("URI", "sp")
        return str(form.run(quote(self.text) if form.alternative else self.text))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, URI) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"URI({quote(self.text)})"

    def to_wire(self) -> Any:
        """The value in the catalog's rich data."""
        return {"__ptype": "URI", "__pvalue": self.text}


def _conditions(uri: URI) -> dict[str, Any]:
    """The parts of a URI as a type's conditions: those that say something."""
    parts = {name: value for name, value in uri.parts.items() if value is not None and (value or name == "query")}
    if parts.get("host"):
        parts["host"] = parts["host"].lower()
    if "port" in parts:
        if parts["port"] == {"http": 80, "https": 443}.get(parts.get("scheme", "")):
            del parts["port"]
        else:
            parts["port"] = str(parts["port"])
    return parts


class PURIType(PType):
    """`URI['http://a']`, `URI[{scheme => Enum['http', 'https']}]`: URIs whose parts match the conditions."""

    __slots__ = ("conditions",)
    kind = "URI"
    DEFAULT: ClassVar[PURIType]

    def __init__(self, conditions: dict[str, Any] | None = None) -> None:
        self.conditions = conditions or None

    @classmethod
    def of(cls, parameter: str | URI | dict[str, Any]) -> PURIType:
        """The type of `URI[parameter]`. Raises ValueError."""
        if isinstance(parameter, dict):
            return cls(parameter)
        if isinstance(parameter, str) and parameter and not URI.parse(parameter).parts["scheme"]:
            raise ValueError(f"URI-Type parameter has wrong type, expects an absolute URI, got '{parameter}'")
        return cls(_conditions(URI.parse(parameter) if isinstance(parameter, str) else parameter))

    def parts(self) -> tuple[Any, ...]:
        """The conditions."""
        return (literal(self.conditions),)

    def instance(self, value: Any) -> bool:
        """Whether it is a URI that meets the conditions."""
        if not isinstance(value, URI):
            return False
        from bunraku.language.types.operators import matches

        return all(matches(value.parts[name], wanted) for name, wanted in (self.conditions or {}).items())

    def accepts(self, other: PType) -> bool:
        """URI types whose conditions meet these."""
        if not isinstance(other, PURIType):
            return False
        theirs = other.conditions or {}
        return all(name in theirs and _meets(theirs[name], wanted) for name, wanted in (self.conditions or {}).items())

    def arguments(self, expanding: Expanding) -> list[str]:
        """The conditions as a hash."""
        return [] if self.conditions is None else [literal(self.conditions)]

    def generalize(self) -> PType:
        """Without conditions."""
        return PURIType.DEFAULT


def _meets(value: Any, wanted: Any) -> bool:
    from bunraku.language.types.operators import matches

    if isinstance(value, PType) and isinstance(wanted, PType):
        return wanted.assignable(value)
    if isinstance(value, Regexp):
        return bool(value == wanted)
    return matches(value, wanted)


PURIType.DEFAULT = PURIType()
