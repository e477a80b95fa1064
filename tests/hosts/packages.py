"""A repository of Debian packages for the hosts: demo 1.0 and 2.0, with a configuration file, and demo-tools 2.0."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from host import Host

PACKAGES = (("demo", "1.0", ""), ("demo", "2.0", ""), ("demo-tools", "2.0", "Depends: demo\n"))


def build(folder: Path) -> Path:
    """Build the packages and their index in `folder`; the folder."""
    entries = []
    for name, version, depends in PACKAGES:
        root = folder / f"{name}-{version}"
        (root / "DEBIAN").mkdir(parents=True)
        control = (
            f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@example.com>\n{depends}"
            "Description: for tests\n"
        )
        (root / "DEBIAN/control").write_text(control)
        if name == "demo":
            (root / "etc").mkdir()
            (root / "etc/demo.conf").write_text(f"version = {version}\n")
            (root / "DEBIAN/conffiles").write_text("/etc/demo.conf\n")
            # As slow as a test wants it to be.
            script = root / "DEBIAN/postinst"
            script.write_text(
                "#!/bin/sh\n[ -e /srv/slow ] && touch /srv/configuring\n"
                "for i in $(seq 300); do [ -e /srv/slow ] || exit 0; sleep 0.1; done\n"
            )
            script.chmod(0o755)
        file = folder / f"{name}_{version}_all.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", root, file], check=True, stdout=subprocess.DEVNULL)
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        entries.append(f"{control}Filename: ./{file.name}\nSize: {len(content)}\nSHA256: {digest}\n")
    (folder / "Packages").write_text("\n".join(entries))
    return folder


def offer(repository: Path, host: Host) -> None:
    """Make the repository the only one that a host knows."""
    target = host.root / "srv/repository"
    target.mkdir(parents=True)
    for file in (repository / "Packages", *repository.glob("*.deb")):
        (target / file.name).write_bytes(file.read_bytes())
    host.write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/repository ./\n")
    host.write("/etc/apt/apt.conf.d/90tests", 'APT::Sandbox::User "root";\n')
    host.run("apt-get", "update")
