"""Show what runs did.

bunraku report                 the last runs, newest first
bunraku report last            what the last run did
bunraku report 2026-11-22T07:41:03Z --format json
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bunraku.cli.output import Display, duration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku report`."""
    parser.add_argument("name", nargs="?", help="a report's name, the beginning of one, or `last`")
    parser.add_argument("-n", "--number", type=int, default=20, help="how many to list (20)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json: as it is stored")
    parser.add_argument("--statedir", metavar="FOLDER", help="where reports are kept")


def run(args: argparse.Namespace) -> int:
    """List the reports, or show one."""
    from bunraku.engine.apply import state_folder
    from bunraku.engine.report import stored

    folder = (Path(args.statedir) if args.statedir else state_folder()) / "reports"
    reports = stored(folder)
    if args.name is None:
        return _list(reports[-args.number :][::-1], args.format)
    found = reports[-1:] if args.name == "last" else [path for path in reports if path.stem.startswith(args.name)]
    exact = [path for path in found if path.stem == args.name] or found
    if len(exact) != 1:
        why = "there is no such report" if not exact else f"{len(exact)} reports begin like this"
        print(f"Error: {args.name}: {why} in {folder}; `bunraku report` lists them", file=sys.stderr)
        return 1
    data = json.loads(exact[0].read_text())
    if args.format == "json":
        print(json.dumps(data, indent=2))
    else:
        _show(data, exact[0].stem)
    return 0


def _list(paths: list[Path], form: str) -> int:
    rows = [_row(path) for path in paths]
    if form == "json":
        print(json.dumps(rows, indent=2))
        return 0
    for row in rows:
        noop = " (noop)" if row["noop"] else ""
        numbers = f"{row['total']:>5} resources  {row['changed']:>4} changed  {row['failed']:>3} failed"
        print(f"{row['name']:<26} {row['status'] + noop:<18} {numbers}  {duration(row['seconds']):>9}")
    return 0


def _row(path: Path) -> dict[str, Any]:
    data = json.loads(path.read_text())
    counts = _metric(data, "resources")
    return {
        "name": path.stem,
        "host": data["host"],
        "status": data["status"],
        "noop": data["noop"],
        "seconds": _metric(data, "time").get("total", 0.0),
        **{key: counts[key] for key in ("total", "changed", "failed", "skipped")},
    }


def _metric(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, _, value in data["metrics"][name]["values"]}


def _show(data: dict[str, Any], name: str) -> None:
    """The run as it was shown when it happened, diffs left out: a report holds checksums, not contents."""
    from bunraku.engine.report import read_outcomes

    outcomes = read_outcomes(data)
    display = Display(noop=data["noop"])
    display.header(data["host"], data["environment"], len(outcomes), None)
    for outcome in outcomes:
        display.outcome(outcome)
    counts = dict.fromkeys(("unchanged", "changed", "noop", "failed", "skipped"), 0)
    for outcome in outcomes:
        counts[outcome.state] += 1
    display.summary(counts, _metric(data, "time").get("catalog_application", 0.0), name)
