"""Corrective changes as Puppet tells them: the same history of code and drift for both, the same events."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.skipif(not shutil.which("puppet"), reason="Puppet is not installed (puppet-agent)")

FILES = """
file { "$root/a": ensure => file, content => "A", mode => '0644' }
file { "$root/b": content => "b\\n" }
file { "$root/c": ensure => directory }
file { "$root/d": source => "$root/source" }
exec { '/bin/true': }
notify { 'hello': }
"""


def drift(root: Path) -> None:
    (root / "a").write_text("drift")
    (root / "a").chmod(0o600)
    (root / "b").unlink()
    (root / "d").write_text("drift")


# Puppet keeps what it compares with only where it runs as an agent.
AS_AGENT = """
require 'puppet/util/command_line'
require 'puppet/application/apply'
Puppet::Application::Apply.run_mode(:agent)
Puppet::Util::CommandLine.new('puppet', ARGV).execute
"""

HISTORY: list[tuple[str, Any, bool]] = [
    ("one", None, False),
    ("one", drift, True),
    ("one", None, False),
    ("two", None, False),
    ("three", drift, False),
    ("three", lambda root: (root / "source").write_text("new"), False),
    ("three", lambda root: shutil.rmtree(root / "c"), False),
    ("three", None, False),
]
"""Which code is applied, what happens on the host before, whether with noop."""


class Loader(yaml.SafeLoader):
    """Puppet's report, without the Ruby classes that its tags name."""


Loader.add_multi_constructor(
    "!ruby/",
    lambda loader, tag, node: (
        loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.MappingNode)
        else loader.construct_scalar(node)
    ),
)


def events(report: dict[str, Any], root: Path) -> list[tuple[Any, ...]]:
    return sorted(
        (status["resource"].replace(str(root), ""), event["property"], event["status"], event["corrective_change"])
        for status in report["resource_statuses"].values()
        for event in status["events"]
    )


def test_the_same_history_has_the_same_corrective_changes(tmp_path: Path) -> None:
    told: dict[str, list[Any]] = {"puppet": [], "bunraku": []}
    for name in told:
        root = tmp_path / name
        root.mkdir()
        (root / "source").write_text("source")
        for code, before, noop in HISTORY:
            if before:
                before(root)
            manifest = tmp_path / "site.pp"
            manifest.write_text(f"$root = '{root}'\n" + FILES.replace('"A"', f'"{code}"'))
            flags = [*(["--noop"] if noop else []), str(manifest)]
            if name == "puppet":
                home = tmp_path / "home"
                argv = ["ruby", "-e", AS_AGENT, "apply", f"--confdir={home}/conf", f"--vardir={home}/var", *flags]
                subprocess.run(argv, check=True, capture_output=True, timeout=300)
                report = yaml.load((home / "var/state/last_run_report.yaml").read_text(), Loader)
            else:
                argv = [sys.executable, "-m", "bunraku.cli.main", "apply", "--format", "json"]
                argv += ["--statedir", str(tmp_path / "state"), *flags]
                result = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=300)
                report = json.loads(result.stdout)
            told[name].append((code, report["corrective_change"], events(report, root)))
    assert any(overall for _, overall, _ in told["puppet"])
    for ours, theirs in zip(told["bunraku"], told["puppet"], strict=True):
        assert ours == theirs
