"""The folder of pods: which there are and in what state, without anybody keeping account of them.

A pod's state is the folder it is in and whether somebody holds its lock (rkt's "Pod lifecycle"):

    folder           locked             unlocked
    embryo           embryo             embryo
    prepare          preparing          aborted prepare
    prepared         prepared           prepared
    run              running            exited
    exited-garbage   exited deleting    exited garbage
    garbage          deleting           garbage

It moves on by being renamed, with its lock held. In it: `pod` (its manifest), `pod-created`, `pid` (its supervisor's),
`appsinfo/APP/manifest` and `treeStoreID`, `net-info.json`, and `stage1/` with its apps' files, exit codes and logs.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bunraku.images.errors import ImageError
from bunraku.images.manifest import Manifest, image_manifest, pod_manifest
from bunraku.rkt.errors import PodError
from bunraku.system import files
from bunraku.system.lock import hold_folder

EMBRYO, PREPARE, PREPARED, RUN = "embryo", "prepare", "prepared", "run"
EXITED_GARBAGE, GARBAGE = "exited-garbage", "garbage"

STATES = {
    EMBRYO: ("embryo", "embryo"),
    PREPARE: ("preparing", "aborted prepare"),
    PREPARED: ("prepared", "prepared"),
    RUN: ("running", "exited"),
    EXITED_GARBAGE: ("exited deleting", "exited garbage"),
    GARBAGE: ("deleting", "garbage"),
}
"""Each folder in the order of a pod's life: its pods' state while locked, and else."""

AFTER_RUN = ("exited", "exited garbage", "exited deleting", "garbage", "deleting")
STAGE1 = "stage1/rootfs"

_partial = re.compile(r"[0-9a-f-]{2,36}").fullmatch


class Pods:
    """The pods below `folder` (rkt's data folder, /var/lib/rkt)."""

    def __init__(self, folder: str) -> None:
        self.folder = os.path.join(os.path.abspath(folder), "pods")

    def new(self) -> Pod:
        """A pod that is being prepared, its lock held. Raises OSError."""
        for name in STATES:
            os.makedirs(os.path.join(self.folder, name), mode=0o750, exist_ok=True)
        pod = Pod(self, _new_uuid(), EMBRYO)
        os.mkdir(pod.path, 0o750)
        pod.lock()
        pod.move(PREPARE)
        return pod

    def all(self, *places: str) -> list[Pod]:
        """The pods in these folders, default: those that people see, in the order of their lives."""
        found = []
        for place in places or (PREPARE, PREPARED, RUN, EXITED_GARBAGE, GARBAGE):
            with suppress(FileNotFoundError):
                found += [Pod(self, name, place) for name in sorted(os.listdir(os.path.join(self.folder, place)))]
        return found

    def used(self) -> tuple[set[str], set[str]]:
        """What pods need: the trees of all, and the images of those that run."""
        trees, keys = set(), set()
        for pod, apps in readable(self.all()):
            for app in apps:
                with suppress(PodError):
                    trees.add(pod.tree_id(app["name"]))
                if pod.state() == "running":
                    keys.add(str(app["image"].get("id")))
        return trees, keys

    def find(self, name: str) -> Pod:
        """The pod whose UUID begins with `name`. Raises PodError."""
        if not _partial(name.lower()):
            raise PodError(f"'{name}' is no UUID of a pod, nor the beginning of one")
        found = [pod for pod in self.all() if pod.uuid.startswith(name.lower())]
        if not found:
            raise PodError(f"there is no pod {name}: `rkt list` shows those that there are")
        if len(found) > 1:
            raise PodError(f"'{name}' is the beginning of {len(found)} pods' UUIDs: write more of it")
        return found[0]


def _new_uuid() -> str:
    """A random UUID, of the kernel's (random(4))."""
    with open("/proc/sys/kernel/random/uuid") as file:
        return file.read().strip()


class Pod:
    """One pod. place: the folder that it was last seen in."""

    def __init__(self, pods: Pods, identity: str, place: str) -> None:
        self.pods = pods
        self.uuid = identity
        self.place = place
        self._lock = -1

    @property
    def path(self) -> str:
        """The pod's folder."""
        return os.path.join(self.pods.folder, self.place, self.uuid)

    @property
    def stage1(self) -> str:
        """The folder with its apps' files, exit codes and logs."""
        return os.path.join(self.path, STAGE1)

    # State --------------------------------------------------------------------------------------------------------

    def state(self) -> str:
        """Its state now, in rkt's word; `gone` where it is no more."""
        for _ in range(len(STATES)):  # it may move on while we look, but only so often
            try:
                locked, unlocked = STATES[self.place]
                if self._lock >= 0:
                    return locked
                held = hold_folder(self.path, shared=True)
                if held is None:
                    return locked
                os.close(held)
                return unlocked
            except FileNotFoundError:
                found = [place for place in STATES if os.path.isdir(os.path.join(self.pods.folder, place, self.uuid))]
                if not found:
                    return "gone"
                self.place = found[0]
        return "gone"

    def lock(self) -> None:
        """Hold its lock until `unlock`, or until this process ends. Raises PodError where another holds it."""
        held = hold_folder(self.path)
        if held is None:
            raise PodError(f"pod {self.uuid} is {self.state()}: another process holds it")
        self._lock = held

    def unlock(self) -> None:
        """Let its lock go."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def move(self, place: str) -> None:
        """Let it move on to another folder. Raises OSError."""
        old = self.path
        self.place = place
        files.move(old, self.path)

    def remove(self) -> None:
        """Remove all that is left of it; its lock is held. Raises OSError."""
        files.remove_tree(self.path)
        self.unlock()

    # What is known of it --------------------------------------------------------------------------------------------

    def manifest(self) -> Manifest:
        """Its manifest. Raises PodError where it has none that is whole."""
        return pod_manifest(self._read("pod"), f"pod {self.uuid}: its manifest")

    def has_manifest(self) -> bool:
        """Whether it is far enough to have a manifest."""
        return os.path.exists(os.path.join(self.path, "pod"))

    def image_manifest(self, app: str) -> Manifest:
        """The manifest of an app's image. Raises PodError."""
        return image_manifest(self._read(f"appsinfo/{app}/manifest"), f"pod {self.uuid}: the manifest of {app}'s image")

    def tree_id(self, app: str) -> str:
        """The tree that an app's files come from. Raises PodError."""
        return self._read(f"appsinfo/{app}/treeStoreID").decode()

    def created(self) -> float | None:
        """When it was created, in seconds since 1970."""
        return self._time("pod-created")

    def started(self) -> float | None:
        """When it was started."""
        return self._time("pid")

    def pid(self) -> int | None:
        """The process ID of its supervisor."""
        return self._number("pid")

    def app_pid(self, app: str) -> int | None:
        """The process ID of an app."""
        return self._number(f"{STAGE1}/rkt/pids/{app}")

    def exit_code(self, app: str) -> int | None:
        """How an app ended, once it has."""
        return self._number(f"{STAGE1}/rkt/status/{app}")

    def finished(self, app: str) -> float | None:
        """When an app ended."""
        return self._time(f"{STAGE1}/rkt/status/{app}")

    def log(self, app: str) -> str:
        """The file with what an app wrote."""
        return os.path.join(self.stage1, "var", "log", f"{app}.log")

    def error(self) -> str:
        """Why it could not be run, or ""."""
        try:
            return self._read("error").decode()
        except PodError:
            return ""

    def networks(self) -> list[dict[str, Any]]:
        """The networks that it is connected to: netName, ifName, ip … of each."""
        try:
            found = json.loads(self._read("net-info.json"))
        except (PodError, ValueError):
            return []
        return found if isinstance(found, list) else []

    def marked(self) -> float:
        """When it came into the folder it is in. Raises OSError."""
        return os.stat(self.path).st_ctime

    def put(self, name: str, content: str | bytes) -> None:
        """Write one of its files. Raises OSError."""
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), mode=0o750, exist_ok=True)
        files.replace(path, content.encode() if isinstance(content, str) else content, mode=0o640, durable=False)

    def wait(self, seconds: float | None, *, until: tuple[str, ...]) -> bool:
        """Wait until its state is one of `until`; False after `seconds` (None: however long it takes)."""
        end = None if seconds is None else time.monotonic() + seconds
        while self.state() not in (*until, "gone"):
            if end is not None and time.monotonic() >= end:
                return False
            time.sleep(0.02)
        return True

    def _read(self, name: str) -> bytes:
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read()
        except OSError as error:
            raise PodError(f"pod {self.uuid}: {name}: {(error.strerror or str(error)).lower()}") from None

    def _number(self, name: str) -> int | None:
        try:
            return int(self._read(name))
        except (PodError, ValueError):
            return None

    def _time(self, name: str) -> float | None:
        try:
            return os.stat(os.path.join(self.path, name)).st_mtime
        except OSError:
            return None


def readable(pods: list[Pod]) -> Iterator[tuple[Pod, list[dict[str, Any]]]]:
    """Each pod with its apps; none where it has no manifest yet, or one that is damaged."""
    for pod in pods:
        apps: list[dict[str, Any]] = []
        if pod.has_manifest():
            with suppress(PodError, ImageError):
                apps = pod.manifest().get("apps") or []
        yield pod, apps
