"""An image by whatever name it is asked for: from the store, a file, a layout, or a registry, checked and kept.

    sha512-ab…                          an image of the store, by its ID or the beginning of it
    ./web.aci, /srv/web.aci             an ACI; its signature is beside it, in web.aci.asc
    ./layout, ./layout.tar, oci:DIR:TAG an OCI layout
    docker://localhost:5000/web:1.2     an image of a registry
    example.com/web:1.2                 an image of the store, by its name and version

OCI images carry no signature that could be checked: they are taken only with the insecure option `image`.
"""

from __future__ import annotations

import os
import shutil

from bunraku.images.errors import ImageError
from bunraku.images.store import Store
from bunraku.images.trust import Trust

REGISTRY = ("docker://", "oci://")


def fetch(store: Store, name: str, trust: Trust, *, insecure: frozenset[str] = frozenset(), signature: str = "") -> str:
    """The key of the image called `name`, brought into the store where it is not there yet.

    insecure: of rkt's words: image (take it unsigned), http. signature: a file with it. Raises ImageError, OSError.
    """
    if name.startswith(REGISTRY):
        return _from_registry(store, name, insecure)
    path, tag = _as_path(name)
    if path is None:
        return store.find(name)
    from bunraku.images import aci

    if not os.path.exists(path):
        raise ImageError(f"{path} is not there")
    if os.path.isdir(path) or not aci.looks_like_one(path):
        _refuse_unsigned(name, insecure)
        return _from_layout(store, path, tag)
    if "image" not in insecure:
        manifest = aci.check(path)
        signature = signature or f"{path}.asc"
        if not os.path.exists(signature):
            raise ImageError(
                f"{path} is not signed: {signature} is not there (--insecure-options=image takes it unsigned)"
            )
        trust.check(manifest["name"], path, signature)
    return store.import_aci(path)


def _as_path(name: str) -> tuple[str | None, str | None]:
    """The path, and the tag, that a name stands for, where it stands for one."""
    if name.startswith("oci:"):
        path, _, tag = name.removeprefix("oci:").partition(":")
        return path, tag or None
    if name.startswith("file://"):
        return name.removeprefix("file://"), None
    if name.startswith(("/", ".")) or name.endswith((".aci", ".tar")):
        return name, None
    return None, None


def _refuse_unsigned(name: str, insecure: frozenset[str]) -> None:
    if "image" not in insecure:
        raise ImageError(
            f"{name} is an OCI image, which carries no signature: --insecure-options=image takes it anyhow"
        )


def _from_layout(store: Store, path: str, tag: str | None) -> str:
    from bunraku.images import oci

    place = store.scratch()
    try:
        return store.import_tree(oci.unpack_image(path, place, tag), place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _from_registry(store: Store, name: str, insecure: frozenset[str]) -> str:
    from bunraku.images import oci
    from bunraku.images.registry import Registry, parse

    _refuse_unsigned(name, insecure)
    host, repository, tag = parse(name.partition("://")[2])
    place, blobs = store.scratch(), store.scratch()
    try:
        registry = Registry(host, repository, blobs, plain="http" in insecure or "all" in insecure)
        manifest = oci.unpack_manifest(registry.manifest(tag), registry.blob, place, f"{host}/{repository}", tag)
        return store.import_tree(manifest, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(blobs, ignore_errors=True)
