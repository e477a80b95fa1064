"""What a file holds: declared text, a source's file, or what is on the disk; compared and copied in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

CHUNK = 1 << 20
PAGE = 1 << 12
LARGEST_DIFF = 256 << 10
"""Bytes from which a change is counted, not shown line by line."""


class Content:
    """Bytes held in memory, or in a file that is read when they are needed. size: how many."""

    def __init__(
        self,
        data: bytes | None = None,
        path: Path | str | None = None,
        size: int = 0,
        open_file: Callable[[], int] | None = None,
    ) -> None:
        self._data = data
        self._open_file = open_file
        self.path = path
        self.size = len(data) if data is not None else size

    @classmethod
    def of_file(cls, path: Path | str, size: int, open_file: Callable[[], int] | None = None) -> Content:
        """The content of the file at `path`, which has `size` bytes. open_file: how to open it with care."""
        return cls(None, path, size, open_file)

    def chunks(self) -> Iterator[bytes]:
        """The bytes, piece by piece. Raises OSError."""
        if self._data is not None or self.path is None:
            yield self._data or b""
            return
        with open(self._open_file() if self._open_file else self.path, "rb", buffering=0) as file:
            # A buffer of the whole chunk costs more than reading a small file does.
            length = min(CHUNK, max(self.size + 1, PAGE))
            while chunk := file.read(length):
                yield chunk

    def read(self) -> bytes:
        """All the bytes."""
        return self._data if self._data is not None else b"".join(self.chunks())

    def same_as(self, other: Content) -> bool:
        """Whether both hold the same bytes."""
        if self.size != other.size:
            return False
        if self.size <= CHUNK:
            return self.read() == other.read()
        return self.digest("sha256") == other.digest("sha256")

    def digest(self, algorithm: str) -> str:
        """The checksum in hexadecimal. The `lite` forms take the first 512 bytes only."""
        summed = hashlib.new(algorithm.removesuffix("lite"), usedforsecurity=False)
        for chunk in self.chunks():
            if algorithm.endswith("lite"):
                summed.update(chunk[:512])
                break
            summed.update(chunk)
        return summed.hexdigest()


def diff(old: Content, new: Content) -> list[str]:
    """The lines of a unified diff without its file names; a note where it cannot be shown."""
    if max(old.size, new.size) > LARGEST_DIFF:
        return [f"{old.size} → {new.size} bytes: too long to be shown"]
    try:
        before, after = old.read().decode(), new.read().decode()
    except UnicodeDecodeError:
        return [f"{old.size} → {new.size} bytes: not text"]
    if "\0" in before or "\0" in after:
        return [f"{old.size} → {new.size} bytes: not text"]
    from difflib import unified_diff

    lines = list(unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm=""))[2:]
    if not lines:
        return ["only line ends differ"]
    # One hunk needs no place; several are told apart by theirs.
    return lines[1:] if sum(line.startswith("@@") for line in lines) == 1 else lines
