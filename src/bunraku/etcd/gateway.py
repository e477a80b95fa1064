"""Reads through etcd's JSON gateway (HTTP on the client port), for commands that read once and end.

Loading the client (protobuf, mostly) takes longer than everything else such a command does. This is a short cut and no
second client: it reads, without a login, and whatever is not as expected (a gateway that is switched off, an endpoint
that is hung, a cluster without a leader) makes it give up, and the real client is asked, which knows what to do and
what to say.
"""

from __future__ import annotations

import json
import socket
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bunraku.etcd.endpoints import Endpoint, parse_endpoints
from bunraku.etcd.keys import decode, prefix_range, widest

if TYPE_CHECKING:
    import ssl

PATIENCE = 1.0
"""Seconds that an endpoint gets to accept, and to send each piece of its answer."""
MOST = 128
"""Prefixes that one transaction reads (etcd's default limit)."""


def snapshot(
    endpoints: str | Sequence[str], prefixes: Iterable[str], *, context: Callable[[], ssl.SSLContext] | None = None
) -> dict[str, bytes] | None:
    """{key: value} of every key under `prefixes`, at one revision; None where the real client has to be asked.

    context: makes what https endpoints are spoken to with; given, it makes https the default. Raises `BadSettings`
    for an endpoint that is none, and what `context` raises.
    """
    ranges = [_read(prefix) for prefix in widest(prefixes)]
    if not 0 < len(ranges) <= MOST:
        return None
    for endpoint in parse_endpoints(endpoints, tls=context is not None):
        tls = context() if endpoint.tls and context is not None else None
        if endpoint.target.startswith("unix:") or (endpoint.tls and tls is None):
            return None
        try:
            answer = _post(endpoint, "/v3/kv/txn", {"success": ranges}, tls)
            found = [kv for part in answer["responses"] for kv in part["response_range"].get("kvs", ())]
            return {decode(a2b_base64(kv["key"])): a2b_base64(kv.get("value", "")) for kv in found}
        except (OSError, ValueError, LookupError, TypeError):
            continue
    return None


def _read(prefix: str) -> dict[str, Any]:
    start, end = prefix_range(prefix)
    return {"request_range": {"key": _text(start), "range_end": _text(end)}}


def _text(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def _post(endpoint: Endpoint, path: str, body: Any, tls: ssl.SSLContext | None) -> Any:
    """The JSON that the answer holds. Raises OSError, and ValueError for any answer but 200.

    HTTP/1.0: the answer comes in one piece and the connection ends with it.
    """
    host, _, port = endpoint.target.rpartition(":")
    data = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.0\r\nHost: {endpoint.target}\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE) as plain:
        connection = plain if tls is None else tls.wrap_socket(plain, server_hostname=host.strip("[]"))
        with connection:
            connection.sendall(head.encode("ascii") + data)
            answer = b"".join(iter(lambda: connection.recv(1 << 18), b""))
    header, _, content = answer.partition(b"\r\n\r\n")
    if header.split(b" ", 2)[1:2] != [b"200"]:
        raise ValueError(header[:80])
    return json.loads(content)
