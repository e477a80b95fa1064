"""Show the facts of this host.

bunraku facts                       all structured facts
bunraku facts os.release.major      one value
bunraku facts --format json os      for programs
bunraku facts --puppet              with those that the modules of the environment add
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from bunraku.cli.compiling import add_environment_arguments, environment_of, modulepath_of

if TYPE_CHECKING:
    from bunraku.facts import Facts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's flags; the short ones are facter's."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="a fact, or a path into one: os.release.major")
    form = parser.add_argument_group("form").add_mutually_exclusive_group()
    form.add_argument("--format", choices=("text", "json", "yaml"), default="text", help="how to print (default: text)")
    form.add_argument("-j", "--json", dest="format", action="store_const", const="json", help="print JSON")
    form.add_argument("-y", "--yaml", dest="format", action="store_const", const="yaml", help="print YAML")
    more = parser.add_argument_group("what operators and modules add")
    more.add_argument("--external-dir", metavar="DIR", action="append", help="a folder of external facts")
    more.add_argument("--no-external-facts", action="store_true", help="no external facts")
    more.add_argument("--custom-dir", metavar="DIR", action="append", default=[], help="a folder of facts in Ruby")
    more.add_argument("--no-custom-facts", action="store_true", help="no facts in Ruby")
    more.add_argument("-p", "--puppet", action="store_true", help="also those of the environment's modules")
    add_environment_arguments(more)


def run(args: argparse.Namespace) -> int:
    """Print the facts asked for; 1 where one of them is not known."""
    from bunraku import CompileError

    try:
        facts = _facts(args)
    except CompileError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
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
    elif args.format == "yaml":
        from bunraku.language.functions.stdlib.yaml_text import dump

        print(dump(dict(sorted(found.items())), {}).removeprefix("---\n").rstrip("\n"))
    elif len(args.names) == 1 and found:
        print(as_text(found[args.names[0]]))
    elif found:
        print("\n".join(f"{name} => {as_text(value)}" for name, value in found.items()))
    return 1 if unknown else 0


def _facts(args: argparse.Namespace) -> Facts:
    from bunraku.api.host_facts import host_facts

    of_modules = args.puppet or args.modulepath or args.environment or args.environmentpath
    modulepath = modulepath_of(args, environment_of(args, "")) if of_modules else []
    external = [] if args.no_external_facts else args.external_dir
    return host_facts(modulepath, external=external, in_ruby=None if args.no_custom_facts else args.custom_dir)


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
