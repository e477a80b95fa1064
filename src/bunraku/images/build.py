"""An image being built: a folder `.acbuild` with the image as it stands, changed by one command at a time.

The layout is acbuild's: `currentaci/manifest`, `currentaci/rootfs/`, `buildMode`, and `lock`, which each command holds
while it works; beside them `layers/`. Nothing of how an image was built goes into it, so the same input gives the same
digest.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bunraku.images import aci
from bunraku.images.errors import ImageError
from bunraku.images.fetch import REGISTRY, unpack_from_registry
from bunraku.images.layers import Layers
from bunraku.images.manifest import Manifest, blank, dump, image_manifest
from bunraku.system import files
from bunraku.system.lock import Lock, Locked
from bunraku.system.rooted import Rooted
from bunraku.system.whole import whole_file

if TYPE_CHECKING:
    from bunraku.images.oci import Keep

CONTEXT = ".acbuild"
UNNAMED = "acbuild-unnamed"
"""The name of an image until it gets one."""


class NothingToRemove(ImageError):
    """What was to be removed from the manifest is not in it."""


class Build:
    """The build in folder `work` (its `.acbuild`)."""

    def __init__(self, work: str) -> None:
        self.folder = os.path.join(os.path.abspath(work), CONTEXT)
        self.image = os.path.join(self.folder, "currentaci")
        self.rootfs = os.path.join(self.image, aci.ROOTFS)
        self.layers = Layers(os.path.join(self.folder, "layers"), self.rootfs)

    # Begin and end ------------------------------------------------------------------------------------------------

    def begin(self, mode: str, start: str | None = None, *, plain: bool = False) -> None:
        """Begin with an empty image, or with `start`: an ACI, an OCI image, a folder of files or a tar of one.

        mode: appc or oci, the format that is written; an OCI image that becomes one keeps its layers. start: a path,
        or docker://HOST/NAME:TAG for an image of a registry (plain: HTTP is good enough). Raises ImageError, OSError;
        nothing is left then.
        """
        try:
            os.mkdir(self.folder, 0o700)
        except FileExistsError:
            raise ImageError(f"a build is in progress in {self.folder}: `acbuild end` ends it") from None
        try:
            os.makedirs(self.rootfs)
            files.replace(os.path.join(self.folder, "buildMode"), mode.encode(), durable=False)
            keep = self.layers.keep if mode == "oci" else None
            self._save(self._start(start, keep, plain) if start else blank(UNNAMED))
            if self.layers.finished():
                self.layers.seen()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _start(self, start: str, keep: Keep | None, plain: bool) -> Manifest:
        """Bring `start`'s files in; its manifest."""
        from bunraku.images import oci

        if start.startswith(REGISTRY):
            with tempfile.TemporaryDirectory(prefix="bunraku-oci-") as blobs:
                return unpack_from_registry(start, blobs, self.rootfs, plain=plain, keep=keep)
        if os.path.isdir(start) and not oci.is_layout(start):
            with Rooted(self.rootfs) as root:
                copy_tree(start, root, "/")
            return blank(UNNAMED)
        if os.path.isdir(start) or (not aci.looks_like_one(start) and oci.is_archive(start)):
            return oci.unpack_image(start, self.rootfs, keep=keep)
        if not aci.looks_like_one(start):
            aci.unpack_plain(start, self.rootfs)
            return blank(UNNAMED)
        manifest = aci.check(start)
        aci.unpack_rootfs(start, self.rootfs)
        return manifest

    def end(self) -> None:
        """Forget the build."""
        with self._held():
            shutil.rmtree(self.folder)

    @property
    def in_progress(self) -> bool:
        """Whether there is a build."""
        return os.path.isdir(self.folder)

    @property
    def mode(self) -> str:
        """appc or oci."""
        with open(os.path.join(self.folder, "buildMode")) as file:
            return file.read().strip()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Work on the build, alone."""
        if not self.in_progress:
            raise ImageError(f"no build is in progress in {os.path.dirname(self.folder)}: `acbuild begin` begins one")
        try:
            with Lock(os.path.join(self.folder, "lock")):
                yield
        except Locked as error:
            raise ImageError(f"another acbuild is at work: {error}") from None

    # The manifest -------------------------------------------------------------------------------------------------

    def manifest(self) -> Manifest:
        """The manifest as it stands. Raises ImageError."""
        try:
            with open(os.path.join(self.image, "manifest"), "rb") as file:
                return image_manifest(file.read(), "the build's manifest")
        except FileNotFoundError:
            raise ImageError(
                f"no build is in progress in {os.path.dirname(self.folder)}: `acbuild begin` begins one"
            ) from None

    def _save(self, manifest: Manifest) -> None:
        text = dump(manifest)
        image_manifest(text, "the build's manifest")
        files.replace(os.path.join(self.image, "manifest"), text, durable=False)

    def edit(self, change: Callable[[Manifest], None]) -> None:
        """Let `change` alter the manifest, which must be valid then. Raises ImageError; it is unchanged then."""
        with self._held():
            manifest = self.manifest()
            change(manifest)
            self._save(manifest)

    def replace_manifest(self, path: str) -> None:
        """Take the manifest in file `path`."""
        with self._held(), open(path, "rb") as file:
            self._save(image_manifest(file.read(), path))

    # The files ----------------------------------------------------------------------------------------------------

    def copy(self, source: str, target: str) -> None:
        """Copy a file, or what is in a folder, of the host to the path `target` of the image."""
        with self._held():
            self._copy(source, target)

    def copy_to_dir(self, sources: Sequence[str], target: str) -> None:
        """Copy files and folders of the host into the folder `target` of the image."""
        with self._held():
            for source in sources:
                name = os.path.basename(os.path.abspath(source))
                self._copy(source, f"{target.rstrip('/')}/{name}")

    def _copy(self, source: str, target: str) -> None:
        if not os.path.lexists(source):
            raise ImageError(f"{source} is not there")
        with Rooted(self.rootfs) as root:
            if os.path.isdir(source) and not os.path.islink(source):
                copy_tree(source, root, target)
            else:
                copy_file(source, root, target)

    def finish_layer(self) -> None:
        """End the layer that is being made: what changes from now on is the next one's. Raises ImageError, OSError."""
        with self._held():
            if self.mode != "oci":
                raise ImageError("an ACI has no layers: `acbuild begin --build-mode=oci` begins an image that has")
            self.layers.finish()

    def run(self, words: Sequence[str], folder: str) -> int:
        """Run a command inside the image, in namespaces of its own but the network's; its exit code.

        It has the host's /dev, a /proc of its own, /sys and the host's name servers; what these needed in the image
        is taken out again. Raises ImageError, CommandError, OSError.
        """
        from bunraku.images.chamber import run_inside

        with self._held():
            return run_inside(self.rootfs, words, folder)

    def write(self, path: str, *, overwrite: bool) -> None:
        """Write the image to `path`: an ACI, or an OCI layout (a folder; a tar of it where `path` ends in .tar).

        Raises ImageError, OSError; what is at `path` is whole then, the old or nothing.
        """
        from bunraku.images import oci_write

        with self._held():
            if os.path.lexists(path) and not overwrite:
                raise ImageError(f"{path} is there already: --overwrite replaces it")
            manifest = self.manifest()
            if manifest["name"] == UNNAMED:
                raise ImageError("the image has no name: `acbuild set-name NAME` gives it one")
            if self.mode == "oci":
                oci_write.write(path, manifest, self.layers)
            else:
                write_aci(path, manifest, self.rootfs)


def write_aci(path: str, manifest: Manifest, rootfs: str) -> None:
    """Write an ACI, compressed with gzip, to the file `path`, whole or not at all."""
    import gzip

    with whole_file(path) as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        aci.write(packed, manifest, rootfs)


def copy_tree(source: str, root: Rooted, target: str) -> None:
    """Copy what is in the host's folder `source` into the folder `target` inside `root`: owners and modes kept."""
    root.parent(f"{target}/.", make=True)
    for name in os.listdir(source):
        path = os.path.join(source, name)
        if os.path.isdir(path) and not os.path.islink(path):
            copy_tree(path, root, f"{target}/{name}")
        else:
            copy_file(path, root, f"{target}/{name}")
    folder, name = root.parent(f"{target}/.")
    _copy_attributes(source, folder, name)


def copy_file(source: str, root: Rooted, target: str) -> None:
    """Copy a file or a link; sockets, pipes and devices are no content. Raises ImageError, OSError."""
    folder, name = root.parent(target, make=True)
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    except IsADirectoryError:
        raise ImageError(f"{target} is a folder of the image: copy-to-dir copies into it") from None
    if os.path.islink(source):
        os.symlink(os.readlink(source), name, dir_fd=folder)
    elif os.path.isfile(source):
        new = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
        with open(source, "rb") as old, os.fdopen(new, "wb") as file:
            shutil.copyfileobj(old, file, 1 << 20)
    else:
        return
    _copy_attributes(source, folder, name)


def _copy_attributes(source: str, folder: int, name: str) -> None:
    info = os.lstat(source)
    if os.geteuid() == 0:
        os.chown(name, info.st_uid, info.st_gid, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISLNK(info.st_mode):
        os.chmod(name, stat.S_IMODE(info.st_mode), dir_fd=folder)


# Edits of the manifest ---------------------------------------------------------------------------------------------


def app_of(manifest: Manifest) -> dict[str, Any]:
    """The manifest's app, made where it has none: it runs as root until told otherwise."""
    app: dict[str, Any] = manifest.setdefault("app", {"exec": [], "user": "0", "group": "0"})
    return app


def put(holder: dict[str, Any], key: str, item: Mapping[str, Any]) -> None:
    """Set `item` in a list of named things, in the place of the one of its name."""
    items = holder.setdefault(key, [])
    for number, other in enumerate(items):
        if other["name"] == item["name"]:
            items[number] = dict(item)
            return
    items.append(dict(item))


def take(holder: dict[str, Any], key: str, matches: Callable[[Mapping[str, Any]], bool], what: str) -> None:
    """Remove what `matches` from a list. Raises NothingToRemove."""
    items = holder.get(key, [])
    kept = [item for item in items if not matches(item)]
    if len(kept) == len(items):
        raise NothingToRemove(f"the image has no {what}")
    holder[key] = kept
    if not kept:
        del holder[key]
