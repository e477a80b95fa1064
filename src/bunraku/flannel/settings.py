"""What an operator may set: flanneld's flags, and the environment as FLANNELD_NAME; a flag wins.

`OPTIONS` is the one list of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address
from typing import Any

from bunraku.system.options import Option, Options


class SettingsError(Exception):
    """A setting that cannot be used: what, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set. subnet_lease_renew_margin is in minutes, iptables_resync in seconds."""

    etcd_endpoints: tuple[str, ...] = ("http://127.0.0.1:4001", "http://127.0.0.1:2379")
    etcd_prefix: str = "/coreos.com/network"
    etcd_keyfile: str = ""
    etcd_certfile: str = ""
    etcd_cafile: str = ""
    etcd_username: str = ""
    etcd_password: str = ""
    iface: tuple[str, ...] = ()
    iface_regex: tuple[str, ...] = ()
    iface_can_reach: str = ""
    public_ip: str = ""
    public_ipv6: str = ""
    subnet_file: str = "/run/flannel/subnet.env"
    subnet_lease_renew_margin: int = 60
    ip_masq: bool = False
    iptables_resync: int = 5
    iptables_forward_rules: bool = True
    keep_network: bool = False
    healthz_ip: str = "0.0.0.0"
    healthz_port: int = 0
    net_config_path: str = ""
    v: int = 0

    def __repr__(self) -> str:
        # It may hold a password.
        return f"Settings(etcd_endpoints={self.etcd_endpoints!r}, etcd_prefix={self.etcd_prefix!r})"


_OPTIONS = (
    Option("etcd_endpoints", "URLs of etcd's members, with commas", "list"),
    Option("etcd_prefix", "where in etcd the network's keys are"),
    Option("etcd_keyfile", "our key for etcd"),
    Option("etcd_certfile", "our certificate for etcd"),
    Option("etcd_cafile", "the authority that signed the certificates of etcd's members"),
    Option("etcd_username", "user name for etcd"),
    Option("etcd_password", "its password; better in the environment, where others do not see it", secret=True),
    Option("iface", "interface, by name or address, that leads to the other hosts; may be repeated", "list"),
    Option("iface_regex", "pattern of its name or address; may be repeated", "list"),
    Option("iface_can_reach", "the interface that leads to this address"),
    Option("public_ip", "address that other hosts reach us by, where it is not the interface's"),
    Option("public_ipv6", "the same for IPv6"),
    Option("subnet_file", "file that is told the subnet and the MTU"),
    Option(
        "subnet_lease_renew_margin", "minutes before its end at which a lease is renewed", "number", least=1, most=1439
    ),
    Option("ip_masq", "masquerade what leaves the overlay network", "switch"),
    Option("iptables_resync", "seconds between two looks at the firewall's rules", "number", least=1),
    Option("iptables_forward_rules", "let the firewall forward what comes from or goes to the network", "switch"),
    Option("keep_network", "leave devices, routes and rules as they are when it ends", "switch"),
    Option("healthz_ip", "address to answer questions after our health on"),
    Option("healthz_port", "its port; 0 for none", "number", least=0, most=65535),
    Option("net_config_path", "accepted; of use only where Kubernetes keeps the leases"),
    Option("v", "how much is logged: 0, or 1 for everything", "number"),
)


OPTIONS = Options(_OPTIONS, variables="FLANNELD_", error=SettingsError)


def settle(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """The settings: defaults, then the environment, then `flags` (those given, by the options' names).

    Raises SettingsError.
    """
    settings = replace(Settings(), **OPTIONS.from_environment(environment) | OPTIONS.from_flags(flags))
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    """Raises SettingsError for what would be found out later only."""
    if settings.public_ip:
        try:
            IPv4Address(settings.public_ip)
        except ValueError:
            raise SettingsError(f"-public-ip: '{settings.public_ip}' is not an IPv4 address") from None
    if settings.iface_can_reach:
        try:
            ip_address(settings.iface_can_reach)
        except ValueError:
            raise SettingsError(f"-iface-can-reach: '{settings.iface_can_reach}' is not an address") from None
    for pattern in settings.iface_regex:
        try:
            re.compile(pattern)
        except re.error as error:
            raise SettingsError(f"-iface-regex: '{pattern}' is not a pattern: {error}") from None
    if bool(settings.etcd_certfile) != bool(settings.etcd_keyfile):
        raise SettingsError("-etcd-certfile and -etcd-keyfile go together: only one of them is given")
