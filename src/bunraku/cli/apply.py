"""Make this host as Puppet code says.

  bunraku apply site.pp                      apply a manifest
  bunraku apply --noop site.pp               show what would be changed, and change nothing
  bunraku apply -e "notify { 'hi': }"        apply a line of code

Exit code: 0, or 1 if something failed (nothing is applied where the code does not compile), 130 on Ctrl-C. With
--detailed-exitcodes: 0 nothing to do, 2 changed, 4 failed, 6 both, 1 did not compile.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunraku.cli.compiling import add_compile_arguments, compile_as_told, read_facts
from bunraku.cli.output import Display
from bunraku.system import interrupt

if TYPE_CHECKING:
    from bunraku.engine.apply import Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku apply`."""
    what = parser.add_argument_group("what to apply")
    what.add_argument(
        "manifest",
        nargs="?",
        help="a file of Puppet code, a folder of them, or an environment's folder; - for standard input"
        " (the environment's manifest)",
    )
    what.add_argument("-e", "--execute", metavar="CODE", help="Puppet code")
    what.add_argument(
        "--catalog", metavar="FILE", help="a catalog that was compiled before (JSON; - for standard input)"
    )
    add_compile_arguments(what)
    how = parser.add_argument_group("how")
    how.add_argument("--noop", action="store_true", help="show what would be changed, and change nothing")
    how.add_argument("--tags", metavar="A,B", default="", help="apply only resources with one of these tags")
    how.add_argument("--skip_tags", "--skip-tags", metavar="A,B", default="", help="leave out those with one of these")
    how.add_argument("--ignoreschedules", action="store_true", help="apply at any time, whatever schedules say")
    how.add_argument(
        "-j", "--jobs", metavar="N", type=int, default=1, help="take N turns at once where nothing orders them"
    )
    how.add_argument("--deadline", metavar="SECONDS", type=float, help="begin nothing new after this time")
    how.add_argument("--wait", metavar="SECONDS", type=float, default=0.0, help="wait for another apply to end (0)")
    how.add_argument("--statedir", metavar="FOLDER", help="where reports, backups and the lock are kept")
    how.add_argument("--inventory", metavar="FILE|URL", help="store facts, catalog and report there")
    show = parser.add_argument_group("what is shown")
    show.add_argument("--format", choices=("text", "json"), default="text", help="json: the report, nothing else")
    show.add_argument("-v", "--verbose", action="store_true", help="list what is in sync too")
    show.add_argument("-d", "--debug", action="store_true", help="show where bunraku itself failed, if it did")
    show.add_argument("--detailed-exitcodes", action="store_true", help="2: changed, 4: failed, 6: both")


def run(args: argparse.Namespace) -> int:
    """Compile, apply, show."""
    given = 3 - [args.manifest, args.execute, args.catalog].count(None)
    if given > 1 or not (given or args.environment or args.environmentpath):
        return _refuse("one of a manifest, -e CODE, --catalog FILE and --environment NAME is needed")
    if args.jobs < 1:
        return _refuse(f"--jobs needs a number from 1, not {args.jobs}")
    interrupt.install()
    started = time.perf_counter()
    try:
        catalog, resolve, source, logs, facts = _load(args)
    except _Refused as refused:
        return _refuse(str(refused))
    compiled = time.perf_counter() - started

    from bunraku.engine.apply import apply, state_folder
    from bunraku.engine.transaction import Options
    from bunraku.resources.base import Run
    from bunraku.system.lock import Locked

    display = Display(verbose=args.verbose, noop=args.noop)
    text = args.format == "text"
    if text:
        display.header(catalog.name, catalog.environment, _resources(catalog), None if args.catalog else compiled)
    state = Path(args.statedir).absolute() if args.statedir else state_folder()
    shared = Run(state, environment=catalog.environment, source=source, noop=args.noop)
    options = Options(
        noop=args.noop,
        tags=_words(args.tags),
        skip_tags=_words(args.skip_tags),
        ignore_schedules=args.ignoreschedules,
        deadline=args.deadline,
        jobs=args.jobs,
        resolve=resolve,
        on_outcome=display.outcome if text else lambda outcome: None,
    )
    try:
        result = apply(catalog, shared, options, wait=args.wait, seconds={"config_retrieval": compiled}, logs=logs)
    except Locked as locked:
        return _refuse(f"another apply is running: {locked}; wait for it (--wait SECONDS), or end it")
    except OSError as error:
        return _refuse(f"the state folder {state} cannot be used: {error.strerror} ({error.filename}); see --statedir")
    if args.inventory:
        from bunraku.cli.storing import store_run

        store_run(args.inventory, catalog, read_facts(args.facts) if facts is None else facts, result.report)
    return _finish(args, display, catalog, result)


def _finish(args: argparse.Namespace, display: Display, catalog: Any, result: Result) -> int:
    if args.format == "json":
        print(json.dumps(result.report, indent=2))
    elif result.interrupted:
        left = _resources(catalog) - len(result.outcomes)
        print(f"\nEnded early ({result.interrupted}): {left} resources were not looked at", file=sys.stderr)
    if args.format == "text":
        display.summary(result.counts, result.seconds, result.name)
    if result.interrupted:
        return 130
    if args.detailed_exitcodes:
        return result.exit_code
    return 1 if result.exit_code & 4 else 0


class _Refused(Exception):
    """What was asked for cannot be loaded."""


def _load(args: argparse.Namespace) -> tuple[Any, Any, Any, list[dict[str, Any]], Any]:
    """The catalog, what makes its deferred calls, what finds its modules' files, what was logged on the way, the
    facts (None where the catalog was compiled before)."""
    if args.catalog:
        return _stored_catalog(args.catalog), None, lambda url: None, [], None
    from bunraku import CompileError

    code = _code(args)
    try:
        compilation = compile_as_told(args, code)
    except CompileError as error:
        from bunraku.cli.errors import render

        shown = render(error, code if isinstance(code, str) else None)
        raise _Refused(shown.removeprefix("Error: ")) from None
    logs = [{"level": log.level, "message": log.message, "source": log.source} for log in compilation.logs]
    return compilation.catalog, compilation.resolve, compilation.find_file, logs, compilation.inputs.facts


def _code(args: argparse.Namespace) -> Path | str | None:
    """What is to be compiled: code as a str, or a manifest's path; None for the environment's."""
    if args.execute is not None:
        return str(args.execute)
    if args.manifest is None:
        return None
    return sys.stdin.read() if args.manifest == "-" else Path(args.manifest)


def _stored_catalog(name: str) -> Any:
    from bunraku.catalog.catalog import Catalog

    try:
        data = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text())
        return Catalog.from_dict(data.get("catalog", data))
    except OSError as error:
        raise _Refused(f"{name}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _Refused(f"{name} is not a catalog in Puppet's JSON format: {error!r}") from None


def _resources(catalog: Any) -> int:
    """How many resources are work, not containers: what the summary counts too."""
    from bunraku.resources import load

    return sum(load(resource.type.lower()) is not None for resource in catalog)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _refuse(message: str) -> int:
    print(f"Error: {message}", file=sys.stderr)
    return 1
