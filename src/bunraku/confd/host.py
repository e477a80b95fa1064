"""What templates ask of the host: names, addresses, the environment, files, the time."""

from __future__ import annotations

import os
import socket

from bunraku.confd.dns import DnsError, Service, lookup_srv
from bunraku.confd.gotime import Time
from bunraku.confd.template.functions import Functions
from bunraku.confd.template.values import Slice, Strings

FUNCTIONS = Functions()


class Services(Slice):
    """What lookupSRV gives."""

    go_type = "[]*net.SRV"


@FUNCTIONS.add("getenv", "string", rest="string")
def getenv(name: str, *default: str) -> str:
    """A variable of the environment; the default, or nothing, where it is empty."""
    return os.environ.get(name) or (default[0] if default else "")


FUNCTIONS.add("fileExists", "string")(os.path.exists)
FUNCTIONS.add("datetime")(Time.now)
FUNCTIONS.add("hostname")(socket.gethostname)


def _addresses(name: str) -> list[str]:
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []


@FUNCTIONS.add("lookupIP", "string")
def lookup_ip(name: str) -> Strings:
    """The addresses of a name, sorted; none where it has none."""
    return Strings(_addresses(name))


@FUNCTIONS.add("lookupIPV4", "string")
def lookup_ipv4(name: str) -> Strings:
    """The IPv4 addresses of a name."""
    return Strings(address for address in _addresses(name) if ":" not in address)


@FUNCTIONS.add("lookupIPV6", "string")
def lookup_ipv6(name: str) -> Strings:
    """The IPv6 addresses of a name."""
    return Strings(address for address in _addresses(name) if ":" in address)


@FUNCTIONS.add("lookupIfaceIPV4", "string")
def lookup_interface_ipv4(name: str) -> str:
    """The first IPv4 address of a network interface; nothing where it has none, or is not there."""
    return _of_interface(name, socket.AF_INET)


@FUNCTIONS.add("lookupIfaceIPV6", "string")
def lookup_interface_ipv6(name: str) -> str:
    """The first IPv6 address of a network interface."""
    return _of_interface(name, socket.AF_INET6)


def _of_interface(name: str, family: socket.AddressFamily) -> str:
    from bunraku.system.netlink import addresses

    found = (one.address for one in addresses() if one.name.partition(":")[0] == name and one.family == family)
    return next(found, "")


@FUNCTIONS.add("lookupSRV", "string", "string", "string")
def lookup_services(service: str, proto: str, name: str) -> Services:
    """The services of a domain, sorted; none where it has none."""
    try:
        found: list[Service] = lookup_srv(f"_{service}._{proto}.{name}" if service or proto else name)
    except DnsError:
        found = []
    return Services(found)
