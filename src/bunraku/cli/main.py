"""`bunraku`: finds the subcommand and hands over to it.

A subcommand is a file of this folder with `add_arguments(parser)` and `run(args) -> int`. Only the one that was
asked for is imported.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from importlib import import_module

COMMANDS: dict[str, str] = {
    "acbuild": "build container images",
    "apply": "make this host as Puppet code says",
    "compile": "compile Puppet code to a catalog",
    "completion": "print the completion of commands and flags for bash, zsh or fish",
    "confd": "render configuration files from keys, and again when one changes",
    "describe": "tell what a resource type manages",
    "etcd": "look after etcd: status, members, snapshots, keys from and to YAML",
    "facts": "show what this host says about itself",
    "filebucket": "get back what a managed file held before",
    "flanneld": "join this host to an overlay network of containers, as etcd describes it",
    "inventory": "keep what is known about every node, and answer over PuppetDB's HTTP API",
    "lookup": "look up data, and show where it comes from",
    "module": "list the modules on the module path, and what they miss",
    "node": "make the configuration for a new node's first boot",
    "query": "ask the inventory about nodes",
    "report": "show what runs did",
    "resource": "show resources of this host, and change them",
    "rkt": "run pods of containers",
    "validate": "check Puppet code, all errors in one go",
}
"""Name of each subcommand (its file, with `-` for `_`) and what it does, in one line, for `bunraku --help`."""


def script() -> int:
    """The command `bunraku`: as `main`, in a process that ends then."""
    code = main()
    # Python takes apart what is left before it ends, a catalog object by object; what is frozen it leaves alone.
    gc.freeze()
    return code


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's own) and return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    name = argv[0] if argv else "--help"
    if name in COMMANDS:
        return _run(name, argv[1:])
    if name == "--version":
        from bunraku import __version__

        print(f"bunraku {__version__}")
        return 0
    if name in ("--help", "-h", "help"):
        print(overview())
        return 0
    print(f"bunraku: unknown command '{name}'{_nearest(name)}; `bunraku --help` lists them", file=sys.stderr)
    return 1


def _run(name: str, argv: list[str]) -> int:
    try:
        return _call(name, argv)
    except BrokenPipeError:
        # The reader went away (`bunraku … | head`): nothing more to say, and nobody to say it to.
        sys.stderr.close()
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if "--debug" in argv:
            raise
        print(_defect(error), file=sys.stderr)
        return 1


def _call(name: str, argv: list[str]) -> int:
    command = import_module(f"bunraku.cli.{name.replace('-', '_')}")
    # A command whose users know other exit codes brings a parser of its own.
    parser = getattr(command, "Parser", argparse.ArgumentParser)(
        prog=f"bunraku {name}", description=command.__doc__, formatter_class=_Help
    )
    command.add_arguments(parser)
    return int(command.run(parser.parse_args(argv)))


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal.

    argparse makes one for each flag, and without a width each of them loads shutil, with all its compressors, to ask.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """The width of the terminal: COLUMNS where it is set, as shells do; 80 where there is no terminal."""
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80


def _defect(error: Exception) -> str:
    """The line about an exception that nobody expected: where it was raised, without a traceback."""
    import traceback

    frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
    place = f"{frame.f_globals.get('__name__', '?')}:{line}"
    message = " ".join(str(error).split())
    said = f"{type(error).__name__}: {message} ({place})"
    return f"Error: bunraku itself failed here: {said}; please report it, --debug shows more"


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, 1)
    return f", did you mean '{near[0]}'?" if near else ""


def overview() -> str:
    """The text of `bunraku --help`."""
    lines = [f"  {name:<12}{what}" for name, what in COMMANDS.items()]
    return "\n".join(["usage: bunraku COMMAND [options]", "", *lines, "", "`bunraku COMMAND --help` tells the rest."])


if __name__ == "__main__":
    sys.exit(script())
