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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.cli.compiling import add_compile_arguments, compile_as_told, environment_of, modulepath_of, read_facts
from bunraku.cli.logdest import LogDestinations
from bunraku.cli.output import Display
from bunraku.system import interrupt

if TYPE_CHECKING:
    from bunraku.catalog.catalog import Catalog
    from bunraku.catalog.values import Deferred
    from bunraku.engine.apply import Result
    from bunraku.resources.base import Elsewhere


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
    _add_ways(parser.add_argument_group("how"))
    _add_views(parser.add_argument_group("what is shown"))


def _add_ways(how: argparse._ArgumentGroup) -> None:
    how.add_argument(
        "--noop",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="show what would be changed, and change nothing",
    )
    how.add_argument("--tags", metavar="A,B", default="", help="apply only resources with one of these tags")
    how.add_argument("--skip_tags", "--skip-tags", metavar="A,B", default="", help="leave out those with one of these")
    how.add_argument("--ignoreschedules", action="store_true", help="apply at any time, whatever schedules say")
    how.add_argument(
        "-j", "--jobs", metavar="N", type=int, default=1, help="take N turns at once where nothing orders them"
    )
    how.add_argument("--deadline", metavar="SECONDS", type=float, help="begin nothing new after this time")
    how.add_argument(
        "--wait", "--waitforlock", metavar="SECONDS", type=float, default=0.0, help="wait for another apply to end (0)"
    )
    how.add_argument("--statedir", metavar="FOLDER", help="where reports, backups and the lock are kept")
    how.add_argument("--vardir", metavar="FOLDER", help="the same: its folder `state`")
    how.add_argument(
        "--write-catalog-summary", action="store_true", help="list classes and resources in files of the state folder"
    )
    how.add_argument("--inventory", metavar="FILE|URL", help="store facts, catalog and report there")


def _add_views(show: argparse._ArgumentGroup) -> None:
    show.add_argument("--format", choices=("text", "json"), default="text", help="json: the report, nothing else")
    show.add_argument("-t", "--test", action="store_true", help="the same as --verbose --detailed-exitcodes")
    show.add_argument("-v", "--verbose", action="store_true", help="list what is in sync too")
    show.add_argument(
        "--show_diff",
        "--show-diff",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="show how contents of files change (yes)",
    )
    show.add_argument("--color", choices=("ansi", "true", "false"), help="colour or none (on a terminal)")
    show.add_argument(
        "-l",
        "--logdest",
        metavar="PLACE",
        action="append",
        default=[],
        help="log to console, syslog or a file; may be repeated",
    )
    show.add_argument(
        "-d", "--debug", "--trace", action="store_true", help="show what led to an error, and debug messages"
    )
    show.add_argument("--detailed-exitcodes", action="store_true", help="2: changed, 4: failed, 6: both")


def run(args: argparse.Namespace) -> int:
    """Compile, apply, show."""
    given = 3 - [args.manifest, args.execute, args.catalog].count(None)
    if given > 1 or not (given or args.environment or args.environmentpath):
        return _refuse("one of a manifest, -e CODE, --catalog FILE and --environment NAME is needed")
    if args.jobs < 1:
        return _refuse(f"--jobs needs a number from 1, not {args.jobs}")
    if args.test:
        args.verbose = args.detailed_exitcodes = True
    interrupt.install()
    started = time.perf_counter()
    try:
        destinations = LogDestinations(args.logdest)
    except OSError as error:
        return _refuse(f"cannot log to {error.filename}: {error.strerror}")
    try:
        loaded = _load(args)
    except _Refused as refused:
        return _refuse(str(refused), destinations)
    catalog, compiled = loaded.catalog, time.perf_counter() - started

    from bunraku.engine.apply import apply
    from bunraku.engine.transaction import Options
    from bunraku.resources.base import Run
    from bunraku.system.lock import Locked

    display = Display(
        verbose=args.verbose,
        noop=args.noop,
        diffs=args.show_diff,
        colour=args.color and args.color != "false",
        debug=catalog if args.debug else None,
    )
    text = args.format == "text" and destinations.console
    if text:
        display.header(catalog.name, catalog.environment, _resources(catalog), None if args.catalog else compiled)
    state = _state_folder(args)
    shared = Run(state, environment=catalog.environment, source=loaded.find_file, noop=args.noop)
    shared.elsewhere = lambda: _installed_puppet(loaded.modules(), catalog.environment, state)
    options = Options(
        noop=args.noop,
        tags=_words(args.tags),
        skip_tags=_words(args.skip_tags),
        ignore_schedules=args.ignoreschedules,
        deadline=args.deadline,
        jobs=args.jobs,
        resolve=loaded.resolve,
        on_start=display.started,
        on_outcome=display.outcome if text else lambda outcome: None,
    )
    if text:
        display.begin(_resources(catalog))
    try:
        stages = {"config_retrieval": compiled}
        result = apply(catalog, shared, options, wait=args.wait, seconds=stages, logs=loaded.logs)
    except Locked as locked:
        why = f"another apply is running: {locked}; wait for it (--wait SECONDS), or end it"
        return _refuse(why, destinations)
    except OSError as error:
        why = f"the state folder {state} cannot be used: {error.strerror} ({error.filename}); see --statedir"
        return _refuse(why, destinations)
    finally:
        display.end()
    if args.inventory:
        from bunraku.cli.storing import store_run

        facts = read_facts(args.facts, []) if loaded.facts is None else loaded.facts
        store_run(args.inventory, catalog, facts, result.report)
    if args.write_catalog_summary:
        _write_summary(catalog, state)
    destinations.tell(result.report["logs"], least="debug" if args.debug else "info" if args.verbose else "notice")
    if args.format == "json":
        print(json.dumps(result.report, indent=2))
    elif result.interrupted:
        left = _resources(catalog) - len(result.outcomes)
        print(f"\nEnded early ({result.interrupted}): {left} resources were not looked at", file=sys.stderr)
    if text:
        display.summary(result.counts, result.seconds, result.name)
    return _exit_code(args, result)


def _state_folder(args: argparse.Namespace) -> Path:
    from bunraku.engine.apply import state_folder

    if args.statedir or args.vardir:
        return Path(args.statedir or f"{args.vardir}/state").absolute()
    return state_folder()


def _write_summary(catalog: Catalog, state: Path) -> None:
    """The files that tools beside Puppet look into: the classes and the resources of the last catalog, a line each."""
    from bunraku.system import files

    resources = [resource.ref.lower() for resource in catalog if resource.type not in ("Stage", "Class")]
    for name, lines in (("classes.txt", catalog.classes), ("resources.txt", resources)):
        files.replace(str(state / name), ["".join(f"{line}\n" for line in lines).encode()])


def _exit_code(args: argparse.Namespace, result: Result) -> int:
    if result.interrupted:
        return 130
    if args.detailed_exitcodes:
        return result.exit_code
    return 1 if result.exit_code & 4 else 0


class _Refused(Exception):
    """What was asked for cannot be loaded."""


class _Loaded(NamedTuple):
    """What is to be applied. modules: the folder of each module by its name. resolve: makes deferred calls (None where
    the catalog was compiled before). find_file: what a puppet URL names. logs: what was logged on the way. facts: None
    where the catalog was compiled before.
    """

    catalog: Catalog
    modules: Callable[[], Mapping[str, Path]]
    resolve: Callable[[Deferred], Any] | None = None
    find_file: Callable[[str], Path | None] = lambda url: None
    logs: Sequence[dict[str, Any]] = ()
    facts: Any = None


def _load(args: argparse.Namespace) -> _Loaded:
    if args.catalog:
        return _Loaded(_stored_catalog(args.catalog), lambda: _modules(args))
    from bunraku import CompileError

    code = _code(args)
    try:
        compilation = compile_as_told(args, code)
    except CompileError as error:
        from bunraku.cli.errors import render

        shown = render(error, code if isinstance(code, str) else None, calls=args.debug)
        raise _Refused(shown.removeprefix("Error: ")) from None
    from bunraku.engine.report import log

    logs = [log(said.level, said.message, said.source) for said in compilation.logs]
    inputs = compilation.inputs
    return _Loaded(
        compilation.catalog, lambda: inputs.modules, compilation.resolve, compilation.find_file, logs, inputs.facts
    )


def _modules(args: argparse.Namespace) -> Mapping[str, Path]:
    """The modules that the flags name, where nothing is compiled."""
    from bunraku.api import make_inputs

    modulepath = modulepath_of(args, environment_of(args, ""))
    return make_inputs(facts={}, modulepath=modulepath, certname="").modules


def _installed_puppet(modules: Mapping[str, Path], environment: str, state: Path) -> Elsewhere:
    from bunraku.api.elsewhere import InstalledPuppet

    return InstalledPuppet(modules, environment, state / "puppet")


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

    return sum(
        load(resource.type.lower()) is not None or resource.kind == "compilable_type"
        for resource in catalog
        if resource.type != "Stage"
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _refuse(message: str, destinations: LogDestinations | None = None) -> int:
    if destinations is not None:
        from bunraku.engine.report import log

        destinations.tell([log("err", message, "Puppet")])
    print(f"Error: {message}", file=sys.stderr)
    return 1
