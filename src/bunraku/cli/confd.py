"""Render configuration files from the keys of a store, and again when a key changes.

bunraku confd --onetime                        everything once
bunraku confd --watch                          and then what changes, at once
bunraku confd --noop --onetime                 show the differences, change nothing
bunraku confd check                            are the configuration and the templates right?
bunraku confd render NAME.tmpl --data FILE     what a template makes of the keys in a file
bunraku confd status                           what the running daemon says
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from bunraku.cli.go_flags import add_flags, given_flags
from bunraku.confd.settings import BACKENDS, OPTIONS, ConfigError, Settings, settle
from bunraku.system.log import Log

if TYPE_CHECKING:
    from bunraku.confd.pipeline import Change

ACTIONS = ("check", "render", "status")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's flags: confd's, with one dash or two."""
    parser.usage = "%(prog)s [flags] [check | render TEMPLATE | status | BACKEND]"
    parser.add_argument(
        "action",
        metavar="ACTION",
        nargs="?",
        help="check, render TEMPLATE, status; or the name of a back end",
    )
    parser.add_argument("template", metavar="TEMPLATE", nargs="?", help="the template to render")
    parser.add_argument("--data", metavar="FILE", help="for check and render: keys and values in a YAML or JSON file")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the status")
    parser.add_argument("--version", "-version", action="store_true", help="print the version")
    add_flags(parser, OPTIONS)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 where something is not as it should be."""
    if args.version:
        from bunraku import __version__

        print(f"confd (bunraku {__version__})")
        return 0
    flags = given_flags(args, OPTIONS)
    action = args.action
    if action in BACKENDS:
        flags["backend"], action = action, None
    if action not in (None, *ACTIONS):
        print(f"confd: unknown action '{action}': it is one of {', '.join((*ACTIONS, *BACKENDS))}", file=sys.stderr)
        return 1
    try:
        return _act(args, action, flags)
    except ConfigError as error:
        print(f"confd: {error}", file=sys.stderr)
        return 1


def _act(args: argparse.Namespace, action: str | None, flags: dict[str, Any]) -> int:
    warnings: list[str] = []
    settings = settle(flags, os.environ, warnings.append)
    log = Log(settings.log_level, settings.log_format)
    for warning in warnings:
        log.warn(warning)
    if action == "status":
        return _status(settings, args.format)
    if action == "check":
        from bunraku.confd.check import check

        return _tell_problems(check(settings, args.data, log.warn))
    if action == "render":
        return _render(settings, args.template, args.data)
    if settings.onetime:
        from bunraku.confd.onetime import run_once

        return 0 if run_once(settings, log, _show) else 1
    from bunraku.confd.service import run_forever

    return run_forever(settings, log, lambda: settle(flags, os.environ, log.warn))


def _tell_problems(problems: list[str]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print("the configuration and all templates are right")
    return 1 if problems else 0


def _render(settings: Settings, template: str | None, data: str | None) -> int:
    """Print what a template makes of the keys in a file."""
    from bunraku.confd.check import render_file
    from bunraku.confd.template import TemplateError
    from bunraku.confd.template.strings import to_bytes
    from bunraku.confd.templates import TemplateFileError

    if template is None:
        raise ConfigError("render needs the name of a template: a file, or one below CONFDIR/templates")
    try:
        sys.stdout.buffer.write(to_bytes(render_file(settings, template, data)))
        return 0
    except (TemplateError, TemplateFileError) as error:
        print(f"confd: {error}", file=sys.stderr)
        return 1


def _status(settings: Settings, output: str) -> int:
    """Print what the running daemon says; 1 where something is amiss."""
    import json

    from bunraku.confd.status import StatusError, all_well, as_text, ask

    try:
        status = ask(settings.socket)
    except StatusError as error:
        print(f"confd: {error}", file=sys.stderr)
        return 1
    print(json.dumps(status, indent=2) if output == "json" else as_text(status))
    return 0 if all_well(status) else 1


def _show(change: Change) -> None:
    from bunraku.confd.pipeline import unified_diff

    print(f"{change.resource.name}: {change.new.path} would be {'changed' if change.old.content else 'created'}")
    print(unified_diff(change), flush=True)
