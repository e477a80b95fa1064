"""The facts of this host, set beside facter's, and of made-up hosts."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bunraku.facts import Facts, collect
from bunraku.facts.collection import FAMILIES
from bunraku.facts.host import Host

MOVING = ("load_averages", "system_uptime", "memory", "mountpoints", "memoryfree", "memoryfree_mb", "uptime")
"""Facts whose numbers differ from one moment to the next; their shape is compared."""


@pytest.fixture(scope="module")
def facter() -> dict[str, Any]:
    program = shutil.which("facter")
    if program is None:
        pytest.skip("facter is not installed: nothing to compare with")
    done = subprocess.run([program, "--json", "--show-legacy"], capture_output=True, timeout=60, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value).__name__


def test_every_fact_of_facter_is_known_with_its_value(facter: dict[str, Any]) -> None:
    facts = collect()
    wrong = {}
    for name, theirs in facter.items():
        ours = facts.get(name)
        if name in MOVING or name.startswith(("uptime", "swapfree")):
            ours, theirs = shape(ours), shape(theirs)
        if ours != theirs:
            wrong[name] = (ours, theirs)
    # dhcp_servers is {"system": null} where there is no DHCP: a hash without content, which we leave out.
    wrong.pop("dhcp_servers", None)
    assert wrong == {}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_answers_what_its_row_says(family: str) -> None:
    module = import_module(f"bunraku.facts.{family}")
    assert tuple(sorted(module.resolve(collect()))) == FAMILIES[family]


def test_reading_one_fact_resolves_only_its_family() -> None:
    facts = collect()
    assert facts["kernel"] == "Linux"
    assert set(facts._known) == set(FAMILIES["kernel"])


def test_a_path_leads_into_a_fact() -> None:
    facts = collect()
    assert facts.dig("os.family") == facts["os"]["family"]
    assert facts.dig("processors.models.0") == facts["processors"]["models"][0]
    for path in ("nothing", "os.nothing", "processors.models.x", "kernel.sub"):
        with pytest.raises(KeyError):
            facts.dig(path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Any]:
    def make(files: dict[str, str]) -> Facts:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Facts(Host(str(tmp_path)))

    yield make


def test_redhat_is_told_by_its_release_file(elsewhere: Any) -> None:
    facts = elsewhere(
        {
            "etc/os-release": 'NAME="Red Hat Enterprise Linux"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="8.7"\n',
            "etc/redhat-release": "Red Hat Enterprise Linux release 8.7 (Ootpa)\n",
        }
    )
    os = facts["os"]
    assert (os["family"], os["name"], os["release"]) == (
        "RedHat",
        "RedHat",
        {"full": "8.7", "major": "8", "minor": "7"},
    )
    assert os["distro"]["codename"] == "Ootpa"
    assert os["distro"]["id"] == "RedHatEnterprise"


def test_ubuntu_has_year_and_month_as_its_major_version(elsewhere: Any) -> None:
    text = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n'
    os = elsewhere({"etc/os-release": text})["os"]
    assert (os["family"], os["name"], os["release"]["major"]) == ("Debian", "Ubuntu", "22.04")


@pytest.mark.parametrize(
    ("files", "virtual", "is_virtual"),
    [
        ({}, "physical", False),
        ({"sys/class/dmi/id/product_name": "VMware Virtual Platform\n"}, "vmware", True),
        ({"sys/class/dmi/id/product_name": "VirtualBox\n"}, "virtualbox", True),
        ({"sys/class/dmi/id/bios_vendor": "Google\n"}, "gce", True),
        ({"proc/1/cgroup": "0::/docker/4e7d\n"}, "docker", True),
        ({"proc/1/environ": "container=systemd-nspawn\0", "etc/machine-id": "12\n"}, "systemd_nspawn", True),
        ({"sys/bus/pci/devices/0000:00:01.0/vendor": "0x1af4\n"}, "kvm", True),
    ],
)
def test_virtual_machines_and_containers_are_told(
    elsewhere: Any, files: dict[str, str], virtual: str, is_virtual: bool
) -> None:
    facts = elsewhere(files)
    assert (facts["virtual"], facts["is_virtual"]) == (virtual, is_virtual)


def test_swap_is_shown_where_there_is_some(elsewhere: Any) -> None:
    text = "MemTotal: 2048 kB\nMemAvailable: 1024 kB\nSwapTotal: 1024 kB\nSwapFree: 1024 kB\n"
    facts = elsewhere({"proc/meminfo": text})
    assert facts["memory"]["system"]["capacity"] == "50.00%"
    assert facts["memory"]["swap"]["used"] == "0 bytes"
    assert facts["swapsize_mb"] == 1.0
