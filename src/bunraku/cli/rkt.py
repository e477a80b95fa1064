"""Run pods of containers, without a daemon.

bunraku rkt fetch ./web.aci                        bring an image in, its signature checked
bunraku rkt run example.com/web --memory=64M       run it; further images after it share its network
bunraku rkt run --stage1-name=fly docker://localhost:5000/tool -- --verbose
bunraku rkt list                                   what runs, what ran
bunraku rkt status UUID                            how it is, and how its apps ended
bunraku rkt stop UUID; bunraku rkt rm UUID         the beginning of a UUID is enough

A pod is isolated as --stage1-name says: `container` (namespaces, capabilities, limits; runc or crun runs it) or `fly`
(a root folder of its own, otherwise on the host). Exit codes: the app's own, or 254 for what went wrong here.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from bunraku.cli.rkt_flags import FAILED, Parser, add_common

COMMANDS = {
    "fetch": ("rkt_images", "bring images into the store"),
    "image": ("rkt_store", "look after the store: list, rm, gc, verify, cat-manifest, export, extract, render"),
    "trust": ("rkt_images", "trust a key, for images whose name begins with a prefix or for all"),
    "run": ("rkt_run", "run images in a pod"),
    "prepare": ("rkt_run", "make a pod ready, and print its UUID"),
    "run-prepared": ("rkt_run", "run a pod that is ready"),
    "enter": ("rkt_run", "run a command in a pod's app"),
    "list": ("rkt_pods", "list pods"),
    "status": ("rkt_pods", "show how a pod is"),
    "cat-manifest": ("rkt_pods", "print a pod's manifest"),
    "export": ("rkt_pods", "make an image of an app that has ended"),
    "logs": ("rkt_pods", "print what a pod's apps wrote"),
    "stop": ("rkt_pods", "end pods"),
    "rm": ("rkt_pods", "remove pods that have ended"),
    "gc": ("rkt_pods", "remove pods that ended a while ago"),
    "config": ("rkt_pods", "print where things are, as JSON"),
    "version": ("rkt_pods", "print the version"),
}
"""Each command: the file that carries it out, and what it does."""

ABSENT = {
    "api-service": "`rkt list --format=json` and `rkt status --format=json` tell the same",
    "attach": "`rkt logs` shows what an app wrote, `rkt run --interactive` gives it the terminal",
    "metadata-service": "an app knows its name from AC_APP_NAME, and what --set-env gives it",
}
"""rkt's commands that are not there: what does in their place."""

__all__ = ["COMMANDS", "Parser", "add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The commands of rkt, and their flags."""
    add_common(parser, suppress=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, (module, does) in COMMANDS.items():
        command = commands.add_parser(
            name, help=does, description=f"{does[0].upper()}{does[1:]}.", formatter_class=argparse.RawTextHelpFormatter
        )
        import_module(f"bunraku.cli.{module}").add_arguments(name, command)
        add_common(command, suppress=True)
    for name in ABSENT:
        commands.add_parser(name, prefix_chars="\0", add_help=False).add_argument("words", nargs="*")


def run(args: argparse.Namespace) -> int:
    """Carry out the command; 254, with one line that says why, if it cannot be done."""
    from bunraku.images.errors import ImageError
    from bunraku.rkt.errors import PodError
    from bunraku.system.process import CommandError

    try:
        if args.command in ABSENT:
            raise PodError(f"not there yet: {ABSENT[args.command]}")
        module = import_module(f"bunraku.cli.{COMMANDS[args.command][0]}")
        code: int = getattr(module, args.command.replace("-", "_").replace("list", "list_"))(args)
        return code
    except (PodError, ImageError, CommandError) as problem:
        print(f"{args.command}: {problem}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as problem:
        print(f"{args.command}: {problem.filename or 'the system'}: {problem.strerror or problem}", file=sys.stderr)
    return FAILED
