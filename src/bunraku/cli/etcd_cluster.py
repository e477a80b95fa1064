"""`bunraku etcd`'s actions on whole clusters: status, members, health, alarms, compact, defrag."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from bunraku.cli.table import size, table


def add_arguments(name: str, action: argparse.ArgumentParser) -> None:
    """The flags of the action `name`."""
    if name == "alarms":
        action.add_argument("--clear", action="store_true", help="clear them")
    if name == "rolling":
        action.add_argument("--member", metavar="URL", required=True, help="the client URL of the member to restart")
        action.add_argument("--wait", metavar="SECONDS", type=float, default=300.0, help="for other hosts (300)")
        action.add_argument(
            "--patience", metavar="SECONDS", type=float, default=60.0, help="for other members to answer (60)"
        )
        action.add_argument("command", metavar="COMMAND", nargs="+", help="what restarts it (after --)")
    if name == "compact":
        action.add_argument("revision", metavar="REVISION", nargs="?", type=int, help="keep history from here on")


def status(args: argparse.Namespace) -> int:
    """How every member is; 1 if one does not answer or reports errors."""
    from bunraku.etcd.maintenance import Status

    with _connect(args) as client:
        found = client.maintenance.statuses()
    well = all(isinstance(one, Status) and not one.errors for one in found.values())
    if args.format == "json":
        _json([_document(one) if isinstance(one, Status) else _failure(at, one) for at, one in found.items()])
        return 0 if well else 1
    rows = [_status_row(one) for one in found.values() if isinstance(one, Status)]
    if rows:
        print(table(("endpoint", "id", "version", "role", "size", "in use", "revision", "term"), rows))
    for one in found.values():
        for problem in one.errors if isinstance(one, Status) else [str(one)]:
            print(f"✗ {problem}")
    return 0 if well else 1


def _status_row(one: Any) -> tuple[object, ...]:
    name, used = f"{one.number:x}", size(one.in_use)
    return one.endpoint, name, one.version, role(one), size(one.size), used, one.revision, one.term


def role(one: Any) -> str:
    """What a member does in its cluster."""
    if one.learner:
        return "learner"
    return "leader" if one.leads else "follower" if one.leader else "no leader"


def members(args: argparse.Namespace) -> int:
    """Who belongs to the cluster."""
    with _connect(args) as client:
        found = client.members.list()
    if args.format == "json":
        _json([_document(member) for member in found])
        return 0
    rows = [
        (
            f"{m.number:x}",
            m.name or "(not started)",
            "learner" if m.learner else "voter",
            ",".join(m.peer_urls),
            ",".join(m.client_urls),
        )
        for m in found
    ]
    print(table(("id", "name", "kind", "peers", "clients"), rows))
    return 0


def health(args: argparse.Namespace) -> int:
    """Whether every member answers a read that takes a quorum, and no alarm is raised."""
    from bunraku.etcd import EtcdError

    answers: list[dict[str, Any]] = []
    alarms: list[str] = []
    with _connect(args) as client:
        for endpoint in client.transport.endpoints:
            started = time.monotonic()
            try:
                client.maintenance.reach(endpoint)
                answers.append({"endpoint": str(endpoint), "healthy": True, "seconds": time.monotonic() - started})
            except EtcdError as problem:
                answers.append(_failure(endpoint, problem))
        if any(answer["healthy"] for answer in answers):
            alarms = [f"{alarm.kind} at {alarm.number:x}" for alarm in client.maintenance.alarms()]
    well = not alarms and all(answer["healthy"] for answer in answers)
    if args.format == "json":
        _json({"healthy": well, "members": answers, "alarms": alarms})
    else:
        for answer in answers:
            print(
                f"  {answer['endpoint']}  {answer['seconds'] * 1000:.1f} ms"
                if answer["healthy"]
                else f"✗ {answer['error']}"
            )
        for alarm in alarms:
            print(f"✗ alarm {alarm}")
    return 0 if well else 1


def alarms(args: argparse.Namespace) -> int:
    """Alarms that are raised."""
    with _connect(args) as client:
        found = client.maintenance.alarms()
        for alarm in found if args.clear else ():
            client.maintenance.clear_alarm(alarm)
    if args.format == "json":
        _json([{**_document(alarm), "cleared": args.clear} for alarm in found])
        return 0
    for alarm in found:
        print(f"{alarm.kind} at {alarm.number:x}{' cleared' if args.clear else ''}")
    return 0


def compact(args: argparse.Namespace) -> int:
    """Forget history; what is forgotten already stays so."""
    from bunraku.etcd import BadSettings, Compacted

    with _connect(args) as client:
        now = client.revision()
        revision = now if args.revision is None else args.revision
        if not 1 <= revision <= now:
            raise BadSettings(f"there is no revision {revision}: the store is at {now}")
        with suppress(Compacted):
            client.compact(revision, physical=True)
    if args.format == "json":
        _json({"revision": revision})
    else:
        print(f"compacted at revision {revision}")
    return 0


def defrag(args: argparse.Namespace) -> int:
    """Give free space back: followers first, since a member does not answer meanwhile."""
    from bunraku.etcd.maintenance import Status

    done: list[dict[str, Any]] = []
    with _connect(args) as client:
        found = client.maintenance.statuses()
        for endpoint, one in sorted(found.items(), key=lambda pair: isinstance(pair[1], Status) and pair[1].leads):
            if not isinstance(one, Status):
                done.append(_failure(endpoint, one))
                print(f"✗ {one}", file=sys.stderr)
                continue
            client.maintenance.defragment(endpoint)
            after = client.maintenance.status(endpoint)
            done.append({"endpoint": str(endpoint), "before": one.size, "after": after.size})
            if args.format == "text":
                print(f"{endpoint}  {size(one.size)} → {size(after.size)}", flush=True)
    if args.format == "json":
        _json(done)
    return 0 if all(isinstance(one, Status) for one in found.values()) else 1


def rolling(args: argparse.Namespace) -> int:
    """Restart a member by a command, safely for the cluster: under its lock, with a quorum, and until it is well."""
    import socket

    from bunraku.etcd.cluster import out_of_service
    from bunraku.system.process import run

    def told(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    turn = {"holder": socket.gethostname(), "wait": args.wait, "patience": args.patience, "told": told}
    with _connect(args) as client, out_of_service(client, args.member, **turn):
        done = run(args.command, deadline=120.0)
        sys.stdout.write(done.output)
    print(f"{args.member} is back" if done.ok else f"✗ {args.command[0]} exited {done.code}")
    return 0 if done.ok else 1


def _connect(args: argparse.Namespace) -> Any:
    from bunraku.cli.etcd import connect

    return connect(args)


def _document(one: Any) -> dict[str, Any]:
    """All that is known of a member; `id` is its number as people and etcdctl's tables have it."""
    return {"id": f"{one.number:x}", **asdict(one)}


def _failure(endpoint: object, problem: object) -> dict[str, Any]:
    return {"endpoint": str(endpoint), "healthy": False, "error": str(problem)}


def _json(document: Any) -> None:
    import orjson

    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
