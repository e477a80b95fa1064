"""List the modules on the module path, and tell what they need and do not find.

  bunraku module list --modulepath modules                          by folder, with their versions
  bunraku module list --environmentpath envs --environment test     those of an environment

Exit code: 0; what is missing, or in a version that a module does not take, is a warning on standard error.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bunraku.cli.compiling import add_environment_arguments, environment_of, modulepath_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku module`."""
    parser.add_argument("action", choices=("list",), help="list: show the modules")
    add_environment_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print the modules of each folder."""
    from bunraku import CompileError
    from bunraku.api import dependencies, shipped_modules

    try:
        modulepath = modulepath_of(args, environment_of(args, ""))
    except CompileError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    found: dict[str, Path] = {}
    for folder in [*modulepath, shipped_modules()]:
        modules = sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
        print(f"{folder}{'' if modules else ' (no modules installed)'}")
        for each in modules:
            branch = "└──" if each is modules[-1] else "├──"
            module = dependencies.read(each)
            version = f"v{module.version}" if module.version else "???"
            print(f"{branch} {module.name} ({version}){'' if found.setdefault(each.name, each) is each else ' hidden'}")
    for unmet in dependencies.unmet(found):
        print(f"Warning: {unmet}", file=sys.stderr)
    return 0
