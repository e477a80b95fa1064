"""The module that ships, as real Puppet applies it: what it writes is TOML that the daemon reads as meant."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

MODULES = Path(__file__).parent.parent.parent / "modules"
CODE = r"""
class {{ 'confd':
  confdir        => '{confdir}',
  backend        => 'etcdv3',
  nodes          => ['http://a:2379', 'http://b:2379'],
  interval       => '30',
  watch          => true,
  client_cert    => 'client.pem',
  client_key     => '/elsewhere/client.key',
  username       => 'u',
  password       => Sensitive('se"c\ret'),
  manage_service => false,
  resources      => {{ 'n' => {{ 'dest' => '/etc/n', 'keys' => ['/n'], 'backend' => {{ 'backend' => 'env' }} }} }},
}}
confd::resource {{ 'b':
  dest      => '/x',
  keys      => ['/a', '/b'],
  content   => 'hi',
  mode      => '0644',
  check_cmd => "say \"q\" \\d\n{{{{.src}}}}",
}}
"""


@pytest.mark.skipif(shutil.which("puppet") is None, reason="puppet is not installed")
def test_as_puppet_applies_it(tmp_path: Path) -> None:
    confdir = tmp_path / "confd"
    command = ["puppet", "apply", "--modulepath", str(MODULES), "--confdir", str(tmp_path / "puppet")]
    command += ["--vardir", str(tmp_path / "var"), "--detailed-exitcodes", "-e", CODE.format(confdir=confdir)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert 'se"c' not in ran.stdout
    assert tomllib.loads((confdir / "confd.toml").read_text()) == {
        "backend": "etcdv3",
        "nodes": ["http://a:2379", "http://b:2379"],
        "confdir": str(confdir),
        "interval": 30,
        "watch": True,
        "client_cert": f"{confdir}/ssl/client.pem",
        "client_key": "/elsewhere/client.key",
        "basic_auth": True,
        "username": "u",
        "password": 'se"c\\ret',
    }
    assert tomllib.loads((confdir / "conf.d/n.toml").read_text()) == {
        "template": {"src": "n.tmpl", "dest": "/etc/n", "keys": ["/n"]},
        "backend": {"backend": "env"},
    }
    assert tomllib.loads((confdir / "conf.d/b.toml").read_text())["template"] == {
        "src": "b.tmpl",
        "dest": "/x",
        "keys": ["/a", "/b"],
        "mode": "0644",
        "check_cmd": 'say "q" \\d\n{{.src}}',
    }
    assert (confdir / "templates/b.tmpl").read_text() == "hi"
