"""networking: names, interfaces with every binding, and the primary interface's values at the top."""

from __future__ import annotations

import os
import re
import socket
from typing import Any

from bunraku.facts.collection import Facts
from bunraku.facts.host import Host
from bunraku.system import netlink

IPV6_FLAGS = (
    ("temporary", 0x01),
    ("noad", 0x02),
    ("optimistic", 0x04),
    ("dadfailed", 0x08),
    ("homeaddress", 0x10),
    ("deprecated", 0x20),
    ("tentative", 0x40),
    ("permanent", 0x80),
)
"""Names of the bits of an IPv6 address's flags (linux/if_addr.h)."""


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `networking`."""
    host = facts.host
    links = netlink.links()
    interfaces = _interfaces(host, links)
    primary = _primary(host, interfaces)
    networking = {**_names(host), "interfaces": interfaces, "primary": primary}
    if primary is not None:
        main = interfaces[primary]
        networking |= {name: value for name, value in main.items() if name not in ("bindings", "bindings6")}
    return {"networking": {name: value for name, value in networking.items() if value is not None}}


def _names(host: Host) -> dict[str, str | None]:
    """hostname, domain and fqdn: as the kernel, the resolver and resolv.conf tell, in this order."""
    hostname, _, domain = os.uname().nodename.partition(".")
    fqdn = None
    if not domain:
        fqdn = _canonical_name(hostname)
        if fqdn and fqdn.startswith(f"{hostname}."):
            domain = fqdn.partition(".")[2]
    if not domain:
        resolver = host.text("/etc/resolv.conf")
        match = re.search(r"^domain\s+(\S+)", resolver, re.M) or re.search(r"^search\s+(\S+)", resolver, re.M)
        domain = match[1] if match else ""
    full = fqdn or (f"{hostname}.{domain}" if domain else hostname)
    return {"domain": domain or None, "fqdn": full, "hostname": hostname}


def _canonical_name(hostname: str) -> str | None:
    try:
        # As bytes, the name need not go through Python's own IDNA tables.
        answers = socket.getaddrinfo(hostname.encode(), None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except OSError:
        return None
    name = answers[0][3]
    return name if name and name != hostname else None


def _interfaces(host: Host, links: list[netlink.Link]) -> dict[str, Any]:
    names = {link.number: link.name for link in links}
    interfaces: dict[str, Any] = {}
    for link in links:
        values: dict[str, Any] = {}
        mac = _bonded_mac(host, link.name, names.get(link.master or 0)) or link.mac
        if mac:
            values["mac"] = mac
        values["mtu"] = link.mtu
        if server := _dhcp_server(host, link):
            values["dhcp"] = server
        interfaces[link.name] = values
    for address in netlink.addresses():
        _bindings(interfaces.setdefault(address.name, {}), address.family).append(_binding(address))
    for route in netlink.routes():
        # A source address that is bound elsewhere (an anycast address on lo) counts for the interface it leaves by.
        if route.source and route.interface in names:
            bindings = _bindings(interfaces[names[route.interface]], route.family)
            if all(binding["address"] != route.source for binding in bindings):
                bindings.append({"address": route.source})
    for values in interfaces.values():
        _expand(values, "bindings", "")
        _expand(values, "bindings6", "6")
    return interfaces


def _bindings(values: dict[str, Any], family: socket.AddressFamily) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = values.setdefault("bindings" if family == socket.AF_INET else "bindings6", [])
    return found


def _binding(address: netlink.Address) -> dict[str, Any]:
    raw = socket.inet_pton(address.family, address.address)
    bits = len(raw) * 8
    mask = ((1 << address.prefix) - 1) << (bits - address.prefix)
    network = int.from_bytes(raw, "big") & mask
    binding: dict[str, Any] = {
        "address": address.address,
        "netmask": socket.inet_ntop(address.family, mask.to_bytes(len(raw), "big")),
        "network": socket.inet_ntop(address.family, network.to_bytes(len(raw), "big")),
    }
    if address.family == socket.AF_INET6:
        binding["scope6"] = _scope6(address.address)
        binding["flags"] = [name for name, bit in IPV6_FLAGS if address.flags & bit]
    return binding


def _scope6(address: str) -> str:
    if address == "::1":
        return "host"
    first = int.from_bytes(socket.inet_pton(socket.AF_INET6, address)[:2], "big") & 0xFFC0
    return {0xFE80: "link", 0xFEC0: "site"}.get(first, "global")


def _expand(values: dict[str, Any], key: str, suffix: str) -> None:
    """Puts the first routable binding's values beside the list of bindings."""
    bindings = values.get(key)
    if not bindings:
        return
    best = next((binding for binding in bindings if _routable(binding["address"])), bindings[0])
    values[f"ip{suffix}"] = best["address"]
    for name in ("netmask", "network"):
        if name in best:
            values[f"{name}{suffix}"] = best[name]
    if suffix:
        values["scope6"] = _scope6(best["address"])


def _routable(address: str) -> bool:
    """Whether it is neither loopback, link-local nor unique-local."""
    if ":" not in address:
        return not address.startswith(("127.", "169.254."))
    first = socket.inet_pton(socket.AF_INET6, address)[:2]
    return address != "::1" and first[0] & 0xFE != 0xFC and _scope6(address) != "link"


def _primary(host: Host, interfaces: dict[str, Any]) -> str | None:
    """The interface of the default route, else the first with a routable address."""
    for line in host.text("/proc/net/route").splitlines()[1:]:
        words = line.split()
        if len(words) > 7 and words[1] == "00000000" and words[7] == "00000000" and words[0] in interfaces:
            return words[0]
    for name, values in interfaces.items():
        if any(_routable(binding["address"]) for key in ("bindings", "bindings6") for binding in values.get(key, ())):
            return name
    return None


def _bonded_mac(host: Host, name: str, master: str | None) -> str | None:
    """The permanent address of an interface in a bond, which lends it another."""
    text = host.text(f"/proc/net/bonding/{master}") if master else ""
    match = re.search(
        rf"Slave Interface: {re.escape(name)}\n(?:(?!Slave Interface).*\n)*?Permanent HW addr: (\S+)", text
    )
    return match[1] if match else None


def _dhcp_server(host: Host, link: netlink.Link) -> str | None:
    lease = host.text(f"/run/systemd/netif/leases/{link.number}")
    if match := re.search(r"SERVER_ADDRESS=(.*)", lease):
        return match[1]
    for folder in ("/var/lib/dhclient", "/var/lib/dhcp", "/var/lib/dhcp3", "/var/lib/NetworkManager", "/var/db"):
        for name in host.names(folder):
            if re.search(r"dhclient.*\.lease", name):
                text = host.text(f"{folder}/{name}")
                match = re.search(r"dhcp-server-identifier ([0-9.]+)", text)
                if match and re.search(rf"interface.*{re.escape(link.name)}", text):
                    return match[1]
    for name in host.names("/var/lib/NetworkManager"):
        if re.search(rf"internal.*{re.escape(link.name)}\.lease", name):
            match = re.search(r"SERVER_ADDRESS=(.*)", host.text(f"/var/lib/NetworkManager/{name}"))
            if match:
                return match[1]
    return None
