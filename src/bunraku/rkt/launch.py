"""Pods that are declared: named, started in the background, found again, and relaunched when their declaration changes.

A declared pod carries its name and its declaration in its manifest's annotations, so whoever looks can tell whether
what runs is what is declared. On a systemd host a unit keeps it, made as rkt's "Using rkt with systemd" advises;
elsewhere its supervisor is left running in the background.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bunraku.images.errors import ImageError
from bunraku.images.fetch import fetch
from bunraku.images.manifest import get
from bunraku.images.store import Store
from bunraku.images.trust import Trust
from bunraku.rkt import request
from bunraku.rkt.errors import PodError
from bunraku.rkt.gc import remove, stop
from bunraku.rkt.pods import AFTER_RUN, PREPARED, Pod, Pods
from bunraku.rkt.prepare import prepare
from bunraku.rkt.request import AppRequest, PodRequest
from bunraku.system import files, process

NAME = "bunraku/name"
DECLARATION = "bunraku/declaration"
"""The annotations of a declared pod."""

PREPARE_DEADLINE = 900.0
"""Seconds that a unit may take to bring in and unpack images."""

START_WAIT = 30.0
"""Seconds that a pod has to start its apps."""

UNITS = "/etc/systemd/system"
PROGRAM = (sys.executable, "-m", "bunraku.cli.main", "rkt")

DECLARATIONS = "/etc/rkt/pods"
"""Where the declarations of pods that units keep are."""


class Declared:
    """The pod called `name` below the data folder `folder`. insecure: rkt's words."""

    def __init__(self, name: str, folder: str, insecure: frozenset[str] = frozenset()) -> None:
        self.name = name
        self.folder = folder
        self.pods = Pods(folder)
        self.trust = Trust()
        self.insecure = insecure
        options = [f"--insecure-options={','.join(sorted(insecure))}"] if insecure else []
        self.rkt = [*PROGRAM, f"--dir={folder}", *options]

    @property
    def store(self) -> Store:
        """The images."""
        return Store(os.path.join(self.folder, "cas"))

    def find(self) -> list[Pod]:
        """Its pods, the one that was created last first: those of its name, or the one whose UUID begins so."""
        found = [pod for pod in self.pods.all() if self.name == _annotation(pod, NAME) or pod.uuid[:8] == self.name[:8]]
        found = [pod for pod in found if _annotation(pod, NAME) == self.name or pod.uuid.startswith(self.name)]
        return sorted(found, key=lambda pod: pod.created() or 0.0, reverse=True)

    def launch(self, declaration: Mapping[str, Any], restart: str) -> None:
        """Run what is declared in the place of what ran. Raises PodError, CommandError, OSError."""
        self.end()
        self._forget()
        if has_systemd():
            self._unit(declaration, restart)
        else:
            self._in_background(declaration)

    def end(self) -> None:
        """Stop it."""
        if has_systemd() and os.path.exists(self._unit_path):
            _systemctl("disable", "--now", self._unit_name)
        for pod in self.find():
            if pod.state() == "running":
                stop(pod)

    def remove(self) -> None:
        """Stop it, and remove all that is left of it."""
        self.end()
        if os.path.exists(self._unit_path):
            files.remove(self._unit_path)
            files.remove(self._declaration_path)
            _systemctl("daemon-reload")
        self._forget()

    def _forget(self) -> None:
        for pod in self.find():
            with suppress(PodError):  # another process is at it
                remove(pod)

    def _in_background(self, declaration: Mapping[str, Any]) -> None:
        pod = prepare_declared(self.pods, self.store, self.name, declaration, self.trust, self.insecure)
        pod.move(PREPARED)
        pod.unlock()
        # What the apps write is in their logs; nobody else is there to read it.
        alone = ["sh", "-c", 'exec setsid --fork "$@" >/dev/null 2>&1', "rkt"]
        process.run([*alone, *self.rkt, "run-prepared", pod.uuid], deadline=START_WAIT)
        self._wait_for_start(pod)

    def _wait_for_start(self, pod: Pod) -> None:
        end = time.monotonic() + START_WAIT
        while time.monotonic() < end:
            state = pod.state()
            if state in AFTER_RUN:
                raise PodError(f"the pod ended at once: {how_it_ended(pod)}")
            if state == "running" and all(pod.app_pid(app["name"]) for app in pod.manifest()["apps"]):
                return
            time.sleep(0.02)
        raise PodError(f"the pod did not start in {START_WAIT:.0f} s: it is {pod.state()}")

    # The unit -------------------------------------------------------------------------------------------------------

    @property
    def _unit_name(self) -> str:
        return f"rkt-{self.name}.service"

    @property
    def _unit_path(self) -> str:
        return os.path.join(UNITS, self._unit_name)

    @property
    def _declaration_path(self) -> str:
        return os.path.join(DECLARATIONS, f"{self.name}.json")

    def _unit(self, declaration: Mapping[str, Any], restart: str) -> None:
        os.makedirs(DECLARATIONS, mode=0o755, exist_ok=True)
        # It may hold secrets: nobody else reads it, and it is no part of a command line.
        files.replace(self._declaration_path, json.dumps(declaration).encode(), mode=0o600)
        words = ["run", f"--declaration={self._declaration_path}"]
        files.replace(self._unit_path, unit(self.name, self.rkt, words, restart).encode(), mode=0o644)
        _systemctl("daemon-reload")
        _systemctl("enable", "--now", self._unit_name)
        end = time.monotonic() + PREPARE_DEADLINE
        while not any(pod.state() == "running" for pod in self.find()):
            state = process.run(["systemctl", "is-failed", self._unit_name], deadline=START_WAIT).output.strip()
            if state == "failed" or time.monotonic() > end:
                raise PodError(f"{self._unit_name} is {state}: `journalctl -u {self._unit_name}` tells why")
            time.sleep(0.05)


def unit(name: str, rkt: list[str], words: list[str], restart: str) -> str:
    """The text of a systemd unit that keeps a pod: `rkt WORDS`."""
    run = " ".join(_quoted(word) for word in [*rkt, *words])
    collect = " ".join(_quoted(word) for word in [*rkt, "gc", "--mark-only"])
    lines = [
        "[Unit]",
        f"Description=Pod {name}",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Slice=machine.slice",
        f"ExecStart={run}",
        f"ExecStopPost={collect}",
        "KillMode=mixed",
        "Delegate=true",
        f"Restart={restart}",
        # What an app ends with that was asked to.
        "SuccessExitStatus=143",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


def _quoted(word: str) -> str:
    """A word of a unit's command line (systemd.service(5), "Command lines", and specifiers)."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$").replace("\n", "\\n")
    return f'"{escaped}"'


def has_systemd() -> bool:
    """Whether systemd runs this host (sd_booted(3))."""
    return os.path.isdir("/run/systemd/system")


def _systemctl(*words: str) -> None:
    done = process.run(["systemctl", *words], deadline=PREPARE_DEADLINE)
    if not done.ok:
        raise PodError(f"systemctl {' '.join(words)}: {done.output.strip()}")


def prepare_declared(
    pods: Pods, store: Store, name: str, declaration: Mapping[str, Any], trust: Trust, insecure: frozenset[str]
) -> Pod:
    """A prepared pod of a declaration, its lock held and still in the folder `prepare`.

    Raises PodError, ImageError, OSError.
    """

    def fetched(app: AppRequest) -> str:
        return fetch(store, app.image, trust, insecure=insecure)

    annotations = {NAME: name, DECLARATION: json.dumps(declaration, sort_keys=True)}
    return prepare(pods, store, request_of(declaration)._replace(annotations=annotations), fetched)


def read_declaration(path: str, pods: Pods, store: Store, trust: Trust, insecure: frozenset[str]) -> Pod:
    """A prepared pod of the declaration in file `path`, whose name is the pod's. Raises as `prepare_declared`."""
    try:
        with open(path, "rb") as file:
            declaration = json.load(file)
    except ValueError as error:
        raise PodError(f"{path} is not JSON: {error}") from None
    name = os.path.basename(path).removesuffix(".json")
    return prepare_declared(pods, store, name, declaration, trust, insecure)


def request_of(declaration: Mapping[str, Any]) -> PodRequest:
    """What a declaration asks for. Raises PodError.

    It is a hash of isolation, net, volumes (name → path, or a hash of source, kind, read_only), ports (name → port)
    and apps: each a hash of image and, where wanted, name, exec, args, user, group, environment, mounts (volume →
    path), memory, cpu, seccomp, caps_retain, caps_remove, readonly_rootfs.
    """
    volumes = []
    for name, given in (declaration.get("volumes") or {}).items():
        fields = given if isinstance(given, dict) else {"source": given}
        kind = fields.get("kind") or ("host" if fields.get("source") else "empty")
        text = f"{name},kind={kind}" + (f",source={fields['source']}" if kind == "host" else "")
        volumes.append(request.volume(text + (",readOnly=true" if fields.get("read_only") else "")))
    return PodRequest(
        [_app(app) for app in declaration["apps"]],
        volumes,
        [request.port(f"{name}:{port}") for name, port in (declaration.get("ports") or {}).items()],
        net=request.network(declaration.get("net") or "default"),
        flavour=request.flavour(declaration.get("isolation") or "container"),
    )


def _app(given: Mapping[str, Any]) -> AppRequest:
    known = AppRequest._fields
    unknown = sorted(given.keys() - set(known))
    if unknown:
        raise PodError(f"an app has no '{unknown[0]}': it has {', '.join(sorted(known))}")
    taken = {key: value for key, value in given.items() if value is not None}
    for key in ("user", "group", "memory", "cpu"):
        if key in taken:
            taken[key] = str(taken[key])
    if "mounts" in taken:
        taken["mounts"] = [{"volume": volume, "path": path} for volume, path in taken["mounts"].items()]
    if "environment" in taken:
        taken["environment"] = {name: str(value) for name, value in taken["environment"].items()}
    return AppRequest(**taken)


def declaration_of(pod: Pod) -> dict[str, Any]:
    """What a pod was declared as; empty where it was not."""
    try:
        found = json.loads(_annotation(pod, DECLARATION) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def how_it_ended(pod: Pod) -> str:
    """Why it could not be run; or each app's exit code, and the last that it wrote."""
    if pod.error():
        return pod.error()
    said = []
    for app in pod.manifest()["apps"]:
        code, last = pod.exit_code(app["name"]), ""
        with suppress(OSError), open(pod.log(app["name"]), "rb") as file:
            last = file.read()[-2000:].decode("utf-8", "replace").strip().rpartition("\n")[2]
        how = "was not started" if code is None else f"exit code {code}"
        said.append(f"{app['name']}: {how}" + (f", '{last}'" if last else ""))
    return "; ".join(said)


def _annotation(pod: Pod, name: str) -> str | None:
    with suppress(PodError, ImageError):
        if pod.has_manifest():
            found: str | None = get(pod.manifest().get("annotations"), name)
            return found
    return None
