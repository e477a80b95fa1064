"""An image by whatever name it is asked for: from the store, a file, a layout, or a registry, checked and kept.

    sha512-ab…                          an image of the store, by its ID or the beginning of it
    ./web.aci, /srv/web.aci             an ACI; its signature is beside it, in web.aci.asc
    https://example.com/web.aci         an ACI of a web server; its signature is beside it there
    ./layout, ./layout.tar, oci:DIR:TAG an OCI layout
    docker://localhost:5000/web:1.2     an image of a registry
    example.com/web:1.2                 an image of the store, by its name and version

OCI images carry no signature that could be checked: they are taken only with the insecure option `image`.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from bunraku.images.errors import ImageError
from bunraku.images.manifest import as_identifier
from bunraku.images.store import Store
from bunraku.images.trust import Trust

if TYPE_CHECKING:
    from bunraku.images.manifest import Manifest
    from bunraku.images.oci import Keep

LARGEST_SIGNATURE = 1 << 20
"""Bytes."""

REGISTRY = ("docker://", "oci://")


def fetch(
    store: Store,
    name: str,
    trust: Trust,
    *,
    insecure: frozenset[str] = frozenset(),
    signature: str = "",
    policy: str = "update",
) -> str:
    """The key of the image called `name`, brought into the store where it is not there yet.

    insecure: of rkt's words: image (take it unsigned), http. signature: a file with it. policy: whether a registry
    is asked: `update` always, `new` for what the store does not have, `never`. Raises ImageError, OSError.
    """
    if name.startswith(REGISTRY):
        held = None if policy == "update" else _held(store, name)
        if held is None and policy == "never":
            raise ImageError(f"{name} is not in the store, and --pull-policy=never forbids to fetch it")
        return held or _from_registry(store, name, insecure)
    if name.startswith(("http://", "https://")):
        return _from_url(store, name, trust, insecure, signature)
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
        _check_signature(path, trust, signature or f"{path}.asc")
    return store.import_aci(path)


def _check_signature(path: str, trust: Trust, signature: str) -> None:
    from bunraku.images import aci

    manifest = aci.check(path)
    if not os.path.exists(signature):
        raise ImageError(f"{path} is not signed: {signature} is not there (--insecure-options=image takes it unsigned)")
    trust.check(manifest["name"], path, signature)


def _from_url(store: Store, url: str, trust: Trust, insecure: frozenset[str], signature: str) -> str:
    """An ACI of a web server, with the signature that is beside it (URL.asc) unless there is a file with one."""
    from bunraku.images.compression import LARGEST
    from bunraku.images.download import download, is_local

    host = url.partition("://")[2].partition("/")[0]
    if url.startswith("http:") and "http" not in insecure and not is_local(host):
        raise ImageError(f"{url}: plain HTTP can be tampered with: --insecure-options=http takes it anyhow")
    place = store.scratch()
    try:
        image = os.path.join(place, "image.aci")
        download(url, image, LARGEST)
        if "image" not in insecure:
            if not signature:
                signature = f"{image}.asc"
                download(f"{url}.asc", signature, LARGEST_SIGNATURE)
            _check_signature(image, trust, signature)
        return store.import_aci(image)
    except ImageError as error:
        raise ImageError(str(error).replace(image, url)) from None
    finally:
        shutil.rmtree(place, ignore_errors=True)


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
    _refuse_unsigned(name, insecure)
    place, blobs = store.scratch(), store.scratch()
    try:
        return store.import_tree(unpack_from_registry(name, blobs, place, plain="http" in insecure), place)
    finally:
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(blobs, ignore_errors=True)


def _held(store: Store, name: str) -> str | None:
    """The key of an image of a registry, if the store has one of that name and tag."""
    from bunraku.images.registry import parse

    host, repository, tag = parse(name.partition("://")[2])
    try:
        return store.find(f"{as_identifier(f'{host}/{repository}')}:{tag}")
    except ImageError:
        return None


def unpack_from_registry(name: str, blobs: str, rootfs: str, *, plain: bool, keep: Keep | None = None) -> Manifest:
    """Unpack the image docker://HOST/NAME:TAG into folder `rootfs`, by way of folder `blobs`; its appc manifest.

    plain: HTTP is good enough. Raises ImageError, OSError.
    """
    from bunraku.images import oci
    from bunraku.images.registry import Registry, parse

    host, repository, tag = parse(name.partition("://")[2])
    registry = Registry(host, repository, blobs, plain=plain)
    return oci.unpack_manifest(registry.manifest(tag), registry.blob, rootfs, f"{host}/{repository}", tag, keep)
