"""The agent on a new node: its catalog in a file, a service that applies it, and a timer that does so again."""

from __future__ import annotations

import json
from copy import copy

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.catalog.values import Binary
from bunraku.coreos.machine import File, Machine
from bunraku.coreos.reading import FindFile

CATALOG = "/etc/bunraku/catalog.json"

SERVICE = f"""\
[Unit]
Description=Makes this host as its catalog says
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/env bunraku apply --catalog {CATALOG} --wait 300
"""

TIMER = """\
[Unit]
Description=Makes this host as its catalog says, again and again

[Timer]
OnBootSec=10s
OnUnitInactiveSec=30min

[Install]
WantedBy=timers.target
"""


def with_agent(machine: Machine, catalog: Catalog, find_file: FindFile) -> None:
    """Add the agent to `machine`. Raises OSError for a module's file that cannot be read.

    The catalog takes its modules' files with it, since the node has no modules; and it may hold secrets.
    """
    carried = copy(catalog)
    carried.resources = {resource.ref: _carrying(resource, find_file) for resource in catalog}
    text = json.dumps(carried.to_dict(), ensure_ascii=False)
    machine.files.append(File(CATALOG, text.encode("utf-8", "surrogateescape"), mode=0o600))
    machine.unit("bunraku.service").content = SERVICE
    timer = machine.unit("bunraku.timer")
    timer.content, timer.enabled, timer.running = TIMER, True, True


def _carrying(resource: Resource, find_file: FindFile) -> Resource:
    """The resource with its module's file as its content, if it has one."""
    source = resource.parameters.get("source")
    if resource.type != "File" or not isinstance(source, str) or not source.startswith("puppet:"):
        return resource
    path = find_file(source)
    if path is None or not path.is_file():
        return resource
    carried = copy(resource)
    carried.parameters = {name: value for name, value in resource.parameters.items() if name != "source"}
    carried.parameters["content"] = Binary(path.read_bytes())
    return carried
