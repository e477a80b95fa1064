"""The agent in a container: bunraku's image, with a host's folders mounted, manages the host."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from host import REPOSITORY, Boot

FOLDERS = ("boot", "etc", "home", "mnt", "opt", "root", "run", "srv", "tmp", "usr", "var")
MANIFEST = """
group { 'crew': gid => 4711 }
user { 'sailor': ensure => present, uid => 4711, gid => 'crew', home => '/home/sailor', managehome => true }
file { '/etc/motd': content => "managed from ${facts['os']['name']}\\n", owner => 'sailor', mode => '0600' }
file { '/etc/systemd/system/deck.service':
  content => "[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n",
}
service { 'deck': ensure => running, enable => true, subscribe => File['/etc/systemd/system/deck.service'] }
"""


@pytest.mark.slow
def test_a_host_is_managed_from_a_container(boot: Boot, tmp_path: Path) -> None:
    host = boot("agent")
    command = [sys.executable, f"{REPOSITORY}/examples/agent/image.py", "--bunraku"]
    program = str(Path(sys.executable).parent / "bunraku")
    built = subprocess.run([*command, program, f"{tmp_path}/layout"], capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr
    shutil.copytree(tmp_path / "layout", host.root / "run" / "layout")
    manifest = host.write("/var/tmp/site.pp", MANIFEST)

    volumes = [f"--volume=volume-{name},kind=host,source=/{name}" for name in FOLDERS]
    rkt = ["bunraku", "rkt", "--dir=/run/rkt", "--insecure-options=image"]
    key = host.run(*rkt, "fetch", "--full", "/run/layout", limit=300).stdout.strip()
    apply = [*rkt, "run", "--stage1-name=fly", *volumes, key, "--", "apply", "--detailed-exitcodes", manifest]
    first = host.run(*apply, ok=False, limit=300)
    assert first.returncode == 2, first.stdout + first.stderr
    assert host.output("id", "sailor") == "uid=4711(sailor) gid=4711(crew) groups=4711(crew)"
    assert host.output("stat", "-c", "%U %a", "/etc/motd") == "sailor 600"
    assert host.read("/etc/motd") == "managed from Debian\n"
    assert host.output("systemctl", "is-active", "deck") == "active"
    assert host.output("systemctl", "is-enabled", "deck") == "enabled"
    again = host.run(*apply, ok=False, limit=300)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "/run/rkt" not in host.output("cat", "/proc/mounts")


def test_the_unit_names_every_folder_of_the_image() -> None:
    unit = (REPOSITORY / "examples/agent/bunraku-agent.service").read_text()
    assert [name for name in FOLDERS if f"--volume=/{name}:/{name} " not in unit] == []
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    command = ["systemd-analyze", "verify", f"{REPOSITORY}/examples/agent/bunraku-agent.service"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    complaints = [line for line in done.stderr.splitlines() if "bunraku-agent.service" in line]
    assert [line for line in complaints if "podman is not executable" not in line] == []
