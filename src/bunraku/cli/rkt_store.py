"""`bunraku rkt image`: what there is in the store of images, taken out of it, checked, removed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING

from bunraku.cli.rkt_flags import FAILED, Parser, pods_of, span, store_of
from bunraku.cli.rkt_images import SHORT

if TYPE_CHECKING:
    from bunraku.images.store import Info

FIELDS = {"id": "ID", "name": "NAME", "size": "SIZE", "importtime": "IMPORT TIME", "lastused": "LAST USED"}
"""The fields of a list of images: each one's heading."""


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """The actions of `rkt image`, and their flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    _add_list(actions.add_parser("list", help="list the images of the store"))
    remove = actions.add_parser("rm", help="remove images from the store")
    remove.add_argument("images", metavar="IMAGE", nargs="+")
    show = actions.add_parser("cat-manifest", help="print an image's manifest")
    show.add_argument("image", metavar="IMAGE")
    show.add_argument("--pretty-print", default="true", help="indented (default: true)")
    for action, where, does in (
        ("export", "ACI_FILE", "write an image to a file, as an uncompressed ACI"),
        ("extract", "FOLDER", "unpack an image to a new folder, without what it depends on"),
        ("render", "FOLDER", "copy the files that its app sees to a new folder, with what it depends on"),
    ):
        taking = actions.add_parser(action, help=does, description=f"{does[0].upper()}{does[1:]}.")
        taking.add_argument("image", metavar="IMAGE")
        taking.add_argument("output", metavar=where)
        taking.add_argument("--overwrite", action="store_true", help="replace what is there")
        if action != "export":
            taking.add_argument("--rootfs-only", action="store_true", help="its files only, not its manifest")
    collect = actions.add_parser("gc", help="remove what nobody uses: unpacked trees, then images")
    text = "images last used this long ago (default: 24h)"
    collect.add_argument("--grace-period", metavar="SPAN", type=span, default=86400.0, help=text)
    check = actions.add_parser("verify", help="compare images, and their unpacked trees, with their IDs")
    check.add_argument("images", metavar="IMAGE", nargs="+")


def _add_list(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--full", action="store_true", help="whole IDs, exact sizes and times")
    add("--no-legend", action="store_true", help="leave the heading out")
    add("--format", choices=("", "json", "json-pretty"), default="", help="for programs")
    add("--fields", metavar="FIELD,…", type=_fields, default=list(FIELDS), help=f"of {', '.join(FIELDS)}")
    add("--sort", metavar="FIELD,…", type=_fields, default=["importtime"], help="by name, importtime, lastused, size")
    add("--order", choices=("asc", "desc"), default="asc", help="asc or desc (default: asc)")


def _fields(text: str) -> list[str]:
    words = text.lower().split(",")
    unknown = [word for word in words if word not in FIELDS]
    if unknown:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}' is none of {', '.join(FIELDS)}")
    return words


def image(args: argparse.Namespace) -> int:
    """Carry out an action."""
    from bunraku.images import export, upkeep

    store = store_of(args)
    if args.action == "list":
        _list(args)
    elif args.action == "cat-manifest":
        manifest = store.manifest(store.find(args.image))
        print(json.dumps(manifest, indent=4 if args.pretty_print != "false" else None))
    elif args.action == "export":
        export.export(store, store.find(args.image), args.output, overwrite=args.overwrite)
    elif args.action in ("extract", "render"):
        take = export.extract if args.action == "extract" else export.render
        key = store.find(args.image)
        take(store, key, args.output, overwrite=args.overwrite, rootfs_only=args.rootfs_only)
    elif args.action == "gc":
        trees, keys = pods_of(args).used()
        upkeep.collect(store, trees=trees, keys=keys, grace=args.grace_period, say=_say)
    elif args.action == "verify":
        for name in args.images:
            _verify(args, name)
    else:
        return _remove(args)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _verify(args: argparse.Namespace, name: str) -> None:
    from bunraku.images.upkeep import verify

    key = store_of(args).find(name)
    found = verify(store_of(args), key)
    if found == "whole":
        print(f'successfully verified checksum for image: "{name}" ("{key}")')
    elif found == "rebuilt":
        print(f"tree cache verification failed for image {name}: rebuilt")
    else:
        print(f'image "{name}" not rendered; no verification needed')


def _remove(args: argparse.Namespace) -> int:
    from bunraku.images.errors import ImageError

    store, failed = store_of(args), 0
    trees, _ = pods_of(args).used()
    for name in args.images:
        try:
            key = store.find(name)
            store.remove(key, used=trees)
            print(f'successfully removed aci for image: "{key}"')
        except ImageError as problem:
            print(f"rm: {problem}", file=sys.stderr)
            failed += 1
    if failed:
        print(f"rm: {failed} image(s) could not be removed", file=sys.stderr)
    return FAILED if failed else 0


def _list(args: argparse.Namespace) -> None:
    from bunraku.cli.rkt_table import table

    store = store_of(args)
    found = [(info, store.shown_name(info.key)) for info in store.images()]

    def order(row: tuple[Info, str]) -> list[object]:
        info, name = row
        value = {"id": info.key, "name": name, "size": info.size, "importtime": info.imported, "lastused": info.used}
        return [value[field] for field in args.sort]

    found.sort(key=order, reverse=args.order == "desc")
    if args.format:
        rows = [
            {
                "id": info.key,
                "name": name,
                "import_time": int(info.imported * 1e9),
                "last_used_time": int(info.used * 1e9),
                "size": info.size,
            }
            for info, name in found
        ]
        print(json.dumps(rows, indent="\t" if args.format == "json-pretty" else None))
        return
    now = time.time()
    heading = [] if args.no_legend else [[FIELDS[field] for field in args.fields]]
    lines = [[_cell(info, name, field, now, full=args.full) for field in args.fields] for info, name in found]
    print(table(heading + lines), end="")


def _cell(info: Info, name: str, field: str, now: float, *, full: bool) -> str:
    from bunraku.cli.rkt_table import ago, exactly
    from bunraku.cli.table import size

    if field == "id":
        return info.key if full else info.key[:SHORT]
    if field == "name":
        return name
    if field == "size":
        return str(info.size) if full else size(info.size).replace(" ", "")
    when = info.imported if field == "importtime" else info.used
    return exactly(when) if full else ago(when, now)
