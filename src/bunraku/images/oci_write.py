"""OCI images written (image spec 1.0): a layout, or a tar of one, always the same for the same content."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from typing import Any

from bunraku.images import manifest as appc
from bunraku.images import oci
from bunraku.images.layers import Layer, Layers, write_layer
from bunraku.images.manifest import Manifest
from bunraku.images.pack import pack, stamp
from bunraku.system import files
from bunraku.system.whole import whole_file, whole_folder


def write(path: str, manifest: Manifest, layers: Layers) -> None:
    """Write an image as an OCI layout to `path`: a folder, or a tar of one where it ends in .tar; whole or not at all.

    It has the layers that are finished, and one more of what has changed since. The tag is the manifest's label
    `version`, or `latest`. Raises ImageError, OSError.
    """
    if not path.endswith(".tar"):
        with whole_folder(path) as folder:
            _write_layout(folder, manifest, layers)
        return
    with whole_file(path) as file, tempfile.TemporaryDirectory(prefix="bunraku-oci-") as folder:
        _write_layout(folder, manifest, layers)
        pack(file, folder)


def _write_layout(folder: str, manifest: Manifest, layers: Layers) -> None:
    blobs = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blobs)
    found = []
    for layer in layers.finished():
        algorithm, digest = oci.split(layer.digest)
        os.makedirs(os.path.join(folder, "blobs", algorithm), exist_ok=True)
        shutil.copyfile(layers.blob(layer), os.path.join(folder, "blobs", algorithm, digest))
        found.append(layer)
    changes = layers.changes()
    if changes is None or any(changes):
        top, path = write_layer(folder, layers.rootfs, changes)
        files.move(path, os.path.join(blobs, oci.split(top.digest)[1]))
        found.append(top)
    config = _write_blob(folder, appc.dump(_config(manifest, found)), oci.CONFIG)
    listed = [layer.descriptor for layer in found]
    document = {"schemaVersion": 2, "mediaType": oci.MANIFEST, "config": config, "layers": listed}
    annotations = {a["name"]: a["value"] for a in manifest.get("annotations", ()) if a["name"] not in _OF_CONFIG}
    described = _write_blob(
        folder, appc.dump(document | ({"annotations": annotations} if annotations else {})), oci.MANIFEST
    )
    described["annotations"] = {oci.REF: appc.get(manifest.get("labels"), "version") or "latest"}
    _write_file(folder, "index.json", appc.dump({"schemaVersion": 2, "manifests": [described]}))
    _write_file(folder, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')


_OF_CONFIG = ("created", "authors")
"""appc's annotations that an OCI image has in its configuration; when it was created is when it is written."""


def _write_blob(folder: str, content: bytes, kind: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    _write_file(folder, os.path.join("blobs", "sha256", digest), content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}


def _write_file(folder: str, name: str, content: bytes) -> None:
    files.replace(os.path.join(folder, name), content, mode=0o644)


def _config(manifest: Manifest, layers: list[Layer]) -> dict[str, Any]:
    """The OCI configuration that says what an appc manifest says."""
    from datetime import UTC, datetime

    app = manifest.get("app") or {}
    arch = appc.get(manifest.get("labels"), "arch") or appc.OWN_ARCH
    inner: dict[str, Any] = {}
    if app.get("exec"):
        inner["Entrypoint"] = app["exec"]
    if app:
        inner["User"] = f"{app['user']}:{app['group']}"
    if app.get("environment"):
        inner["Env"] = [f"{e['name']}={e['value']}" for e in app["environment"]]
    if app.get("workingDirectory"):
        inner["WorkingDir"] = app["workingDirectory"]
    if app.get("ports"):
        inner["ExposedPorts"] = {f"{p['port']}/{p['protocol']}": {} for p in app["ports"]}
    if app.get("mountPoints"):
        inner["Volumes"] = {point["path"]: {} for point in app["mountPoints"]}
    known = ("arch", "os", "version")
    labels = {item["name"]: item["value"] for item in manifest.get("labels", ()) if item["name"] not in known}
    if labels:
        inner["Labels"] = labels
    created = datetime.fromtimestamp(stamp(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    author = appc.get(manifest.get("annotations"), "authors")
    return {
        "created": created,
        **({"author": author} if author else {}),
        "architecture": oci.ARCHITECTURES.get(arch, arch),
        "os": appc.get(manifest.get("labels"), "os") or "linux",
        "config": inner,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [{"created": created, "created_by": "acbuild"} for _ in layers],
    }
