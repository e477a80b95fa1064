"""The report of a run beside the one that Puppet writes of the same manifest: events, messages, counts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.skipif(not shutil.which("puppet"), reason="Puppet is not installed (puppet-agent)")

MANIFEST = """
$root = '/ROOT'
File { backup => false }
class inner { file { "$root/new": content => "new\\n", mode => '0640' } }
include inner
file { "$root/empty": ensure => file }
file { "$root/mode": mode => '0600' }
file { "$root/content": content => "other\\n" }
file { "$root/gone": ensure => absent }
file { "$root/folder": ensure => directory, mode => '0700' }
file { "$root/link": ensure => link, target => 'content' }
file { "$root/moved": ensure => link, target => 'content' }
file { "$root/same": ensure => file }
file { "$root/only_said": content => 'x', noop => true }
exec { 'fine': command => '/bin/true' }
exec { 'wrong': command => '/bin/sh -c "exit 3"' }
exec { 'left': command => '/bin/true', require => Exec['wrong'] }
exec { 'done': command => '/bin/true', creates => '/etc' }
exec { 'again': command => '/bin/true', refreshonly => true, subscribe => File["$root/content"] }
notify { 'said': message => 'a text' }
"""
STATUS = ("failed", "changed", "skipped", "out_of_sync", "provider_used", "containment_path", "failed_to_restart")
COUNTS = ("change_count", "out_of_sync_count")
EVENT = ("property", "previous_value", "message", "name", "status", "audited")
METRICS = ("events", "changes")


class Loader(yaml.SafeLoader):
    """YAML with Ruby's tags, which are left aside."""


def _untagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else node.value


Loader.add_multi_constructor("!", _untagged)


def manifest(root: Path) -> Path:
    root.mkdir(parents=True)
    for name in ("mode", "content", "gone", "same"):
        (root / name).write_text("old\n")
        (root / name).chmod(0o644)
    (root / "moved").symlink_to("elsewhere")
    path = root.parent / f"{root.name}.pp"
    path.write_text(MANIFEST.replace("/ROOT", str(root)))
    return path


def told(report: dict[str, Any], root: Path) -> dict[str, Any]:
    """What both have to say alike, of the resources of the manifest."""
    text = json.dumps(report, default=str).replace(str(root), "ROOT")
    report = json.loads(text)
    statuses = {
        name: [
            *(status[key] for key in STATUS + COUNTS),
            [[event[key] for key in EVENT] for event in status["events"]],
        ]
        for name, status in report["resource_statuses"].items()
        if not name.startswith(("Schedule[", "Filebucket["))
    }
    metrics = {name: {row[0]: row[2] for row in report["metrics"][name]["values"]} for name in METRICS}
    return {**statuses, "status": report["status"], **metrics}


@pytest.mark.parametrize("flags", [[], ["--noop"]], ids=["applied", "noop"])
def test_both_reports_say_the_same(tmp_path: Path, flags: list[str]) -> None:
    ours, theirs = tmp_path / "ours" / "root", tmp_path / "theirs" / "root"
    command = [sys.executable, "-m", "bunraku.cli.main", "apply", "--format", "json", "--vardir", str(tmp_path / "var")]
    done = subprocess.run([*command, *flags, str(manifest(ours))], capture_output=True, text=True, timeout=120)
    folders = [f"--{name}={tmp_path}/puppet/{name}" for name in ("vardir", "confdir", "rundir")]
    subprocess.run(
        ["puppet", "apply", *folders, *flags, str(manifest(theirs))], capture_output=True, timeout=300, check=True
    )
    written = (tmp_path / "puppet" / "vardir" / "state" / "last_run_report.yaml").read_text()
    expected = told(yaml.load(written, Loader), theirs)
    found = told(json.loads(done.stdout), ours)
    if flags:  # that a command would be run by a refresh is told here, and not by Puppet
        again = found.pop("Exec[again]")
        assert again[-1][0][2] == "Would have triggered 'refresh' from 1 event"
        del expected["Exec[again]"], found["events"], expected["events"]
    assert found == expected
