"""A host and its twin are led through the same steps, the one by bunraku, the other by the real Puppet.

After each step: what bunraku said that it would do (noop) is what it did, a second run has nothing to do, and the two
hosts are alike: every file that was ever touched with its owner, mode and content, every package, service and mount.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import packages
import pytest
import snapshot
import steps
from host import REPOSITORY, Boot

pytestmark = pytest.mark.root
MODULES = f"--modulepath=/usr/share/puppet/modules:{REPOSITORY}/modules"


@pytest.mark.parametrize("topic", steps.TOPICS)
def test_both_come_to_the_same(topic: str, boot: Boot, repository: Path) -> None:
    host, twin = boot("host"), boot("twin")
    for one in (host, twin):
        packages.offer(repository, one)
        one.write("/srv/app/kept", "old\n")
    for step in steps.read(topic):
        for one in (host, twin):
            for command in step.commands:
                one.run("sh", "-c", command)
        with ThreadPoolExecutor(1) as beside:
            theirs = beside.submit(twin.puppet, step.code, MODULES)
            would = host.apply(step.code, MODULES, "--noop")
            did = host.apply(step.code, MODULES)
            again = host.apply(step.code, MODULES, "--noop")
        where = f"{topic}, {step.title}"
        assert theirs.result().code == 2, (where, theirs.result().report["output"])
        assert (did.failures, did.code) == ([], 2), where
        assert (would.events, would.code) == (did.events, 0), where
        # A notify says its line on every run, as Puppet's does.
        assert {ref for ref, _ in again.events if not ref.startswith("Notify")} == set(), where
        unlike = snapshot.unlike(snapshot.take(host), snapshot.take(twin))
        assert not unlike, f"{where}\n{unlike}"
    for one in (host, twin):
        one.end()
