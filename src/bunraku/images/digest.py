"""Digests of what is written or read, taken on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import IO, Any


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


class Digested:
    """A file for reading that knows the digest of what was read from it."""

    def __init__(self, file: IO[bytes], algorithm: str) -> None:
        self._file = file
        self._hash = hashlib.new(algorithm)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`."""
        data = self._file.read(size)
        self._hash.update(data)
        return data

    def hexdigest(self) -> str:
        """The digest of all that it holds, also of what nobody has read yet."""
        while self.read(1 << 20):
            pass
        return self._hash.hexdigest()


def image_id(digest: str) -> str:
    """The ID of an image whose uncompressed tar has this SHA-512, as rkt keeps it: half of the digest."""
    return f"sha512-{digest[:64]}"
