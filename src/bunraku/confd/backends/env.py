"""The environment: /my/key is MY_KEY."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bunraku.confd.backends.base import Backend
from bunraku.confd.settings import Settings


class Environment(Backend):
    """The environment that the process was started with. It never changes: following it gives it once, and waits."""

    loose = True
    poll = None

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The variables whose names begin with one of the keys."""
        prefixes = tuple(key.lstrip("/").replace("/", "_").upper() for key in keys)
        return {
            "/" + name.lower().replace("_", "/"): value
            for name, value in os.environ.items()
            if name.startswith(prefixes)
        }


def connect(settings: Settings) -> Backend:
    """The environment needs no connection."""
    return Environment()
