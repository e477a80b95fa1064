"""The hosts themselves: up in full, alike, and gone without a trace."""

import os
from pathlib import Path

import pytest
import steps
from host import REPOSITORY, Boot, Host

pytestmark = pytest.mark.root


def test_a_host_has_systemd_bunraku_and_puppet(host: Host) -> None:
    # Degraded: a unit that needs what this machine's kernel does not grant.
    assert host.output("systemctl", "is-system-running", "--wait") in ("running", "degraded")
    assert host.output("bunraku", "facts", "networking.fqdn").endswith("host.example.com")
    assert host.output("puppet", "--version").startswith("7.")


def test_what_a_host_changed_is_seen_and_is_gone_with_it(boot: Boot) -> None:
    host = boot("short")
    host.write("/srv/a/b", "x")
    assert (host.changes / "srv/a/b").read_text() == "x"
    assert host.read("/srv/a/b") == "x"
    root = host.root
    host.end()
    assert not root.exists()
    assert "bunraku-short" not in Path("/proc/self/mounts").read_text()
    assert not [name for name in os.listdir("/tmp") if name.startswith("bunraku-short")]


def test_the_page_tells_of_every_step() -> None:
    page = (REPOSITORY / "docs/hosts.md").read_text()
    assert steps.table() in page, "print the table with: python tests/hosts/steps.py"
