"""Compile Puppet code to a catalog, and print it as JSON.

  bunraku compile site.pp                                     the catalog of this host
  bunraku compile site.pp --modulepath modules --facts f.json  of another one, as its facts tell
  bunraku compile site.pp --strict error                       unknown variables are errors
  bunraku compile --environmentpath envs --environment test    an environment's manifests, with its modules and data

Exit code: 0; 1 if it did not compile, with the error, its place and the remedy on standard error.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from bunraku.cli.compiling import add_compile_arguments, compile_as_told

FEW = 300
"""Up to so many resources, Python's own JSON is quicker than orjson with its import."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku compile`."""
    what = parser.add_argument_group("what to compile")
    what.add_argument(
        "manifest",
        metavar="MANIFEST",
        nargs="?",
        help="a file of Puppet code, a folder of them, or an environment's folder (the environment's manifest)",
    )
    add_compile_arguments(parser.add_argument_group("from what"))
    show = parser.add_argument_group("what is shown")
    show.add_argument(
        "-d",
        "--debug",
        action="store_true",
        help="show the calls that led to an error",
    )


def run(args: argparse.Namespace) -> int:
    """Print the catalog."""
    from bunraku import CompileError
    from bunraku.cli.errors import render

    if args.manifest is None and not args.environmentpath and not args.environment:
        print("Error: a manifest is needed, or an environment that has one (--environment)", file=sys.stderr)
        return 1
    try:
        catalog = compile_as_told(args, None if args.manifest is None else Path(args.manifest)).to_dict()
    except CompileError as error:
        print(render(error, calls=args.debug), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(_json(catalog) + b"\n")
    return 0


def _json(catalog: dict[str, Any]) -> bytes:
    """The catalog as JSON. orjson is the quicker one, but to import it takes as long as a few hundred resources."""
    if len(catalog["resources"]) <= FEW:
        import json

        with suppress(ValueError):  # no number, or infinite: left to orjson, which makes null of it
            return json.dumps(catalog, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    import orjson

    return orjson.dumps(catalog)
