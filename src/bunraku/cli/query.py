"""Ask the inventory about nodes, in PQL or in PuppetDB's AST.

bunraku query 'inventory[certname] { facts.os.name = "Debian" }'
bunraku query 'nodes[certname, latest_report_status] { latest_report_status = "failed" }'
bunraku query --inventory http://inventory:8080 --format json 'reports { certname = "web1" limit 1 }'
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's flags."""
    parser.add_argument("query", help="the query, PQL or AST")
    parser.add_argument("--inventory", metavar="FILE|URL", help="which (default: inventory.db in the state folder)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (text)")


def run(args: argparse.Namespace) -> int:
    """Print what answers the query; 1 where it cannot be answered."""
    from bunraku.inventory.access import Credentials
    from bunraku.inventory.client import ask
    from bunraku.inventory.errors import InventoryError

    try:
        rows = ask(args.inventory or _default(), args.query, Credentials.of(os.environ))
    except InventoryError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    if args.format == "json":
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    elif rows:
        print(as_text(rows))
    return 0


def _default() -> str:
    from bunraku.engine.apply import state_folder

    return str(state_folder() / "inventory.db")


def as_text(rows: list[Any]) -> str:
    """The rows as a table; as lines where there is one column."""
    if not isinstance(rows[0], dict):
        return "\n".join(map(_cell, rows))
    header = list(rows[0])
    if len(header) == 1:
        return "\n".join(_cell(row[header[0]]) for row in rows)
    from bunraku.cli.table import table

    return table(header, [[_cell(row[name]) for name in header] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
