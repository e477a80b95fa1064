"""`bunraku etcd`'s actions on what a cluster holds: snapshot, restore, export, import."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunraku.cli.table import size
from bunraku.system.files import remove

if TYPE_CHECKING:
    from bunraku.etcd.txn import Operation

LARGEST = 1_000_000
"""Bytes of keys and values in one transaction; etcd takes 1.5 MiB with all that is around them."""


def add_arguments(name: str, action: argparse.ArgumentParser) -> None:
    """The flags of the action `name`."""
    if name == "snapshot":
        action.add_argument("file", metavar="FILE", help="where to; in a folder, a new file named by the time")
        action.add_argument("--keep", metavar="N", type=_some, help="in a folder: remove all but the latest N")
    elif name == "restore":
        action.add_argument("file", metavar="FILE", help="the snapshot")
        action.add_argument("--data-dir", metavar="DIR", required=True, help="the folder to make; it must not exist")
        action.add_argument("--name", help="the member's name (default: default)")
        action.add_argument("--initial-cluster", metavar="NAME=URL,…", help="the members of the new cluster")
        action.add_argument("--initial-advertise-peer-urls", metavar="URL,…", help="where this member will be found")
        action.add_argument("--initial-cluster-token", metavar="WORD", help="tells clusters apart")
    elif name == "export":
        action.add_argument("prefix", metavar="PREFIX", nargs="?", default="", help="only keys that begin so")
    elif name == "import":
        action.add_argument("file", metavar="FILE", help="YAML, or - for standard input")
        action.add_argument("--purge", metavar="PREFIX", help="also delete keys below PREFIX that the file has not")
        action.add_argument("--noop", action="store_true", help="only show what would be done")


def _some(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("one at least has to be kept")
    return number


def snapshot(args: argparse.Namespace) -> int:
    """Write a snapshot; in a folder, under the time's name, and older ones may go."""
    path = Path(args.file)
    folder = path if path.is_dir() else None
    if folder is not None:
        path = folder / time.strftime("etcd-%Y%m%dT%H%M%SZ.db", time.gmtime())
    with _connect(args) as client:
        written = client.maintenance.snapshot(str(path))
    old = sorted(folder.glob("etcd-????????T??????Z.db"))[: -args.keep] if folder and args.keep else []
    for one in old:
        remove(str(one))
    if args.format == "json":
        print(json.dumps({"file": str(path), "size": written, "removed": [str(one) for one in old]}))
        return 0
    print(f"{path}  {size(written)}")
    for one in old:
        print(f"{one}  removed")
    return 0


def restore(args: argparse.Namespace) -> int:
    """Make a data folder out of a snapshot."""
    from bunraku.etcd.server import restore

    options = []
    for flag in ("name", "initial_cluster", "initial_advertise_peer_urls", "initial_cluster_token"):
        if getattr(args, flag):
            options += [f"--{flag.replace('_', '-')}", getattr(args, flag)]
    restore(Path(args.file).absolute(), Path(args.data_dir).absolute(), options)
    print(f"{args.data_dir} restored from {args.file}; start etcd with it")
    return 0


def export(args: argparse.Namespace) -> int:
    """Print the keys under a prefix, all of one revision, as a YAML tree."""
    from bunraku.etcd.tree import to_tree

    with _connect(args) as client:
        _, values = client.snapshot([args.prefix])
    tree = to_tree({key: _text(value) for key, value in values.items()})
    if args.format == "json":
        print(json.dumps(tree, indent=2, default=lambda value: value.decode("latin-1")))
    elif tree:
        import yaml

        yaml.safe_dump(tree, sys.stdout, allow_unicode=True, default_flow_style=False, sort_keys=False)
    return 0


def _text(value: bytes) -> str | bytes:
    """Text where it is UTF-8; other bytes stay bytes (YAML's !!binary)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def import_(args: argparse.Namespace) -> int:
    """Put what differs, in transactions as large as etcd takes; say what was done."""
    from bunraku.etcd.txn import delete, put

    wanted = read_tree(args.file)
    prefix = args.purge if args.purge is not None else ""
    with _connect(args) as client:
        present = {key: kv.value for key, kv in client.get_many(list(wanted)).items()}
        surplus = {kv.key for kv in client.range(prefix)} - wanted.keys() if args.purge is not None else set()
        work = {key: put(key, value) for key, value in wanted.items() if present.get(key) != value}
        lines = [f"{'~' if key in present else '+'} {key}" for key in work]
        work |= {key: delete(key) for key in sorted(surplus)}
        lines += [f"- {key}" for key in sorted(surplus)]
        for some in () if args.noop else _batches(work, wanted):
            client.txn().then(*some).commit()
    print("\n".join([*lines, f"{len(wanted) - len(work) + len(surplus)} in sync · {len(work)} {_done(args.noop)}"]))
    return 0


def _batches(work: Mapping[str, Operation], values: Mapping[str, bytes]) -> Iterator[list[Operation]]:
    """The operations by key, in groups of no more than etcd's limits for one transaction."""
    from bunraku.etcd.txn import MAX_OPERATIONS

    some: list[Operation] = []
    room = LARGEST
    for key, operation in work.items():
        needed = len(key) + len(values.get(key, b""))
        if some and (len(some) == MAX_OPERATIONS or needed > room):
            yield some
            some, room = [], LARGEST
        some.append(operation)
        room -= needed
    if some:
        yield some


def _done(noop: bool) -> str:
    return "would change" if noop else "changed"


def read_tree(file: str) -> dict[str, bytes]:
    """The keys and values of a YAML tree. Raises `BadSettings` for anything else."""
    import yaml

    from bunraku.etcd import BadSettings
    from bunraku.etcd.keys import encode
    from bunraku.etcd.tree import from_tree

    remedy = "it is to be a mapping, as `bunraku etcd export` writes it"
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        tree: Any = yaml.safe_load(text)
        if not isinstance(tree, dict):
            raise BadSettings(f"{file} holds no tree", remedy=remedy)
        return {key: encode(value) for key, value in from_tree(tree)}
    except (yaml.YAMLError, ValueError) as problem:
        raise BadSettings(f"{file}: {' '.join(str(problem).split())}", remedy=remedy) from None


def _connect(args: argparse.Namespace) -> Any:
    from bunraku.cli.etcd import connect

    return connect(args)
