"""The network's configuration: the JSON under PREFIX/config, checked, with flannel's defaults filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

LONGEST = 30
"""The longest prefix of a host's subnet: a bridge and two containers want addresses."""


class ConfigError(Exception):
    """A configuration that cannot be used: what, where, and what to do."""


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """What all hosts share: subnets of prefix `subnet_len` are taken from `subnet_min` to `subnet_max`."""

    network: IPv4Network
    subnet_len: int
    subnet_min: IPv4Address
    subnet_max: IPv4Address
    backend_type: str
    backend: Mapping[str, Any]

    def subnets(self) -> Iterator[IPv4Network]:
        """Every subnet that a host may take, in order."""
        size = 1 << (32 - self.subnet_len)
        for start in range(int(self.subnet_min), int(self.subnet_max) + 1, size):
            yield IPv4Network((start, self.subnet_len))

    def allows(self, subnet: IPv4Network) -> bool:
        """Whether a host may have the subnet."""
        first = self.subnet_min <= subnet.network_address <= self.subnet_max
        return first and subnet.prefixlen == self.subnet_len and subnet.subnet_of(self.network)


def parse_config(data: bytes, where: str) -> NetworkConfig:
    """The configuration in `data`, the value of the key `where`.

    Rules and defaults are flannel's (its Documentation/configuration.md): subnets are /24, in networks too small for
    four of them the network's prefix + 2; the first subnet of the network is left out. Raises ConfigError.
    """
    try:
        table = json.loads(data)
    except ValueError as error:
        raise ConfigError(f"{where}: is not JSON: {error}") from None
    if not isinstance(table, dict):
        raise ConfigError(f'{where}: is not a JSON object such as {{"Network": "10.5.0.0/16"}}')
    try:
        return _checked(table)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _checked(table: Mapping[str, Any]) -> NetworkConfig:
    if table.get("EnableIPv6") or table.get("EnableIPv4") is False:
        raise ConfigError("EnableIPv6 is not supported yet: only IPv4 networks are")
    network = _network(table)
    length = _subnet_len(table, network)
    size = 1 << (32 - length)
    low = _address(table, "SubnetMin", network, network.network_address + size)
    high = _address(table, "SubnetMax", network, network.broadcast_address + 1 - size)
    for name, value in (("SubnetMin", low), ("SubnetMax", high)):
        if int(value) % size:
            raise ConfigError(f"{name} {value} does not begin a subnet of SubnetLen {length}")
    if low > high:
        raise ConfigError(f"SubnetMin {low} is behind SubnetMax {high}: no subnet is left")
    backend = table.get("Backend") or {}
    if not isinstance(backend, dict) or not isinstance(backend.get("Type", ""), str):
        raise ConfigError('Backend is not an object such as {"Type": "vxlan"}')
    return NetworkConfig(network, length, low, high, backend.get("Type") or "udp", backend)


def _network(table: Mapping[str, Any]) -> IPv4Network:
    value = table.get("Network")
    if value is None:
        raise ConfigError('"Network" is missing: the network that hosts get their subnets from, such as "10.5.0.0/16"')
    try:
        if not isinstance(value, str) or "/" not in value:
            raise ValueError
        return IPv4Network(value, strict=False)
    except ValueError:
        raise ConfigError(f"Network {value!r} is not an IPv4 network such as 10.5.0.0/16") from None


def _subnet_len(table: Mapping[str, Any], network: IPv4Network) -> int:
    if network.prefixlen > LONGEST - 2:
        raise ConfigError(f"Network {network} is too small: the longest useful prefix is /{LONGEST - 2}")
    length = table.get("SubnetLen") or (24 if network.prefixlen <= 22 else network.prefixlen + 2)
    if not isinstance(length, int) or isinstance(length, bool) or not 0 < length <= LONGEST:
        raise ConfigError(f"SubnetLen {length!r} is not a number up to {LONGEST}")
    if length < network.prefixlen + 2:
        raise ConfigError(
            f"SubnetLen {length} leaves fewer than four subnets in {network}: it is {network.prefixlen + 2} at least"
        )
    return length


def _address(table: Mapping[str, Any], name: str, network: IPv4Network, default: IPv4Address) -> IPv4Address:
    value = table.get(name) or default
    try:
        address = IPv4Address(value)
    except ValueError:
        raise ConfigError(f"{name} {value!r} is not an IPv4 address") from None
    if address not in network:
        raise ConfigError(f"{name} {address} is not in the Network {network}")
    return address
