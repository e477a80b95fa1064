"""`bunraku rkt` fetch, image and trust: the store of images."""

from __future__ import annotations

import argparse
import json
import sys
import time

from bunraku.cli.rkt_flags import FAILED, Parser, store_of, trust_of

SHORT = 19
"""Characters of an image ID that are shown."""


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """The flags of one of these commands."""
    if name == "fetch":
        parser.add_argument(
            "images", metavar="IMAGE", nargs="+", help="a file, a layout, docker://HOST/NAME:TAG, a name"
        )
        parser.add_argument("--signature", metavar="FILE", default="", help="the signature (default: IMAGE.asc)")
        parser.add_argument("--full", action="store_true", help="print the whole image ID")
        parser.add_argument("--pull-policy", choices=("never", "new", "update"), default="update", help="accepted")
    elif name == "trust":
        parser.add_argument("keys", metavar="PUBKEY", nargs="+", help="files with an armoured public key")
        parser.add_argument("--prefix", metavar="PREFIX", help="trust it for images whose name begins so")
        parser.add_argument("--root", action="store_true", help="trust it for all images")
        parser.add_argument("--skip-fingerprint-review", action="store_true", help="accepted: nobody is asked")
    else:
        _add_image_actions(parser)


def _add_image_actions(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    listing = actions.add_parser("list", help="list the images of the store")
    listing.add_argument("--full", action="store_true", help="whole IDs, exact sizes and times")
    listing.add_argument("--no-legend", action="store_true", help="leave the heading out")
    listing.add_argument("--format", choices=("", "json", "json-pretty"), default="", help="for programs")
    remove = actions.add_parser("rm", help="remove images from the store")
    remove.add_argument("images", metavar="IMAGE", nargs="+")
    show = actions.add_parser("cat-manifest", help="print an image's manifest")
    show.add_argument("image", metavar="IMAGE")
    show.add_argument("--pretty-print", default="true", help="indented (default: true)")


def fetch(args: argparse.Namespace) -> int:
    """Bring images in; print their IDs."""
    from bunraku.images.fetch import fetch

    for name in args.images:
        key = fetch(store_of(args), name, trust_of(args), insecure=args.insecure_options, signature=args.signature)
        print(key if args.full else key[:SHORT])
    return 0


def trust(args: argparse.Namespace) -> int:
    """Trust keys."""
    from bunraku.rkt.errors import PodError

    if (args.prefix is None) != args.root:
        raise PodError("either --prefix=PREFIX, for images whose name begins so, or --root, for all")
    for key in args.keys:
        path = trust_of(args).add(key, args.prefix)
        print(f'Added {"root key" if args.root else f"key for prefix {args.prefix!r}"} at "{path}"', file=sys.stderr)
    return 0


def image(args: argparse.Namespace) -> int:
    """List, remove, show."""
    from bunraku.images.errors import ImageError

    store = store_of(args)
    if args.action == "cat-manifest":
        manifest = store.manifest(store.find(args.image))
        print(json.dumps(manifest, indent=4 if args.pretty_print != "false" else None))
    elif args.action == "list":
        _list(args)
    else:
        failed = 0
        for name in args.images:
            try:
                key = store.find(name)
                store.remove(key)
                print(f'successfully removed aci for image: "{key}"')
            except ImageError as problem:
                print(f"rm: {problem}", file=sys.stderr)
                failed += 1
        if failed:
            print(f"rm: {failed} image(s) could not be removed", file=sys.stderr)
            return FAILED
    return 0


def _list(args: argparse.Namespace) -> None:
    from bunraku.cli.rkt_table import ago, exactly, table
    from bunraku.cli.table import size

    store = store_of(args)
    found = [(info, store.shown_name(info.key)) for info in store.images()]
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
    lines = [
        [info.key, name, str(info.size), exactly(info.imported), exactly(info.used)]
        if args.full
        else [info.key[:SHORT], name, size(info.size).replace(" ", ""), ago(info.imported, now), ago(info.used, now)]
        for info, name in found
    ]
    heading = [] if args.no_legend else [["ID", "NAME", "SIZE", "IMPORT TIME", "LAST USED"]]
    print(table(heading + lines), end="")
