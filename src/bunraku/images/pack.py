"""A folder as a tar, always the same for the same content.

Entries are sorted by name; owners are numbers; every time is SOURCE_DATE_EPOCH's (reproducible-builds.org), 0 where
it is not set. Sockets, and devices below /dev, are left out: whoever runs the image brings them.
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Container, Iterator
from contextlib import suppress
from typing import IO, Protocol, cast

from bunraku.images.errors import ImageError
from bunraku.images.unpack import XATTR, is_device


class Writable(Protocol):
    """What a tar is written to: only ever at its end."""

    def write(self, data: bytes, /) -> int:
        """Take `data`."""

    def tell(self) -> int:
        """Bytes written so far."""


def stamp() -> int:
    """The time that everything built now carries, in seconds since 1970. Raises ImageError."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "0")
    if not text.isdigit():
        raise ImageError(f"SOURCE_DATE_EPOCH is a number of seconds, not '{text}'")
    return int(text)


def pack(
    out: Writable,
    tree: str,
    *,
    prefix: str = "",
    first: dict[str, bytes] | None = None,
    only: Container[str] | None = None,
) -> None:
    """Write the content of folder `tree` to `out` as a tar.

    prefix: the name of the folder in the archive ("": its root, which then has no entry of its own). first: files
    that stand before it. only: the names that are written. Raises ImageError, OSError.
    """
    when = stamp()
    seen: dict[tuple[int, int], str] = {}
    with tarfile.open(fileobj=cast(IO[bytes], out), mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in (first or {}).items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(content), 0o644, when
            tar.addfile(entry, io.BytesIO(content))
        for path, name in _walk(tree, prefix):
            info = os.lstat(path)
            if not stat.S_ISSOCK(info.st_mode) and (only is None or name in only):
                _add(tar, path, name, info, when, seen)


def _walk(tree: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Each path and its name in the archive, a folder before what is in it."""
    if prefix:
        yield tree, prefix
    for name in sorted(os.listdir(tree)):
        path = os.path.join(tree, name)
        inside = f"{prefix}/{name}" if prefix else name
        if os.path.isdir(path) and not os.path.islink(path):
            yield from _walk(path, inside)
        else:
            yield path, inside


def _add(
    tar: tarfile.TarFile, path: str, name: str, info: os.stat_result, when: int, seen: dict[tuple[int, int], str]
) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.uid, entry.gid, entry.mtime = stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, when
    entry.type = _kind(info.st_mode)
    if is_device(entry):
        if "dev" in name.split("/")[:2]:
            return
        raise ImageError(f"{path} is a device: images do not hold any")
    if entry.isreg() and info.st_nlink > 1:
        first = seen.setdefault((info.st_dev, info.st_ino), name)
        if first != name:
            entry.type, entry.linkname = tarfile.LNKTYPE, first
    if entry.issym():
        entry.linkname = os.readlink(path)
    else:
        _add_xattrs(entry, path)
    if not entry.isreg():
        tar.addfile(entry)
        return
    with open(path, "rb") as file:
        entry.size = os.fstat(file.fileno()).st_size
        tar.addfile(entry, file)


def _kind(mode: int) -> bytes:
    kinds = {
        stat.S_IFREG: tarfile.REGTYPE,
        stat.S_IFDIR: tarfile.DIRTYPE,
        stat.S_IFLNK: tarfile.SYMTYPE,
        stat.S_IFIFO: tarfile.FIFOTYPE,
        stat.S_IFCHR: tarfile.CHRTYPE,
        stat.S_IFBLK: tarfile.BLKTYPE,
    }
    return kinds[stat.S_IFMT(mode)]


def _add_xattrs(entry: tarfile.TarInfo, path: str) -> None:
    headers: dict[str, str] = {}
    with suppress(OSError):  # a file system without them
        for key in sorted(os.listxattr(path, follow_symlinks=False)):
            if key == "security.capability" or key.startswith("user."):
                value = os.getxattr(path, key, follow_symlinks=False)
                headers[XATTR + key] = value.decode("utf-8", "surrogateescape")
    entry.pax_headers = headers
