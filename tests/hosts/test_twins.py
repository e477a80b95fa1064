"""A host and its twin are led through the same steps, the one by bunraku, the other by the real Puppet.

After each step: what bunraku said that it would do (noop) is what it did, a second run has nothing to do, and the two
hosts are alike: every file that was ever touched with its owner, mode and content, every package, service and mount.
"""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import snapshot
import steps
from host import REPOSITORY, Boot, Host

pytestmark = pytest.mark.root
MODULES = f"--modulepath=/usr/share/puppet/modules:{REPOSITORY}/modules"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of Debian packages: demo 1.0, and demo and demo-tools 2.0."""
    folder = tmp_path_factory.mktemp("repository")
    packages = []
    for name, version, depends in (("demo", "1.0", ""), ("demo", "2.0", ""), ("demo-tools", "2.0", "Depends: demo\n")):
        root = folder / f"{name}-{version}"
        (root / "DEBIAN").mkdir(parents=True)
        control = f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@example.com>\n{depends}"
        (root / "DEBIAN/control").write_text(f"{control}Description: for tests\n")
        if name == "demo":
            (root / "etc").mkdir()
            (root / "etc/demo.conf").write_text(f"version = {version}\n")
            (root / "DEBIAN/conffiles").write_text("/etc/demo.conf\n")
        file = f"{name}_{version}_all.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", root, folder / file], check=True, stdout=-3)
        digest = subprocess.run(["sha256sum", folder / file], check=True, capture_output=True, text=True).stdout.split()
        size = (folder / file).stat().st_size
        packages.append(f"{control}Filename: ./{file}\nSize: {size}\nSHA256: {digest[0]}\nDescription: for tests\n")
    (folder / "Packages").write_text("\n".join(packages))
    return folder


def prepare(host: Host, repository: Path) -> None:
    for file in repository.iterdir():
        if file.is_file():
            copy = host.root / "srv/repository" / file.name
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(file.read_bytes())
    host.write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/repository ./\n")
    host.write("/etc/apt/apt.conf.d/90tests", 'APT::Sandbox::User "root";\n')
    host.run("apt-get", "update")
    host.write("/srv/app/kept", "old\n")


@pytest.mark.parametrize("topic", steps.TOPICS)
def test_both_come_to_the_same(topic: str, boot: Boot, repository: Path) -> None:
    host, twin = boot("host"), boot("twin")
    for one in (host, twin):
        prepare(one, repository)
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
