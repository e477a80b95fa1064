"""`bunraku rkt` fetch and trust: images brought into the store, and whose are taken."""

from __future__ import annotations

import argparse
import sys

from bunraku.cli.rkt_flags import store_of, trust_of

POLICIES = "of a registry's images: never fetch, only new ones, or whatever is newer"

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
        parser.add_argument("--pull-policy", choices=("never", "new", "update"), default="update", help=POLICIES)
    else:
        parser.add_argument("keys", metavar="PUBKEY", nargs="+", help="files with an armoured public key")
        parser.add_argument("--prefix", metavar="PREFIX", help="trust it for images whose name begins so")
        parser.add_argument("--root", action="store_true", help="trust it for all images")
        parser.add_argument("--insecure-allow-http", action="store_true", help="accepted: no keys are fetched")
        parser.add_argument("--skip-fingerprint-review", action="store_true", help="accepted: nobody is asked")


def fetch(args: argparse.Namespace) -> int:
    """Bring images in; print their IDs."""
    from bunraku.images.fetch import fetch

    for name in args.images:
        key = fetch(
            store_of(args),
            name,
            trust_of(args),
            insecure=args.insecure_options,
            signature=args.signature,
            policy=args.pull_policy,
        )
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
