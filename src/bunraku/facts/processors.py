"""processors: count, models, topology, speed."""

from __future__ import annotations

import os
import re
from typing import Any

from bunraku.facts.collection import Facts
from bunraku.facts.host import Host
from bunraku.facts.units import readable_hertz


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `processors`. `cores` are per socket, `threads` per core."""
    rows = [line.partition(":") for line in facts.host.text("/proc/cpuinfo").splitlines()]
    fields = [(name.strip(), value.strip()) for name, _, value in rows]
    cores, threads, sockets = _topology(facts.host)
    physical = {value for name, value in fields if name == "physical id"}
    processors = {
        "cores": cores,
        "count": sum(name == "processor" for name, _ in fields),
        "isa": _isa(facts),
        "models": [value for name, value in fields if name in ("model name", "cpu")],
        "physicalcount": len(physical) or sockets,
        "speed": readable_hertz(_hertz(fields)),
        "threads": threads,
    }
    return {"processors": {name: value for name, value in processors.items() if value is not None}}


def _topology(host: Host) -> tuple[int, int, int]:
    """Cores a socket, threads a core, sockets; out of the sets of processors that share a core, a package."""
    base = "/sys/devices/system/cpu"
    cpus = [f"{base}/{name}/topology" for name in host.names(base) if re.fullmatch(r"cpu\d+", name)]
    cpus = [path for path in cpus if host.exists(path)]
    cores = {host.text(f"{path}/thread_siblings_list") for path in cpus}
    sockets = {host.text(f"{path}/core_siblings_list") for path in cpus}
    return len(cores) // max(len(sockets), 1), len(cpus) // max(len(cores), 1), len(sockets)


def _hertz(fields: list[tuple[str, str]]) -> int:
    speeds = [value for name, value in fields if name in ("cpu MHz", "clock")]
    whole = re.match(r"\d+", speeds[-1]) if speeds else None
    return int(whole[0]) * 1_000_000 if whole else 0


def _isa(facts: Facts) -> str:
    # `uname -p`, which only the RedHat and Suse families patch to say something.
    return os.uname().machine if facts["os"]["family"] in ("RedHat", "Suse") else "unknown"
