"""What a run leaves for the next one: JSON below the state folder, one file a thing.

A power cut ends the service as well, and the next run reads the files that it keeps anyway: there is no need to wait
for the disk. A file that cannot be read, or was being written when the power went, is as good as none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bunraku.system import files
from bunraku.system.log import Log


class Memory:
    """A folder `kind` of the state folder. `loss`: what it means, to people, that it cannot be written (said once)."""

    def __init__(self, statedir: str, kind: str, log: Log, loss: str) -> None:
        self._folder = os.path.join(statedir, kind)
        self._log = log
        self._loss = loss
        self._works = True

    def write(self, name: str, table: dict[str, Any]) -> None:
        """Remember `table` under `name`."""
        if not self._works:
            return
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            files.replace(self._path(name), json.dumps(table).encode(), mode=0o600, durable=False)
        except OSError as error:
            self._works = False
            self._log.warn(
                f"{self._folder} cannot be written ({error.strerror}): {self._loss}; --statedir names another folder"
            )

    def read(self, name: str) -> dict[str, Any]:
        """What is remembered under `name`: nothing, if nothing is known."""
        return _table(self._path(name))

    def all(self) -> Iterator[dict[str, Any]]:
        """All that is remembered."""
        with suppress(OSError):
            yield from filter(None, (_table(entry.path) for entry in os.scandir(self._folder)))

    def forget(self, name: str) -> None:
        """Remember nothing under `name`."""
        with suppress(OSError):
            os.unlink(self._path(name))

    def _path(self, name: str) -> str:
        from hashlib import sha256  # with it comes OpenSSL, which few runs need

        digest = sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
        return os.path.join(self._folder, f"{digest[:32]}.json")


def _table(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            table = json.load(file)
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}
