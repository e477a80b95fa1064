"""How endpoints are written, and what they say."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bunraku.etcd.errors import BadSettings


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a member listens for clients: `target` (host:port) and whether it speaks TLS."""

    target: str
    tls: bool

    def __str__(self) -> str:
        return self.target


def parse_endpoints(endpoints: str | Sequence[str], *, tls: bool) -> list[Endpoint]:
    """Endpoints out of `host:port` or URLs (a sequence, or a str with commas), in order, each once.

    `tls` holds for those without a scheme. Raises `BadSettings` for anything else.
    """
    words = endpoints.split(",") if isinstance(endpoints, str) else list(endpoints)
    found = [_parse_endpoint(word.strip(), tls=tls) for word in words if word.strip()]
    if not found:
        raise BadSettings("no endpoint is given", remedy="name at least one, such as http://127.0.0.1:2379")
    return list(dict.fromkeys(found))


def _parse_endpoint(word: str, *, tls: bool) -> Endpoint:
    remedy = "an endpoint is HOST:PORT, http://HOST:PORT or https://HOST:PORT"
    url = urlsplit(word if "://" in word else f"{'https' if tls else 'http'}://{word}")
    if url.scheme not in ("http", "https", "unix", "unixs"):
        raise BadSettings(f"endpoint '{word}' has a scheme that is not known", remedy=remedy)
    if url.scheme.startswith("unix"):
        return Endpoint(f"unix:{url.netloc}{url.path}", url.scheme == "unixs")
    try:
        port = url.port
    except ValueError:
        port = None
    if not url.hostname or port is None:
        raise BadSettings(f"endpoint '{word}' is not one", remedy=remedy)
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return Endpoint(f"{host}:{port}", url.scheme == "https")


def takes_connections(endpoint: Endpoint, patience: float = 1.0) -> bool:
    """Whether somebody listens there, even if he does not answer: he may be hung, or still starting."""
    if endpoint.target.startswith("unix:"):
        from pathlib import Path

        return Path(endpoint.target.removeprefix("unix:")).is_socket()
    host, _, port = endpoint.target.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=patience):
            return True
    except OSError:
        return False
