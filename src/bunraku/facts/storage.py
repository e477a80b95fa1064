"""disks, filesystems, mountpoints."""

from __future__ import annotations

import os
import re
from typing import Any

from bunraku.facts.collection import Facts
from bunraku.facts.host import Host
from bunraku.facts.partitions import SECTOR
from bunraku.facts.units import percentage, readable_bytes


def resolve(facts: Facts) -> dict[str, Any]:
    """The facts of disks and what is mounted from them."""
    host = facts.host
    return {"disks": _disks(host) or None, "filesystems": _filesystems(host), "mountpoints": _mountpoints(host)}


def _disks(host: Host) -> dict[str, Any]:
    names = [name for name in host.names("/sys/block") if host.exists(f"/sys/block/{name}/device")]
    return {name: _disk(host, f"/sys/block/{name}") for name in names}


def _disk(host: Host, path: str) -> dict[str, Any]:
    udev = _udev(host, host.line(f"{path}/dev"))
    size = int(host.line(f"{path}/size") or 0) * SECTOR
    disk = {
        "model": host.line(f"{path}/device/model"),
        "serial": udev.get("ID_SERIAL_SHORT") or udev.get("ID_SERIAL") or host.line(f"{path}/device/serial"),
        "size": readable_bytes(size),
        "size_bytes": size,
        "type": "ssd" if host.line(f"{path}/queue/rotational") == "0" else "hdd",
        "vendor": host.line(f"{path}/device/vendor"),
        "wwn": udev.get("ID_WWN_WITH_EXTENSION") or udev.get("ID_WWN"),
    }
    return {name: value for name, value in disk.items() if value is not None}


def _udev(host: Host, number: str | None) -> dict[str, str]:
    """What udev noted of the device `8:0`: its properties by name."""
    lines = host.text(f"/run/udev/data/b{number}").splitlines()
    pairs = (line[2:].partition("=") for line in lines if line.startswith("E:"))
    return {name: value for name, _, value in pairs}


def _filesystems(host: Host) -> str:
    rows = (line.split() for line in host.text("/proc/filesystems").splitlines())
    return ",".join(sorted(row[0] for row in rows if len(row) == 1 and row[0] != "fuseblk"))


def _mountpoints(host: Host) -> dict[str, Any]:
    mounts = {}
    for line in host.text("/proc/self/mounts").splitlines():
        device, path, kind, options = (_unescaped(word) for word in line.split()[:4])
        if (re.match(r"/(proc|sys)", path) and kind != "tmpfs") or kind == "autofs":
            continue
        mounts[path] = {
            **_sizes(host.root + path),
            "device": _root_device(host) if device == "/dev/root" else device,
            "filesystem": kind,
            "options": options.split(","),
        }
    return mounts


def _unescaped(word: str) -> str:
    """A word of the mount table, where a space is written as `\\040`."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)


def _root_device(host: Host) -> str:
    match = re.search(r"root=(\S+)", host.text("/proc/cmdline"))
    return match[1] if match else "/dev/root"


def _sizes(path: str) -> dict[str, Any]:
    try:
        found = os.statvfs(path)
        size, free, available = (n * found.f_frsize for n in (found.f_blocks, found.f_bfree, found.f_bavail))
    except OSError:
        size = free = available = 0
    used = size - free
    return {
        "available": readable_bytes(available),
        "available_bytes": available,
        "capacity": percentage(used, used + available),
        "size": readable_bytes(size),
        "size_bytes": size,
        "used": readable_bytes(used),
        "used_bytes": used,
    }
