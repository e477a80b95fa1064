"""os: family, name, release, distribution, architecture, SELinux."""

from __future__ import annotations

import os
import re
from typing import Any

from bunraku.facts.collection import Facts
from bunraku.facts.host import Host

FAMILIES = {
    "RedHat": "redhat rhel fedora centos scientific ascendos cloudlinux psbm oraclelinux ovs oel amazon xenserver "
    "xcp-ng virtuozzo photon mariner",
    "Debian": "debian ubuntu huaweios linuxmint devuan kde",
    "Suse": "sles sled suse",
    "Gentoo": "gentoo",
    "Archlinux": "arch manjaro",
    "Mandrake": "mandrake mandriva mageia",
}
"""The family of a distribution whose ID or ID_LIKE holds one of these words; the first family wins."""


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `os`."""
    host = facts.host
    about = _os_release(host)
    family = _family(about)
    release, distro = _distribution(host, family, about)
    return {
        "os": {
            "architecture": _architecture(family),
            "distro": {name: value for name, value in distro.items() if value},
            "family": family,
            "hardware": os.uname().machine,
            "name": _name(about.get("NAME", "Linux")),
            "release": release,
            "selinux": _selinux(host),
        }
    }


def _os_release(host: Host) -> dict[str, str]:
    pairs = (line.strip().replace('"', "").partition("=") for line in host.text("/etc/os-release").splitlines())
    return {name: value for name, mark, value in pairs if mark}


def _family(about: dict[str, str]) -> str:
    like = (about.get("ID_LIKE") or about.get("ID") or "linux").lower()
    for family, words in FAMILIES.items():
        if any(word in like for word in words.split()):
            return family.capitalize() if family != "RedHat" else "RedHat"
    return like.capitalize()


def _name(name: str) -> str:
    """The name as one word: `Debian GNU/Linux` → `Debian`, `Red Hat Enterprise Linux` → `RedHat`."""
    words = name.split()
    if name.lower().startswith(("red", "oracle", "arch", "manjaro")):
        words = ["".join(words[:2])]
    elif name.lower().endswith("mariner"):
        words = words[-1:]
    word = words[0] if words else name
    if word.lower().startswith(("arch", "manjaro")):
        return word.capitalize()
    return word + "Linux" if word.lower().startswith("virtuozzo") else word


def _distribution(host: Host, family: str, about: dict[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """os.release and os.distro. Distributions keep the exact version in different files."""
    if host.exists("/etc/redhat-release"):
        text = host.text("/etc/redhat-release").strip()
        name, _, tail = text.partition("release")
        release = _versions((tail.split() or [about.get("VERSION_ID", "")])[0])
        codename = re.search(r"release.*\((.*)\)", text)
        identity = "".join(word for word in name.split() if word.lower() != "linux")
        distro = {"codename": codename and codename[1], "description": text, "id": identity, "release": release}
        return release, distro
    version = about.get("VERSION_ID", "")
    if about.get("ID") == "debian":
        version = host.line("/etc/debian_version") or version
    release = _versions(version)
    if "minor" in release:
        release["minor"] = re.sub(r"^0([1-9])", r"\1", release["minor"])
    distro = {
        "codename": about.get("VERSION_CODENAME") or _codename(about.get("VERSION", "")),
        "description": about.get("PRETTY_NAME"),
        "id": about.get("ID", "").capitalize(),
        "release": release,
    }
    if about.get("ID") == "ubuntu":
        # The year and month are one number to Ubuntu: 22.04 is the major version.
        release = {"full": version, "major": version}
        distro["release"] = release
    return release, distro


def _versions(version: str) -> dict[str, str]:
    parts = version.split(".")
    return {"full": version, "major": parts[0]} | ({"minor": parts[1]} if len(parts) > 1 else {})


def _codename(version: str) -> str | None:
    match = re.search(r"\((.*)\)$", version)
    return match[1] if match else None


def _architecture(family: str) -> str:
    machine = os.uname().machine
    if re.search(r"i[3456]86|pentium", machine):
        return "i386"
    return "amd64" if machine == "x86_64" and family == "Debian" else machine


def _selinux(host: Host) -> dict[str, Any]:
    mounts = (line.split() for line in host.text("/proc/self/mounts").splitlines())
    folder = next((words[1] for words in mounts if len(words) > 2 and words[2] == "selinuxfs"), None)
    config = host.text("/etc/selinux/config")
    if folder is None or not config:
        return {"enabled": False}
    enforced = host.line(f"{folder}/enforce") == "1"
    mode = re.search(r"^SELINUX=(.*)$", config, re.MULTILINE)
    policy = re.search(r"^SELINUXTYPE=(.*)$", config, re.MULTILINE)
    return {
        "config_mode": mode and mode[1].strip(),
        "config_policy": policy and policy[1].strip(),
        "current_mode": "enforcing" if enforced else "permissive",
        "enabled": True,
        "enforced": enforced,
        "policy_version": host.line(f"{folder}/policyvers"),
    }
