"""rkt_pod where systemd runs the host: a unit keeps the pod."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from host import Boot, Host, wait_until

CODE = """
rkt_pod {{ 'web':
  ensure           => {ensure},
  apps             => [{{ 'image' => '/var/tmp/web.aci', 'environment' => {{ 'TOKEN' => 'a secret' }} }}],
  isolation        => fly,
  dir              => '/run/rkt',
  insecure_options => ['image'],
}}
"""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.skip("busybox is not installed (Debian: apt-get install busybox-static)")
    (tmp_path / "files" / "bin").mkdir(parents=True)
    shutil.copy(busybox, tmp_path / "files" / "bin" / "sleep")
    steps = [["begin", str(tmp_path / "files")], ["set-name", "example.com/web"]]
    steps += [["set-exec", "--", "/bin/sleep", "1000"], ["write", str(tmp_path / "web.aci")]]
    for step in steps:
        command = [sys.executable, "-m", "bunraku.cli.main", "acbuild", f"--work-path={tmp_path}", *step]
        subprocess.run(command, check=True, timeout=60)
    return tmp_path / "web.aci"


def listed(host: Host) -> str:
    return host.output("bunraku", "rkt", "--dir=/run/rkt", "list", "--no-legend")


def test_a_unit_keeps_a_pod(boot: Boot, image: Path) -> None:
    host = boot("pods")
    shutil.copy(image, host.root / "var/tmp/web.aci")
    assert host.apply(CODE.format(ensure="running")).failures == []
    assert host.output("systemctl", "is-active", "rkt-web") == "active"
    assert host.output("systemctl", "is-enabled", "rkt-web") == "enabled"
    assert "running" in listed(host)
    assert host.apply(CODE.format(ensure="running")).events == set()

    assert "a secret" not in host.read("/etc/systemd/system/rkt-web.service")
    assert host.output("stat", "-c", "%a", "/etc/rkt/pods/web.json") == "600"

    first = listed(host).split()[0]
    host.run("bunraku", "rkt", "--dir=/run/rkt", "stop", first)
    wait_until(lambda: any("running" in line and first not in line for line in listed(host).splitlines()), "a new pod")

    assert host.apply(CODE.format(ensure="absent")).failures == []
    assert listed(host) == ""
    assert host.output("systemctl", "is-active", "rkt-web") == "inactive"
    assert not (host.root / "etc/systemd/system/rkt-web.service").exists()
    assert not (host.root / "etc/rkt/pods/web.json").exists()
