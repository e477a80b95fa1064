"""An app of a pod that has ended, with all that it wrote, made an image."""

from __future__ import annotations

import os

from bunraku.images.build import write_aci
from bunraku.images.export import refuse_to_replace
from bunraku.images.store import Store
from bunraku.rkt.app import mount_rootfs
from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import Pod
from bunraku.system import namespaces


def export(pod: Pod, store: Store, app: str | None, path: str, *, overwrite: bool) -> None:
    """Write `app` (None: the only one) to the file `path`, an ACI. Raises PodError, ImageError, OSError."""
    if not path.endswith(".aci"):
        raise PodError(f"{path}: the name of an image ends in .aci")
    if pod.state() not in ("exited", "exited garbage"):
        raise PodError(f"pod {pod.uuid} is {pod.state()}: only what has exited can be exported")
    names = [each["name"] for each in pod.manifest()["apps"]]
    if app is None and len(names) > 1:
        raise PodError(f"pod {pod.uuid} has several apps: --app={names[0]} says which of {', '.join(names)}")
    name = app or names[0]
    if name not in names:
        raise PodError(f"pod {pod.uuid} has no app '{name}': it has {', '.join(names)}")
    refuse_to_replace(path, overwrite=overwrite)
    pod.lock()
    write_aci(path, pod.image_manifest(name), _rootfs(pod, store, name))


def _rootfs(pod: Pod, store: Store, app: str) -> str:
    """Its files: where they are a copy, that; else the overlay again, mounted for this process alone."""
    if os.path.exists(os.path.join(pod.path, "no-overlay")):
        return os.path.join(pod.stage1, "opt", "stage2", app, "rootfs")
    namespaces.own_mounts()
    return mount_rootfs(pod, app, store.rootfs(pod.tree_id(app)))
