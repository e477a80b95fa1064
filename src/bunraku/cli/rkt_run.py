"""`bunraku rkt` run, prepare, run-prepared and enter."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from bunraku.cli.rkt_apps import HELP, parse
from bunraku.cli.rkt_flags import pod_of, pods_of, store_of, trust_of
from bunraku.cli.rkt_images import POLICIES

if TYPE_CHECKING:
    from bunraku.rkt.pods import Pod
    from bunraku.rkt.run import Options


STAGE1_IMAGES = ("--stage1-url", "--stage1-hash", "--stage1-from-dir")
"""rkt's flags that name an image to isolate with."""


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """The flags of one of these commands."""
    if name == "enter":
        parser.add_argument("--app", metavar="NAME", help="which of the pod's apps")
        parser.add_argument("uuid", metavar="UUID", help="a pod's UUID, or the beginning of it")
        parser.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER, help="the command (default: /bin/sh)")
        return
    if name in ("run", "prepare"):
        _add_preparing(parser)
    if name in ("run", "run-prepared"):
        _add_running(parser)
    if name == "prepare":
        parser.add_argument("--quiet", action="store_true", help="print the UUID only")
        parser.add_argument("--net", metavar="NAME", help="default, host or none")
    if name == "run-prepared":
        parser.add_argument("uuid", metavar="UUID", help="a pod's UUID, or the beginning of it")
    else:
        parser.add_argument(
            "words", metavar="IMAGE", nargs=argparse.REMAINDER, help="images, each with flags of its own"
        )
        parser.epilog = HELP


def _add_preparing(parser: argparse.ArgumentParser) -> None:
    pod = parser.add_argument_group("the pod")
    add = pod.add_argument
    add("--volume", metavar="NAME,kind=host,source=/PATH", action="append", default=[], help="or NAME,kind=empty")
    add(
        "--port",
        metavar="NAME:[IP:]PORT",
        action="append",
        default=[],
        help="a port of the host, led to the app's port",
    )
    add("--set-env", metavar="NAME=VALUE", action="append", default=[], help="a variable for all apps")
    add("--set-env-file", metavar="FILE", action="append", default=[], help="NAME=VALUE lines for all apps")
    add("--inherit-env", action="store_true", help="give the apps our own variables")
    add("--pod-manifest", metavar="FILE", help="run what this manifest says; its images are in the store")
    add("--declaration", metavar="FILE", help="run what this file declares, as the resource rkt_pod wrote it")
    add("--no-overlay", action="store_true", help="copy the images' files")
    add("--private-users", action="store_true", help="not there yet: refused")
    add("--pull-policy", choices=("never", "new", "update"), default="new", help=POLICIES)
    add("--user-annotation", metavar="NAME=VALUE", action="append", default=[], help="noted in the pod's manifest")
    add("--user-label", metavar="NAME=VALUE", action="append", default=[], help="noted in the pod's manifest")
    add("--mount", metavar="volume=NAME,target=/PATH", action="append", default=[], help="for all apps")
    stage1 = parser.add_argument_group("isolation")
    stage1.add_argument("--stage1-name", metavar="NAME", help="container (default) or fly; rkt's names are understood")
    stage1.add_argument(
        "--stage1-path", metavar="PROGRAM", help="the OCI runtime of a container (default: runc, or crun)"
    )
    for flag in STAGE1_IMAGES:
        stage1.add_argument(flag, metavar="IMAGE", help=argparse.SUPPRESS)


def _add_running(parser: argparse.ArgumentParser) -> None:
    running = parser.add_argument_group("running")
    add = running.add_argument
    add("--net", metavar="NAME", help="default (a cable to the host), host or none")
    add("--hostname", metavar="NAME", help="the pod's (default: rkt-UUID)")
    add("--dns", metavar="ADDRESS", action="append", default=[], help="a name server; host: the host's; none")
    add("--dns-search", metavar="DOMAIN", action="append", default=[], help="a domain to look for names in")
    add("--dns-opt", metavar="OPTION", action="append", default=[], help="an option of resolv.conf(5)")
    add("--dns-domain", metavar="DOMAIN", default="", help="the domain that names are in")
    add(
        "--hosts-entry",
        metavar="ADDRESS=NAME",
        action="append",
        default=[],
        help="a line of /etc/hosts; host: its file",
    )
    add("--ipc", choices=("auto", "private", "parent"), default="auto", help="parent: System V's IPC is the host's")
    add("--interactive", action="store_true", help="give the app our terminal; nothing is logged")
    add("--mds-register", default="false", help="accepted: there is no metadata service")
    add("--uuid-file-save", metavar="FILE", help="write the pod's UUID here")


def run(args: argparse.Namespace) -> int:
    """Prepare a pod and run it to its end."""
    _need_root()
    from bunraku.rkt.pods import PREPARE

    pod = _prepare(args)
    try:
        return _run(args, pod)
    except BaseException:
        if pod.place == PREPARE:  # it could not even begin: nobody will want to look at it
            pod.remove()
        raise


def prepare(args: argparse.Namespace) -> int:
    """Make a pod ready."""
    from bunraku.rkt.pods import PREPARED

    _need_root()
    pod = _prepare(args)
    pod.move(PREPARED)
    pod.unlock()
    print(pod.uuid)
    return 0


def run_prepared(args: argparse.Namespace) -> int:
    """Run a pod that is ready."""
    from bunraku.rkt.errors import PodError

    _need_root()
    pod = pod_of(args, args.uuid)
    if pod.state() != "prepared":
        raise PodError(f"pod {pod.uuid} is {pod.state()}, not prepared")
    pod.lock()
    return _run(args, pod)


def _need_root() -> None:
    from bunraku.rkt.errors import PodError

    if os.geteuid() != 0:
        raise PodError("this needs root: it takes namespaces, mounts and other users' files")


def _prepare(args: argparse.Namespace) -> Pod:
    from bunraku.images.fetch import fetch
    from bunraku.rkt.errors import PodError
    from bunraku.rkt.prepare import prepare, prepare_manifest
    from bunraku.rkt.request import AppRequest, PodRequest, flavour, mount, network, port, variable, variables, volume

    isolation = flavour(args.stage1_name or "container")
    for flag in STAGE1_IMAGES:
        if getattr(args, flag.removeprefix("--").replace("-", "_")):
            raise PodError(f"{flag}: isolation is no image here: --stage1-name=container or fly, --stage1-path=PROGRAM")
    if args.private_users:
        raise PodError("--private-users is not there yet: a pod's users are the host's")
    store = store_of(args)
    if args.declaration:
        from bunraku.rkt.launch import read_declaration

        return read_declaration(args.declaration, pods_of(args), store, trust_of(args), args.insecure_options)
    if args.pod_manifest:
        if args.words:
            raise PodError("--pod-manifest names the images: none may follow")
        with open(args.pod_manifest, "rb") as file:
            return prepare_manifest(pods_of(args), store, file.read(), args.pod_manifest, isolation)
    environment = dict(os.environ) if args.inherit_env else {}
    for file in args.set_env_file:
        environment |= variables(file)
    for_all = [mount(text) for text in args.mount]
    apps = [app._replace(mounts=[*app.mounts, *for_all]) for app in parse(args.words)]
    request = PodRequest(
        apps,
        [volume(text) for text in args.volume],
        [port(text) for text in args.port],
        environment | dict(variable(text) for text in args.set_env),
        net=network(args.net or "default"),
        flavour=isolation,
        overlay=not args.no_overlay,
        user_annotations=dict(variable(text) for text in args.user_annotation),
        user_labels=dict(variable(text) for text in args.user_label),
    )
    if not request.apps:
        raise PodError("an image is needed: a file, a name, docker://HOST/NAME:TAG")
    trust = trust_of(args)

    def fetched(app: AppRequest) -> str:
        return fetch(
            store,
            app.image,
            trust,
            insecure=args.insecure_options,
            signature=app.signature,
            policy=args.pull_policy,
        )

    return prepare(pods_of(args), store, request, fetched)


def _run(args: argparse.Namespace, pod: Pod) -> int:
    from bunraku.rkt.run import run as run_pod

    if args.uuid_file_save:
        from bunraku.system import files

        files.replace(args.uuid_file_save, pod.uuid.encode(), mode=0o644)
    return run_pod(pod, store_of(args), _options(args))


def _options(args: argparse.Namespace) -> Options:
    from bunraku.rkt.request import network, variable
    from bunraku.rkt.run import Options

    return Options(
        net=network(args.net) if args.net else None,
        interactive=args.interactive,
        hostname=args.hostname,
        dns=[server for text in args.dns for server in text.split(",")],
        dns_search=args.dns_search,
        dns_opt=args.dns_opt,
        dns_domain=args.dns_domain,
        host_ipc=args.ipc == "parent",
        host_names="host" in args.hosts_entry,
        hosts=[variable(text) for text in args.hosts_entry if text != "host"],
        insecure=args.insecure_options,
        runtime=getattr(args, "stage1_path", None),
    )


def enter(args: argparse.Namespace) -> int:
    """Run a command in an app of a pod that runs; its exit code."""
    from bunraku.rkt.enter import enter

    _need_root()
    return enter(pod_of(args, args.uuid), args.app, args.words or ["/bin/sh"])
