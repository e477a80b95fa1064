"""What the commands that compile have in common: their flags, and the step from flags to a catalog."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunraku.api import Compilation


def add_compile_arguments(parser: argparse._ActionsContainer) -> None:
    """The flags that say what a catalog is made of."""
    parser.add_argument(
        "--modulepath", default="", metavar="A:B", help="folders of modules; the first to have one wins"
    )
    parser.add_argument("--facts", metavar="FILE", help="facts as JSON, instead of this host's")
    parser.add_argument("--certname", metavar="NAME", help="the node's name (default: the fact networking.fqdn)")
    parser.add_argument("--environment", default="production", metavar="NAME", help="its environment (production)")
    parser.add_argument("--hiera-config", metavar="FILE", help="a hiera.yaml")
    parser.add_argument(
        "--strict",
        choices=("off", "warning", "error"),
        default="warning",
        help="what unknown variables and the like are (warning)",
    )


def compile_as_told(args: argparse.Namespace, manifest: Path | str) -> Compilation:
    """Compile a manifest, or code, as the flags say; what it logs goes to standard error. Raises CompileError."""
    import gc

    # The catalog and all that it was made of stay until the command ends: there is nothing for the collector to find.
    gc.disable()
    from bunraku import CompileError
    from bunraku.api import compile

    if args.hiera_config and not os.access(args.hiera_config, os.R_OK):
        raise CompileError(f"cannot read the hiera.yaml {args.hiera_config}, which --hiera-config names")
    facts = read_facts(args.facts)
    compilation = compile(
        manifest,
        facts=facts,
        modulepath=[folder for folder in args.modulepath.split(os.pathsep) if folder],
        certname=args.certname or certname_of(facts),
        hiera_config=args.hiera_config,
        strict=args.strict,
        environment=args.environment,
    )
    for log in compilation.logs:
        print(f"{log.level.capitalize()}: {log.source}: {log.message}", file=sys.stderr)
    return compilation


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
