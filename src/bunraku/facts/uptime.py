"""system_uptime, load_averages."""

from __future__ import annotations

from typing import Any

from bunraku.facts.collection import Facts


def resolve(facts: Facts) -> dict[str, Any]:
    """How long the host has been up, and how busy it is."""
    words = facts.host.text("/proc/uptime").split()
    averages = map(float, facts.host.text("/proc/loadavg").split()[:3])
    return {
        "load_averages": dict(zip(("1m", "5m", "15m"), averages, strict=False)) or None,
        "system_uptime": _uptime(int(float(words[0]))) if words else None,
    }


def _uptime(seconds: int) -> dict[str, Any]:
    hours = seconds // 3600
    days = hours // 24
    if days == 0:
        text = f"{hours}:{seconds // 60 % 60:02} hours"
    else:
        text = "1 day" if days == 1 else f"{days} days"
    return {"days": days, "hours": hours, "seconds": seconds, "uptime": text}
