"""ZooKeeper, by its own protocol: nodes without children are keys; each node that was read is watched."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress

from bunraku.confd.backends.base import Backend, BackendError, Lost, Snapshot, Stop, Update
from bunraku.confd.settings import Settings
from bunraku.confd.template.strings import to_bytes, to_text

TIMEOUT = 5.0
"""Seconds that a server gets to answer."""
SESSION = 10.0
"""Seconds of silence after which the server forgets us."""
PAUSE = 0.5

_GET_DATA, _GET_CHILDREN, _PING, _AUTH = 4, 8, 11, 100
_EVENT, _PING_NUMBER, _AUTH_NUMBER = -1, -2, -4
_NO_NODE = -101
_ERRORS = {-102: "may not be read", -112: "the session has expired", -115: "the login was refused"}


class Gone(Exception):
    """There is no such node."""


class Session:
    """One session: requests, answers, and whether a watch has gone off. Raises OSError throughout."""

    def __init__(self, node: str, settings: Settings) -> None:
        host, _, port = node.rpartition(":")
        self._socket = socket.create_connection((host or node, int(port) if host else 2181), TIMEOUT)
        self._number = 0
        self.changed = False
        """Whether a watch has gone off."""
        self._send(struct.pack(">iqiq", 0, 0, int(SESSION * 1000), 0) + _packed(b"\0" * 16))
        if struct.unpack_from(">ii", self._receive())[1] <= 0:
            raise ConnectionError("the server gave no session")
        if settings.username:
            login = _packed(b"digest") + _packed(to_bytes(f"{settings.username}:{settings.password}"))
            self._send(struct.pack(">iii", _AUTH_NUMBER, _AUTH, 0) + login)
            self._answer(_AUTH_NUMBER)

    def children(self, path: str) -> list[str]:
        """The names of the nodes below `path`, which is watched. Raises Gone."""
        body = self._ask(_GET_CHILDREN, path)
        (count,) = struct.unpack_from(">i", body)
        names, at = [], 4
        for _ in range(max(0, count)):
            name, at = _unpacked(body, at)
            names.append(to_text(name))
        return names

    def data(self, path: str) -> str:
        """The value of a node, which is watched. Raises Gone."""
        return to_text(_unpacked(self._ask(_GET_DATA, path), 0)[0])

    def _ask(self, kind: int, path: str) -> bytes:
        self._number += 1
        self._send(struct.pack(">ii", self._number, kind) + _packed(to_bytes(path)) + b"\1")
        return self._answer(self._number)

    def _answer(self, wanted: int) -> bytes:
        while True:
            frame = self._receive()
            number, _, error = struct.unpack_from(">iqi", frame)
            if number == _EVENT:
                self.changed = True
            elif number == wanted:
                if error == _NO_NODE:
                    raise Gone
                if error:
                    raise ConnectionError(_ERRORS.get(error, f"error {error}"))
                return frame[16:]

    def wait(self, seconds: float) -> None:
        """Wait until a watch goes off, up to `seconds`, and let the server know that we are there."""
        until = time.monotonic() + seconds
        while not self.changed and time.monotonic() < until:
            self._send(struct.pack(">ii", _PING_NUMBER, _PING))
            ping = min(until, time.monotonic() + SESSION / 3)
            while not self.changed and (left := ping - time.monotonic()) > 0:
                self._socket.settimeout(left)
                with suppress(TimeoutError):
                    self.changed |= struct.unpack_from(">i", self._receive())[0] == _EVENT
        self._socket.settimeout(TIMEOUT)

    def _send(self, body: bytes) -> None:
        self._socket.sendall(_packed(body))

    def _receive(self) -> bytes:
        (length,) = struct.unpack(">i", self._exactly(4))
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self._socket.recv(count - len(data))
            if not chunk:
                raise ConnectionError("the server closed the connection")
            data += chunk
        return data

    def close(self) -> None:
        """End the session; a reader that waits is woken."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _packed(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data


def _unpacked(body: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">i", body, at)
    at += 4
    return (b"", at) if length < 0 else (body[at : at + length], at + length)


class ZooKeeper(Backend):
    """The nodes of a ZooKeeper ensemble; of several servers the first that answers is asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of all nodes below the keys that have no children."""
        try:
            with closing(self._connect()) as session:
                return _read(session, keys)
        except OSError as error:
            raise self._error(error) from None

    def _connect(self) -> Session:
        problem: OSError = OSError("no node is given")
        for node in self._settings.nodes:
            try:
                return Session(node, self._settings)
            except OSError as error:
                problem = error
        raise problem

    def _error(self, error: OSError) -> BackendError:
        return BackendError(f"zookeeper at {', '.join(self._settings.nodes)}: {error}")

    def follow(self, keys: Sequence[str], tell: Callable[[Update], None], stop: Stop) -> None:
        """Read, watch what was read, and read again when a watch goes off."""
        while not stop.ended:
            try:
                with closing(self._connect()) as session, stop.calls(session.close):
                    while not stop.ended:
                        session.changed = False
                        tell(Snapshot(_read(session, keys)))
                        while not session.changed and not stop.ended:
                            session.wait(SESSION)
            except (OSError, struct.error) as error:
                if not stop.ended:
                    tell(Lost(str(self._error(OSError(str(error))))))
                    stop.wait(PAUSE)


def _read(session: Session, keys: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key in keys:
        path = key.rstrip("/") or "/"
        if _is_there(session, path):
            values.update(_walk(session, path))
    return values


def _is_there(session: Session, path: str) -> bool:
    """Whether there is such a node. If not, what is there on the way to it is watched, and tells when that changes."""
    at = path
    while True:
        try:
            session.children(at)
            return at == path
        except Gone:
            at = at.rpartition("/")[0] or "/"


def _walk(session: Session, path: str) -> Iterator[tuple[str, str]]:
    """The nodes without children at `path` and below it, and their values."""
    with suppress(Gone):
        children = session.children(path)
        if not children:
            yield path, session.data(path)
        for name in sorted(children):
            yield from _walk(session, f"{path.rstrip('/')}/{name}")


def connect(settings: Settings) -> Backend:
    """The servers that the settings name."""
    return ZooKeeper(settings)
