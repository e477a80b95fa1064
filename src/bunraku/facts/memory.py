"""memory: system memory and swap."""

from __future__ import annotations

from typing import Any

from bunraku.facts.collection import Facts
from bunraku.facts.units import readable_bytes


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `memory`; `swap` only where there is some."""
    sizes = _sizes(facts.host.text("/proc/meminfo"))
    if not sizes.get("MemTotal"):
        return {"memory": None}
    available = sizes.get("MemAvailable")
    if available is None:  # kernels before 3.14
        available = sizes["MemFree"] + sizes["Buffers"] + sizes["Cached"]
    memory = {"system": _usage(sizes["MemTotal"], available)}
    if sizes.get("SwapTotal"):
        memory["swap"] = _usage(sizes["SwapTotal"], sizes["SwapFree"])
    return {"memory": memory}


def _sizes(meminfo: str) -> dict[str, int]:
    """Bytes by name, out of lines such as `MemTotal:  24684084 kB`."""
    rows = (line.split() for line in meminfo.splitlines())
    return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if len(row) > 1}


def _usage(total: int, available: int) -> dict[str, Any]:
    used = total - available
    return {
        "available": readable_bytes(available),
        "available_bytes": available,
        "capacity": f"{used / total * 100:.2f}%",
        "total": readable_bytes(total),
        "total_bytes": total,
        "used": readable_bytes(used),
        "used_bytes": used,
    }
