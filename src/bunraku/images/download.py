"""A file brought from a web server, no longer than it may be."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from bunraku.images.errors import ImageError

TIMEOUT = 30.0
"""Seconds that a server may keep us waiting for its next bytes."""

LOCAL = ("localhost", "127.0.0.1", "::1")


def is_local(host: str) -> bool:
    """Whether HOST or HOST:PORT is this host's own address: plain HTTP gives nothing away then. Raises ImageError."""
    try:
        return urlsplit(f"//{host}").hostname in LOCAL
    except ValueError:
        raise ImageError(f"'{host}' is no host") from None


def download(url: str, path: str, limit: int, headers: Mapping[str, str] | None = None) -> None:
    """Write what is at `url`, at most `limit` bytes, to the new file `path`. Raises ImageError, OSError."""
    request = urllib.request.Request(url, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer, open(path, "xb") as file:
            left = limit
            while chunk := answer.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise ImageError(f"{url} answers with more than {limit} bytes: refused")
                file.write(chunk)
    except urllib.error.HTTPError as error:
        raise ImageError(f"{url}: {error.code} {error.reason}") from None
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ValueError) as error:
        raise ImageError(f"{url} cannot be fetched: {getattr(error, 'reason', error)}") from None
