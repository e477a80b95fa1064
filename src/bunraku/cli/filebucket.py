"""Get back what a managed file held before it was replaced or removed.

bunraku filebucket list                      what there is, newest last
bunraku filebucket get 9f86d08               print a content, by the beginning of its checksum
bunraku filebucket diff 9f86d08 /etc/hosts   compare with another content, or a file
bunraku filebucket restore /etc/hosts 9f86d08
bunraku filebucket backup /etc/hosts         keep a file's content now
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bunraku.resources._bucket import Bucket
from bunraku.resources.file.content import Content, diff

ARGUMENTS = {"list": 0, "get": 1, "diff": 2, "restore": 2, "backup": 1}


def _moment(text: str) -> float:
    """A date, or a date and a time, as seconds of the epoch. Raises ArgumentTypeError."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date (2026-11-22, 2026-11-22 07:41)") from None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku filebucket`."""
    parser.add_argument("action", choices=ARGUMENTS)
    parser.add_argument("what", nargs="*", help="a file, a checksum or the beginning of one")
    parser.add_argument("--bucket", metavar="FOLDER", help="the bucket (default: the state folder's)")
    parser.add_argument("-f", "--fromdate", metavar="DATE", type=_moment, help="list: only what was kept from then on")
    parser.add_argument("-t", "--todate", metavar="DATE", type=_moment, help="list: only what was kept until then")
    parser.add_argument("-l", "--local", action="store_true", help="accepted: buckets are local")


class _Missing(Exception):
    """Something that was named is not there."""


def run(args: argparse.Namespace) -> int:
    """Do it."""
    from bunraku.engine.apply import state_folder

    if len(args.what) != ARGUMENTS[args.action]:
        print(f"Error: `filebucket {args.action}` takes {ARGUMENTS[args.action]} arguments", file=sys.stderr)
        return 1
    bucket = Bucket(Path(args.bucket) if args.bucket else state_folder() / "bucket")
    try:
        if args.action == "list":
            _list(bucket, args.fromdate or 0.0, args.todate or float("inf"))
            return 0
        return _act(bucket, args.action, args.what)
    except _Missing as error:
        print(f"Error: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"Error: {error.filename}: {(error.strerror or str(error)).lower()}", file=sys.stderr)
    return 1


def _list(bucket: Bucket, since: float, until: float) -> None:
    for kept in sorted(bucket, key=lambda kept: kept.time):
        if since <= kept.time <= until:
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(kept.time))
            print(f"{kept.digest} {when} {', '.join(kept.paths)}")


def _act(bucket: Bucket, action: str, what: list[str]) -> int:
    if action == "get":
        for chunk in _content(bucket, what[0]).chunks():
            sys.stdout.buffer.write(chunk)
    elif action == "diff":
        print("\n".join(diff(_content(bucket, what[0]), _content(bucket, what[1]))))
    elif action == "backup":
        path = Path(what[0]).absolute()
        print(f"{path}: {bucket.keep(str(path), _of_file(path))}")
    else:
        _restore(bucket, Path(what[0]).absolute(), what[1])
    return 0


def _content(bucket: Bucket, what: str) -> Content:
    """A file's content where `what` is a path, else the bucket's of that checksum."""
    if "/" in what:
        return _of_file(Path(what))
    found = bucket.get(what)
    if found is None:
        raise _Missing(f"the bucket {bucket.folder} has not exactly one content whose checksum begins with {what}")
    return found


def _of_file(path: Path) -> Content:
    return Content.of_file(path, path.stat().st_size)


def _restore(bucket: Bucket, path: Path, digest: str) -> None:
    from bunraku.system import files

    content = _content(bucket, digest)
    if path.is_file():
        bucket.keep(str(path), _of_file(path))
    files.replace(str(path), content.chunks())
    print(f"{path} restored")
