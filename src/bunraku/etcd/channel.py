"""gRPC calls to one endpoint, over connections of our own (gRPC over HTTP/2, PROTOCOL-HTTP2.md of grpc/grpc).

grpcio does all of this and more, but its Python side wakes some twenty times a second for a watch that hears nothing,
and takes a tenth of a second to load. Here nobody wakes but for bytes or a deadline, and there are no threads.

The rules:
- A connection carries one call at a time, and is kept for the next one; calls from several threads have one each.
- A call that fails says whether its request may have reached the server (`CallFailed.sent`).
- A kept connection is looked at before it is used again: one that the server has closed meanwhile is not.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING

from bunraku.etcd.endpoints import Endpoint
from bunraku.etcd.hpack import Field
from bunraku.etcd.http2 import Http2, NotHttp2, Stream

if TYPE_CHECKING:
    import ssl

Metadata = tuple[Field, ...]
FIELDS: Metadata = (("content-type", "application/grpc"), ("te", "trailers"), ("user-agent", "bunraku"))
KEPT = 8
"""Connections that are kept for further calls."""
PIECE = 1 << 18
"""Bytes that are read at a time."""
SOCKET_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2),
)
"""The kernel finds out within 20 seconds that the other host is gone, whoever waits for it."""


class Code(IntEnum):
    """Those of gRPC's status codes that mean something here; any other is `UNKNOWN`."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    DEADLINE_EXCEEDED = 4
    PERMISSION_DENIED = 7
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


class CallFailed(Exception):
    """A call without a good end. `said`: why, in the server's words or ours; `remedy`: what to do, if we know.

    sent: whether the request may have reached the server.
    """

    def __init__(self, code: int, said: str, remedy: str = "", *, sent: bool = True) -> None:
        super().__init__(said)
        self.code = code
        self.said = said
        self.remedy = remedy
        self.sent = sent


class Channel:
    """The connections to one endpoint. Thread-safe. `context` makes what https endpoints are spoken to with."""

    def __init__(self, endpoint: Endpoint, context: Callable[[], ssl.SSLContext]) -> None:
        self.endpoint = endpoint
        self._context = context() if endpoint.tls else None
        self._lock = threading.Lock()
        self._kept: list[Wire] = []
        self._open: set[Wire] = set()
        self._closed = False

    def unary(self, path: str, request: bytes, timeout: float, metadata: Metadata) -> bytes:
        """One request, one answer, within `timeout` seconds. Raises CallFailed."""
        answers = list(self.server_stream(path, request, timeout, metadata))
        if not answers:
            raise CallFailed(Code.INTERNAL, "an answer without content")
        return answers[0]

    def server_stream(self, path: str, request: bytes, timeout: float, metadata: Metadata) -> Iterator[bytes]:
        """One request, any number of answers, all within `timeout` seconds. Raises CallFailed."""
        until = time.monotonic() + timeout
        wire = self._take(until)
        try:
            wire.begin(path, (("grpc-timeout", f"{max(1, int(timeout * 1000))}m"), *metadata))
            wire.send(request, end=True)
            while (answer := wire.receive(until)) is not None:
                yield answer
        finally:
            self._give_back(wire)

    def stream(self, path: str, timeout: float, metadata: Metadata) -> Call:
        """A call with many requests and many answers. `timeout`: seconds to connect within. Raises CallFailed."""
        wire = self._track(Wire(self.endpoint, self._context, time.monotonic() + timeout))
        wire.begin(path, metadata)
        return Call(wire, lambda: self._drop(wire))

    def close(self) -> None:
        """Close every connection; calls under way fail."""
        with self._lock:
            self._closed = True
            for wire in self._open:
                wire.interrupt()
            for wire in self._kept:
                wire.close()
            self._open.difference_update(self._kept)
            self._kept.clear()

    def _take(self, until: float) -> Wire:
        """A connection that carries no call: one that was kept, or a new one."""
        while True:
            with self._lock:
                wire = self._kept.pop() if self._kept else None
            if wire is None:
                return self._track(Wire(self.endpoint, self._context, until))
            if wire.is_alive():
                return wire
            self._drop(wire)

    def _track(self, wire: Wire) -> Wire:
        with self._lock:
            self._open.add(wire)
            closed = self._closed
        if closed:
            self._drop(wire)
            raise CallFailed(Code.CANCELLED, "the client was closed", sent=False)
        return wire

    def _give_back(self, wire: Wire) -> None:
        with self._lock:
            keep = wire.is_reusable and len(self._kept) < KEPT and not self._closed
            if keep:
                self._kept.append(wire)
        if not keep:
            self._drop(wire)

    def _drop(self, wire: Wire) -> None:
        with self._lock:
            self._open.discard(wire)
        wire.close()


class Wire:
    """One connection, and the call that it carries. Used by one thread at a time."""

    def __init__(self, endpoint: Endpoint, context: ssl.SSLContext | None, until: float) -> None:
        """Connect. Raises CallFailed."""
        authority = "localhost" if endpoint.target.startswith("unix:") else endpoint.target
        self._http = Http2("https" if endpoint.tls else "http", authority)
        self._stream: Stream | None = None
        self._failed = False
        self._later = _later(tls=context is not None)
        self._socket = _connect(endpoint, context, until)
        self._socket.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._polled_for = select.POLLIN

    def wake_by(self, descriptor: int) -> None:
        """Have `receive` return when this descriptor can be read."""
        self._poll.register(descriptor, select.POLLIN)

    def begin(self, path: str, metadata: Metadata) -> None:
        """Begin a call; one that has not ended is broken off."""
        self._stream = self._http.begin(path, (*FIELDS, *metadata))

    def send(self, message: bytes, *, end: bool = False) -> None:
        """Send a message of the call, with the next `receive`; `end`: the last one."""
        self._http.send(struct.pack(">BI", 0, len(message)) + message, end=end)

    def receive(self, until: float | None) -> bytes | None:
        """The next message of the answer; None after the last one, which was a good end. Raises CallFailed.

        until: moment (monotonic) by which it must have come; None: wait for ever.
        """
        while True:
            message = self.message()
            if message is not None:
                return message
            assert self._stream is not None
            if self._stream.ended:
                self._end()
                return None
            if not self.move(until):
                self._failed = True
                if self._http.greeted:
                    raise CallFailed(Code.DEADLINE_EXCEEDED, "no answer in time")
                remedy = "is it starting, or waiting for the other members of its cluster?"
                raise CallFailed(Code.UNAVAILABLE, "it takes connections, but does not answer", remedy)

    def message(self) -> bytes | None:
        """The next message, if all of it has come. Raises CallFailed."""
        assert self._stream is not None
        data = self._stream.data
        if len(data) < 5:
            return None
        compressed, length = struct.unpack_from(">BI", data)
        if compressed:
            self._failed = True
            raise CallFailed(Code.INTERNAL, "a compressed answer, which was not asked for")
        if len(data) < 5 + length:
            return None
        message = bytes(data[5 : 5 + length])
        del data[: 5 + length]
        return message

    @property
    def has_ended(self) -> bool:
        """Whether the server has ended the call."""
        return self._stream is not None and self._stream.ended

    def _end(self) -> None:
        """Judge how the call ended."""
        stream = self._stream
        assert stream is not None
        if stream.unprocessed:
            raise CallFailed(Code.UNAVAILABLE, "the server is closing the connection", sent=False)
        status = stream.fields.get("grpc-status", "")
        if status == "0":
            return
        if not status.isdecimal():
            self._failed = True
            http = stream.fields.get(":status")
            how = f"HTTP {http} and no gRPC status" if stream.reset is None else f"HTTP/2 error {stream.reset}"
            raise CallFailed(Code.UNKNOWN, f"the server ended the call with {how}")
        raise CallFailed(int(status), _unescaped(stream.fields.get("grpc-message", "")))

    def move(self, until: float | None) -> bool:
        """Send what is to be sent, wait for something to come, and take it in; False where nothing came in time.

        Raises CallFailed where the connection breaks.
        """
        try:
            self._flush()
            ready = self._poll.poll(None if until is None else max(0.0, until - time.monotonic()) * 1000)
            if not ready:
                return False
            self._read()
            self._flush()
        except OSError as error:
            self._failed = True
            if not self.has_ended:
                raise CallFailed(Code.UNAVAILABLE, *_words(error)) from None
        except NotHttp2 as error:
            self._failed = True
            remedy = "is it etcd's client port, and https:// if it speaks TLS?"
            raise CallFailed(Code.UNAVAILABLE, f"the server does not speak gRPC: {error}", remedy) from None
        return True

    def _flush(self) -> None:
        """Send what the socket takes now; have `move` wake when it takes more."""
        output = self._http.output
        with suppress(*self._later):
            while output:
                del output[: self._socket.send(output)]
        wanted = select.POLLIN | select.POLLOUT if output else select.POLLIN
        if wanted != self._polled_for:
            self._poll.modify(self._socket, wanted)
            self._polled_for = wanted

    def _read(self) -> None:
        with suppress(*self._later):
            while True:
                data = self._socket.recv(PIECE)
                if not data:
                    raise ConnectionResetError
                self._http.receive(data)
                if len(data) < PIECE and not self._holds_more():
                    return

    def _holds_more(self) -> bool:
        """Whether TLS has taken more from the socket than it has given us."""
        pending = getattr(self._socket, "pending", None)
        return pending is not None and pending() > 0

    def is_alive(self) -> bool:
        """Whether a kept connection can carry another call."""
        with suppress(CallFailed):
            self.move(0.0)
        return self.is_reusable

    @property
    def is_reusable(self) -> bool:
        """Whether it can carry another call after the present one."""
        return self._http.usable and not self._failed

    def interrupt(self) -> None:
        """Have the thread that uses it find the connection lost."""
        with suppress(OSError):
            # Not the TLS socket's own, which would pull the session from under that thread.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        self._failed = True
        self._socket.close()


class Call:
    """A call with many requests and many answers; one thread receives, any thread sends or ends."""

    def __init__(self, wire: Wire, drop: Callable[[], None]) -> None:
        self._wire = wire
        self._drop = drop
        self._outbox: deque[bytes] = deque()
        self._ended = False
        self._receiver = 0
        self._lock = threading.Lock()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        wire.wake_by(self._bell)

    def send(self, request: bytes) -> None:
        """Send a request."""
        self._outbox.append(request)
        if threading.get_ident() != self._receiver:
            self._ring()

    def end(self) -> None:
        """Break the call off; `receive` then says so."""
        self._ended = True
        self._ring()

    def receive(self, timeout: float | None) -> bytes | None:
        """The next answer; None where none came within `timeout` seconds. Raises CallFailed at the call's end."""
        until = None if timeout is None else time.monotonic() + timeout
        self._receiver = threading.get_ident()
        while not self._ended:
            while self._outbox:
                self._wire.send(self._outbox.popleft())
            message = self._wire.message()
            if message is not None:
                return message
            if self._wire.has_ended:
                self._wire.receive(until)
                raise CallFailed(Code.UNAVAILABLE, "the server ended the call")
            if not self._wire.move(until):
                return None
            with suppress(BlockingIOError):
                os.eventfd_read(self._bell)
        raise CallFailed(Code.CANCELLED, "the call was ended")

    def close(self) -> None:
        """Free what it holds; by the thread that receives, when it is done."""
        self._drop()
        with self._lock:
            bell, self._bell = self._bell, -1
            os.close(bell)

    def _ring(self) -> None:
        with self._lock:
            if self._bell >= 0:
                os.eventfd_write(self._bell, 1)


def _connect(endpoint: Endpoint, context: ssl.SSLContext | None, until: float) -> socket.socket:
    """A connected socket, TLS included. Raises CallFailed."""
    patience = max(0.001, until - time.monotonic())
    try:
        if endpoint.target.startswith("unix:"):
            plain = socket.socket(socket.AF_UNIX)
            plain.settimeout(patience)
            plain.connect(endpoint.target.removeprefix("unix:"))
            host = "localhost"
        else:
            host, _, port = endpoint.target.rpartition(":")
            host = host.strip("[]")
            plain = socket.create_connection((host, int(port)), timeout=patience)
            for level, option, value in SOCKET_OPTIONS:
                plain.setsockopt(level, option, value)
    except OSError as error:
        raise CallFailed(Code.UNAVAILABLE, *_words(error), sent=False) from None
    if context is None:
        return plain
    try:
        plain.settimeout(max(0.001, until - time.monotonic()))
        return context.wrap_socket(plain, server_hostname=host)
    except OSError as error:
        plain.close()
        raise CallFailed(Code.UNAVAILABLE, *_handshake_words(error), sent=False) from None


def _later(*, tls: bool) -> tuple[type[OSError], ...]:
    """What a socket raises that has nothing to read, or takes nothing, at the moment."""
    if not tls:
        return (BlockingIOError,)
    import ssl

    return BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError


def _words(error: OSError) -> tuple[str, str]:
    """What happened to a connection, and what to do about it if we know better than the caller."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused", ""
    if isinstance(error, TimeoutError):
        return "no connection in time", ""
    if isinstance(error, socket.gaierror):
        return "the host name cannot be resolved", "check its spelling, or use an address"
    if "ALERT" in (getattr(error, "reason", None) or ""):
        return "the server broke off the TLS connection", CERTIFICATE
    if isinstance(error, ConnectionError):
        return "the connection was lost", ""
    return f"the connection was lost: {error.strerror or error}", ""


CERTIFICATE = "does it want a client certificate? check cert_file and key_file"


def _handshake_words(error: OSError) -> tuple[str, str]:
    reason = getattr(error, "reason", None) or ""
    if reason == "CERTIFICATE_VERIFY_FAILED":
        return (
            "the server's certificate is not signed by the given authority, has expired, or is for another name"
            f" ({getattr(error, 'verify_message', '')})",
            "check ca_file, and that the certificate names the host of the endpoint",
        )
    if reason == "WRONG_VERSION_NUMBER":
        return "the server does not speak TLS", "use http:// for this endpoint"
    if isinstance(error, TimeoutError):
        return "no TLS handshake in time", ""
    return (
        "the server broke off the TLS handshake",
        "does it speak TLS (else use http://), and does it want a client certificate?",
    )


def _unescaped(message: str) -> str:
    """A grpc-message, which is percent-encoded."""
    from urllib.parse import unquote

    return unquote(message)
