"""A prepared pod run to its end by this process, its supervisor.

It holds the pod's lock, has mounts of its own (and, by flavour and network, further namespaces that the apps share),
starts the apps, keeps what they write and how they end, and returns when all have ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from bunraku.images.manifest import get
from bunraku.images.store import Store
from bunraku.rkt.app import App, Mounting, environment, identity, mount_rootfs, mounts
from bunraku.rkt.container import Container
from bunraku.rkt.errors import PodError
from bunraku.rkt.fly import Fly
from bunraku.rkt.network import Network
from bunraku.rkt.pods import RUN, Pod
from bunraku.rkt.prepare import NETWORK
from bunraku.system import interrupt, namespaces
from bunraku.system.supervise import Program, supervise

ENDED = 143
"""The exit code of a pod that was told to end (128 + SIGTERM) before its apps could run."""


class Flavour(Protocol):
    """A way to run apps. own_namespaces: those that the pod's supervisor needs for it."""

    own_namespaces: tuple[str, ...]

    def furnish(self, app: App) -> None:
        """Mount what the app sees."""

    def program(self, app: App, words: list[str], log: str | None, label: str = "") -> Program:
        """The program that runs `words` as the app."""

    def complaint(self, name: str) -> str:
        """Why a program that failed was not run at all, or ""."""


class Options(NamedTuple):
    """How to run. net: None is what the pod was prepared with. dns: name servers, or `host`, or `none`.

    hosts: address → names for /etc/hosts. host_names: whether that is the host's. host_ipc: whether System V's IPC is
    the host's. insecure: rkt's words. runtime: the OCI runtime. grace: seconds between the
    request to end and the kill.
    """

    net: str | None = None
    interactive: bool = False
    hostname: str | None = None
    dns: Sequence[str] = ()
    dns_search: Sequence[str] = ()
    dns_opt: Sequence[str] = ()
    dns_domain: str = ""
    host_ipc: bool = False
    host_names: bool = False
    hosts: Sequence[tuple[str, str]] = ()
    insecure: frozenset[str] = frozenset()
    runtime: str | None = None
    grace: float = 10.0
    ready: Callable[[], None] = lambda: None


def run(pod: Pod, store: Store, options: Options) -> int:
    """Run a pod, whose lock is held, to its end; the exit code of the app that failed first, or 0.

    Raises PodError, ImageError, CommandError, OSError; the pod is `exited` then.
    """
    if os.geteuid() != 0:
        raise PodError("pods are run by root: it takes namespaces and mounts")
    manifest = pod.manifest()
    network = Network(pod, _network_name(pod, options), manifest.get("ports") or [])
    flavour = _flavour(pod, options)
    if options.interactive and len(manifest["apps"]) > 1:
        raise PodError("--interactive goes with one app only")
    network.before()
    interrupt.install()
    try:
        pod.put("pid", str(os.getpid()))  # first, so that who sees it run can stop it
        pod.move(RUN)
        return _run(pod, store, flavour, network, options)
    except KeyboardInterrupt:
        return ENDED
    except Exception as error:
        pod.put("error", str(error))  # for who looks when nobody sees what we say
        raise
    finally:
        network.disconnect()


def _run(pod: Pod, store: Store, flavour: Flavour, network: Network, options: Options) -> int:
    namespaces.own_mounts()
    kinds = flavour.own_namespaces + network.own_namespaces
    namespaces.unshare(*(kind for kind in kinds if not (kind == "ipc" and options.host_ipc)))
    if "uts" in flavour.own_namespaces:
        namespaces.set_host_name(options.hostname or f"rkt-{pod.uuid}")
    network.connect()
    apps = [_app(pod, store, spec, flavour, options) for spec in pod.manifest()["apps"]]
    return _run_apps(pod, apps, flavour, options)


def _network_name(pod: Pod, options: Options) -> str:
    if _flavour_name(pod) == "fly":
        return "host"
    return options.net or get(pod.manifest().get("annotations"), NETWORK) or "default"


def _flavour_name(pod: Pod) -> str:
    from bunraku.images.manifest import image_manifest

    with open(os.path.join(pod.path, "stage1/manifest"), "rb") as file:
        name: str = image_manifest(file.read(), f"pod {pod.uuid}: stage1/manifest")["name"]
    return name.rpartition("stage1-")[2]


def _flavour(pod: Pod, options: Options) -> Flavour:
    if _flavour_name(pod) == "fly":
        return Fly()
    return Container(pod, options.runtime, options.insecure)


def _app(pod: Pod, store: Store, spec: dict[str, object], flavour: Flavour, options: Options) -> App:
    name = str(spec["name"])
    rootfs = mount_rootfs(pod, name, store.rootfs(pod.tree_id(name)))
    volumes = {volume["name"]: volume for volume in pod.manifest().get("volumes") or ()}
    seen = mounts(pod, spec, volumes) + _surroundings(pod, options, own_name="uts" in flavour.own_namespaces)
    app = App(pod, spec, rootfs, seen, environment(spec), identity(rootfs, spec["app"]))  # type: ignore[arg-type]
    flavour.furnish(app)
    return app


def _surroundings(pod: Pod, options: Options, *, own_name: bool) -> list[Mounting]:
    """The files of /etc that say where names lead."""
    found = []
    asked = options.dns or options.dns_search or options.dns_opt or options.dns_domain
    if asked and list(options.dns) not in (["host"], ["none"]):
        lines = [f"domain {options.dns_domain}"] if options.dns_domain else []
        lines += [f"search {' '.join(options.dns_search)}"] if options.dns_search else []
        lines += [f"nameserver {server}" for server in options.dns]
        lines += [f"options {' '.join(options.dns_opt)}"] if options.dns_opt else []
        found.append((_public(pod, "resolv.conf", lines), "/etc/resolv.conf"))
    elif list(options.dns) != ["none"] and os.path.exists("/etc/resolv.conf"):
        found.append((os.path.realpath("/etc/resolv.conf"), "/etc/resolv.conf"))
    if options.host_names and os.path.exists("/etc/hosts"):
        found.append(("/etc/hosts", "/etc/hosts"))
    elif own_name or options.hosts:
        name = os.uname().nodename
        entries = [("127.0.0.1", f"localhost {name}"), ("::1", f"localhost {name}"), *options.hosts]
        found.append((_public(pod, "hosts", [f"{address}\t{names}" for address, names in entries]), "/etc/hosts"))
    return [Mounting(source, target, True, folder=False) for source, target in found]


def _public(pod: Pod, name: str, lines: list[str]) -> str:
    """A file of the pod's that every user of an app can read; its path."""
    path = os.path.join(pod.path, "stage1/etc", name)
    pod.put(f"stage1/etc/{name}", "\n".join(lines) + "\n")
    os.chmod(path, 0o644)
    return path


def _run_apps(pod: Pod, apps: list[App], flavour: Flavour, options: Options) -> int:
    """The apps, each after its pre-start handler and before its post-stop handler."""

    def program(app: App, words: list[str], label: str = "") -> Program:
        return flavour.program(app, words, None if options.interactive else pod.log(app.name), label)

    def started(name: str, pid: int) -> None:
        # A container's runtime writes down the number of the app itself.
        path = os.path.join(pod.stage1, "rkt/pids", name)
        if not isinstance(flavour, Container) and not os.path.exists(path):
            pod.put(f"stage1/rootfs/rkt/pids/{name}", str(pid))

    def handle(event: str) -> int:
        for app in apps:
            if words := app.handler(event):
                run_one = program(app, words, f"-{event}")
                code = supervise([run_one], started=started, ended=lambda name, code: None, grace=options.grace)
                if any(code.values()):
                    _refuse_unrun(flavour, code)
                    return next(iter(code.values()))
        return 0

    failed = handle("pre-start")
    if failed:
        return failed
    order: list[int] = []

    def ended(name: str, code: int) -> None:
        pod.put(f"stage1/rootfs/rkt/status/{name}", str(code))
        order.append(code)

    programs = [program(app, list(app.spec["app"]["exec"])) for app in apps]
    options.ready()
    codes = supervise(programs, started=started, ended=ended, grace=options.grace)
    handle("post-stop")
    _refuse_unrun(flavour, codes)
    return next((code for code in order if code), 0)


def _refuse_unrun(flavour: Flavour, codes: Mapping[str, int]) -> None:
    """Raise PodError where a program failed because it could not be run at all. codes: exit codes by name."""
    for name, code in codes.items():
        if code and (why := flavour.complaint(name)):
            raise PodError(f"{name} could not be run: {why}")
