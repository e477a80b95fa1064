"""The images of this host, and their unpacked trees: rkt's folder `cas`.

    blob/sha512/ab/sha512-ab…            the image, an uncompressed tar; its name is half of its SHA-512
    imageManifest/sha512/ab/sha512-ab…   its manifest
    aciinfo/sha512/ab/sha512-ab…         what is known beside it: when it came in, when it was used last, its size
    tree/deps-sha512-…/rootfs            it and what it depends on, unpacked; `rendered` says that it is whole
    treestorelocks/, tmp/

Everything is made in tmp/ and renamed, so an image or a tree is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from bunraku.images.digest import Digesting, image_id
from bunraku.images.errors import ImageError
from bunraku.images.manifest import Manifest, dump, get, image_manifest, parse_name, shown_name
from bunraku.system import files
from bunraku.system.lock import Lock, Locked, hold_folder

RENDER_WAIT = 300.0
"""Seconds to wait for another process that unpacks the same image."""

DEPTH = 20
"""Images that may depend on one another in a row."""

_key = re.compile(r"sha512-[0-9a-f]{2,128}").fullmatch


class Info(NamedTuple):
    """An image of the store. times: seconds since 1970. size: bytes, of the image and its unpacked tree."""

    key: str
    name: str
    imported: float
    used: float
    size: int


class Store:
    """The store in folder `folder`, made where it is missing. All raise ImageError and OSError."""

    def __init__(self, folder: str) -> None:
        self.folder = folder = os.path.abspath(folder)
        for name in ("blob", "imageManifest", "aciinfo", "tree", "tmp", "treestorelocks"):
            os.makedirs(os.path.join(folder, name), mode=0o750, exist_ok=True)

    # In and out ---------------------------------------------------------------------------------------------------

    def import_aci(self, path: str) -> str:
        """Take the ACI in file `path`; its key."""
        from bunraku.images import aci  # tar costs 10 ms that a pod of a known image need not pay

        with self._temporary() as place:
            manifest = aci.check(path)
            with aci.opened(path) as archive, open(place, "wb") as file:
                digesting = Digesting(file.write)
                shutil.copyfileobj(archive, digesting, 1 << 20)
            return self._keep(place, digesting, manifest)

    def import_tree(self, manifest: Manifest, rootfs: str) -> str:
        """Take an image of `manifest` and the content of folder `rootfs`; its key."""
        from bunraku.images import aci

        with self._temporary() as place:
            with open(place, "wb") as file:
                digesting = Digesting(file.write)
                aci.write(digesting, manifest, rootfs)
            return self._keep(place, digesting, manifest)

    def scratch(self) -> str:
        """A new folder, on the same file system as the store, for whoever makes a tree; to be removed by them."""
        path = os.path.join(self.folder, "tmp", os.urandom(8).hex())
        os.mkdir(path, 0o700)
        return path

    def _keep(self, place: str, digesting: Digesting, manifest: Manifest) -> str:
        key = image_id(digesting.hash.hexdigest())
        if not os.path.exists(self._path("blob", key)):
            files.flush_file(place)
            self._put("imageManifest", key, dump(manifest))
            os.makedirs(os.path.dirname(self._path("blob", key)), exist_ok=True)
            files.move(place, self._path("blob", key))
        now = time.time()
        known = {"blobkey": key, "name": manifest["name"], "importtime": now, "lastused": now, "size": digesting.size}
        self._put("aciinfo", key, dump(known))
        return key

    def remove(self, key: str, *, used: Collection[str] = ()) -> None:
        """Forget an image, and its tree where that is none of `used`."""
        with suppress(ImageError):  # without what it depends on, nobody knows its tree
            tree = self.tree_of(key)
            if tree not in used:
                self.remove_tree(tree)
        for kind in ("aciinfo", "imageManifest", "blob"):
            files.remove(self._path(kind, key))

    def remove_tree(self, tree_id: str) -> None:
        """Remove an unpacked tree, if it is there."""
        tree = os.path.join(self.folder, "tree", tree_id)
        if os.path.isdir(tree):
            doomed = os.path.join(self.folder, "tmp", os.urandom(8).hex())
            files.move(tree, doomed)
            files.remove_tree(doomed)

    # What there is ------------------------------------------------------------------------------------------------

    def find(self, name: str) -> str:
        """The key of the image called `name`: an image ID or the beginning of one, or NAME[:VERSION][,LABEL=VALUE…].

        Of several that fit a name, the one that came in last.
        """
        if _key(name):
            found = [info.key for info in self.images() if info.key.startswith(name) or name.startswith(info.key)]
            if len(found) > 1:
                raise ImageError(f"'{name}' is the beginning of {len(found)} image IDs: write more of it")
        else:
            found = self._named(name)
        if not found:
            raise ImageError(f"there is no image '{name}' in the store: `rkt fetch` it from a file or a registry")
        return found[-1]

    def _named(self, name: str) -> list[str]:
        name, wanted = parse_name(name)
        found = []
        for info in self.images():
            if info.name == name:
                labels = self.manifest(info.key).get("labels")
                if all(get(labels, label) == value for label, value in wanted.items()):
                    found.append(info.key)
        return found

    def images(self) -> list[Info]:
        """All images, in the order in which they came in."""
        found = []
        for path in self._files("aciinfo"):
            with suppress(FileNotFoundError), open(path, "rb") as file:
                known = _json(file.read(), path)
                row = Info(known["blobkey"], known["name"], known["importtime"], known["lastused"], known["size"])
                found.append(row)
        return sorted(found, key=lambda info: info.imported)

    def manifest(self, key: str) -> Manifest:
        """An image's manifest."""
        path = self._path("imageManifest", key)
        try:
            with open(path, "rb") as file:
                return image_manifest(file.read(), path)
        except FileNotFoundError:
            raise ImageError(f"there is no image {key} in the store") from None

    def shown_name(self, key: str) -> str:
        """An image's `name:version`."""
        return shown_name(self.manifest(key))

    def blob(self, key: str) -> str:
        """The file with an image's uncompressed tar."""
        return self._path("blob", key)

    # Trees --------------------------------------------------------------------------------------------------------

    def trees(self) -> list[str]:
        """The IDs of all trees."""
        return sorted(os.listdir(os.path.join(self.folder, "tree")))

    def tree_of(self, key: str) -> str:
        """The ID of the tree that an image is unpacked to, be it there or not."""
        return self._tree_id(self._with_dependencies(key, self.manifest(key)))

    def is_rendered(self, tree_id: str) -> bool:
        """Whether a tree is there, whole."""
        return os.path.exists(os.path.join(self.folder, "tree", tree_id, "rendered"))

    def render(self, key: str) -> str:
        """Have an image unpacked, with what it depends on; the ID of the tree."""
        tree_id = self.tree_of(key)
        if not self.is_rendered(tree_id):
            try:
                with Lock(os.path.join(self.folder, "treestorelocks", tree_id), wait=RENDER_WAIT):
                    if not self.is_rendered(tree_id):
                        self._render(key, os.path.join(self.folder, "tree", tree_id))
            except Locked as error:
                raise ImageError(f"another process unpacks {key} since long: {error}") from None
        self._touch(key)
        return tree_id

    def unpack(self, key: str, rootfs: str) -> None:
        """Unpack an image, with what it depends on, into the folder `rootfs`."""
        from bunraku.images import aci

        manifest = self.manifest(key)
        for each in self._with_dependencies(key, manifest):
            aci.unpack_rootfs(self.blob(each), rootfs)
        if manifest.get("pathWhitelist"):
            _keep_only(rootfs, manifest["pathWhitelist"])

    @contextmanager
    def renders(self) -> Iterator[None]:
        """While trees are unpacked and used for the first time: none is removed."""
        with self._holding(shared=True, who="another process removes images"):
            yield

    @contextmanager
    def no_renders(self) -> Iterator[None]:
        """While trees that nobody uses are removed: nobody begins to use one."""
        with self._holding(shared=False, who="pods are being prepared"):
            yield

    @contextmanager
    def _holding(self, *, shared: bool, who: str) -> Iterator[None]:
        folder = os.path.join(self.folder, "tree")
        end = time.monotonic() + RENDER_WAIT
        while (held := hold_folder(folder, shared=shared)) is None:
            if time.monotonic() > end:
                raise ImageError(f"{who}, since more than {RENDER_WAIT:.0f} s: {folder} is locked")
            time.sleep(0.05)
        try:
            yield
        finally:
            os.close(held)

    def rootfs(self, tree_id: str) -> str:
        """The files of a tree."""
        return os.path.join(self.folder, "tree", tree_id, "rootfs")

    def _render(self, key: str, tree: str) -> None:
        place = self.scratch()
        try:
            rootfs = os.path.join(place, "rootfs")
            os.mkdir(rootfs, 0o755)
            self.unpack(key, rootfs)
            with open(os.path.join(place, "rendered"), "xb"):
                pass
            os.chmod(place, 0o755)
            if os.path.isdir(tree):  # of a run that was cut off
                files.remove_tree(tree)
            files.move(place, tree)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    def _with_dependencies(self, key: str, manifest: Manifest, depth: int = 0) -> list[str]:
        """The images to unpack one over the other, the lowest first."""
        if depth > DEPTH:
            raise ImageError(f"{manifest['name']} depends on more than {DEPTH} images in a row: refused")
        found = []
        for dependency in manifest.get("dependencies") or ():
            labels = "".join(f",{label['name']}={label['value']}" for label in dependency.get("labels") or ())
            wanted = dependency.get("imageID")
            below = self.find(wanted or dependency["imageName"] + labels)
            its = self.manifest(below)
            if its["name"] != dependency["imageName"]:
                raise ImageError(
                    f"{manifest['name']} depends on {dependency['imageName']}, but {wanted} is {its['name']}"
                )
            found += self._with_dependencies(below, its, depth + 1)
        return [*found, key]

    @staticmethod
    def _tree_id(chain: list[str]) -> str:
        return f"deps-sha512-{hashlib.sha512(','.join(chain).encode()).hexdigest()[:64]}"

    # Files --------------------------------------------------------------------------------------------------------

    def _path(self, kind: str, key: str) -> str:
        return os.path.join(self.folder, kind, "sha512", key[7:9], key)

    def _put(self, kind: str, key: str, content: bytes) -> None:
        path = self._path(kind, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        files.replace(path, content, mode=0o640)

    def _touch(self, key: str) -> None:
        with suppress(FileNotFoundError):
            with open(self._path("aciinfo", key), "rb") as file:
                known = _json(file.read(), key)
            self._write_info(key, known | {"lastused": time.time()})

    def _write_info(self, key: str, known: dict[str, Any]) -> None:
        files.replace(self._path("aciinfo", key), dump(known), mode=0o640, durable=False)

    def _files(self, kind: str) -> Iterator[str]:
        for folder, _, names in os.walk(os.path.join(self.folder, kind)):
            yield from (os.path.join(folder, name) for name in names if _key(name))

    @contextmanager
    def _temporary(self) -> Iterator[str]:
        path = os.path.join(self.folder, "tmp", os.urandom(8).hex())
        try:
            yield path
        finally:
            with suppress(FileNotFoundError):
                os.unlink(path)


def _json(text: bytes, what: str) -> dict[str, Any]:
    import json

    try:
        found: dict[str, Any] = json.loads(text)
        return found
    except ValueError as error:
        raise ImageError(f"{what} is damaged: {error}") from None


def _keep_only(rootfs: str, paths: list[str]) -> None:
    """Remove what a pathWhitelist does not name (appc spec, "pathWhitelist")."""
    kept = {path.strip("/") for path in paths}
    above = {kept_path.rsplit("/", count)[0] for kept_path in kept for count in range(1, kept_path.count("/") + 1)}
    for folder, names, others in os.walk(rootfs, topdown=False):
        for name in names + others:
            path = os.path.join(folder, name)
            if os.path.relpath(path, rootfs) not in kept | above:
                if os.path.isdir(path) and not os.path.islink(path):
                    with suppress(OSError):  # something that is kept is in it
                        os.rmdir(path)
                else:
                    os.unlink(path)
