"""The subnet file: what this host was given, as lines that a shell reads, for whatever starts its containers."""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from pathlib import Path

from bunraku.flannel.config import NetworkConfig
from bunraku.system import files

_SUBNET = re.compile(r"^FLANNEL_SUBNET=(\S+)$", re.MULTILINE)


def write(path: str, config: NetworkConfig, subnet: IPv4Network, mtu: int, ip_masq: bool) -> None:
    """Write the file, whole. FLANNEL_SUBNET is the first address of the subnet, for the bridge. Raises OSError."""
    lines = {
        "FLANNEL_NETWORK": config.network,
        "FLANNEL_SUBNET": f"{subnet.network_address + 1}/{subnet.prefixlen}",
        "FLANNEL_MTU": mtu,
        "FLANNEL_IPMASQ": str(ip_masq).lower(),
    }
    folder = Path(path).absolute().parent
    if not folder.is_dir():
        files.make_folder(str(folder), mode=0o755)
    files.replace(path, "".join(f"{name}={value}\n" for name, value in lines.items()).encode(), mode=0o644)


def read_subnet(path: str) -> IPv4Network | None:
    """The subnet in a file of an earlier run; None where there is none that can be read."""
    try:
        found = _SUBNET.search(Path(path).read_text(encoding="utf-8"))
        return IPv4Network(found[1], strict=False) if found else None
    except (OSError, ValueError):
        return None
