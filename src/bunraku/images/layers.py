"""The layers of an OCI image that is being built: those that are finished, and what has changed since.

Finished are those of the image that the build began with, and those that `acbuild layer` ended. Their blobs are in a
folder of the build, beside `layers.json` (which they are, the lowest first) and `seen.json` (what every path was when
the last of them was finished). A file is still what it was if it is the same inode, not touched since.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from bunraku.images.digest import Digesting
from bunraku.images.pack import pack
from bunraku.images.unpack import WHITEOUT
from bunraku.system import files

GZIPPED = "application/vnd.oci.image.layer.v1.tar+gzip"
PLAIN = "application/vnd.oci.image.layer.v1.tar"

TICK = 0.02
"""Seconds after which a changed file surely has another ctime: the kernel's clock ticks 100 times a second."""


class Layer(NamedTuple):
    """A layer's descriptor, and the digest of its uncompressed tar."""

    kind: str
    digest: str
    size: int
    diff_id: str

    @property
    def descriptor(self) -> dict[str, Any]:
        """What an image's manifest says of it."""
        return {"mediaType": self.kind, "digest": self.digest, "size": self.size}


class Changes(NamedTuple):
    """What a layer holds: the paths that are new or other than they were, and the entries for what is gone."""

    new: frozenset[str]
    whiteouts: dict[str, bytes]


class Layers:
    """The finished layers in `folder` of the image whose files are in `rootfs`."""

    def __init__(self, folder: str, rootfs: str) -> None:
        self.folder = folder
        self.rootfs = rootfs

    def finished(self) -> list[Layer]:
        """Those that are finished, the lowest first."""
        return [Layer(*fields) for fields in self._load("layers.json", [])]

    def blob(self, layer: Layer) -> str:
        """The file with a finished layer."""
        return os.path.join(self.folder, layer.digest.replace(":", "-"))

    def keep(self, path: str, digest: str, diff_id: str) -> None:
        """Take the layer in file `path`, as it is, for the next one of the image that the build begins with."""
        os.makedirs(self.folder, exist_ok=True)
        with open(path, "rb") as file:
            kind = GZIPPED if file.read(2) == b"\x1f\x8b" else PLAIN
        layer = Layer(kind, digest, os.path.getsize(path), diff_id)
        shutil.copyfile(path, self.blob(layer))
        self._save("layers.json", [*self.finished(), layer])

    def seen(self) -> None:
        """Note what everything is: what changes from now on is the next layer's."""
        os.makedirs(self.folder, exist_ok=True)
        time.sleep(TICK)
        self._save("seen.json", dict(_look(self.rootfs)))

    def changes(self) -> Changes | None:
        """What has changed since the last layer; None where there is none yet, so that everything is new."""
        before = self._load("seen.json", None)
        if before is None:
            return None
        now = dict(_look(self.rootfs))
        new = frozenset(path for path, what in now.items() if before.get(path) != what)
        # What was in a folder that is gone is gone with it.
        gone = [path for path in before.keys() - now.keys() if _is_folder(now, os.path.dirname(path))]
        marks = (os.path.join(os.path.dirname(path), WHITEOUT + os.path.basename(path)) for path in sorted(gone))
        return Changes(new, dict.fromkeys(marks, b""))

    def finish(self) -> bool:
        """Make a layer of what has changed; False where nothing has."""
        changes = self.changes()
        if changes is not None and not any(changes):
            return False
        os.makedirs(self.folder, exist_ok=True)
        layer, path = write_layer(self.folder, self.rootfs, changes)
        files.move(path, self.blob(layer))
        self._save("layers.json", [*self.finished(), layer])
        self.seen()
        return True

    def _load(self, name: str, default: Any) -> Any:
        with suppress(FileNotFoundError), open(os.path.join(self.folder, name), "rb") as file:
            return json.load(file)
        return default

    def _save(self, name: str, value: Any) -> None:
        files.replace(os.path.join(self.folder, name), json.dumps(value).encode(), durable=False)


def write_layer(folder: str, rootfs: str, changes: Changes | None) -> tuple[Layer, str]:
    """Write `changes` (None: everything) of `rootfs` as a layer to a new file in `folder`: the layer, and the file."""
    import gzip

    path = os.path.join(folder, "layer")
    with open(path, "wb") as file:
        outer = Digesting(file.write, "sha256")
        with gzip.GzipFile("", "wb", 6, outer, mtime=0) as packed:  # type: ignore[call-overload]
            inner = Digesting(packed.write, "sha256")
            if changes is None:
                pack(inner, rootfs)
            else:
                pack(inner, rootfs, first=changes.whiteouts, only=changes.new)
    files.flush_file(path)
    digest, diff_id = (f"sha256:{digesting.hash.hexdigest()}" for digesting in (outer, inner))
    return Layer(GZIPPED, digest, outer.size, diff_id), path


def _look(rootfs: str, below: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Each path below `rootfs`, and what tells whether it is what it was."""
    with os.scandir(os.path.join(rootfs, below)) as entries:
        for entry in entries:
            path = os.path.join(below, entry.name)
            info = entry.stat(follow_symlinks=False)
            what: list[Any] = [info.st_mode, info.st_uid, info.st_gid]
            if entry.is_dir(follow_symlinks=False):
                yield path, what
                yield from _look(rootfs, path)
            else:
                yield path, [*what, info.st_ino, info.st_ctime_ns, info.st_size]


def _is_folder(now: dict[str, list[Any]], path: str) -> bool:
    return path == "" or (path in now and stat.S_ISDIR(now[path][0]))
