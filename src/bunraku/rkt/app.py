"""An app on its way to run: its files, who it is, what it sees of its surroundings."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import Pod
from bunraku.system import namespaces, process
from bunraku.system.rooted import Rooted

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The PATH of every app (appc spec, "Execution Environment")."""

COPY_DEADLINE = 600.0


class Identity(NamedTuple):
    """Who an app runs as."""

    uid: int
    gid: int
    groups: list[int]


class Mounting(NamedTuple):
    """Something of the host's that an app sees at `target`. folder: whether it is one, else a file."""

    source: str
    target: str
    read_only: bool
    folder: bool = True
    recursive: bool = True


class App(NamedTuple):
    """One app of a pod. spec: its part of the pod's manifest. rootfs: where its files are. mounts: what it sees too."""

    pod: Pod
    spec: dict[str, Any]
    rootfs: str
    mounts: list[Mounting]
    environment: dict[str, str]
    identity: Identity

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.spec["name"])

    @property
    def cwd(self) -> str:
        """The folder that it starts in."""
        return str(self.spec["app"].get("workingDirectory") or "/")

    @property
    def read_only(self) -> bool:
        """Whether it may not write to its own files."""
        return bool(self.spec.get("readOnlyRootFS"))

    def isolator(self, name: str) -> Any:
        """The value of an isolator, or None."""
        found = (item["value"] for item in self.spec["app"].get("isolators") or () if item["name"] == name)
        return next(found, None)

    def handler(self, event: str) -> list[str]:
        """The command to run at an event (pre-start, post-stop); empty: none."""
        handlers = self.spec["app"].get("eventHandlers") or ()
        return next((list(handler["exec"]) for handler in handlers if handler["name"] == event), [])


def mount_rootfs(pod: Pod, name: str, tree: str) -> str:
    """An app's own copy of the tree at `tree`: an overlay on it, or a real copy where that cannot be; its path.

    The overlay is this process's own (see `namespaces.own_mounts`). Raises OSError, CommandError, PodError.
    """
    if not os.path.isdir(tree):
        raise PodError(f"the files of {name}'s image are not in the store any more: fetch it again")
    base = os.path.join(pod.stage1, "opt", "stage2", name)
    rootfs, upper, work = (os.path.join(base, part) for part in ("rootfs", "upper", "work"))
    for folder in (base, rootfs, upper, work):
        os.makedirs(folder, mode=0o755, exist_ok=True)
    if not os.path.exists(os.path.join(pod.path, "no-overlay")):
        try:
            namespaces.overlay(tree, upper, work, rootfs)
            return rootfs
        except OSError:
            pod.put("no-overlay", "")  # the file system cannot be part of one; a copy does as well
    copied = process.run(["cp", "-a", "--reflink=auto", f"{tree}/.", rootfs], deadline=COPY_DEADLINE)
    if not copied.ok:
        raise PodError(f"the files of {name} could not be copied: {copied.output.strip()}")
    return rootfs


def identity(rootfs: str, app: dict[str, Any]) -> Identity:
    """Who an app runs as, by the accounts in its own files. Raises PodError.

    A user or group is a number, a name, or a path, whose owner it is then (appc spec, "user", "group").
    """
    with Rooted(rootfs) as root:
        uid, primary = _account(root, str(app["user"]), "etc/passwd", "user")
        gid, _ = _account(root, str(app["group"]), "etc/group", "group")
    return Identity(uid, gid if app["group"] != "" else primary, list(app.get("supplementaryGIDs") or ()))


def _account(root: Rooted, name: str, file: str, what: str) -> tuple[int, int]:
    """The number of a user or group, and the number in the field after it."""
    if name.isdigit():
        return int(name), 0
    try:
        if name.startswith("/"):
            with os.fdopen(root.open(name), "rb") as owned:
                info = os.fstat(owned.fileno())
                return (info.st_uid if what == "user" else info.st_gid), info.st_gid
        with os.fdopen(root.open(file), errors="replace") as lines:
            for line in lines:
                fields = line.rstrip("\n").split(":")
                if fields[0] == name and len(fields) > 2 and fields[2].isdigit():
                    return int(fields[2]), int(fields[3]) if len(fields) > 3 and fields[3].isdigit() else 0
    except OSError as error:
        raise PodError(f"the {what} '{name}' is not known: {file} of the image: {error.strerror}") from None
    raise PodError(f"the {what} '{name}' is not in /{file} of the image: a number needs no name")


def environment(spec: dict[str, Any]) -> dict[str, str]:
    """An app's variables: those of the spec, and its own."""
    own = {item["name"]: item["value"] for item in spec["app"].get("environment") or ()}
    return {"PATH": PATH, "AC_APP_NAME": spec["name"], "container": "rkt"} | own


def mounts(pod: Pod, spec: dict[str, Any], volumes: dict[str, dict[str, Any]]) -> list[Mounting]:
    """What an app sees of the pod's volumes. Raises PodError, OSError."""
    found = []
    read_only = {p["path"]: bool(p.get("readOnly")) for p in spec["app"].get("mountPoints") or ()}
    for mount in spec.get("mounts") or ():
        volume = volumes[mount["volume"]]
        source = volume.get("source") or _empty(pod, volume)
        if not os.path.exists(source):
            raise PodError(f"the volume {volume['name']} is {source}, which is not there")
        only = bool(volume.get("readOnly")) or read_only.get(mount["path"], False)
        folder, recursive = os.path.isdir(source), volume.get("recursive", True) is not False
        found.append(Mounting(source, mount["path"], only, folder, recursive))
    return found


def _empty(pod: Pod, volume: dict[str, Any]) -> str:
    """The folder of an empty volume, which the pod's apps share."""
    path = os.path.join(pod.stage1, "sharedVolumes", volume["name"])
    if not os.path.isdir(path):
        os.makedirs(path)
        os.chown(path, int(volume.get("uid") or 0), int(volume.get("gid") or 0))
        os.chmod(path, int(str(volume.get("mode") or "0755"), 8))
    return path
