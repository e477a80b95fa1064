"""Redis, by its own protocol: keys are paths, or written with another separator; a hash is a folder.

Changes are told by keyspace notifications, where the server sends them (notify-keyspace-events K and A); where it does
not, they are seen at the next look.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import Any

from bunraku.confd.backends.base import Backend, BackendError, Lost, Snapshot, Stop, Update, below
from bunraku.confd.backends.tls import context
from bunraku.confd.settings import Settings
from bunraku.confd.template.strings import to_bytes, to_text

TIMEOUT = 5.0
"""Seconds that the server gets to answer."""
LOOK = 60.0
"""Seconds after which the keys are read again although nothing was told: a notification may be lost."""
PAUSE = 0.5


class Refused(Exception):
    """The server said no."""


class Connection:
    """One connection: commands and their answers."""

    def __init__(self, node: str, settings: Settings) -> None:
        """Connect, log in and choose the database (HOST:PORT/3, or the path of a socket). Raises OSError, Refused."""
        address, _, database = node.partition("/") if not node.startswith("/") else (node, "", "")
        self._socket = _connected(address, settings)
        self._file = self._socket.makefile("rb")
        # confd's redis takes its password from client_key.
        password = settings.password or ("" if os.path.exists(settings.client_key) else settings.client_key)
        if password:
            self.ask("AUTH", *([settings.username] if settings.username else []), password)
        if database:
            self.ask("SELECT", database)
        self.database = database or "0"

    def ask(self, *words: str) -> Any:
        """Send a command and read its answer. Raises OSError, Refused."""
        parts = [to_bytes(word) for word in words]
        self._socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts))
        return self.answer()

    def answer(self) -> Any:
        """The next answer: bytes, int, list or None."""
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        match kind:
            case b"+":
                return rest
            case b":":
                return int(rest)
            case b"-":
                raise Refused(to_text(rest))
            case b"$":
                return None if rest == b"-1" else self._file.read(int(rest) + 2)[:-2]
            case b"*":
                return None if rest == b"-1" else [self.answer() for _ in range(int(rest))]
        raise ConnectionError("the server speaks another protocol")

    def wait(self, seconds: float | None) -> None:
        """Wait so long for answers."""
        self._socket.settimeout(seconds)

    def close(self) -> None:
        """Hang up; a reader that waits is woken."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self._socket.close()


def _connected(address: str, settings: Settings) -> socket.socket:
    if address.startswith("/"):
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(TIMEOUT)
        plain.connect(address)
        return plain
    host, _, port = address.removeprefix("redis://").removeprefix("rediss://").rpartition(":")
    plain = socket.create_connection((host or port, int(port) if host else 6379), TIMEOUT)
    if settings.client_cakeys or address.startswith("rediss://"):
        return context(settings).wrap_socket(plain, server_hostname=host)
    return plain


class Redis(Backend):
    """The keys of a Redis server; of several nodes the first that answers is asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._separator = settings.separator or "/"
        self._connection: Connection | None = None

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """Strings and hashes below the keys."""
        try:
            try:
                return self._read(keys)
            except OSError:
                # An old connection may have been closed meanwhile.
                self.close()
                return self._read(keys)
        except (OSError, Refused, ValueError, ssl.SSLError) as error:
            self.close()
            raise BackendError(f"redis at {', '.join(self._settings.nodes)}: {error}") from None

    def _read(self, keys: Sequence[str]) -> dict[str, str]:
        if self._connection is None:
            self._connection = self._connect()
        ask = self._connection.ask
        values: dict[str, str] = {}
        for name in self._names(keys):
            key = self._key(name)
            match ask("TYPE", name):
                case b"string":
                    value = ask("GET", name)
                    if value is not None:
                        values[key] = to_text(value)
                case b"hash":
                    fields = ask("HGETALL", name)
                    values |= {
                        f"{key}/{to_text(f)}": to_text(v) for f, v in zip(fields[::2], fields[1::2], strict=True)
                    }
        return {key: value for key, value in values.items() if below(key, keys)}

    def _names(self, keys: Sequence[str]) -> set[str]:
        """The server's names of all keys that may be below `keys`."""
        assert self._connection is not None
        names: set[str] = set()
        for key in keys:
            name = self._name(key)
            names.add(name)
            cursor = b"0"
            while True:
                pattern = _literal(name.rstrip(self._separator)) + (_literal(self._separator) if name else "") + "*"
                cursor, found = self._connection.ask("SCAN", to_text(cursor), "MATCH", pattern, "COUNT", "1000")
                names.update(map(to_text, found))
                if cursor == b"0":
                    break
        return names

    def _name(self, key: str) -> str:
        return key if self._separator == "/" else key.lstrip("/").replace("/", self._separator)

    def _key(self, name: str) -> str:
        return "/" + name.replace(self._separator, "/").lstrip("/")

    def _connect(self) -> Connection:
        problem: Exception = OSError("no node is given")
        for node in self._settings.nodes:
            try:
                return Connection(node, self._settings)
            except (OSError, Refused) as error:
                problem = error
        raise problem

    def follow(self, keys: Sequence[str], tell: Callable[[Update], None], stop: Stop) -> None:
        """Read, and read again when a notification of one of the keys comes."""
        while not stop.wait():
            try:
                self._follow(keys, tell, stop)
            except BackendError as error:
                tell(Lost(str(error)))
                stop.wait(PAUSE)
            except (OSError, Refused, ValueError) as error:
                if not stop.wait(PAUSE):
                    tell(Lost(f"redis at {', '.join(self._settings.nodes)}: {error}"))

    def _follow(self, keys: Sequence[str], tell: Callable[[Update], None], stop: Stop) -> None:
        with closing(self._connect()) as told, stop.calls(told.close):
            told.ask("PSUBSCRIBE", f"__keyspace@{told.database}__:*")
            tell(Snapshot(self.read(keys)))
            until = time.monotonic() + LOOK
            while not stop.wait():
                told.wait(max(0.01, until - time.monotonic()))
                try:
                    channel = to_text(told.answer()[2])
                except TimeoutError:
                    channel = ""
                if not channel or below(self._key(channel.partition(":")[2]), keys):
                    until = time.monotonic() + LOOK
                    tell(Snapshot(self.read(keys)))

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _literal(text: str) -> str:
    """`text` in a pattern that means just it."""
    return "".join("\\" + char if char in "*?[]^\\" else char for char in text)


def connect(settings: Settings) -> Backend:
    """The server that the settings name."""
    return Redis(settings)
