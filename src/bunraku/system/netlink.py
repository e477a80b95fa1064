"""The kernel's links, addresses and routes (rtnetlink, RFC 3549), read in three short conversations."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

_GETLINK, _GETADDR, _GETROUTE = 18, 22, 26
_REQUEST_DUMP = 0x301
_DONE, _ERROR = 3, 2
_MAIN_TABLE = 254


class Link(NamedTuple):
    """A network interface. mac: lower-case hexadecimal pairs, None where it has no hardware address. master: the
    number of the bridge or bond that it belongs to.
    """

    number: int
    name: str
    mac: str | None
    mtu: int
    master: int | None


class Address(NamedTuple):
    """An address on an interface. name: the interface's, or the alias's (`eth0:1`). flags: the lower eight bits."""

    name: str
    family: socket.AddressFamily
    address: str
    prefix: int
    flags: int


class Route(NamedTuple):
    """A route of the main table: the interface that it leaves by and its preferred source address."""

    interface: int
    family: socket.AddressFamily
    source: str | None


def links() -> list[Link]:
    """The interfaces, in the kernel's order."""
    found = []
    for body, attributes in _dump(_GETLINK, 16):
        number = struct.unpack_from("i", body, 4)[0]
        mac = attributes.get(1, b"")
        master = attributes.get(10)
        found.append(
            Link(
                number,
                attributes[3].rstrip(b"\0").decode(),
                mac.hex(":") if mac.strip(b"\0") else None,
                struct.unpack("I", attributes[4])[0],
                struct.unpack("I", master)[0] if master else None,
            )
        )
    return found


def addresses() -> list[Address]:
    """The addresses of every interface, IPv4 first, in the kernel's order."""
    names = dict(socket.if_nameindex())
    found = []
    for body, attributes in _dump(_GETADDR, 8):
        number, prefix, flags, _, index = struct.unpack_from("BBBBi", body)
        raw = attributes.get(2) or attributes[1]  # its own address, where the other is the peer's
        name = attributes[3].rstrip(b"\0").decode() if 3 in attributes else names.get(index, "")
        family = socket.AddressFamily(number)
        found.append(Address(name, family, socket.inet_ntop(family, raw), prefix, flags))
    return found


def routes() -> list[Route]:
    """The routes of the main table."""
    found = []
    for body, attributes in _dump(_GETROUTE, 12):
        family = socket.AddressFamily(body[0])
        if body[4] == _MAIN_TABLE and family in (socket.AF_INET, socket.AF_INET6) and 4 in attributes:
            source = socket.inet_ntop(family, attributes[7]) if 7 in attributes else None
            found.append(Route(struct.unpack("i", attributes[4])[0], family, source))
    return found


def _dump(kind: int, body_size: int) -> Iterator[tuple[bytes, dict[int, bytes]]]:
    """Asks for a table: the fixed part and the attributes of each entry."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as talk:
        talk.settimeout(5)
        talk.bind((0, 0))
        talk.send(struct.pack("=IHHII", 16 + body_size, kind, _REQUEST_DUMP, 1, 0) + bytes(body_size))
        while True:
            data = talk.recv(65536)
            at = 0
            while at + 16 <= len(data):
                size, answer = struct.unpack_from("=IH", data, at)
                if answer == _DONE:
                    return
                if answer == _ERROR:
                    raise OSError(-struct.unpack_from("=i", data, at + 16)[0], "the kernel refused to list its network")
                message = data[at + 16 : at + size]
                yield message[:body_size], _attributes(message[body_size:])
                at += (size + 3) & ~3


def _attributes(data: bytes) -> dict[int, bytes]:
    found = {}
    at = 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        if size < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + size]
        at += (size + 3) & ~3
    return found
