"""Consul's key-value store, over its HTTP API; changes are waited for by blocking queries, one a key."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from urllib.parse import quote

from bunraku.confd.backends.base import Backend, BackendError, Lost, Snapshot, Stop, Update, below
from bunraku.confd.backends.http import TIMEOUT, Web, problem_of
from bunraku.confd.settings import Settings
from bunraku.confd.template.strings import to_text

WAIT = 60
"""Seconds for which a blocking query may be silent."""
PAUSE = 0.5


class Consul(Backend):
    """The keys of a Consul."""

    def __init__(self, settings: Settings) -> None:
        self._web = Web("consul", settings)
        self._headers = {"Accept": "application/json"}
        token = settings.auth_token or os.environ.get("CONSUL_HTTP_TOKEN", "")
        if token:
            self._headers["X-Consul-Token"] = token
        if settings.basic_auth:
            pair = f"{settings.username}:{settings.password}".encode()
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """All keys below the keys."""
        values: dict[str, str] = {}
        for key in keys:
            values |= self._list(key)[1]
        return values

    def _list(self, key: str, index: int = 0) -> tuple[int, dict[str, str]]:
        """The keys below `key` and the index of their last change; with an index, waits until there is a later one."""
        path = f"/v1/kv/{quote(key.lstrip('/'))}?recurse=true"
        if index:
            path += f"&index={index}&wait={WAIT}s"
        answer = self._web.ask("GET", path, headers=self._headers, timeout=WAIT * 1.2 if index else TIMEOUT)
        if answer.code not in (200, 404):
            raise BackendError(f"consul: {problem_of(answer)}")
        values = {
            "/" + entry["Key"].strip("/"): to_text(base64.b64decode(entry["Value"] or ""))
            for entry in answer.body or ()
            if not entry["Key"].endswith("/")
        }
        found = {name: value for name, value in values.items() if below(name, [key])}
        # An index that goes back means that the server has begun anew.
        return max(1, int(answer.headers.get("x-consul-index", 1))), found

    def follow(self, keys: Sequence[str], tell: Callable[[Update], None], stop: Stop) -> None:
        """A thread for each key waits for its changes; here they are put together."""
        told: SimpleQueue[tuple[str, dict[str, str] | None, str]] = SimpleQueue()
        for key in keys:
            threading.Thread(target=self._wait, args=(key, told, stop), name="confd-consul", daemon=True).start()
        known: dict[str, dict[str, str]] = {}
        with stop.calls(lambda: told.put(("", None, ""))):
            while True:
                key, values, problem = told.get()
                if not key:
                    return
                if values is None:
                    tell(Lost(problem))
                    continue
                known[key] = values
                if len(known) == len(keys):
                    tell(Snapshot({name: value for some in known.values() for name, value in some.items()}))

    def _wait(self, key: str, told: SimpleQueue[tuple[str, dict[str, str] | None, str]], stop: Stop) -> None:
        index, failed = 0, False
        while not stop.ended:
            try:
                found, values = self._list(key, index)
            except BackendError as error:
                told.put((key, None, str(error)))
                index, failed = 0, True
                stop.rest(PAUSE)
                continue
            if found != index or failed:
                told.put((key, values, ""))
            index, failed = (0 if found < index else found), False


def connect(settings: Settings) -> Backend:
    """The Consul that the settings name."""
    return Consul(settings)
