"""A compressed stream as what is in it, bounded: an image that unpacks without end is refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from bunraku.images.errors import ImageError

LARGEST = 8 << 30
"""Bytes that an image may unpack to, and that its files may be long, holes counted too."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn whatever goes wrong in reading `what` into an ImageError that names it."""
    import lzma
    import tarfile

    try:
        yield
    except (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, UnicodeError, OverflowError) as error:
        raise ImageError(f"{what} is damaged: {error or 'it ends too early'}") from error
    except OSError as error:
        if error.errno is None:  # gzip and bz2 say so of what they cannot read
            raise ImageError(f"{what} is damaged: {error}") from error
        raise


def decompressed(file: IO[bytes], what: str) -> IO[bytes]:
    """What is in `file` (seekable, at its start): gzip, bzip2, xz or plain, told by its first bytes.

    what: its name, for errors. Reading from it fails with ImageError once it is longer than `LARGEST`.
    """
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        import gzip

        return _bounded(gzip.GzipFile(fileobj=file), what)
    if head.startswith(b"BZh"):
        import bz2

        return _bounded(bz2.BZ2File(file), what)
    if head == b"\xfd7zXZ\0":
        import lzma

        return _bounded(lzma.LZMAFile(file), what)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        raise ImageError(f"{what} is compressed with zstd, which is not read yet: have it compressed with gzip")
    return _bounded(file, what)


def _bounded(stream: object, what: str) -> IO[bytes]:
    return cast(IO[bytes], io.BufferedReader(_Bounded(cast(IO[bytes], stream), what), 1 << 18))


class _Bounded(io.RawIOBase):
    def __init__(self, stream: IO[bytes], what: str) -> None:
        self._stream = stream
        self._what = what
        self._left = LARGEST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._stream.read(len(view))
        self._left -= len(data)
        if self._left < 0:
            raise ImageError(f"{self._what} unpacks to more than {LARGEST >> 30} GiB: refused")
        view[: len(data)] = data
        return len(data)
