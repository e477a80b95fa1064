"""Addresses and names of the network, and the host's interfaces."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy, local_type
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.stdlib import renamed

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network(text: Any) -> Network:
    """Ruby's `IPAddr.new`: an address, or a network with a prefix length or mask; its host bits are cleared.

    Raises CompileError for what is none.
    """
    if not isinstance(text, str):
        raise CompileError(f"undefined method `split' for {ruby.described(text)}")
    address, slash, mask = text.partition("/")
    if address.startswith("[") and address.endswith("]"):
        address = address[1:-1]
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        raise CompileError(f"invalid address: {text}") from None
    try:
        return ipaddress.ip_network(f"{found}/{_length(mask)}" if slash else str(found), strict=False)
    except ValueError:
        raise CompileError(f"invalid length: {text}") from None


def _length(mask: str) -> str:
    """A mask as `ipaddress` reads it: an IPv6 mask as the number of its bits."""
    return str(int(ipaddress.IPv6Address(mask)).bit_count()) if ":" in mask else mask


def is_address(text: Any, version: int | None = None) -> bool:
    """Whether `IPAddr.new` takes the text, as an address of the version (4, 6, None: either)."""
    try:
        found = network(text)
    except CompileError:
        return False
    return version in (None, found.version)


@function("stdlib::ip_in_range", "String ipaddress, Variant[String, Array] range")
def ip_in_range(scope: Any, address: str, ranges: Any) -> bool:
    """Whether an address is in a network, or any of several."""
    wanted = network(address)
    networks = [network(r) for r in (ranges if isinstance(ranges, list) else [ranges])]
    return any(n.version == wanted.version and wanted.subnet_of(n) for n in networks)  # type: ignore[arg-type]


@legacy("enclose_ipv6", -1)
def enclose_ipv6(scope: Any, *arguments: Any) -> list[str]:
    """The addresses, those of IPv6 in square brackets; `*` stays as it is."""
    if len(arguments) != 1:
        raise CompileError(f"enclose_ipv6(): Wrong number of arguments given {len(arguments)} for 1")
    value = arguments[0]
    if not isinstance(value, str | list):
        kind = ruby.ruby_class(value)
        raise CompileError(f"enclose_ipv6(): Wrong argument type given {kind} expected String or Array")
    return list(dict.fromkeys(_enclosed(a) for a in ruby.flattened([value]) if a is not None))


def _enclosed(address: Any) -> str:
    if address == "*":
        return "*"
    try:
        found = network(address)
    except CompileError:
        message = f"enclose_ipv6(): Wrong argument given {ruby.to_s(address)} is not an ip address."
        raise CompileError(message) from None
    return f"[{found.network_address}]" if found.version == 6 else ruby.to_s(address)


# ---------------------------------------------------------------- interfaces


def _interfaces(scope: Any) -> dict[str, Any]:
    found = scope.lookup("facts")["networking"]["interfaces"]
    return found if isinstance(found, dict) else {}


@function("stdlib::has_interface_with", "String[1] interface")
def has_interface(scope: Any, name: str) -> bool:
    """Whether the host has the interface."""
    return name in _interfaces(scope)


@function(
    "stdlib::has_interface_with",
    "Enum['macaddress','netmask','ipaddress','network','ip','mac'] kind, String[1] value",
)
def has_interface_with(scope: Any, kind: str, value: str) -> bool:
    """Whether an interface of the host has this address, mask or network."""
    key = {"ipaddress": "ip", "macaddress": "mac"}.get(kind, kind)
    return any(interface.get(key) == value for interface in _interfaces(scope).values())


_V4 = "Stdlib::IP::Address::V4::Nosubnet"
local_type(
    _V4,
    r"Pattern[/\A([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"
    r"(\.([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}\z/]",
)


@function("stdlib::has_ip_address", f"{_V4} ip_address")
def has_ip_address(scope: Any, address: str) -> bool:
    """Whether an interface of the host has the address."""
    return has_interface_with(scope, "ipaddress", address)  # type: ignore[no-any-return]


@function("stdlib::has_ip_network", f"{_V4} ip_network")
def has_ip_network(scope: Any, address: str) -> bool:
    """Whether an interface of the host is in the network."""
    return has_interface_with(scope, "network", address)  # type: ignore[no-any-return]


for _name in ("has_interface_with", "has_ip_address", "has_ip_network"):
    renamed(_name)


# ---------------------------------------------------------------- names


def is_domain(text: str) -> bool:
    """Whether the text is a domain name: labels of up to 63 characters, the last one of letters."""
    if text == ".":
        return True
    name = text.removesuffix(".")
    if not name or len(name) > 255 or ("." in name and not re.search(r"\.[A-Za-z]+$", name, re.MULTILINE)):
        return False
    return all(re.fullmatch(r"[A-Za-z\d]([A-Za-z\d-]{0,61}[A-Za-z\d])?", label) for label in name.split("."))


def is_email(text: str) -> bool:
    """Whether the text has the form of an e-mail address."""
    return re.fullmatch(r"(?:[\w+-].?)+@[a-z\d-]+(?:\.[a-z]+)*\.[a-z]+", text, re.ASCII) is not None
