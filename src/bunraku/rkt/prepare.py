"""A request made into a prepared pod: images fetched and unpacked, the manifest written, nothing running yet."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from bunraku.images.manifest import AC_VERSION, Manifest, as_name, dump, pod_manifest
from bunraku.images.store import Store
from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import Pod, Pods
from bunraku.rkt.request import AppRequest, PodRequest, isolators

NETWORK = "coreos.com/rkt/net"
"""The annotation of a pod that holds the network that it was asked for with."""


def prepare(pods: Pods, store: Store, request: PodRequest, fetch: Callable[[AppRequest], str]) -> Pod:
    """A prepared pod, its lock held and still in the folder `prepare`.

    fetch: brings an app's image into the store and gives its key. Raises PodError, ImageError, OSError; what was made
    of the pod by then is removed.
    """
    keys = [fetch(app) for app in request.apps]
    pod = pods.new()
    try:
        _fill(pod, store, manifest_of(request, keys, [store.manifest(key) for key in keys]), request.flavour)
        if not request.overlay:
            pod.put("no-overlay", "")
    except BaseException:
        with suppress(OSError):
            pod.remove()
        raise
    return pod


def prepare_manifest(pods: Pods, store: Store, text: bytes, what: str, flavour: str) -> Pod:
    """A prepared pod of a pod manifest, whose images are in the store. Raises as `prepare`."""
    manifest = pod_manifest(text, what)
    if not manifest.get("apps"):
        raise PodError(f"{what} names no apps")
    for app in manifest["apps"]:
        app["image"]["id"] = store.find(app["image"].get("id") or app["image"]["name"])
        app.setdefault("app", store.manifest(app["image"]["id"]).get("app"))
    pod = pods.new()
    try:
        _fill(pod, store, manifest, flavour)
    except BaseException:
        with suppress(OSError):
            pod.remove()
        raise
    return pod


def _fill(pod: Pod, store: Store, manifest: Manifest, flavour: str) -> None:
    content = dump(manifest)
    pod_manifest(content)
    with store.renders():
        for app in manifest["apps"]:
            key = app["image"]["id"]
            pod.put(f"appsinfo/{app['name']}/manifest", dump(store.manifest(key)))
            pod.put(f"appsinfo/{app['name']}/treeStoreID", store.render(key))
    for folder in ("rkt/status", "rkt/pids", "var/log", "opt/stage2"):
        os.makedirs(os.path.join(pod.stage1, folder), mode=0o750)
    stage1 = {"acKind": "ImageManifest", "acVersion": AC_VERSION, "name": f"bunraku/stage1-{flavour}"}
    pod.put("stage1/manifest", dump(stage1))
    pod.put("pod", content)
    pod.put("pod-created", "")


def manifest_of(request: PodRequest, keys: list[str], images: list[Manifest]) -> Manifest:
    """The pod manifest of a request, whose apps' images are these. Raises PodError."""
    names = _names(request.apps, images)
    apps = [_app(request, *each) for each in zip(request.apps, names, keys, images, strict=True)]
    volumes = {volume["name"]: volume for volume in request.volumes}
    _complete_volumes(apps, volumes)
    known = {port["name"] for app in apps for port in app["app"].get("ports") or ()}
    for port in request.ports:
        if port["name"] not in known:
            raise PodError(f"no image has a port '{port['name']}': they have {', '.join(sorted(known)) or 'none'}")
    annotations = {**request.annotations, NETWORK: request.net}
    return {
        "acKind": "PodManifest",
        "acVersion": AC_VERSION,
        "apps": apps,
        "volumes": list(volumes.values()),
        "isolators": [],
        "annotations": [{"name": name, "value": value} for name, value in annotations.items()],
        "ports": list(request.ports),
    } | _notes(request)


def _notes(about: PodRequest | AppRequest) -> dict[str, dict[str, str]]:
    """What users noted of a pod or an app, in the manifest's words."""
    given = {"userAnnotations": about.user_annotations, "userLabels": about.user_labels}
    return {key: dict(notes) for key, notes in given.items() if notes}


def _names(apps: Sequence[AppRequest], images: list[Manifest]) -> list[str]:
    names = [app.name or as_name(image["name"]) for app, image in zip(apps, images, strict=True)]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise PodError(f"two apps are called '{double}': --name after the image gives one another name")
    return names


def _app(request: PodRequest, asked: AppRequest, name: str, key: str, image: Manifest) -> dict[str, Any]:
    app: dict[str, Any] = dict(image.get("app") or {"exec": [], "user": "0", "group": "0"})
    words = _words(asked.exec) if asked.exec else list(app.get("exec") or ())
    if not words:
        raise PodError(f"the image {image['name']} has no command to run: --exec after it gives one")
    app["exec"] = [*words, *asked.args]
    if not words[0].startswith("/") and "/" in words[0]:
        raise PodError(f"'{words[0]}' is neither a path nor the name of a program")
    for field, value in (("user", asked.user), ("group", asked.group), ("workingDirectory", asked.working_dir)):
        if value is not None:
            app[field] = value
    if asked.supplementary_gids is not None:
        app["supplementaryGIDs"] = asked.supplementary_gids
    of_image = {variable["name"]: variable["value"] for variable in app.get("environment") or ()}
    variables = {**request.environment, **of_image, **asked.environment}
    app["environment"] = [{"name": key, "value": value} for key, value in variables.items()]
    app["isolators"] = isolators(asked, app.get("isolators") or ())
    app |= _notes(asked)
    found: dict[str, Any] = {
        "name": name,
        "image": {"name": image["name"], "id": key, "labels": image.get("labels", [])},
    }
    found |= {"app": app, "mounts": list(asked.mounts)}
    return found | ({"readOnlyRootFS": True} if asked.readonly_rootfs else {})


def _words(command: str) -> list[str]:
    """What --exec says, as rkt takes it: a path, or a command in a shell's quotes. Raises PodError."""
    try:
        return shlex.split(command)
    except ValueError as error:
        raise PodError(f"--exec {command}: {str(error).lower()}") from None


def _complete_volumes(apps: list[dict[str, Any]], volumes: dict[str, dict[str, Any]]) -> None:
    """Each mount point of an image gets the volume of its name; one that is not given is empty (as rkt does)."""
    for app in apps:
        mounted = {mount["path"] for mount in app["mounts"]}
        for point in app["app"].get("mountPoints") or ():
            if point["path"] in mounted:
                continue
            name = point["name"]
            if name not in volumes:
                volumes[name] = {"name": name, "kind": "empty", "mode": "0755", "uid": 0, "gid": 0}
            app["mounts"].append({"volume": name, "path": point["path"]})
        for mount in app["mounts"]:
            if mount["volume"] not in volumes:
                raise PodError(f"there is no volume '{mount['volume']}': --volume={mount['volume']},kind=… adds one")
