"""A folder of things that can be made again: found by key, never trusted, never in the way.

Rules:
- Losing an entry costs time and nothing else: every failure to read or write is silent.
- An entry is believed only if this user owns it, nobody else may write to it, and its checksum is right; whoever
  reads it must still treat it as data.
- An entry is written aside and renamed, but not flushed to the disk: one torn by a power cut fails its checksum.
- The folder is 0700. It is cut into 256 parts by the first two digits of the key, and each part keeps at most
  `PART_SIZE` entries, the newest.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from bunraku.system import files

PART_SIZE = 256
_CHECKSUM_SIZE = 16


def default_folder(environ: Mapping[str, str]) -> Path | None:
    """Where this user's caches are: XDG_CACHE_HOME/bunraku, or ~/.cache/bunraku; None where there is no home.

    A relative XDG_CACHE_HOME is ignored, as the XDG base directory specification asks.
    """
    base = environ.get("XDG_CACHE_HOME", "")
    if not base.startswith("/"):
        home = environ.get("HOME", "")
        if not home.startswith("/"):
            return None
        base = f"{home}/.cache"
    return Path(base) / "bunraku"


class Cache:
    """Bytes by key in a folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def get(self, key: str) -> bytes | None:
        """The bytes of a key (hexadecimal digits, at least three), or None."""
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(descriptor)
            if about.st_uid != os.geteuid() or about.st_mode & 0o022 or not stat.S_ISREG(about.st_mode):
                return None
            try:
                entry = file.read()
            except OSError:
                return None
        content = entry[_CHECKSUM_SIZE:]
        return content if entry[:_CHECKSUM_SIZE] == _checksum(content) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key, if possible."""
        path = self._path(key)
        with suppress(OSError):
            self._make_part(os.path.dirname(path))
            files.replace(path, _checksum(content) + content, mode=0o600, durable=False)

    def _path(self, key: str) -> str:
        return f"{self._folder}/{key[:2]}/{key[2:]}"

    def _make_part(self, part: str) -> None:
        """Make the folder of a part; where it is full, remove the older half of its entries."""
        os.makedirs(os.path.dirname(self._folder), exist_ok=True)
        for folder in (self._folder, part):
            with suppress(FileExistsError):
                os.mkdir(folder, 0o700)
        entries = list(os.scandir(part))
        if len(entries) >= PART_SIZE:
            entries.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime)
            for entry in entries[: PART_SIZE // 2]:
                os.unlink(entry.path)


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_CHECKSUM_SIZE).digest()
