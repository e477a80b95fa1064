"""Compile Puppet code to a catalog, and print it as JSON.

  bunraku compile site.pp                                     the catalog of this host
  bunraku compile site.pp --modulepath modules --facts f.json  of another one, as its facts tell
  bunraku compile site.pp --strict error                       unknown variables are errors

Exit code: 0; 1 if it did not compile, with the error, its place and the remedy on standard error.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bunraku.cli.compiling import add_compile_arguments, compile_as_told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku compile`."""
    parser.add_argument("manifest", metavar="MANIFEST", help="a file of Puppet code, or a folder of them")
    add_compile_arguments(parser)
    parser.add_argument("-d", "--debug", action="store_true", help="show where bunraku itself failed, if it did")


def run(args: argparse.Namespace) -> int:
    """Print the catalog."""
    import orjson

    from bunraku import CompileError
    from bunraku.cli.errors import render

    try:
        catalog = compile_as_told(args, Path(args.manifest)).to_dict()
    except CompileError as error:
        print(render(error), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(orjson.dumps(catalog, option=orjson.OPT_APPEND_NEWLINE))
    return 0
