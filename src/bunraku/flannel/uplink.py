"""The interface below the overlay: which one it is, by flags or by the default route, and its addresses."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from bunraku.flannel.settings import Settings, SettingsError
from bunraku.system import netlink
from bunraku.system.network import Device, Network


@dataclass(frozen=True, slots=True)
class Uplink:
    """The interface, its address, the networks on its link, and the address that other hosts reach us by."""

    device: Device
    address: IPv4Address
    networks: tuple[IPv4Network, ...]
    public_ip: IPv4Address

    def is_next_to(self, address: IPv4Address) -> bool:
        """Whether `address` is on the interface's link."""
        return any(address in network for network in self.networks)


def choose(network: Network, settings: Settings) -> Uplink:
    """The interface that the settings ask for. Raises SettingsError naming what was looked for and what there is.

    As flanneld: `iface` (names or addresses), then `iface-regex`, the first that is found; `iface-can-reach`; else the
    interface of the default route.
    """
    addresses = list(_addresses())
    devices = {device.number: device for device in network.devices()}
    name, address = _search(network, settings, devices, addresses)
    own = [interface for other, interface in addresses if other == name]
    address = address or next((one.ip for one in own if not one.is_link_local), own[0].ip if own else None)
    if address is None:
        raise SettingsError(f"interface {name} has no IPv4 address; choose another with -iface")
    device = next(device for device in devices.values() if device.name == name)
    public_ip = IPv4Address(settings.public_ip) if settings.public_ip else address
    return Uplink(device, address, tuple(interface.network for interface in own), public_ip)


def _addresses() -> Iterator[tuple[str, IPv4Interface]]:
    """(interface's name, address) of every IPv4 address; an alias counts as its interface."""
    for one in netlink.addresses():
        if one.family == socket.AF_INET:
            yield one.name.partition(":")[0], IPv4Interface(f"{one.address}/{one.prefix}")


def _search(
    network: Network, settings: Settings, devices: dict[int, Device], addresses: list[tuple[str, IPv4Interface]]
) -> tuple[str, IPv4Address | None]:
    """The interface's name, and its address where that was asked for."""
    names = [device.name for device in devices.values()]
    if settings.iface or settings.iface_regex:
        for wanted in settings.iface:
            if wanted in names:
                return wanted, None
            for name, interface in addresses:
                if str(interface.ip) == wanted:
                    return name, interface.ip
        for pattern in settings.iface_regex:
            for match in _matching(pattern, names, addresses):
                return match
        asked = ", ".join((*settings.iface, *settings.iface_regex))
        raise SettingsError(f"no interface is {asked}: there are {', '.join(names)}")
    if settings.iface_can_reach:
        number = network.way_to(settings.iface_can_reach)
        if number is None:
            raise SettingsError(f"no interface leads to {settings.iface_can_reach}")
    else:
        number = network.default_device()
        if number is None:
            raise SettingsError("there is no default route that would tell the interface: name it with -iface")
    return devices[number].name, None


def _matching(
    pattern: str, names: Iterable[str], addresses: list[tuple[str, IPv4Interface]]
) -> Iterator[tuple[str, IPv4Address | None]]:
    for name, interface in addresses:
        if re.search(pattern, str(interface.ip)):
            yield name, interface.ip
    for name in names:
        if re.search(pattern, name):
            yield name, None
