"""The flat names of facter 2 and 3: answered when asked for, out of the structured facts; never listed."""

from __future__ import annotations

import re
from typing import Any

from bunraku.facts.collection import Facts

PUPPETVERSION = "7.23.0"
"""The Puppet whose language bunraku speaks."""

PATHS = {
    "architecture": "os.architecture",
    "augeasversion": "augeas.version",
    "bios_release_date": "dmi.bios.release_date",
    "bios_vendor": "dmi.bios.vendor",
    "bios_version": "dmi.bios.version",
    "boardassettag": "dmi.board.asset_tag",
    "boardmanufacturer": "dmi.board.manufacturer",
    "boardproductname": "dmi.board.product",
    "boardserialnumber": "dmi.board.serial_number",
    "chassisassettag": "dmi.chassis.asset_tag",
    "chassistype": "dmi.chassis.type",
    "domain": "networking.domain",
    "fqdn": "networking.fqdn",
    "gid": "identity.group",
    "hardwareisa": "processors.isa",
    "hardwaremodel": "os.hardware",
    "hostname": "networking.hostname",
    "id": "identity.user",
    "ipaddress": "networking.ip",
    "ipaddress6": "networking.ip6",
    "lsbdistcodename": "os.distro.codename",
    "lsbdistdescription": "os.distro.description",
    "lsbdistid": "os.distro.id",
    "lsbdistrelease": "os.distro.release.full",
    "lsbmajdistrelease": "os.distro.release.major",
    "lsbminordistrelease": "os.distro.release.minor",
    "lsbrelease": "os.distro.specification",
    "macaddress": "networking.mac",
    "manufacturer": "dmi.manufacturer",
    "memoryfree": "memory.system.available",
    "memorysize": "memory.system.total",
    "netmask": "networking.netmask",
    "netmask6": "networking.netmask6",
    "network": "networking.network",
    "network6": "networking.network6",
    "operatingsystem": "os.name",
    "operatingsystemmajrelease": "os.release.major",
    "operatingsystemrelease": "os.release.full",
    "osfamily": "os.family",
    "physicalprocessorcount": "processors.physicalcount",
    "processorcount": "processors.count",
    "productname": "dmi.product.name",
    "rubyplatform": "ruby.platform",
    "rubysitedir": "ruby.sitedir",
    "rubyversion": "ruby.version",
    "scope6": "networking.scope6",
    "selinux": "os.selinux.enabled",
    "selinux_config_mode": "os.selinux.config_mode",
    "selinux_config_policy": "os.selinux.config_policy",
    "selinux_current_mode": "os.selinux.current_mode",
    "selinux_enforced": "os.selinux.enforced",
    "selinux_policyversion": "os.selinux.policy_version",
    "serialnumber": "dmi.product.serial_number",
    "swapfree": "memory.swap.available",
    "swapsize": "memory.swap.total",
    "uptime": "system_uptime.uptime",
    "uptime_days": "system_uptime.days",
    "uptime_hours": "system_uptime.hours",
    "uptime_seconds": "system_uptime.seconds",
    "uuid": "dmi.product.uuid",
}
"""Names that stand for one value."""

MEBIBYTES = {
    "memoryfree_mb": "memory.system.available_bytes",
    "memorysize_mb": "memory.system.total_bytes",
    "swapfree_mb": "memory.swap.available_bytes",
    "swapsize_mb": "memory.swap.total_bytes",
}

OF_INTERFACE = {
    "ipaddress": "ip",
    "ipaddress6": "ip6",
    "macaddress": "mac",
    "mtu": "mtu",
    "netmask": "netmask",
    "netmask6": "netmask6",
    "network": "network",
    "network6": "network6",
    "scope6": "scope6",
}
"""`ipaddress_eth0` is the `ip` of the interface eth0; dots and colons of its name are written as `_`."""


def find(name: str, facts: Facts) -> Any:
    """The value of the flat fact `name`, or None."""
    if name in PATHS:
        return _dig(facts, PATHS[name])
    if name in MEBIBYTES:
        size = _dig(facts, MEBIBYTES[name])
        return None if size is None else size / 1024**2
    if name == "puppetversion":
        return PUPPETVERSION
    if name == "interfaces":
        return ",".join(sorted(map(_flat, facts["networking"]["interfaces"]))) or None
    if name == "blockdevices":
        return ",".join(facts.get("disks", ())) or None
    return _of_a_kind(name, facts)


def _of_a_kind(name: str, facts: Facts) -> Any:
    if match := re.fullmatch(r"(\w+?6?)_(\w+)", name):
        key = OF_INTERFACE.get(match[1])
        if key:
            return _named(facts["networking"]["interfaces"], match[2]).get(key)
    if match := re.fullmatch(r"processor(\d+)", name):
        models = facts["processors"]["models"]
        return models[int(match[1])] if int(match[1]) < len(models) else None
    if match := re.fullmatch(r"blockdevice_(\w+)_(model|size|vendor)", name):
        key = "size_bytes" if match[2] == "size" else match[2]
        return _named(facts.get("disks", {}), match[1]).get(key)
    if match := re.fullmatch(r"ssh(rsa|dsa|ecdsa|ed25519)key", name):
        return _dig(facts, f"ssh.{match[1]}.key")
    if match := re.fullmatch(r"sshfp_(rsa|dsa|ecdsa|ed25519)", name):
        prints = _dig(facts, f"ssh.{match[1]}.fingerprints")
        return prints and f"{prints['sha1']}\n{prints['sha256']}"
    return None


def _dig(facts: Facts, path: str) -> Any:
    value: Any = facts
    for step in path.split("."):
        value = value.get(step)
        if value is None:
            return None
    return value


def _flat(name: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", name, flags=re.IGNORECASE)


def _named(table: dict[str, Any], flat_name: str) -> dict[str, Any]:
    return next((values for name, values in table.items() if _flat(name) == flat_name), {})
