"""A host is led through steps by bunraku, and its twin through the same ones by the real Puppet.

After each step: what bunraku said that it would do (noop) is what it did, and a second run has nothing to do. The twins
are alike then: every file that was ever touched with its owner, mode and content, every package, service and mount.
Puppet takes minutes for all topics: BUNRAKU_TWINS=all has it do them all, and otherwise it does a short one.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import packages
import pytest
import snapshot
import steps
from host import REPOSITORY, Boot, Host

pytestmark = pytest.mark.root
MODULES = f"--modulepath=/usr/share/puppet/modules:{REPOSITORY}/modules"

TWINNED = os.environ.get("BUNRAKU_TWINS", "texts").split(",")


def prepare(repository: Path, *hosts: Host) -> None:
    """What the steps take for granted."""
    for host in hosts:
        packages.offer(repository, host)
        host.write("/srv/app/kept", "old\n")


def converge(host: Host, step: steps.Step, where: str) -> None:
    """Lead a host through a step: what noop says is what is done then, and after that there is nothing to do."""
    would = host.apply(step.code, MODULES, "--noop")
    did = host.apply(step.code, MODULES)
    again = host.apply(step.code, MODULES, "--noop")
    assert (did.failures, did.code) == ([], 2), (where, did.report["logs"])
    assert (would.events, would.code) == (did.events, 0), where
    # A notify says its line on every run, as Puppet's does.
    assert {ref for ref, _ in again.events if not ref.startswith("Notify")} == set(), where


def come_before(step: steps.Step, *hosts: Host) -> None:
    """Run the commands that a step begins with."""
    for host in hosts:
        for command in step.commands:
            host.run("sh", "-c", command)


@pytest.mark.parametrize("topic", [*steps.TOPICS, *steps.ALONE])
def test_what_noop_says_is_done_once(topic: str, boot: Boot, repository: Path) -> None:
    host = boot("host")
    prepare(repository, host)
    for step in steps.read(topic):
        come_before(step, host)
        converge(host, step, f"{topic}, {step.title}")
        for command in step.checks:
            host.run("sh", "-c", command)
    host.end()


@pytest.mark.slow
@pytest.mark.parametrize("topic", steps.TOPICS)
def test_both_come_to_the_same(topic: str, boot: Boot, repository: Path) -> None:
    if topic not in TWINNED and TWINNED != ["all"]:
        pytest.skip("takes Puppet minutes: BUNRAKU_TWINS=all has it done")
    host, twin = boot("host"), boot("twin")
    prepare(repository, host, twin)
    for step in steps.read(topic):
        come_before(step, host, twin)
        where = f"{topic}, {step.title}"
        with ThreadPoolExecutor(1) as beside:
            theirs = beside.submit(twin.puppet, step.code, MODULES)
            converge(host, step, where)
        assert theirs.result().code == 2, (where, theirs.result().report["output"])
        unlike = snapshot.unlike(snapshot.take(host), snapshot.take(twin))
        assert not unlike, f"{where}\n{unlike}"
    for one in (host, twin):
        one.end()
