"""What goes wrong on a host: a clear error each, nothing lost, nothing written elsewhere, nothing left running."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import packages
import pytest
from host import Host, children, wait_until

pytestmark = pytest.mark.root


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if ".bunraku-" in path.name]


def test_a_full_disk(host: Host) -> None:
    host.run("sh", "-c", "mkdir /srv/full; mount -t tmpfs -o size=64k full /srv/full; echo old >/srv/full/file")
    did = host.apply("file { '/srv/full/file': content => sprintf('%200000s', 'x'), backup => false }")
    assert did.failures == ["File[/srv/full/file]: no space left on device"]
    assert host.read("/srv/full/file") == "old\n"
    assert left_behind(host.root / "srv/full") == []


def test_a_full_disk_of_our_own(host: Host) -> None:
    host.run("sh", "-c", "mkdir /srv/state; mount -t tmpfs -o size=16k,nr_inodes=3 full /srv/state")
    host.write("/srv/kept", "old\n")
    done = host.run(
        *("bunraku", "apply", "--statedir", "/srv/state", "-e", "file { '/srv/kept': content => 'new' }"), ok=False
    )
    # The old content could not be kept, so it is not replaced.
    assert done.returncode == 1
    assert "no space left" in (done.stdout + done.stderr).lower()
    assert "Traceback" not in done.stderr
    assert host.read("/srv/kept") == "old\n"


def test_a_read_only_folder(host: Host) -> None:
    host.run(
        "sh", "-c", "mkdir /srv/ro; mount -t tmpfs ro /srv/ro; echo old >/srv/ro/file; mount -o remount,ro /srv/ro"
    )
    did = host.apply("file { '/srv/ro/file': content => 'new' }\nfile { '/srv/beside': content => 'new' }")
    assert did.failures == ["File[/srv/ro/file]: read-only file system"]
    assert host.read("/srv/ro/file") == "old\n"
    assert host.read("/srv/beside") == "new"


def test_a_parent_that_vanishes(host: Host) -> None:
    did = host.apply("""
        file { '/srv/parent': ensure => directory }
        -> exec { '/bin/rmdir /srv/parent': }
        -> file { '/srv/parent/child': content => 'x' }
    """)
    assert did.failures == [
        "File[/srv/parent/child]: Cannot create /srv/parent/child; parent directory /srv/parent does not exist"
    ]


def test_a_link_swapped_in_leads_nowhere_else(host: Host) -> None:
    """While a file is managed somebody swaps it for a link to a file that is none of its business, and back."""
    secret = host.root / "srv/secret"
    host.write("/srv/secret", "secret\n", 0o600)
    host.run("sh", "-c", "mkdir -p /srv/swapped/tree/sub; echo x >/srv/swapped/tree/sub/file")
    swap = "cd /srv/swapped; while :; do ln -sfn /srv/secret victim; echo x >tmp; mv -f tmp victim; done"
    swapper = host.start("sh", "-c", swap)
    code = """
        file { '/srv/swapped/victim': content => "managed %d\\n", owner => 'daemon', group => 'daemon', mode => '0666' }
        file { '/srv/swapped': ensure => directory, recurse => true, owner => 'daemon', mode => '0777' }
    """
    try:
        for number in range(8):
            host.apply(code % number)
    finally:
        for child in children(swapper.pid):
            send(child)
        swapper.wait(timeout=30)
    status = secret.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, 0, 0o600)
    assert secret.read_text() == "secret\n"


def test_a_link_in_the_place_of_a_managed_folder_is_not_walked_into(host: Host) -> None:
    host.run("sh", "-c", "mkdir -p /srv/elsewhere/deep; echo x >/srv/elsewhere/deep/file; chmod 600 /srv/elsewhere/*")
    host.run("sh", "-c", "mkdir -p /srv/purged; ln -s /srv/elsewhere /srv/purged/link; touch /srv/purged/stray")
    did = host.apply(
        "file { '/srv/purged': ensure => directory, recurse => true, purge => true, force => true, mode => '0777' }"
    )
    assert did.failures == []
    assert not list((host.root / "srv/purged").iterdir())
    assert host.read("/srv/elsewhere/deep/file") == "x\n"
    assert (host.root / "srv/elsewhere/deep").stat().st_mode & 0o777 == 0o600


def test_a_command_that_never_ends(host: Host) -> None:
    did = host.apply("exec { '/bin/sh -c \"sleep 98765 & sleep 98765\"': timeout => 1 }")
    assert did.failures == [
        'Exec[/bin/sh -c "sleep 98765 & sleep 98765"]: Command exceeded timeout of 1 s',
    ]
    assert host.output("pgrep", "-f", "sleep 98765") == ""


def test_a_command_that_floods_its_output(host: Host) -> None:
    did = host.apply("exec { '/usr/bin/yes': timeout => 60 }")
    (failure,) = did.failures
    assert "it wrote more than 67108864 bytes" in failure
    assert len(json.dumps(did.report)) < 1_000_000
    assert host.output("pgrep", "-x", "yes") == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_package_is_configured(host: Host, repository: Path, number: int) -> None:
    """The run ends with a report, and what dpkg was in the middle of is finished by the next one."""
    if not (host.root / "srv/repository").exists():
        packages.offer(repository, host)
    host.write("/srv/slow", "")
    reports = host.root / "var/lib/bunraku/reports"
    before = set(reports.glob("*.json"))
    manifest = host.write("/var/tmp/demo.pp", "file { '/srv/first': } -> package { 'demo': } -> file { '/srv/last': }")
    run = host.start("bunraku", "apply", manifest)
    wait_until(lambda: (host.root / "srv/configuring").exists() or run.poll() is not None, "dpkg is at work")
    for child in children(run.pid):
        send(child, number)
    assert run.wait(timeout=30) == 130
    (name,) = set(reports.glob("*.json")) - before
    report = json.loads(name.read_text())
    assert report["transaction_completed"] is False
    assert set(report["resource_statuses"]) == {"File[/srv/first]", "Package[demo]"}
    for marker in ("srv/slow", "srv/configuring"):
        (host.root / marker).unlink()

    did = host.apply("package { 'demo': ensure => '2.0' }")
    assert did.failures == []
    assert host.output("dpkg-query", "--show", "--showformat=${Status}", "demo") == "install ok installed"
    assert host.output("dpkg", "--audit") == ""
    host.run("dpkg", "--purge", "demo")


def send(pid: int, number: int = signal.SIGKILL) -> None:
    """Signal a process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
