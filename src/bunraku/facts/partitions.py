"""partitions: of disks, of device-mapper and loop devices, with what blkid knows of their file systems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bunraku.facts.collection import Facts
from bunraku.facts.host import Host
from bunraku.facts.units import readable_bytes

DEADLINE = 10.0
"""Seconds that blkid may take."""

SECTOR = 512
"""Bytes of a sector in the kernel's tables, whatever the device's own blocks."""

_NAMES = {"filesystem": "TYPE", "label": "LABEL", "partlabel": "PARTLABEL", "partuuid": "PARTUUID", "uuid": "UUID"}
"""The fact's names for what blkid tells."""


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `partitions`; None where there are none."""
    host = facts.host
    found = list(_devices(host))
    known = _blkid() if found else {}
    return {"partitions": {name: _partition(host, path, known.get(name, {})) for name, path in found} or None}


def _devices(host: Host) -> Iterator[tuple[str, str]]:
    """The name (`/dev/sda1`) and the folder in /sys of every partition."""
    for device in host.names("/sys/block"):
        path = f"/sys/block/{device}"
        if host.exists(f"{path}/device"):
            for name in host.names(path):
                if name.startswith(device):
                    yield f"/dev/{name}", f"{path}/{name}"
        elif host.exists(f"{path}/dm"):
            mapped = host.line(f"{path}/dm/name")
            yield (f"/dev/mapper/{mapped}" if mapped else f"/dev/{device}"), path
        elif host.exists(f"{path}/loop"):
            yield f"/dev/{device}", path


def _partition(host: Host, path: str, known: dict[str, str]) -> dict[str, Any]:
    size = int(host.line(f"{path}/size") or 0) * SECTOR
    partition = {
        "backing_file": host.line(f"{path}/loop/backing_file"),
        "size": readable_bytes(size),
        "size_bytes": size,
        **{ours: known.get(theirs) for ours, theirs in _NAMES.items()},
    }
    return {name: value for name, value in partition.items() if value is not None}


def _blkid() -> dict[str, dict[str, str]]:
    """What blkid prints, by device: `/dev/sda1: UUID="…" TYPE="ext4"`."""
    from bunraku.system.process import CommandError, run

    try:
        output = run(["blkid"], deadline=DEADLINE).output
    except CommandError:
        return {}
    rows = (line.partition(": ") for line in output.splitlines())
    return {name: dict(re.findall(r'(\w+)="([^"]*)"', values)) for name, _, values in rows}
