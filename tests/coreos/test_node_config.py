"""A node's declaration as the configuration of its first boot: valid to its readers, and done by the real Ignition."""

import base64
import json
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.cli.main import main
from bunraku.coreos import cloud_config, ignition
from bunraku.coreos.agent import CATALOG
from bunraku.coreos.machine import File, Machine
from bunraku.coreos.reading import machine_of

IGNITION = "/usr/lib/dracut/modules.d/30ignition/ignition"
CODE = """
node 'web1.example.com' {
  group { 'app': gid => 900 }
  user { 'app':
    uid => 900, gid => 'app', home => '/srv/app', shell => '/bin/sh', comment => 'The "app"',
    password => Sensitive('$6$abc'),
  }
  ssh_authorized_key { 'me@desk': user => 'core', type => 'ed25519', key => 'AAAAC3Nz', options => ['no-pty'] }
  file {
    '/etc/motd': content => "h\\u00e9llo 100% #\\n", mode => '0640';
    '/srv/app': ensure => directory, owner => 'app', group => 'app', mode => '0740';
    '/srv/app/conf': content => Sensitive("p=1\\n"), owner => 'app', group => 'app', mode => '0600';
    '/srv/app/by-number': content => '', owner => '900', group => '900';
    '/etc/localtime': ensure => link, target => '/usr/share/zoneinfo/UTC';
    '/etc/old': ensure => absent;
    '/etc/systemd/system/app.service':
      content => "[Service]\\nExecStart=/bin/app\\n[Install]\\nWantedBy=default.target\\n";
    '/etc/systemd/system/sshd.service.d/10-root.conf': content => "[Service]\\nNice=1\\n";
    '/etc/nginx/extra': content => 'x', group => 'www-data';
  }
  package { 'nginx': }
  service { 'app': ensure => running, enable => true }
  service { 'sleep.target': enable => mask }
  service { 'cron': enable => false }
  class { 'flannel': etcd_endpoints => 'http://10.0.0.1:2379' }
  class { 'etcd': manage_package => false, etcd_name => 'web1', cluster => { 'web1' => '10.0.0.1' } }
  exec { '/bin/true': }
  notify { 'hi': }
}
node default { fail('the node has to be named') }
"""

needs_ignition = pytest.mark.skipif(
    not shutil.which("ignition-validate"), reason="not installed: ignition (Debian: apt-get install ignition)"
)


@pytest.fixture
def config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """What `bunraku node config` prints: the config, and what it says beside."""
    (tmp_path / "site.pp").write_text(CODE)

    def run(*flags: str) -> tuple[str, str]:
        assert main(["node", "config", "web1.example.com", str(tmp_path / "site.pp"), *flags]) == 0
        said = capsys.readouterr()
        return said.out, said.err

    return run


@needs_ignition
def test_ignition_takes_it(config: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    text, said = config("--agent")
    (tmp_path / "config.ign").write_text(text)
    done = subprocess.run(
        ["ignition-validate", str(tmp_path / "config.ign")], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    # Those of etcd's account are among them: its package makes it.
    for left in (
        "File[/etc/old]",
        "Exec[/bin/true]",
        "Package[nginx]",
        "File[/etc/nginx/extra]",
        "File[/etc/default/etcd]",
    ):
        assert left in said
    assert said.startswith("Left to the agent: ")
    assert "Notify" not in said and "flanneld" not in said


@pytest.mark.skipif(not shutil.which("cloud-init"), reason="cloud-init is not installed (Debian: cloud-init)")
def test_cloud_init_takes_it(config: Callable[..., tuple[str, str]], tmp_path: Path) -> None:
    text, said = config("--format", "cloud-config", "--agent")
    (tmp_path / "config.yaml").write_text(text)
    check = ["cloud-init", "schema", "--config-file", str(tmp_path / "config.yaml")]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Valid" in done.stdout
    assert "Package" not in said and "Exec[/bin/true]" in said


@needs_ignition
@pytest.mark.skipif(os.geteuid() != 0, reason="Ignition changes owners: needs root")
@pytest.mark.skipif(not Path(IGNITION).exists(), reason="Ignition is not installed (Debian: ignition)")
def test_ignition_does_it(config: Callable[..., tuple[str, str]], tmp_path: Path, open_folder: Path) -> None:
    text, _ = config("--agent")
    root = bare_root(open_folder / "root")
    ignite(text, root, tmp_path)
    assert (root / "etc/hostname").read_text() == "web1.example.com\n"
    assert (root / "etc/motd").read_text() == "héllo 100% #\n"
    assert kind(root / "etc/motd") == (0, 0, 0o640)
    assert kind(root / "srv/app") == (900, 900, 0o750)
    assert kind(root / "srv/app/conf") == (900, 900, 0o600)
    assert kind(root / "srv/app/by-number")[:2] == (900, 900)
    assert os.readlink(root / "etc/localtime") == "/usr/share/zoneinfo/UTC"
    accounts = (root / "etc/passwd").read_text()
    assert 'app:x:900:900:The "app":/srv/app:/bin/sh' in accounts
    assert "app:$6$abc:" in (root / "etc/shadow").read_text()
    keys = root / "home/core/.ssh/authorized_keys.d/ignition"
    assert keys.read_text().strip() == "no-pty ssh-ed25519 AAAAC3Nz me@desk"
    units = root / "etc/systemd/system"
    assert "ExecStart=/bin/app" in (units / "app.service").read_text()
    assert (units / "sshd.service.d/10-root.conf").read_text() == "[Service]\nNice=1\n"
    assert os.readlink(units / "sleep.target") == "/dev/null"
    presets = (root / "etc/systemd/system-preset/20-ignition.preset").read_text().splitlines()
    assert {"enable app.service", "enable flanneld.service", "enable bunraku.timer", "disable cron.service"} <= set(
        presets
    )
    assert "FLANNELD_ETCD_ENDPOINTS=http://10.0.0.1:2379" in (root / "etc/default/flanneld").read_text()
    catalog = root / "etc/bunraku/catalog.json"
    assert kind(catalog) == (0, 0, 0o600)
    assert Catalog.from_dict(json.loads(catalog.read_text())).name == "web1.example.com"


def test_the_catalog_that_the_agent_gets_needs_no_modules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "modules/site/files/logo"
    source.parent.mkdir(parents=True)
    source.write_bytes(b"\x89\x00\xff")
    code = f"""
    file {{ '{tmp_path}/logo': source => 'puppet:///modules/site/logo' }}
    file {{ '{tmp_path}/word': content => Sensitive('secret') }}
    """
    (tmp_path / "site.pp").write_text(code)
    flags = ["--modulepath", str(tmp_path / "modules"), "--agent"]
    assert main(["node", "config", "web1", str(tmp_path / "site.pp"), *flags]) == 0
    config = json.loads(capsys.readouterr().out)
    (carried,) = (file for file in config["storage"]["files"] if file["path"] == CATALOG)
    (tmp_path / "catalog.json").write_bytes(unquote_to_bytes(carried["contents"]["source"].partition(",")[2]))
    source.unlink()
    applied = ["apply", "--statedir", str(tmp_path / "state"), "--catalog", str(tmp_path / "catalog.json")]
    assert main(applied) == 0
    assert (tmp_path / "logo").read_bytes() == b"\x89\x00\xff"
    assert (tmp_path / "word").read_text() == "secret"
    assert "secret" not in "".join(capsys.readouterr())


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter: Ignition writes keys as the one that they are for."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def bare_root(root: Path) -> Path:
    """As much of a root folder as Ignition wants."""
    for folder in ("etc/selinux", "var", "run", "home"):
        (root / folder).mkdir(parents=True)
    (root / "etc/selinux/config").write_text("SELINUX=disabled\nSELINUXTYPE=none\n")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    for name in ("shadow", "gshadow"):
        (root / "etc" / name).touch()
    return root


def ignite(text: str, root: Path, folder: Path) -> None:
    (folder / "config.ign").write_text(text)
    # Where there is no SELinux, there is nothing to label, and no program that would.
    (folder / "setfiles").write_text("#!/bin/sh\ncat >/dev/null\n")
    (folder / "setfiles").chmod(0o755)
    env = os.environ | {"IGNITION_CONFIG_FILE": str(folder / "config.ign"), "PATH": f"{folder}:{os.environ['PATH']}"}
    flags = ["-platform", "file", "-root", str(root), "-config-cache", str(folder / "cache"), "-log-to-stdout"]
    flags += ["-state-file", str(folder / "state.json"), "-neednet", str(folder / "neednet")]
    for stage in ("fetch-offline", "fetch", "files"):
        done = subprocess.run([IGNITION, "-stage", stage, *flags], env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout[-2000:]


def kind(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)


def test_a_file_is_for_nobody_else_and_standard_output_is_warned_of(
    config: Callable[..., tuple[str, str]], tmp_path: Path
) -> None:
    assert "this config holds secrets" in config()[1]
    out, said = config("-o", str(tmp_path / "web1.ign"))
    assert out == "" and "secrets" not in said
    assert kind(tmp_path / "web1.ign")[2] == 0o600
    json.loads((tmp_path / "web1.ign").read_text())


def test_code_that_does_not_compile_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "site.pp").write_text(CODE)
    assert main(["node", "config", "other", str(tmp_path / "site.pp")]) == 1
    assert "the node has to be named" in capsys.readouterr().err
    assert main(["node", "config", "other"]) == 1
    assert "a manifest is needed" in capsys.readouterr().err
    (tmp_path / "site.pp").write_text("notify { 'x': }")
    assert main(["node", "config", "other", str(tmp_path / "site.pp"), "-o", str(tmp_path / "no" / "where")]) == 1
    assert capsys.readouterr().err.startswith("Error: ")


def taken(type_name: str, title: str, **parameters: Any) -> Machine:
    catalog = Catalog("host")
    catalog.add(Resource(type_name, title, parameters))
    return machine_of(catalog, lambda url: None)


@pytest.mark.parametrize(
    ("type_name", "title", "parameters"),
    [
        ("File", "/x", {"ensure": "link"}),
        ("File", "/x", {"ensure": "present"}),
        ("File", "/x", {"content": "x", "mode": "u+w"}),
        ("File", "/x", {"source": "/on/the/node"}),
        ("File", "/x", {"source": "puppet:///modules/none/x"}),
        ("File", "/x", {"content": "x", "noop": True}),
        ("User", "x", {"ensure": "absent"}),
        ("User", "x", {"managehome": True}),
        ("Ssh_authorized_key", "x", {"key": "AAAA"}),
        ("Service", "x", {}),
        ("Service", "x", {"ensure": "running", "provider": "base"}),
        ("Package", "x", {"ensure": "purged"}),
        ("Package", "x", {"provider": "gem"}),
        ("Cron", "x", {"command": "/bin/true"}),
    ],
)
def test_what_a_first_boot_cannot_do_is_left(type_name: str, title: str, parameters: dict[str, Any]) -> None:
    assert taken(type_name, title, **parameters).left == [f"{type_name}[{title}]"]


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_any_content_arrives(content: bytes) -> None:
    machine = Machine("host", files=[File("/x", content)])
    (written,) = (f for f in json.loads(ignition.render(machine))["storage"]["files"] if f["path"] == "/x")
    head, _, data = written["contents"]["source"].partition(",")
    assert content == (base64.b64decode(data) if head.endswith("base64") else unquote_to_bytes(data))
    (entry,) = yaml.safe_load(cloud_config.render(machine))["write_files"]
    read = base64.b64decode(entry["content"]) if entry.get("encoding") else entry["content"].encode()
    assert read == content
