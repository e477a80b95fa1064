"""App Container Images: a tar, maybe compressed, of exactly `manifest` and `rootfs/` (appc spec, "Image Archives")."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from bunraku.images.compression import decompressed, reading
from bunraku.images.errors import ImageError
from bunraku.images.manifest import Manifest, dump, image_manifest
from bunraku.images.pack import Writable, pack
from bunraku.images.unpack import MOST, path_of, unpack

ROOTFS = "rootfs"
LARGEST_MANIFEST = 4 << 20
"""Bytes."""


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """The uncompressed tar of the image in file `path`. Raises ImageError, OSError."""
    with open(path, "rb") as file, reading(path):
        yield decompressed(file, path)


def check(path: str) -> Manifest:
    """The manifest of the image in file `path`, whose every entry was looked at. Raises ImageError, OSError."""
    manifest: Manifest | None = None
    seen: set[str] = set()
    with opened(path) as archive, tarfile.open(fileobj=archive, mode="r|") as tar:
        for member in tar:
            name = path_of(member.name, path)
            if name in seen:
                raise ImageError(f"{path}: there are two entries '{name}': refused")
            if len(seen) >= MOST:
                raise ImageError(f"{path} has more than {MOST} entries: refused")
            seen.add(name)
            if name == "manifest":
                manifest = _manifest(tar, member, path)
            elif name and name != ROOTFS and not name.startswith(f"{ROOTFS}/"):
                raise ImageError(f"{path}: '{name}' is neither the manifest nor in {ROOTFS}/: it is no ACI")
        while archive.read(1 << 20):  # to the end, so that a damaged one is noticed
            pass
    if manifest is None:
        raise ImageError(f"{path} has no manifest: it is no ACI")
    if not any(name == ROOTFS or name.startswith(f"{ROOTFS}/") for name in seen):
        raise ImageError(f"{path} has no {ROOTFS}/: it is no ACI")
    return manifest


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> Manifest:
    file = tar.extractfile(member) if member.isreg() else None
    if file is None or member.size > LARGEST_MANIFEST:
        raise ImageError(f"{path}: its manifest is no file of a manifest's size")
    return image_manifest(file.read(), f"{path}: manifest")


def unpack_rootfs(path: str, folder: str) -> None:
    """Unpack the rootfs of the image in file `path` into `folder`, which exists. Raises ImageError, OSError."""
    with opened(path) as archive:
        unpack(archive, folder, path, below=ROOTFS)


def unpack_plain(path: str, folder: str) -> None:
    """Unpack the tar in file `path`, of files without a manifest, into `folder`. Raises ImageError, OSError."""
    with opened(path) as archive:
        unpack(archive, folder, path)


def write(out: Writable, manifest: Manifest, rootfs: str) -> None:
    """Write an uncompressed image of `manifest` and the content of folder `rootfs`. Raises ImageError, OSError."""
    pack(out, rootfs, prefix=ROOTFS, first={"manifest": dump(manifest)})


def looks_like_one(path: str) -> bool:
    """Whether the tar in file `path` begins as an image does: with its manifest or its rootfs."""
    with opened(path) as archive, tarfile.open(fileobj=archive, mode="r|") as tar:
        first = tar.next()
        return first is not None and os.path.normpath(first.name).split("/")[0] in ("manifest", ROOTFS)
