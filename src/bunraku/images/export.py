"""An image of the store taken out of it again: as an ACI, as what is in the ACI, as the files that an app would see."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from bunraku.images.errors import ImageError
from bunraku.images.manifest import dump
from bunraku.images.store import Store
from bunraku.system import process
from bunraku.system.whole import whole_file, whole_folder

COPY_DEADLINE = 600.0
"""Seconds that the copy of a tree may take."""


def export(store: Store, key: str, path: str, *, overwrite: bool) -> None:
    """Write an image to the file `path`, as an uncompressed ACI. Raises ImageError, OSError."""
    refuse_to_replace(path, overwrite=overwrite)
    with open(store.blob(key), "rb") as blob, whole_file(path) as file:
        shutil.copyfileobj(blob, file, 1 << 20)


def extract(store: Store, key: str, folder: str, *, overwrite: bool, rootfs_only: bool) -> None:
    """Unpack an image, without what it depends on, into a new folder: `manifest` and `rootfs/`. Raises as `export`."""
    from bunraku.images import aci

    with _laid_out(store, key, folder, overwrite=overwrite, rootfs_only=rootfs_only) as rootfs:
        aci.unpack_rootfs(store.blob(key), rootfs)


def render(store: Store, key: str, folder: str, *, overwrite: bool, rootfs_only: bool) -> None:
    """Copy the files that an app of this image sees, with what it depends on, into a new folder. Raises as `export`."""
    tree = store.rootfs(store.render(key))
    with _laid_out(store, key, folder, overwrite=overwrite, rootfs_only=rootfs_only) as rootfs:
        copied = process.run(["cp", "-a", f"{tree}/.", rootfs], deadline=COPY_DEADLINE)
        if not copied.ok:
            raise ImageError(f"{folder}: {copied.output.strip()}")


@contextmanager
def _laid_out(store: Store, key: str, folder: str, *, overwrite: bool, rootfs_only: bool) -> Iterator[str]:
    """The folder for an image's files, inside `folder` or that itself."""
    refuse_to_replace(folder, overwrite=overwrite)
    with whole_folder(folder) as place:
        if rootfs_only:
            yield place
            return
        with open(os.path.join(place, "manifest"), "xb") as file:
            file.write(dump(store.manifest(key)))
        os.mkdir(os.path.join(place, "rootfs"), 0o755)
        yield os.path.join(place, "rootfs")


def refuse_to_replace(path: str, *, overwrite: bool) -> None:
    """Raise ImageError where something is at `path` that is not to be replaced, or never is."""
    if os.path.lexists(path) and not overwrite:
        raise ImageError(f"{path} is there already: --overwrite replaces it")
    if os.path.ismount(path) or os.path.realpath(path) == os.getcwd():
        raise ImageError(f"{path} is a file system of its own, or where you are: it is not replaced")
