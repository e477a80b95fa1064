"""JSON over HTTP, for the stores that speak it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bunraku.confd.backends.base import BackendError
from bunraku.confd.backends.tls import context
from bunraku.confd.settings import Settings

TIMEOUT = 5.0
"""Seconds that a server gets to answer."""
LARGEST = 256 << 20
"""Bytes of an answer before it counts as none."""


class Answer(NamedTuple):
    """What a server said: the code, the headers, and the JSON of the body (None if there is none)."""

    code: int
    headers: Mapping[str, str]
    body: Any


class Web:
    """A store's servers; the first that answers is asked. `name` is what messages call the store."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._settings = settings

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str], body: Any = None, timeout: float = TIMEOUT
    ) -> Answer:
        """Ask for `path`. Raises BackendError where no server answers; what it answers is the caller's to judge."""
        problem = "no node is given"
        for node in self._settings.nodes:
            try:
                return self._ask(node, method, path, headers, body, timeout)
            except (OSError, HTTPException, ValueError) as error:
                problem = f"{node}: {error or type(error).__name__}"
        raise BackendError(f"{self._name} at {problem}")

    def _ask(self, node: str, method: str, path: str, headers: Mapping[str, str], body: Any, timeout: float) -> Answer:
        url = urlsplit(node if "://" in node else f"{self._settings.scheme}://{node}")
        if url.hostname is None:
            raise ValueError("is no address")
        connection: HTTPConnection
        if url.scheme == "https":
            connection = HTTPSConnection(url.hostname, url.port, timeout=timeout, context=context(self._settings))
        else:
            connection = HTTPConnection(url.hostname, url.port, timeout=timeout)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, url.path.rstrip("/") + path, data, dict(headers))
            response = connection.getresponse()
            text = response.read(LARGEST)
            known = json.loads(text) if text and "json" in response.getheader("Content-Type", "") else None
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, known)
        finally:
            connection.close()


def problem_of(answer: Answer) -> str:
    """What a refusal says, in one line: Vault's own are lists with a heading."""
    told = answer.body.get("errors") if isinstance(answer.body, dict) else None
    lines = [line.strip(" \t*") for text in told or () for line in str(text).splitlines()]
    said = "; ".join(line for line in lines if line and not line.endswith("occurred:"))
    return f"HTTP {answer.code}" + (f": {said}" if said else "")
