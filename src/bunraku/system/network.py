"""The kernel's network, looked at and changed (rtnetlink, by pyroute2): devices, addresses, routes, neighbours.

What a table of the kernel holds is told in small values, equal where the kernel's entries are; devices go by their
names, since one that is made again has another number. `key` says which of them cannot be there together. Importing
this costs a tenth of a second (see `rtnetlink`): daemons only.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, NamedTuple

from bunraku.system.rtnetlink import IPRoute, NetlinkError

_PERMANENT, _SELF = 0x80, 0x02  # NUD_PERMANENT, NTF_SELF
_ONLINK = 4  # RTNH_F_ONLINK
_MAIN_TABLE = 254
BOOT = 3
"""RTPROT_BOOT: who a route without another mark is from (`ip route add`, flanneld)."""


class NetworkError(Exception):
    """The kernel refused a change: what, and why."""

    def __init__(self, what: str, reason: str, number: int = 0) -> None:
        super().__init__(f"{what}: {reason}")
        self.number = number


class Device(NamedTuple):
    """A network interface. data: what `ip -d link` tells of its kind, as attributes of rtnetlink."""

    number: int
    name: str
    kind: str
    mac: str
    mtu: int
    up: bool
    data: dict[str, Any]


class Vxlan(NamedTuple):
    """A VXLAN device (RFC 7348) that learns nothing by itself. port: UDP; link: the number of the device below."""

    name: str
    vni: int
    port: int
    local: str
    link: int
    mac: str
    mtu: int
    gbp: bool = False

    def is_made(self, device: Device) -> bool:
        """Whether the device is this one, but for what can be changed while it is there (MAC and MTU)."""
        local = "IFLA_VXLAN_LOCAL6" if ":" in self.local else "IFLA_VXLAN_LOCAL"
        wanted: dict[str, Any] = {"IFLA_VXLAN_ID": self.vni, "IFLA_VXLAN_PORT": self.port, "IFLA_VXLAN_LINK": self.link}
        wanted |= {local: self.local, "IFLA_VXLAN_LEARNING": 0}
        same_data = all(device.data.get(name) == value for name, value in wanted.items())
        return device.kind == "vxlan" and same_data and ("IFLA_VXLAN_GBP" in device.data) == self.gbp


class Route(NamedTuple):
    """A route of the main table to `subnet` by the gateway `via`; onlink: it is taken to be on the device's link."""

    subnet: str
    via: str
    device: str
    onlink: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """One route leads to a subnet."""
        return "route", self.subnet


class Neighbour(NamedTuple):
    """A permanent entry of the ARP (or neighbour discovery) table."""

    address: str
    mac: str
    device: str

    @property
    def key(self) -> tuple[str, ...]:
        """One MAC belongs to an address."""
        return "neighbour", self.address, self.device


class Forward(NamedTuple):
    """A permanent entry of a VXLAN device's forwarding table: frames for `mac` go to the host `host`."""

    mac: str
    host: str
    device: str

    @property
    def key(self) -> tuple[str, ...]:
        """One host has a MAC."""
        return "forward", self.mac, self.device


Entry = Route | Neighbour | Forward


class Network:
    """The network of the namespace that we are in. Close it, or use it in a `with` block."""

    def __init__(self) -> None:
        self._ip = IPRoute()

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *_: object) -> None:
        self._ip.close()

    # Devices

    def devices(self) -> list[Device]:
        """Every interface, in the kernel's order."""
        return [_device(link) for link in self._ip.get_links()]

    def device(self, name: str) -> Device | None:
        """The interface of that name."""
        return next((device for device in self.devices() if device.name == name), None)

    def make_vxlan(self, wanted: Vxlan) -> Device:
        """Have the device there, up, with the MAC and MTU; one of that name that differs otherwise is replaced.

        Its MAC is set as it is made, so that nobody (systemd's MACAddressPolicy) takes it for a random one to change.
        Raises NetworkError.
        """
        found = self.device(wanted.name)
        if found is not None and not wanted.is_made(found):
            self.remove_device(found)
            found = None
        with _refusal(f"device {wanted.name}"):
            if found is None:
                self._ip.link("add", **_new_vxlan(wanted))
            elif (found.mac, found.mtu) != (wanted.mac, wanted.mtu):
                self._ip.link("set", index=found.number, address=wanted.mac, mtu=wanted.mtu)
            made = self.device(wanted.name)
            assert made is not None
            if not made.up:
                self._ip.link("set", index=made.number, state="up")
        return made

    def remove_device(self, device: Device) -> None:
        """Remove it, and with it its addresses and entries. Raises NetworkError."""
        with _refusal(f"device {device.name}", fine=(errno.ENODEV,)):
            self._ip.link("del", index=device.number)

    def set_address(self, device: Device, address: str) -> None:
        """Give the device `address` (with its prefix), and no other of that family but link-local ones."""
        wanted, _, prefix = address.partition("/")
        family = _family(wanted)
        there = {
            (_attribute(entry, "IFA_ADDRESS"), entry["prefixlen"])
            for entry in self._ip.get_addr(index=device.number, family=family)
        }
        with _refusal(f"address {address} of {device.name}", fine=(errno.EEXIST, errno.EADDRNOTAVAIL)):
            for other, length in there - {(wanted, int(prefix))}:
                if not ip_address(other).is_link_local:
                    self._ip.addr("del", index=device.number, address=other, prefixlen=length)
            if (wanted, int(prefix)) not in there:
                self._ip.addr("add", index=device.number, address=wanted, prefixlen=int(prefix))

    # Routes, neighbours, forwarding entries

    def way_to(self, address: str) -> int | None:
        """The number of the device by which the kernel would reach `address`; None if it knows no way."""
        with _refusal(f"the way to {address}", fine=(errno.ENETUNREACH, errno.EHOSTUNREACH)):
            for route in self._ip.route("get", dst=address, family=_family(address)):
                return _number(route, "RTA_OIF")
        return None

    def default_device(self, family: socket.AddressFamily = socket.AF_INET) -> int | None:
        """The number of the device that the default route with the least metric leaves by; None without one."""
        found = [
            (_attribute(route, "RTA_PRIORITY") or 0, _number(route, "RTA_OIF"))
            for route in self._ip.get_default_routes(family=family, table=_MAIN_TABLE)
        ]
        return min((entry for entry in found if entry[1] is not None), default=(0, None))[1]

    def entries(self, device: Device) -> set[Entry]:
        """What leads by the device: routes with a gateway, permanent neighbours and forwarding entries."""
        found: set[Entry] = set()
        for family in (socket.AF_INET, socket.AF_INET6):
            found.update(self._routes(device, family))
            for entry in self._ip.get_neighbours(family=family, ifindex=device.number):
                mac = _attribute(entry, "NDA_LLADDR")
                if entry["state"] & _PERMANENT and mac and entry["ifindex"] == device.number:
                    found.add(Neighbour(_attribute(entry, "NDA_DST"), mac, device.name))
        if device.kind == "vxlan":
            for entry in self._ip.fdb("dump", ifindex=device.number):
                host = _attribute(entry, "NDA_DST")
                if host and entry["ifindex"] == device.number:
                    found.add(Forward(_attribute(entry, "NDA_LLADDR"), host, device.name))
        return found

    def _routes(self, device: Device, family: socket.AddressFamily) -> Iterator[Route]:
        for route in self._ip.get_routes(family=family, table=_MAIN_TABLE):
            subnet, via = _attribute(route, "RTA_DST"), _attribute(route, "RTA_GATEWAY")
            if subnet and via and _number(route, "RTA_OIF") == device.number and route["proto"] == BOOT:
                yield Route(f"{subnet}/{route['dst_len']}", via, device.name, bool(route["flags"] & _ONLINK))

    def put(self, entry: Entry) -> None:
        """Have the entry there, in the place of one with its key. Raises NetworkError."""
        with _refusal(shown(entry)):
            match entry:
                case Route(subnet, via, device, onlink):
                    flags = _ONLINK if onlink else 0
                    self._ip.route("replace", dst=subnet, gateway=via, oif=_index(device), flags=flags, proto=BOOT)
                case Neighbour(address, mac, device):
                    self._ip.neigh("replace", dst=address, lladdr=mac, ifindex=_index(device), state=_PERMANENT)
                case Forward(mac, host, device):
                    self._ip.fdb("replace", **_forwarding(mac, host, device))

    def remove(self, entry: Entry) -> None:
        """Have the entry gone. Raises NetworkError."""
        with _refusal(shown(entry), fine=(errno.ENOENT, errno.ESRCH, errno.ENODEV)):
            match entry:
                case Route(subnet, via, device, _):
                    self._ip.route("del", dst=subnet, gateway=via, oif=_index(device))
                case Neighbour(address, _, device):
                    self._ip.neigh("del", dst=address, ifindex=_index(device))
                case Forward(mac, host, device):
                    self._ip.fdb("del", **_forwarding(mac, host, device))


def changes(present: Iterable[Entry], wanted: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """(what to remove, what to put) to come from one set of entries to the other; routes are put last."""
    present, wanted = set(present), set(wanted)
    kept = {entry.key for entry in wanted}
    superfluous = [entry for entry in present - wanted if entry.key not in kept]
    return (
        sorted(superfluous, key=lambda entry: not isinstance(entry, Route)),
        sorted(wanted - present, key=lambda entry: isinstance(entry, Route)),
    )


def _device(link: Any) -> Device:
    info = link.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND") or ""
    data = link.get_nested("IFLA_LINKINFO", "IFLA_INFO_DATA") if info == "vxlan" else None
    return Device(
        link["index"],
        _attribute(link, "IFLA_IFNAME"),
        info,
        _attribute(link, "IFLA_ADDRESS") or "",
        _attribute(link, "IFLA_MTU") or 0,
        bool(link["flags"] & 1),
        dict(data["attrs"]) if data else {},
    )


def _new_vxlan(wanted: Vxlan) -> dict[str, Any]:
    made = {
        "ifname": wanted.name,
        "kind": "vxlan",
        "address": wanted.mac,
        "mtu": wanted.mtu,
        "vxlan_id": wanted.vni,
        "vxlan_port": wanted.port,
        "vxlan_link": wanted.link,
        "vxlan_learning": False,
        "vxlan_local6" if ":" in wanted.local else "vxlan_local": wanted.local,
    }
    return made | ({"vxlan_gbp": True} if wanted.gbp else {})


def _forwarding(mac: str, host: str, device: str) -> dict[str, Any]:
    return {"ifindex": _index(device), "lladdr": mac, "dst": host, "state": _PERMANENT, "flags": _SELF}


def _index(device: str) -> int:
    try:
        return socket.if_nametoindex(device)
    except OSError:
        raise NetlinkError(errno.ENODEV, "there is no such device") from None


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _attribute(message: Any, name: str) -> Any:
    return message.get_attr(name)


def _number(message: Any, name: str) -> int | None:
    value = message.get_attr(name)
    return int(value) if value is not None else None


def shown(entry: Entry) -> str:
    """An entry in words."""
    match entry:
        case Route(subnet, via, _, _):
            return f"route to {subnet} via {via}"
        case Neighbour(address, mac, _):
            return f"neighbour {address} at {mac}"
        case Forward(mac, host, _):
            return f"forwarding of {mac} to {host}"


_REASONS = {
    errno.ENODEV: "the device is not there",
    errno.EPERM: "not permitted: this needs root, or CAP_NET_ADMIN",
    errno.EOPNOTSUPP: "this kernel does not have it (a module that is missing?)",
    errno.ENETUNREACH: "the gateway is not on this device's network",
    errno.EEXIST: "something of that kind is there already",
}


@contextmanager
def _refusal(what: str, fine: tuple[int, ...] = ()) -> Iterator[None]:
    """Turn the kernel's refusal into a NetworkError; the numbers in `fine` are no errors."""
    try:
        yield
    except NetlinkError as error:
        if error.code not in fine:
            raise NetworkError(what, _REASONS.get(error.code, error.args[1]), error.code) from None
