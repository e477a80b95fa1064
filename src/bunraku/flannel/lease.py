"""A lease: the subnet that a host has, and what the others need to reach it, as flannel writes both in etcd.

The key ends in the subnet (`10.5.1.0-24`, with IPv6 `10.5.1.0-24&fc00::-64`), the value is JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Any


class BadLease(ValueError):
    """A key or value that is none of flannel's leases."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A host's subnet, its address below the overlay, and its backend with that one's data (any JSON, or None)."""

    subnet: IPv4Network
    public_ip: IPv4Address
    backend_type: str
    backend_data: Any = None

    @property
    def name(self) -> str:
        """The last part of its key."""
        return str(self.subnet).replace("/", "-")

    def value(self) -> bytes:
        """What stands under the key, in flannel's form: what a backend does not need is left out."""
        table: dict[str, Any] = {"PublicIP": str(self.public_ip), "PublicIPv6": None}
        if self.backend_type != "alloc":
            table["BackendType"] = self.backend_type
        if self.backend_data is not None:
            table["BackendData"] = self.backend_data
        return json.dumps(table, separators=(",", ":")).encode()


def parse_subnet(name: str) -> IPv4Network:
    """The IPv4 subnet in the last part of a lease's key. Raises BadLease."""
    first, _, second = name.partition("&")
    try:
        if second:
            IPv6Network(_slashed(second))
        return IPv4Network(_slashed(first))
    except ValueError:
        raise BadLease("its name is not a subnet such as 10.5.1.0-24") from None


def parse_lease(name: str, value: bytes) -> Lease:
    """The lease under the key that ends in `name`. Raises BadLease."""
    subnet = parse_subnet(name)
    try:
        table = json.loads(value)
        public_ip = IPv4Address(table["PublicIP"])
        kind = table.get("BackendType") or "alloc"
        if not isinstance(kind, str):
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadLease('its value is not JSON with a "PublicIP"') from None
    return Lease(subnet, public_ip, kind, table.get("BackendData"))


def _slashed(text: str) -> str:
    address, dash, length = text.rpartition("-")
    if not dash:
        raise ValueError(text)
    return f"{address}/{length}"
