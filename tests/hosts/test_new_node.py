"""A node's first day on a host with systemd: the agent of `bunraku node config`, and flannel as a service."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from host import Host, wait_until

from bunraku.cli.main import main

pytestmark = pytest.mark.root
NODE = """
group { 'app': gid => 900 }
user { 'app': uid => 900, gid => 'app', home => '/srv/app' }
file { '/srv/app': ensure => directory, owner => 'app', group => 'app' }
file { '/srv/app/token': content => Sensitive('secret'), owner => 'app', mode => '0600' }
host { 'db': ip => '192.0.2.7' }
file { '/etc/systemd/system/app.service': content => "[Service]\\nExecStart=/bin/sleep infinity\\n" }
-> service { 'app': ensure => running }
"""
FLANNEL = """
class { 'etcd': manage_package => false, etcd_name => 'one' }
-> class { 'flannel':
  etcd_endpoints => 'http://127.0.0.1:2379',
  iface          => 'eth0',
  settings       => { 'iptables-forward-rules' => false },
}
class { 'flannel::etcd_key': network => '10.50.0.0/16' }
Class['etcd'] -> Class['flannel::etcd_key']
"""


def config_of(code: str, folder: Path) -> dict[str, dict[str, object]]:
    """The Ignition config with the agent in it."""
    (folder / "site.pp").write_text(code)
    assert main(["node", "config", "web1", str(folder / "site.pp"), "--agent", "-o", str(folder / "config")]) == 0
    return json.loads((folder / "config").read_text())  # type: ignore[no-any-return]


def test_the_agent_makes_the_host_as_its_catalog_says(host: Host, tmp_path: Path) -> None:
    config = config_of(NODE, tmp_path)
    for unit in config["systemd"]["units"]:  # type: ignore[attr-defined]
        if unit["name"].startswith("bunraku."):
            host.write(f"/etc/systemd/system/{unit['name']}", unit["contents"])
    (catalog,) = (file for file in config["storage"]["files"] if "bunraku" in file["path"])  # type: ignore[attr-defined]
    host.write(catalog["path"], unquote_to_bytes(catalog["contents"]["source"].partition(",")[2]).decode(), 0o600)
    host.run("systemctl", "enable", "bunraku.timer")
    host.run("systemd-analyze", "verify", "bunraku.service", "bunraku.timer")
    host.run("systemctl", "start", "bunraku.service")

    assert host.output("systemctl", "is-active", "app") == "active"
    assert host.output("stat", "-c", "%U:%G %a", "/srv/app/token") == "app:root 600"
    assert host.output("getent", "hosts", "db").split() == ["192.0.2.7", "db"]

    # A drift is gone with the next round.
    host.run("systemctl", "stop", "app")
    host.run("systemctl", "start", "bunraku.service")
    assert host.output("systemctl", "is-active", "app") == "active"


def test_flannel_as_a_service(host: Host) -> None:
    host.run("ip", "link", "add", "eth0", "type", "veth", "peer", "cable")
    host.run("ip", "addr", "add", "10.99.0.1/24", "dev", "eth0")
    for end in ("eth0", "cable"):
        host.run("ip", "link", "set", end, "up")
    assert host.apply(FLANNEL).failures == []
    # It is ready, and says so, when its subnet is there.
    assert host.output("systemctl", "is-active", "flanneld") == "active"
    subnet = host.read("/run/flannel/subnet.env")
    assert "FLANNEL_NETWORK=10.50.0.0/16\n" in subnet
    assert "10.50." in host.output("systemctl", "show", "--property=StatusText", "flanneld")
    mac = json.loads(host.output("ip", "-j", "link", "show", "flannel.1"))[0]["address"]
    assert mac in host.output("etcdctl", "get", "--prefix", "/coreos.com/network/subnets/")
    assert host.apply(FLANNEL).events == set(), "a second run has nothing to do"

    # One that dies is started again, with the same subnet and the same device.
    host.run("systemctl", "kill", "--signal=KILL", "flanneld")
    again = ["NRestarts=1", "ActiveState=active"]
    shown = ("systemctl", "show", "--property=NRestarts,ActiveState", "flanneld")
    wait_until(lambda: sorted(host.output(*shown).split()) == sorted(again), "systemd starts it again")
    assert host.read("/run/flannel/subnet.env") == subnet
    assert json.loads(host.output("ip", "-j", "link", "show", "flannel.1"))[0]["address"] == mac

    host.run("systemctl", "stop", "flanneld")
    assert "flannel.1" not in host.output("ip", "link")
