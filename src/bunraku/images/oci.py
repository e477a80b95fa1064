"""OCI images (image spec 1.0): a layout of blobs by digest, read into an app's manifest and files.

A layout is a folder, or a tar of one, with `oci-layout`, `index.json` and `blobs/ALGORITHM/DIGEST`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bunraku.images import manifest as appc
from bunraku.images.compression import decompressed, reading
from bunraku.images.digest import Digested
from bunraku.images.errors import ImageError
from bunraku.images.manifest import Manifest
from bunraku.images.unpack import unpack

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"

REF = "org.opencontainers.image.ref.name"
"""The annotation of a layout's index that holds a tag."""

ARCHITECTURES = {"i386": "386", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm"}
"""appc's words for architectures → OCI's, where they differ."""

LARGEST_JSON = 4 << 20
LAYERS = 1000

Blob = Callable[[str, int], str]
"""Digest and size of a blob → the file that holds it, checked."""

Keep = Callable[[str, str, str], None]
"""Takes each layer: its file, its digest, and that of its uncompressed tar."""

_digest = re.compile(r"(sha256|sha512):([0-9a-f]{64}|[0-9a-f]{128})").fullmatch


def is_layout(path: str) -> bool:
    """Whether `path` is a folder with an OCI layout."""
    return os.path.isfile(os.path.join(path, "oci-layout"))


def is_archive(path: str) -> bool:
    """Whether the file `path` is a tar of an OCI layout. Raises ImageError, OSError."""
    import tarfile

    with open(path, "rb") as file, reading(path), tarfile.open(fileobj=decompressed(file, path), mode="r|") as tar:
        return any(os.path.normpath(member.name) == "oci-layout" for member in tar)


def unpack_image(path: str, rootfs: str, ref: str | None = None, keep: Keep | None = None) -> Manifest:
    """Unpack the image of the layout at `path` (a folder, or a tar) into folder `rootfs`; its appc manifest.

    ref: the tag, where the layout has several images. Raises ImageError, OSError.
    """
    with _as_folder(path) as folder:
        blobs = Layout(folder)
        name = os.path.basename(path.rstrip("/")).removesuffix(".tar") or "image"
        chosen = blobs.choose(ref)
        tag = ref or (chosen.get("annotations") or {}).get(REF)
        return unpack_manifest(chosen, blobs.blob, rootfs, name, tag, keep)


@contextmanager
def _as_folder(path: str) -> Iterator[str]:
    if os.path.isdir(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="bunraku-oci-") as folder:
        with open(path, "rb") as file, reading(path):
            unpack(decompressed(file, path), folder, path)
        if not is_layout(folder):
            raise ImageError(f"{path} is neither an ACI nor an OCI layout: it has no manifest and no oci-layout")
        yield folder


class Layout:
    """The images of a layout in `folder`."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def blob(self, digest: str, size: int) -> str:
        """The file of a blob, whose content is what its descriptor says. Raises ImageError."""
        path = os.path.join(self.folder, "blobs", *split(digest))
        if os.path.islink(path) or not os.path.isfile(path):
            raise ImageError(f"{self.folder}: the blob {digest} is missing")
        verify(path, digest, size)
        return path

    def choose(self, ref: str | None) -> dict[str, Any]:
        """The descriptor of the image tagged `ref`; without one, of `latest` or the only one. Raises ImageError."""
        index = read_json(os.path.join(self.folder, "index.json"))
        found = {str((d.get("annotations") or {}).get(REF, "")): d for d in descriptors(index, "manifests")}
        if ref is None and len(found) == 1:
            return next(iter(found.values()))
        if (ref or "latest") not in found:
            tags = ", ".join(sorted(tag for tag in found if tag)) or "none"
            raise ImageError(f"{self.folder} has no image tagged '{ref or 'latest'}': its tags are {tags}")
        return found[ref or "latest"]


def split(digest: object) -> tuple[str, str]:
    """Algorithm and hexadecimal part of a digest. Raises ImageError."""
    match = _digest(str(digest))
    if match is None or len(match[2]) != (64 if match[1] == "sha256" else 128):
        raise ImageError(f"'{digest}' is no digest: sha256:… is expected")
    return match[1], match[2]


def verify(path: str, digest: str, size: int) -> None:
    """See that file `path` is what its descriptor says. Raises ImageError."""
    algorithm, wanted = split(digest)
    with open(path, "rb") as file:
        real, found = os.fstat(file.fileno()).st_size, hashlib.file_digest(file, algorithm).hexdigest()
    if real != size:
        raise ImageError(f"{path} has {real} bytes where {size} are declared: refused")
    if found != wanted:
        raise ImageError(f"{path} does not have the digest {digest}: it was tampered with or is damaged")


def read_json(path: str) -> dict[str, Any]:
    """The JSON object in a file. Raises ImageError."""
    try:
        if os.path.islink(path) or os.path.getsize(path) > LARGEST_JSON:
            raise ImageError(f"{path} is no file of a manifest's size: refused")
        with open(path, "rb") as file:
            found = json.load(file)
    except FileNotFoundError:
        raise ImageError(f"{path} is missing") from None
    except (ValueError, RecursionError) as error:
        raise ImageError(f"{path} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise ImageError(f"{path} is not a JSON object")
    return found


def descriptors(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The descriptors in a list of a document, each with a digest and a size. Raises ImageError."""
    found = document.get(key)
    if not isinstance(found, list) or not found or len(found) > LAYERS:
        raise ImageError(f"'{key}' is not a list of 1 to {LAYERS} descriptors")
    for descriptor in found:
        _descriptor(descriptor, key)
    return found


def _descriptor(given: Any, at: str) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("size"), int) or given["size"] < 0:
        raise ImageError(f"'{at}' has a descriptor without a size")
    split(given.get("digest"))
    return given


def unpack_manifest(
    descriptor: dict[str, Any], blob: Blob, rootfs: str, name: str, ref: str | None = None, keep: Keep | None = None
) -> Manifest:
    """Unpack the image that `descriptor` leads to, maybe by way of an index of platforms; its appc manifest."""
    kind = descriptor.get("mediaType")
    document = read_json(blob(descriptor["digest"], descriptor["size"]))
    if kind in (INDEX, DOCKER_LIST) or "manifests" in document:
        return unpack_manifest(_of_platform(document), blob, rootfs, name, ref, keep)
    config_at = _descriptor(document.get("config"), "config")
    config = read_json(blob(config_at["digest"], config_at["size"]))
    layers = descriptors(document, "layers") if document.get("layers") else []
    diff_ids = (config.get("rootfs") or {}).get("diff_ids") or []
    if len(diff_ids) != len(layers):
        raise ImageError(f"{name}: its configuration names {len(diff_ids)} layers, its manifest {len(layers)}: refused")
    for layer, diff_id in zip(layers, diff_ids, strict=True):
        path = blob(layer["digest"], layer["size"])
        _unpack_layer(path, rootfs, diff_id, f"{name}: the layer {layer['digest'][:19]}")
        if keep is not None:
            keep(path, layer["digest"], diff_id)
    return from_config(config, name, ref)


def _unpack_layer(path: str, rootfs: str, diff_id: object, what: str) -> None:
    """Unpack the layer in file `path` over what is in `rootfs`; its uncompressed tar has the digest `diff_id`."""
    algorithm, wanted = split(diff_id)
    with open(path, "rb") as file, reading(what):
        archive = Digested(decompressed(file, path), algorithm)
        unpack(archive, rootfs, what, layer=True)
        if archive.hexdigest() != wanted:
            raise ImageError(f"{what} does not unpack to {diff_id}, which its configuration names: refused")


def _of_platform(index: dict[str, Any]) -> dict[str, Any]:
    own = ARCHITECTURES.get(appc.OWN_ARCH, appc.OWN_ARCH)
    found = descriptors(index, "manifests")
    for descriptor in found:
        platform = descriptor.get("platform") or {}
        if platform.get("architecture", own) == own and platform.get("os", "linux") == "linux":
            return descriptor
    raise ImageError(f"the image is not there for linux/{own}")


def from_config(config: dict[str, Any], name: str, ref: str | None) -> Manifest:
    """The appc manifest that says what an OCI image's configuration says."""
    inner = config.get("config") or {}
    arch = {v: k for k, v in reversed(ARCHITECTURES.items())}.get(str(config.get("architecture")))
    labels = [{"name": "arch", "value": arch or str(config.get("architecture") or appc.OWN_ARCH)}]
    labels.append({"name": "os", "value": str(config.get("os") or "linux")})
    if ref:
        labels.append({"name": "version", "value": ref})
    known = {"arch", "os", "version"}
    for key, value in (inner.get("Labels") or {}).items():
        if appc.as_identifier(key) == key and key not in known:  # others have no place in an appc manifest
            labels.append({"name": key, "value": str(value)})
    manifest: Manifest = appc.blank(appc.as_identifier(name)) | {"labels": labels}
    words = [*(inner.get("Entrypoint") or ()), *(inner.get("Cmd") or ())]
    user, _, group = str(inner.get("User") or "0").partition(":")
    app: dict[str, Any] = {"exec": words, "user": user, "group": group or "0"}
    if inner.get("WorkingDir"):
        app["workingDirectory"] = str(inner["WorkingDir"])
    if inner.get("Env"):
        pairs = [str(text).partition("=") for text in inner["Env"]]
        app["environment"] = [{"name": key, "value": value} for key, _, value in pairs]
    if inner.get("Volumes"):
        app["mountPoints"] = [
            {"name": appc.as_name(f"volume-{v.strip('/')}".replace("/", "-")), "path": v} for v in inner["Volumes"]
        ]
    if inner.get("ExposedPorts"):
        app["ports"] = [_port(str(text)) for text in inner["ExposedPorts"]]
    manifest["app"] = app
    annotations = {"created": config.get("created"), "authors": config.get("author")}
    manifest["annotations"] = [{"name": k, "value": str(v)} for k, v in annotations.items() if v]
    return appc.image_manifest(appc.dump(manifest), f"{name}: its configuration")


def _port(text: str) -> dict[str, Any]:
    number, _, protocol = text.partition("/")
    if not number.isdigit():
        raise ImageError(f"'{text}' is no port")
    return {"name": f"{number}-{protocol or 'tcp'}", "protocol": protocol or "tcp", "port": int(number), "count": 1}
