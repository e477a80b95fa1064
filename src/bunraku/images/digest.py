"""Digests of what is written, taken on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any


class Digesting:
    """A file for writing that knows the digest of what went through it, and hands it on."""

    def __init__(self, write: Callable[[bytes], Any], algorithm: str = "sha512") -> None:
        self._write = write
        self.hash = hashlib.new(algorithm)
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take `data`."""
        self.hash.update(data)
        self.size += len(data)
        self._write(data)
        return len(data)

    def tell(self) -> int:
        """Bytes written so far."""
        return self.size


def image_id(digest: str) -> str:
    """The ID of an image whose uncompressed tar has this SHA-512, as rkt keeps it: half of the digest."""
    return f"sha512-{digest[:64]}"
