"""Make the configuration for a new node's first boot out of the Puppet code that declares it.

  bunraku node config web1 site.pp                          an Ignition config on standard output
  bunraku node config web1 site.pp --format cloud-config    the same for cloud-init
  bunraku node config web1 site.pp --agent -o web1.ign      and the node applies its catalog by itself, again and again

Users, groups, keys, files, folders, links, services and packages are taken from the node's catalog; what a first boot
cannot do is named on standard error, and done by the run that --agent sets up.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from bunraku.cli.compiling import add_compile_arguments, compile_as_told

FORMATS = {"ignition": "ignition", "cloud-config": "cloud_config"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's actions and flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    config = actions.add_parser(
        "config",
        help="print the configuration for a node's first boot",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    config.add_argument("node", metavar="NAME", help="the node, as `node` definitions and data name it")
    config.add_argument("manifest", metavar="MANIFEST", nargs="?", help="a file of Puppet code, or a folder of them")
    config.add_argument("--format", choices=tuple(FORMATS), default="ignition", help="(ignition)")
    config.add_argument("--agent", action="store_true", help="have the node apply its catalog at boot and every 30 min")
    config.add_argument("-o", "--output", metavar="FILE", help="write it there, for nobody else to read")
    config.add_argument("-d", "--debug", action="store_true", help="show where bunraku itself failed, if it did")
    add_compile_arguments(config)


def run(args: argparse.Namespace) -> int:
    """Compile the node's catalog and print what its first boot can do of it; 1 if that cannot be."""
    from bunraku import CompileError
    from bunraku.cli.errors import render as render_error
    from bunraku.coreos.agent import with_agent
    from bunraku.coreos.reading import machine_of

    if args.manifest is None and not args.environmentpath and not args.environment:
        print("Error: a manifest is needed, or an environment that has one (--environment)", file=sys.stderr)
        return 1
    args.certname = args.node
    try:
        compilation = compile_as_told(args, None if args.manifest is None else Path(args.manifest))
    except CompileError as error:
        print(render_error(error), file=sys.stderr)
        return 1
    try:
        machine = machine_of(compilation.catalog, compilation.find_file)
        if args.agent:
            with_agent(machine, compilation.catalog, compilation.find_file)
        written = import_module(f"bunraku.coreos.{FORMATS[args.format]}")
        _write(args.output, written.render(machine))
    except OSError as error:
        print(f"Error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    _tell(written.left(machine), agent=args.agent, secret=machine.secret and not args.output)
    return 0


def _write(path: str | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    from bunraku.system import files

    files.replace(str(Path(path).absolute()), text.encode(), mode=0o600)


def _tell(left: list[str], *, agent: bool, secret: bool) -> None:
    """What is not in the config, and what ought to be kept."""
    if left:
        who = "the agent" if agent else "a run on the node (`bunraku apply`, or --agent)"
        print(f"Left to {who}: {', '.join(left)}", file=sys.stderr)
    if secret:
        print("Warning: this config holds secrets; --output FILE writes it for nobody else to read", file=sys.stderr)
