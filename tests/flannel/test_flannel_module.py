"""The module that ships: what real Puppet makes of it is what the daemon reads, and bunraku makes the same of it."""

import json
import shutil
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from bunraku.cli.main import main
from bunraku.flannel.config import parse_config
from bunraku.flannel.settings import settle

MODULES = Path(__file__).parent.parent.parent / "modules"
CODE = """
class {{ 'flannel':
  etcd_endpoints            => ['http://a:2379', 'http://b:2379'],
  etcd_prefix               => '/net',
  iface                     => 'eth1',
  ip_masq                   => true,
  subnet_lease_renew_margin => '30',
  subnet_file               => '/run/f.env',
  settings                  => {{ 'iptables-resync' => 10, 'etcd-password' => 'secret' }},
  env_file                  => '{file}',
  manage_service            => false,
}}
"""


def environment(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))


def check(file: Path) -> None:
    settings = settle({}, environment(file.read_text()))
    assert settings.etcd_endpoints == ("http://a:2379", "http://b:2379")
    assert (settings.etcd_prefix, settings.iface, settings.ip_masq) == ("/net", ("eth1",), True)
    assert (settings.subnet_lease_renew_margin, settings.subnet_file) == (30, "/run/f.env")
    assert (settings.iptables_resync, settings.etcd_password) == (10, "secret")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(shutil.which("puppet") is None, reason="puppet is not installed")
def test_flannel_as_puppet_applies_it(tmp_path: Path) -> None:
    command = ["puppet", "apply", "--modulepath", str(MODULES), "--confdir", str(tmp_path / "puppet")]
    command += ["--vardir", str(tmp_path / "var"), "--detailed-exitcodes"]
    command += ["-e", CODE.format(file=tmp_path / "env")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "secret" not in ran.stdout + ran.stderr
    check(tmp_path / "env")


def test_flannel_as_bunraku_applies_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--statedir", str(tmp_path / "state")]
    assert main(["apply", *state, "--detailed-exitcodes", "-e", CODE.format(file=tmp_path / "env")]) == 2
    assert "secret" not in "".join(capsys.readouterr())
    check(tmp_path / "env")


def compiled(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    """Each resource's parameters by its reference."""
    (tmp_path / "site.pp").write_text(code)
    assert main(["compile", str(tmp_path / "site.pp")]) == 0
    resources = json.loads(capsys.readouterr().out)["resources"]
    return {f"{one['type']}[{one['title']}]": one.get("parameters", {}) for one in resources}


def test_the_key_is_a_configuration_that_the_daemon_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = """
    class { 'flannel': etcd_endpoints => 'http://a:2379,http://b:2379', etcd_cafile => '/ca.pem' }
    class { 'flannel::etcd_key':
      network => '10.5.0.0/16', subnetlen => 26, subnetmin => '10.5.1.0', backend_port => 7,
      backend => { 'Port' => 4789, 'DirectRouting' => true },
    }
    """
    resources = compiled(code, tmp_path, capsys)
    key = resources["Etcd_key[/coreos.com/network/config]"]
    assert (key["peers"], key["ca_file"]) == ("http://a:2379,http://b:2379", "/ca.pem")
    config = parse_config(str(key["value"]).encode(), "the key")
    assert (str(config.network), config.subnet_len, config.subnet_min) == ("10.5.0.0/16", 26, IPv4Address("10.5.1.0"))
    assert config.backend == {"Type": "vxlan", "VNI": 7, "Port": 4789, "DirectRouting": True}
    unit = str(resources["File[/etc/systemd/system/flanneld.service]"]["content"])
    assert "Type=notify" in unit and "ExecStart=/usr/bin/env bunraku flanneld\n" in unit


def test_what_flannel_no_longer_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", "--noop", "-e", "class { 'flannel': remote => '10.0.0.1:8888' }"]) == 1
    assert "remote is not supported" in capsys.readouterr().err
