"""The agent in a container: bunraku's image, with a host's folders mounted, manages the host."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
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


UNIT = REPOSITORY / "examples/agent/bunraku-agent.service"
BUNRAKU = str(Path(sys.executable).parent / "bunraku")


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent's image."""
    path = tmp_path_factory.mktemp("agent") / "layout"
    command = [sys.executable, f"{REPOSITORY}/examples/agent/image.py", "--bunraku", BUNRAKU, str(path)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr
    return path


@pytest.mark.slow
def test_a_host_is_managed_from_a_container(boot: Boot, layout: Path) -> None:
    host = boot("agent")
    shutil.copytree(layout, host.root / "run" / "layout")
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


@pytest.fixture
def short() -> Iterator[str]:
    """A folder with a short path: podman wants one for what it runs."""
    with tempfile.TemporaryDirectory(prefix="bk-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield folder


@pytest.mark.slow
def test_podman_runs_the_unit_s_command(layout: Path, tmp_path: Path, short: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("a privileged container needs root")
    for program in ("podman", "runc", "unshare"):
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            pytest.skip(f"{program} is not installed")
    # Nothing of the machine's own podman is touched, and what is mounted goes with the namespace.
    own = ["podman", f"--root={tmp_path}/images", f"--runroot={short}", "--cgroup-manager=cgroupfs"]
    own += ["--runtime=runc", "--events-backend=none", "--storage-driver=overlay"]

    def podman(*words: str) -> "subprocess.CompletedProcess[str]":
        command = ["unshare", "--net", "--mount", *own, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=300)

    pulled = podman("pull", "-q", f"oci:{layout}")
    if pulled.returncode:
        pytest.skip(f"podman keeps no images here: {pulled.stderr.strip()}")
    tree = tmp_path / "host"
    for name in FOLDERS:
        (tree / name).mkdir(parents=True)
    (tree / "etc" / "bunraku").mkdir()
    manifest = tmp_path / "site.pp"
    manifest.write_text("file { '/etc/motd': content => 'from podman', mode => '0600' }")
    compiled = subprocess.run([BUNRAKU, "compile", str(manifest)], capture_output=True, check=True, timeout=60)
    (tree / "etc" / "bunraku" / "catalog.json").write_bytes(compiled.stdout)

    (start,) = re.findall(r"^ExecStart=/usr/bin/podman ((?:.*\\\n)*.*)$", UNIT.read_text(), re.MULTILINE)
    words = start.replace("\\\n", " ").replace("${IMAGE}", pulled.stdout.strip()).split()
    words = [word.replace("--volume=/", f"--volume={tree}/") for word in words]
    # No limits are set, which a container of our own may not raise.
    limits = ["--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024"]
    done = podman(words[0], *limits, *words[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 changed" in done.stdout
    assert (tree / "etc" / "motd").read_text() == "from podman"


def test_the_unit_names_every_folder_of_the_image() -> None:
    unit = UNIT.read_text()
    assert [name for name in FOLDERS if f"--volume=/{name}:/{name} " not in unit] == []
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    command = ["systemd-analyze", "verify", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    complaints = [line for line in done.stderr.splitlines() if "bunraku-agent.service" in line]
    assert [line for line in complaints if "podman is not executable" not in line] == []
