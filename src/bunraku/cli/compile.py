"""Compile Puppet code to a catalog, and print it as JSON.

  bunraku compile site.pp                                     the catalog of this host
  bunraku compile site.pp --modulepath modules --facts f.json  of another one, as its facts tell
  bunraku compile site.pp --strict error                       unknown variables are errors

Exit code: 0; 1 if it did not compile, with the error, its place and the remedy on standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku compile`."""
    parser.add_argument("manifest", metavar="MANIFEST", help="a file of Puppet code, or a folder of them")
    parser.add_argument("--modulepath", default="", metavar="A:B", help="folders of modules")
    parser.add_argument("--facts", metavar="FILE", help="facts as JSON, instead of this host's")
    parser.add_argument("--certname", metavar="NAME", help="the node's name (the fact networking.fqdn)")
    parser.add_argument("--environment", default="production", metavar="NAME", help="its environment (production)")
    parser.add_argument("--hiera-config", metavar="FILE", help="a hiera.yaml")
    parser.add_argument(
        "--strict",
        choices=("off", "warning", "error"),
        default="warning",
        help="what unknown variables and the like are (warning)",
    )


def run(args: argparse.Namespace) -> int:
    """Print the catalog."""
    import orjson

    from bunraku import CompileError
    from bunraku.api import compile

    manifest = Path(args.manifest)
    try:
        facts = read_facts(args.facts)
        result = compile(
            manifest,
            facts=facts,
            modulepath=[folder for folder in args.modulepath.split(os.pathsep) if folder],
            certname=args.certname or certname_of(facts),
            hiera_config=args.hiera_config,
            strict=args.strict,
            environment=args.environment,
        )
    except CompileError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    for log in result.logs:
        print(f"{log.level.capitalize()}: {log.source}: {log.message}", file=sys.stderr)
    sys.stdout.buffer.write(orjson.dumps(result.to_dict(), option=orjson.OPT_APPEND_NEWLINE))
    return 0


def read_facts(path: str | None) -> Mapping[str, Any]:
    """The facts in a JSON file, or this host's. Raises CompileError for a file that cannot be read."""
    from bunraku import CompileError

    if path is None:
        from bunraku import facts

        return facts.collect()
    import orjson

    try:
        found = orjson.loads(Path(path).read_bytes())
    except OSError as error:
        raise CompileError(f"cannot read the facts in {path}: {error.strerror}") from None
    except ValueError as error:
        raise CompileError(f"the facts in {path} are not JSON: {error}") from None
    if not isinstance(found, dict):
        raise CompileError(f"the facts in {path} are not a JSON object")
    return found


def certname_of(facts: Mapping[str, Any]) -> str:
    """The node's name where none was given: its fully qualified host name, in lower case."""
    networking = facts.get("networking") or {}
    return str(networking.get("fqdn") or networking.get("hostname") or "localhost").lower()
