"""Look after etcd.

bunraku etcd status                         how every member is
bunraku etcd snapshot backup.db             a checked snapshot
bunraku etcd export /nginx > tree.yaml      keys as YAML; `import` brings them back
bunraku etcd dev                            a throw-away member for development
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bunraku.etcd import Client

ACTIONS = {
    "status": ("etcd_cluster", "version, role, sizes and revision of every member"),
    "members": ("etcd_cluster", "who belongs to the cluster"),
    "health": ("etcd_cluster", "whether every member answers and no alarm is raised; exit 1 if not"),
    "alarms": ("etcd_cluster", "alarms that are raised; --clear says that their cause is mended"),
    "compact": ("etcd_cluster", "forget history (default: all but the present)"),
    "defrag": ("etcd_cluster", "give free space back to the file systems, one member after the other, the leader last"),
    "rolling": ("etcd_cluster", "run a command that restarts a member: one at a time, a leader hands over first"),
    "snapshot": ("etcd_data", "write a snapshot, checked, whole or not at all"),
    "restore": ("etcd_data", "make a data folder out of a snapshot"),
    "export": ("etcd_data", "print the keys under a prefix as a YAML tree"),
    "import": ("etcd_data", "bring keys from a YAML tree, in transactions"),
    "dev": ("etcd_dev", "run a throw-away member until Ctrl-C"),
}
"""Each action: the file that carries it out, and what it does."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's actions and flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    where = _connection_flags()
    for name, (module, does) in ACTIONS.items():
        parents = [] if name in ("dev", "restore") else [where]
        action = actions.add_parser(name, help=does, description=does, parents=parents)
        import_module(f"bunraku.cli.{module}").add_arguments(name, action)


def _connection_flags() -> argparse.ArgumentParser:
    """Where the cluster is: etcdctl's flags, and its environment variables for what is not given."""
    flags = argparse.ArgumentParser(add_help=False)
    group = flags.add_argument_group("connection (also from etcdctl's variables, ETCDCTL_ENDPOINTS and so on)")
    group.add_argument("--endpoints", metavar="URL,…", help="the members' client URLs (default: 127.0.0.1:2379)")
    group.add_argument("--cacert", metavar="FILE", help="the authority that signed the servers' certificates")
    group.add_argument("--cert", metavar="FILE", help="our certificate")
    group.add_argument("--key", metavar="FILE", help="its key")
    group.add_argument("--user", metavar="NAME", help="log in; the password comes from --password-file or is asked for")
    group.add_argument("--password-file", metavar="FILE", help="a file that holds the password")
    group.add_argument("--timeout", metavar="SECONDS", type=_seconds, default=5.0, help="for each call (default: 5)")
    group.add_argument("--format", choices=("text", "json"), default="text", help="for people, or for programs")
    return flags


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("more than no seconds are needed")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Carry out the action; 1 if it fails, with one line that says why."""
    from bunraku.etcd import EtcdError
    from bunraku.system.process import CommandError

    try:
        module = import_module(f"bunraku.cli.{ACTIONS[args.action][0]}")
        code: int = getattr(module, args.action.replace("import", "import_"))(args)
        return code
    except (EtcdError, CommandError) as problem:
        print(f"Error: {problem}", file=sys.stderr)
    except OSError as problem:
        print(f"Error: {problem.filename or 'the system'}: {problem.strerror or problem}", file=sys.stderr)
    return 1


def connect(args: argparse.Namespace) -> Client:
    """A client for the cluster that the flags, or etcdctl's environment variables, name."""
    from bunraku.etcd import Client, Tls

    def given(flag: str | None, variable: str) -> str | None:
        return flag or os.environ.get(f"ETCDCTL_{variable}") or None

    ca, cert, key = given(args.cacert, "CACERT"), given(args.cert, "CERT"), given(args.key, "KEY")
    user, _, password = (given(args.user, "USER") or "").partition(":")
    if user and not password:
        password = _password(args.password_file, user)
    return Client(
        given(args.endpoints, "ENDPOINTS") or "127.0.0.1:2379",
        tls=Tls(ca, cert, key) if ca or cert else None,
        username=user or None,
        password=password,
        deadline=args.timeout,
    )


def _password(file: str | None, user: str) -> str:
    if file is not None:
        return Path(file).read_text().rstrip("\n")
    if "ETCDCTL_PASSWORD" in os.environ:
        return os.environ["ETCDCTL_PASSWORD"]
    from getpass import getpass

    return getpass(f"Password of {user}: ")
