"""vxlan: a device `flannel.VNI` wraps frames in UDP (RFC 7348). Works wherever hosts reach each other.

For each host: its subnet is routed by the subnet's first address, whose MAC is the host's device, whose frames go to
the host's public address. All three are permanent, so the device learns nothing and floods nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from bunraku.flannel.backends.base import Backend
from bunraku.flannel.backends.host_gw import gateway_route, gateway_routes
from bunraku.flannel.config import NetworkConfig
from bunraku.flannel.lease import BadLease, Lease
from bunraku.flannel.uplink import Uplink
from bunraku.system.network import Device, Entry, Forward, Neighbour, Network, Route, Vxlan

OVERHEAD = 50
"""Bytes that a frame grows by: Ethernet 14, IPv4 20, UDP 8, VXLAN 8."""

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class VxlanBackend(Backend):
    """A VXLAN device; with DirectRouting, plain routes to hosts on the same link."""

    type = "vxlan"

    def __init__(self, config: NetworkConfig, uplink: Uplink, network: Network) -> None:
        super().__init__(config, uplink, network)
        largest = uplink.device.mtu - OVERHEAD
        self.mtu = self.number("MTU", largest, 576, largest)
        self.vni = self.number("VNI", 1, 1, 2**24 - 1)
        self.port = self.number("Port", 8472, 1, 65535)
        self.gbp = self.switch("GBP")
        self.direct = self.switch("DirectRouting")
        self.name = f"flannel.{self.vni}"
        self._mac = ""

    def prepare(self, before: Lease | None) -> dict[str, Any]:
        """Make the device. It keeps its MAC over restarts, so that the others need not learn another."""
        there = self.network.device(self.name)
        self._mac = (there and there.kind == "vxlan" and there.mac) or (before and _mac_of(before)) or _new_mac()
        self._make()
        return {"VNI": self.vni, "VtepMAC": self._mac}

    def _make(self) -> Device:
        below = self.uplink.device.number
        local = str(self.uplink.address)
        wanted = Vxlan(self.name, self.vni, self.port, local, below, self._mac, self.mtu, self.gbp)
        return self.network.make_vxlan(wanted)

    def settle(self, lease: Lease) -> None:
        """The device as it should be, with the subnet's first address."""
        self.network.set_address(self._make(), f"{lease.subnet.network_address}/32")

    def entries(self, peer: Lease) -> set[Entry]:
        """Route, neighbour and forwarding to the host; one route if it is next to us and that is asked for."""
        if self.direct and self.uplink.is_next_to(peer.public_ip):
            return {gateway_route(peer, self.uplink)}
        mac, gateway, device = _mac_of(peer), str(peer.subnet.network_address), self.name
        if mac is None:
            raise BadLease('its BackendData has no "VtepMAC"')
        return {
            Neighbour(gateway, mac, device),
            Forward(mac, str(peer.public_ip), device),
            Route(str(peer.subnet), gateway, device, onlink=True),
        }

    def present(self) -> set[Entry]:
        """All that leads by the device, and direct routes."""
        device = self.network.device(self.name)
        by_device = self.network.entries(device) if device else set()
        return by_device | gateway_routes(self.config, self.uplink, self.network)

    def remove(self, entries: Iterable[Entry]) -> None:
        """Remove the device, with which most entries go, and the direct routes."""
        device = self.network.device(self.name)
        if device is not None and self._mac:
            self.network.remove_device(device)
        super().remove(entry for entry in entries if entry.device != self.name)


def _mac_of(lease: Lease) -> str | None:
    data = lease.backend_data
    mac = data.get("VtepMAC") if isinstance(data, dict) else None
    return mac.lower() if isinstance(mac, str) and _MAC.fullmatch(mac.lower()) else None


def _new_mac() -> str:
    """A random MAC, locally administered, of one host (IEEE 802, 8.2)."""
    first, *rest = os.urandom(6)
    return bytes([first & 0xFC | 0x02, *rest]).hex(":")
