"""virtual, is_virtual, hypervisors: what the host runs in.

A container is told by its control group and the environment of its first process, a virtual machine by the firmware's
product name, by its paravirtual devices and by the clock that its hypervisor lends it. No program is run: the same
answers as virt-what's, without its 200 ms.
"""

from __future__ import annotations

import re
from typing import Any

from bunraku.facts.collection import Facts
from bunraku.facts.host import Host

PHYSICAL = ("physical", "xen0", "vmware_server", "vmware_workstation", "openvzhn", "vserver_host")
"""Values of `virtual` on hosts that are not virtual themselves."""

PRODUCTS = {
    "VMware": "vmware",
    "VirtualBox": "virtualbox",
    "Parallels": "parallels",
    "KVM": "kvm",
    "Virtual Machine": "hyperv",
    "RHEV Hypervisor": "rhev",
    "oVirt Node": "ovirt",
    "HVM domU": "xenhvm",
    "Bochs": "bochs",
    "OpenBSD": "vmm",
    "BHYVE": "bhyve",
}
"""Words in the firmware's product name."""

PCI_VENDORS = {
    "0x80ee": "virtualbox",
    "0x5853": "xenhvm",
    "0x1414": "hyperv",
    "0x15ad": "vmware",
    "0x1ab8": "parallels",
    "0x1af4": "kvm",
}
"""Vendors of paravirtual PCI devices."""

CLOCKS = {"kvm-clock": "kvm", "hyperv_clocksource": "hyperv", "xen": "xenhvm"}
"""Clock sources that only a guest has (substring of the name)."""


def resolve(facts: Facts) -> dict[str, Any]:
    """The facts of virtualization."""
    container, details = _container(facts.host)
    machine = _machine(facts)
    virtual = container or machine or ("docker" if facts.host.exists("/.dockerenv") else "physical")
    hypervisors = {} if container is None else {container: details}
    if machine is not None and machine not in PHYSICAL:
        hypervisors |= _hypervisor(facts, machine)
    return {"hypervisors": hypervisors or None, "is_virtual": virtual not in PHYSICAL, "virtual": virtual}


def _container(host: Host) -> tuple[str | None, dict[str, str]]:
    groups = host.text("/proc/1/cgroup")
    environment = host.text("/proc/1/environ")
    if docker := re.search(r"docker[-/](\w+)", groups):
        return "docker", {"id": docker[1]}
    if lxc := re.search(r"^.*:/lxc/([^/\n]+)", groups, re.MULTILINE):
        return "lxc", {"name": lxc[1]}
    if "container=lxc" in environment:
        return "lxc", {}
    if "container=systemd-nspawn" in environment:
        return "systemd_nspawn", {"id": host.line("/etc/machine-id") or ""}
    return None, {}


def _machine(facts: Facts) -> str | None:
    host = facts.host
    dmi = facts.get("dmi", {})
    vendor = dmi.get("bios", {}).get("vendor", "")
    if "Google" in vendor:
        return "gce"
    if "Amazon EC2" in vendor:
        return "kvm"
    if host.exists("/dev/xen/evtchn"):
        return "xen0"
    if host.exists("/proc/xen"):
        return "xenu"
    product = dmi.get("product", {}).get("name", "")
    named = next((name for word, name in PRODUCTS.items() if word in product), None)
    return named or _by_clock(host) or _by_devices(host)


def _by_clock(host: Host) -> str | None:
    clocks = host.text("/sys/devices/system/clocksource/clocksource0/available_clocksource")
    return next((name for word, name in CLOCKS.items() if word in clocks), None)


def _by_devices(host: Host) -> str | None:
    base = "/sys/bus/pci/devices"
    vendors = (host.line(f"{base}/{device}/vendor") for device in host.names(base))
    return next((PCI_VENDORS[vendor] for vendor in vendors if vendor in PCI_VENDORS), None)


def _hypervisor(facts: Facts, machine: str) -> dict[str, Any]:
    maker = facts.get("dmi", {}).get("manufacturer", "")
    if machine in ("kvm", "gce"):
        clouds = {"Google": "google", "OpenStack": "openstack", "Amazon": "amazon"}
        return {"kvm": next(({name: True} for word, name in clouds.items() if maker.startswith(word)), {})}
    if machine.startswith("xen"):
        return {"xen": {"context": "hvm" if machine == "xenhvm" else "pv", "privileged": False}}
    return {machine: {}}
