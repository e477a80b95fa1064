"""`--inventory`: what a run knew, wanted and did, kept for later questions."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunraku.catalog.catalog import Catalog


def store_run(place: str, catalog: Catalog, facts: Mapping[str, Any], report: Mapping[str, Any]) -> None:
    """Store a run's facts, catalog and report in the inventory at `place`, a URL or a file.

    The run is done by then: what goes wrong here is a warning, and the run's exit code stays.
    """
    from bunraku.inventory import client, wire
    from bunraku.inventory.access import Credentials
    from bunraku.inventory.errors import InventoryError

    trusted = {"authenticated": "local", "certname": catalog.name, "extensions": {}, "external": {}}
    values = dict(facts)
    values.setdefault("trusted", trusted)
    commands = [
        ("replace facts", 5, wire.facts_command(catalog.name, catalog.environment, values)),
        ("replace catalog", 9, wire.catalog_command(catalog, report["transaction_uuid"])),
        ("store report", 8, wire.report_command(report)),
    ]
    try:
        client.send(place, commands, Credentials.of(os.environ))
    except InventoryError as error:
        print(f"Warning: the run is done, but not stored in the inventory: {error}", file=sys.stderr)
