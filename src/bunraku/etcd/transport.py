"""Calls to etcd: one channel an endpoint, a deadline on every call, rotation when an endpoint fails.

The rules:
- A read is repeated at the next endpoint until one answers or the deadline is over.
- A write is repeated only if it surely was not applied (it never left, or the server says that it was not proposed).
  It is sent only to an endpoint that has just shown life, so that a hung member costs a moment and no doubt. If its
  answer is lost, `Uncertain` is raised.
- Every call carries `hasleader`: a member cut off from the cluster then refuses at once where it would keep us waiting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.channel import Call, CallFailed, Channel, Code, Metadata
from bunraku.etcd.endpoints import Endpoint, parse_endpoints
from bunraku.etcd.errors import BadSettings, DeadlineExceeded, EtcdError, Uncertain, Unreachable
from bunraku.etcd.failures import STALE_TOKEN, surely_not_applied, translate, verdict
from bunraku.etcd.methods import AUTHENTICATE, STATUS, Method

if TYPE_CHECKING:
    import ssl

FRESH = 1.0
"""Seconds for which an endpoint that answered is taken to be alive, so that a write needs no question before it."""
ATTEMPT = 2.0
"""Seconds that one of several endpoints gets to answer a read, before the next one is tried."""
SIGN_OF_LIFE = 1.0
"""Seconds that one of several endpoints gets to show life before a write."""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files (PEM) for TLS: the authority that signed the servers, and our own certificate and key if they want one.

    insecure: take any certificate of a server.
    """

    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    insecure: bool = False

    def context(self) -> ssl.SSLContext:
        """Read the files; raises `BadSettings` naming the one that cannot be used."""
        import ssl

        if bool(self.cert_file) != bool(self.key_file):
            raise BadSettings("cert_file and key_file go together: only one of them is given")
        for path in (self.ca_file, self.cert_file, self.key_file):
            _check_pem(path)
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            # What OpenSSL calls strict refuses certificates that etcd and its tools have always taken.
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if self.cert_file:
                context.load_cert_chain(self.cert_file, self.key_file)
        except ssl.SSLError as problem:
            files = ", ".join(path for path in (self.ca_file, self.cert_file, self.key_file) if path)
            raise BadSettings(f"cannot be used for TLS: {files} ({problem.reason or problem})") from None
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        return context


def _check_pem(path: str | None) -> None:
    if not path:
        return
    try:
        data = Path(path).read_bytes()
    except OSError as problem:
        raise BadSettings(f"cannot read {path}: {problem.strerror}") from None
    if b"-----BEGIN " not in data:
        raise BadSettings(f"{path} is not a PEM file")


class Connection:
    """The channel to one endpoint, and when it last answered."""

    def __init__(self, endpoint: Endpoint, tls: Tls) -> None:
        """Raises `BadSettings` for files that cannot be used."""
        self.endpoint = endpoint
        self.answered_at = float("-inf")
        self._channel = Channel(endpoint, tls.context)

    def unary(self, method: Method, request: Any, timeout: float, metadata: Metadata) -> Any:
        """One call, one answer; raises CallFailed."""
        answer = _parsed(method, self._channel.unary(method.path, request.SerializeToString(), timeout, metadata))
        self.answered_at = time.monotonic()
        return answer

    def server_stream(self, method: Method, request: Any, timeout: float, metadata: Metadata) -> Iterator[Any]:
        """One request, a stream of answers; raises CallFailed."""
        for data in self._channel.server_stream(method.path, request.SerializeToString(), timeout, metadata):
            yield _parsed(method, data)

    def stream(self, method: Method, timeout: float, metadata: Metadata) -> Call:
        """A stream of requests and one of answers; `timeout`: seconds to connect within. Raises CallFailed."""
        return self._channel.stream(method.path, timeout, metadata)

    def close(self) -> None:
        """Close it; calls under way fail."""
        self._channel.close()


def _parsed(method: Method, data: bytes) -> Any:
    try:
        return method.response.FromString(data)
    except DecodeError as error:
        raise CallFailed(Code.INTERNAL, f"an answer that cannot be read: {error}") from None


WITH_LEADER: Metadata = (("hasleader", "true"),)


class Transport:
    """Carries calls to whichever endpoint answers. Safe for use by several threads."""

    def __init__(
        self,
        endpoints: str | Sequence[str],
        *,
        tls: Tls | None = None,
        username: str | None = None,
        password: str | None = None,
        deadline: float = 5.0,
    ) -> None:
        self.deadline = deadline
        self._tls = tls or Tls()
        self.endpoints = parse_endpoints(endpoints, tls=tls is not None)
        self._login = (username, password or "") if username else None
        self._token: str | None = None
        self._connections: dict[Endpoint, Connection] = {}
        self._preferred = 0
        self._closed = False
        self._lock = threading.Lock()

    def connection(self, endpoint: Endpoint) -> Connection:
        """The connection to `endpoint`, opened at first need. Raises Unreachable after `close`."""
        with self._lock:
            if self._closed:
                raise Unreachable("the client was closed", str(endpoint), "open another one")
            if endpoint not in self._connections:
                self._connections[endpoint] = Connection(endpoint, self._tls)
            return self._connections[endpoint]

    def close(self) -> None:
        """Close every channel, for good; calls under way fail."""
        with self._lock:
            self._closed = True
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()

    def call(self, method: Method, request: Any, *, deadline: float | None = None) -> Any:
        """Call `method` at the first endpoint that answers; `deadline` in seconds, by default the client's.

        Raises an `EtcdError`: `Uncertain` only for a write that may have been applied.
        """
        until = time.monotonic() + (self.deadline if deadline is None else deadline)
        failures: list[EtcdError] = []
        pause = 0.02
        while True:
            for tried, endpoint in enumerate(self._in_turn()):
                left = until - time.monotonic()
                if left <= 0:
                    raise verdict(failures)
                try:
                    share = left / (len(self.endpoints) - tried) if len(self.endpoints) > 1 else None
                    answer = self._attempt(endpoint, method, request, left, share)
                except _Elsewhere as failure:
                    failures.append(failure.reason)
                    self.rotate(endpoint)
                except Uncertain:
                    self.rotate(endpoint)
                    raise
                else:
                    self._preferred = self.endpoints.index(endpoint)
                    return answer
            if time.monotonic() + pause > until:
                raise verdict(failures)
            time.sleep(pause)
            pause = min(pause * 2, 0.5)

    def call_at(self, endpoint: Endpoint, method: Method, request: Any, *, deadline: float | None = None) -> Any:
        """Call `method` at this endpoint and no other, once; raises an `EtcdError`."""
        try:
            return self._attempt(endpoint, method, request, self.deadline if deadline is None else deadline)
        except _Elsewhere as failure:
            raise failure.reason from None

    def metadata(self, connection: Connection) -> Metadata:
        """What goes with every call: the wish for a leader, and the token where a user is given."""
        if self._login is None:
            return WITH_LEADER
        if self._token is None:
            self._token = self._authenticate(connection)
        return (*WITH_LEADER, ("token", self._token)) if self._token else WITH_LEADER

    def forget_token(self) -> None:
        """Log in again before the next call."""
        self._token = None

    def log_in_again(self, said: str) -> bool:
        """Whether the server's words mean that our token is stale, and a new one will be got for the next call."""
        stale = self._login is not None and any(words in said for words in STALE_TOKEN)
        if stale:
            self.forget_token()
        return stale

    def rotate(self, endpoint: Endpoint) -> None:
        """Prefer the endpoint after `endpoint`, which has failed."""
        self._preferred = (self.endpoints.index(endpoint) + 1) % len(self.endpoints)

    def preferred(self) -> Endpoint:
        """The endpoint to try first."""
        return self.endpoints[self._preferred]

    def _in_turn(self) -> list[Endpoint]:
        first = self._preferred
        return self.endpoints[first:] + self.endpoints[:first]

    def _attempt(
        self, endpoint: Endpoint, method: Method, request: Any, left: float, share: float | None = None
    ) -> Any:
        """Call once. Of the `left` seconds, `share` are this endpoint's where others come after it."""
        connection = self.connection(endpoint)
        try:
            metadata = self.metadata(connection)
            if not method.idempotent:
                self._show_life(connection, left if share is None else min(share, SIGN_OF_LIFE), metadata)
        except CallFailed as failure:
            raise _not_sent(failure, endpoint) from None
        try:
            # A write that is under way is waited for: giving up early would leave doubt where there need be none.
            patience = min(share, ATTEMPT) if share is not None and method.idempotent else left
            return connection.unary(method, request, patience, metadata)
        except CallFailed as failure:
            return self._after_failure(failure, connection, method, request, left)

    def _after_failure(
        self, failure: CallFailed, connection: Connection, method: Method, request: Any, left: float
    ) -> Any:
        if self.log_in_again(failure.said):
            try:
                return connection.unary(method, request, left, self.metadata(connection))
            except CallFailed as again:
                failure = again
        problem = translate(failure, connection.endpoint)
        if not isinstance(problem, Unreachable | DeadlineExceeded):
            raise problem from None
        if method.idempotent or surely_not_applied(failure):
            raise _Elsewhere(problem) from None
        raise Uncertain(f"the answer to a write was lost: {problem.problem}", str(connection.endpoint)) from None

    def _show_life(self, connection: Connection, patience: float, metadata: Metadata) -> None:
        if time.monotonic() - connection.answered_at > FRESH:
            connection.unary(STATUS, pb.StatusRequest(), patience, metadata)

    def _authenticate(self, connection: Connection) -> str:
        assert self._login is not None
        request = pb.AuthenticateRequest(name=self._login[0], password=self._login[1])
        try:
            token: str = connection.unary(AUTHENTICATE, request, self.deadline, WITH_LEADER).token
        except CallFailed as failure:
            if "authentication is not enabled" in (failure.said):
                return ""  # yet: the user is not asked for until it is
            raise
        return token


class _Elsewhere(Exception):
    """This endpoint failed and nothing was applied: another may be tried."""

    def __init__(self, reason: EtcdError) -> None:
        self.reason = reason


def _not_sent(failure: CallFailed, endpoint: Endpoint) -> Exception:
    problem = translate(failure, endpoint)
    return _Elsewhere(problem) if isinstance(problem, Unreachable | DeadlineExceeded) else problem
