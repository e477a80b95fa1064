"""SRV records, asked of the name servers in /etc/resolv.conf (RFC 1035, RFC 2782): the C library has no call for it."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator

from bunraku.confd.template.values import Struct

TIMEOUT = 2.0
"""Seconds that one name server gets."""
_SRV = 33
_HEADER = struct.Struct(">6H")


class DnsError(Exception):
    """No answer, or none of use."""


class Service(Struct):
    """An SRV record, as Go's net.SRV."""

    __slots__ = ("Port", "Priority", "Target", "Weight")
    go_type = "net.SRV"
    fields = ("Target", "Port", "Priority", "Weight")

    def __init__(self, target: str, port: int, priority: int, weight: int) -> None:
        self.Target = target
        self.Port = port
        self.Priority = priority
        self.Weight = weight


def lookup_srv(name: str, *, servers: list[tuple[str, int]] | None = None) -> list[Service]:
    """The services that `name` stands for, by target, port, priority and weight. Raises DnsError."""
    problem = "no name server is known"
    for server in servers or _name_servers():
        try:
            return sorted(_ask(name, server), key=lambda s: f"{s.Target}{s.Port}{s.Priority}{s.Weight}")
        except (OSError, struct.error, IndexError, UnicodeError) as error:
            problem = f"{server[0]}: {error or type(error).__name__}"
    raise DnsError(problem)


def _name_servers() -> list[tuple[str, int]]:
    try:
        with open("/etc/resolv.conf") as file:
            words = [line.split() for line in file]
    except OSError:
        return []
    return [(word[1], 53) for word in words if len(word) > 1 and word[0] == "nameserver"]


def _ask(name: str, server: tuple[str, int]) -> list[Service]:
    number = int.from_bytes(os.urandom(2), "big")
    question = _HEADER.pack(number, 0x0100, 1, 0, 0, 0) + _encoded(name) + struct.pack(">HH", _SRV, 1)
    answer = _over_udp(question, server)
    if answer[2] & 0x02:
        answer = _over_tcp(question, server)
    answered, flags, questions, answers, _, _ = _HEADER.unpack_from(answer)
    if answered != number:
        raise OSError("an answer to another question")
    if flags & 0xF:
        raise DnsError(f"{name} is not known" if flags & 0xF == 3 else f"{server[0]} failed (code {flags & 0xF})")
    at = _HEADER.size
    for _ in range(questions):
        at = _name_at(answer, at)[1] + 4
    return list(_services(answer, at, answers))


def _over_udp(question: bytes, server: tuple[str, int]) -> bytes:
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.settimeout(TIMEOUT)
        udp.connect(server)
        udp.send(question)
        return udp.recv(65535)


def _over_tcp(question: bytes, server: tuple[str, int]) -> bytes:
    with socket.create_connection(server, TIMEOUT) as tcp, tcp.makefile("rb") as answer:
        tcp.sendall(struct.pack(">H", len(question)) + question)
        return answer.read(int.from_bytes(answer.read(2), "big"))


def _encoded(name: str) -> bytes:
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _services(answer: bytes, at: int, count: int) -> Iterator[Service]:
    for _ in range(count):
        at = _name_at(answer, at)[1]
        kind, _, _, length = struct.unpack_from(">HHIH", answer, at)
        at += 10
        if kind == _SRV:
            priority, weight, port = struct.unpack_from(">3H", answer, at)
            yield Service(_name_at(answer, at + 6)[0], port, priority, weight)
        at += length


def _name_at(answer: bytes, at: int) -> tuple[str, int]:
    """The name at an offset, with its final dot, and where it ends; pointers lead back into the message."""
    labels: list[str] = []
    end = 0
    for _ in range(128):
        length = answer[at]
        if length >= 0xC0:
            end = end or at + 2
            at = (length & 0x3F) << 8 | answer[at + 1]
        elif length:
            labels.append(answer[at + 1 : at + 1 + length].decode("ascii"))
            at += 1 + length
        else:
            return ".".join(labels) + ".", end or at + 1
    raise OSError("a name without end")
