"""`bunraku rkt` list, status, stop, rm, gc and the like: what becomes of pods."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bunraku.cli.rkt_flags import FAILED, pod_of, pods_of, span, store_of, waiting
from bunraku.cli.rkt_table import ago, exactly, table

if TYPE_CHECKING:
    from bunraku.rkt.pods import Pod


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """The flags of one of these commands."""
    if name in ("list", "status"):
        parser.add_argument("--format", choices=("", "json", "json-pretty"), default="", help="for programs")
    if name == "list":
        parser.add_argument("--full", action="store_true", help="whole UUIDs, image IDs, exact times")
        parser.add_argument("--no-legend", action="store_true", help="leave the heading out")
    elif name == "status":
        for flag, what in (("wait", "has ended"), ("wait-ready", "runs")):
            text = f"wait until the pod {what}, or this long"
            parser.add_argument(f"--{flag}", metavar="SPAN", default=0.0, type=waiting, help=text)
    elif name == "stop":
        parser.add_argument("--force", action="store_true", help="at once, without asking the apps to end")
    elif name == "gc":
        for flag, seconds, text in (
            ("grace-period", 1800.0, "sweep what was marked this long ago (default: 30m)"),
            ("expire-prepared", 86400.0, "give up prepared pods after this long (default: 24h)"),
        ):
            parser.add_argument(f"--{flag}", metavar="SPAN", default=seconds, type=span, help=text)
        parser.add_argument("--mark-only", action="store_true", help="mark what has ended, remove nothing")
    elif name == "logs":
        parser.add_argument("--app", metavar="NAME", help="of this app only")
    elif name == "export":
        parser.add_argument("--app", metavar="NAME", help="which of the pod's apps")
        parser.add_argument("--overwrite", action="store_true", help="replace what is there")
        parser.add_argument("uuid", metavar="UUID", help="a pod's UUID, or the beginning of it")
        parser.add_argument("output", metavar="ACI_FILE", help="where the image is written")
    elif name in ("cat-manifest", "config"):
        parser.add_argument("--pretty-print", default="true", help="indented (default: true)")
    if name in ("status", "stop", "rm", "cat-manifest", "logs"):
        parser.add_argument("uuids", metavar="UUID", nargs="*", help="a pod's UUID, or the beginning of it")
        parser.add_argument("--uuid-file", metavar="FILE", help="a file that holds it (run --uuid-file-save)")


def _uuids(args: argparse.Namespace) -> list[str]:
    """The pods that are asked for. Raises PodError, OSError."""
    from bunraku.rkt.errors import PodError

    found = list(args.uuids)
    if args.uuid_file:
        with open(args.uuid_file) as file:
            found.append(file.read().strip())
    if not found or args.uuids and args.uuid_file:
        raise PodError("a pod's UUID is needed, or --uuid-file")
    return found


def list_(args: argparse.Namespace) -> int:
    """List pods, one app a line."""
    from bunraku.images.errors import ImageError
    from bunraku.images.manifest import shown_name
    from bunraku.rkt.errors import PodError
    from bunraku.rkt.pods import readable

    pods = readable(pods_of(args).all())
    if args.format:
        _print_json([_as_json(pod, apps) for pod, apps in pods], args.format)
        return 0
    head = [
        "UUID",
        "APP",
        "IMAGE NAME",
        *(["IMAGE ID"] if args.full else []),
        "STATE",
        "CREATED",
        "STARTED",
        "NETWORKS",
    ]
    rows = [] if args.no_legend else [head]
    now = time.time()
    for pod, apps in pods:
        when = [exactly(t) if args.full else ago(t, now) for t in (pod.created(), pod.started())]
        about = [pod.state(), *when, _networks(pod)]
        identity = pod.uuid if args.full else pod.uuid[:8]
        for app in apps or [{"name": "-", "image": {"id": "-"}}]:
            image = "-" if not apps else "--"
            with suppress(PodError, ImageError):
                image = shown_name(pod.image_manifest(app["name"])) if apps else image
            number = [str(app["image"].get("id"))[:19]] if args.full else []
            rows.append([identity, app["name"], image, *number, *about])
            # Further apps stand on rows of their own, with the pod's columns blank.
            identity, about = "", ["", "", "", ""]
    print(table(rows), end="")
    return 0


def _networks(pod: Pod) -> str:
    return ", ".join(f"{known['netName']}:ip4={known['ip']}" for known in pod.networks())


def _as_json(pod: Pod, apps: list[dict[str, Any]]) -> dict[str, Any]:
    """A pod as rkt's API has it."""
    state = pod.state()
    found: dict[str, Any] = {"name": pod.uuid, "state": state}
    if pod.networks():
        found["networks"] = pod.networks()
    if apps:
        found["app_names"] = [app["name"] for app in apps]
        found["apps"] = [_app_as_json(pod, app, state) for app in apps]
    for key, when in (("created_at", pod.created()), ("started_at", pod.started())):
        if when is not None:
            found[key] = int(when)
    return found


def _app_as_json(pod: Pod, app: dict[str, Any], state: str) -> dict[str, Any]:
    code, ended, started = pod.exit_code(app["name"]), pod.finished(app["name"]), pod.started()
    its = "exited" if code is not None else {"running": "running", "prepared": "created"}.get(state, "unknown")
    found: dict[str, Any] = {"name": app["name"], "state": its}
    for key, when in (("created_at", pod.created()), ("started_at", started), ("finished_at", ended)):
        if when is not None:
            found[key] = int(when)
    if code is not None:
        found["exit_code"] = code
    return found | {"image_id": app["image"].get("id", "")}


def _print_json(value: object, form: str) -> None:
    print(json.dumps(value, indent="\t" if form == "json-pretty" else None))


def status(args: argparse.Namespace) -> int:
    """Show how a pod is."""
    from bunraku.rkt.errors import PodError
    from bunraku.rkt.pods import AFTER_RUN, readable

    names = _uuids(args)
    if len(names) > 1:
        raise PodError("one UUID is enough")
    pod = pod_of(args, names[0])
    for how_long, states in ((args.wait_ready, ("running", *AFTER_RUN)), (args.wait, AFTER_RUN)):
        if how_long != 0.0 and not pod.wait(how_long, until=states):
            raise PodError(f"pod {pod.uuid} is still {pod.state()}")
    ((_, apps),) = readable([pod])
    if args.format:
        _print_json(_as_json(pod, apps), args.format)
        return 0
    state = pod.state()
    print(f"state={state}")
    for key, when in (("created", pod.created()), ("started", pod.started())):
        if when is not None:
            print(f"{key}={exactly(when)}")
    if state in ("running", "exited"):
        print(f"networks={_networks(pod)}")
    if state == "running" or state in AFTER_RUN:
        if pod.pid() is not None:
            print(f"pid={pod.pid()}")
        print(f"exited={str(state in ('exited', 'exited garbage')).lower()}")
    if state in AFTER_RUN:
        for app in apps:
            if (code := pod.exit_code(app["name"])) is not None:
                print(f"app-{app['name']}={code}")
    return 0


def cat_manifest(args: argparse.Namespace) -> int:
    """Print pods' manifests."""
    for name in _uuids(args):
        print(json.dumps(pod_of(args, name).manifest(), indent=4 if args.pretty_print != "false" else None))
    return 0


def export(args: argparse.Namespace) -> int:
    """Make an image of an app that has ended."""
    from bunraku.rkt.export import export

    export(pod_of(args, args.uuid), store_of(args), args.app, args.output, overwrite=args.overwrite)
    return 0


def config(args: argparse.Namespace) -> int:
    """Print where things are, in the form of rkt's configuration files."""
    from bunraku import __version__

    paths = {"rktVersion": "v1", "rktKind": "paths", "data": args.dir}
    stage1 = {"rktVersion": "v1", "rktKind": "stage1", "name": "bunraku/stage1-container", "version": __version__}
    indent = "\t" if args.pretty_print != "false" else None
    print(json.dumps({"stage0": [paths, stage1]}, indent=indent))
    return 0


def logs(args: argparse.Namespace) -> int:
    """Print what a pod's apps wrote."""
    from bunraku.rkt.errors import PodError

    for name in _uuids(args):
        pod = pod_of(args, name)
        apps = [app["name"] for app in pod.manifest()["apps"]]
        if args.app is not None and args.app not in apps:
            raise PodError(f"pod {pod.uuid} has no app '{args.app}': it has {', '.join(apps)}")
        for app in [args.app] if args.app else apps:
            for path in (pod.log(app) + ".1", pod.log(app)):
                with suppress(FileNotFoundError), open(path, "rb") as file:
                    sys.stdout.buffer.write(file.read())
    sys.stdout.flush()
    return 0


def stop(args: argparse.Namespace) -> int:
    """End pods."""
    from bunraku.rkt.gc import stop

    def one(pod: Pod) -> None:
        print(f'"{pod.uuid}"' if stop(pod, force=args.force) else f'pod "{pod.uuid}" is already stopped')

    return _each(args, one, "failed to stop {} pod(s)")


def rm(args: argparse.Namespace) -> int:
    """Remove pods."""
    from bunraku.rkt.gc import remove

    def one(pod: Pod) -> None:
        remove(pod)
        print(f'"{pod.uuid}"')

    return _each(args, one, "failed to remove {} pod(s)")


def _each(args: argparse.Namespace, do: Any, failed: str) -> int:
    """Do it with each pod that is asked for, whatever becomes of the others."""
    from bunraku.rkt.errors import PodError

    failures = 0
    for name in _uuids(args):
        try:
            do(pod_of(args, name))
        except PodError as problem:
            print(f"{args.command}: {problem}", file=sys.stderr)
            failures += 1
    if failures:
        print(f"{args.command}: {failed.format(failures)}", file=sys.stderr)
    return FAILED if failures else 0


def gc(args: argparse.Namespace) -> int:
    """Remove what ended a while ago."""
    from bunraku.rkt.gc import collect

    collect(
        pods_of(args),
        grace=args.grace_period,
        expiry=args.expire_prepared,
        mark_only=args.mark_only,
        say=print,
        note=lambda line: print(f"gc: {line}", file=sys.stderr),
    )
    return 0


def version(args: argparse.Namespace) -> int:
    """Print the version."""
    from bunraku import __version__
    from bunraku.images.manifest import AC_VERSION

    print(f"rkt Version: bunraku {__version__}\nappc Version: {AC_VERSION}")
    return 0
