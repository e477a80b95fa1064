"""Show the facts of this host.

bunraku facts                       all structured facts
bunraku facts os.release.major      one value
bunraku facts --format json os      for programs
"""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's flags."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="a fact, or a path into one: os.release.major")
    parser.add_argument("--external-dir", metavar="DIR", action="append", help="a folder of external facts")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def run(args: argparse.Namespace) -> int:
    """Print the facts asked for; 1 where one of them is not known."""
    from bunraku.facts import collect

    facts = collect(external=args.external_dir)
    found: dict[str, Any] = {}
    unknown = []
    for name in args.names or list(facts):
        try:
            found[name] = facts.dig(name)
        except KeyError:
            unknown.append(name)
    for warning in facts.warnings:
        print(f"Warning: {warning}", file=sys.stderr)
    for name in unknown:
        print(f"Error: there is no fact '{name}' on this host; `bunraku facts` lists them", file=sys.stderr)
    if args.format == "json":
        import json  # a third of orjson's cost for one small document

        print(json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False))
    elif len(args.names) == 1 and found:
        print(as_text(found[args.names[0]]))
    elif found:
        print("\n".join(f"{name} => {as_text(value)}" for name, value in found.items()))
    return 1 if unknown else 0


def as_text(value: Any, indent: int = 0) -> str:
    """`value` as facter prints it; strings are quoted below the top, where they stand in lists and hashes."""
    pad = "  " * (indent + 1)
    if isinstance(value, dict):
        rows = [f"{pad}{name} => {_inner(value[name], indent)}" for name in sorted(value)]
        return "{\n" + ",\n".join(rows) + ("\n" if rows else "") + "  " * indent + "}"
    if isinstance(value, list):
        rows = [f"{pad}{_inner(item, indent)}" for item in value]
        return "[\n" + ",\n".join(rows) + ("\n" if rows else "") + "  " * indent + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _inner(value: Any, indent: int) -> str:
    return f'"{value}"' if isinstance(value, str) else as_text(value, indent + 1)
