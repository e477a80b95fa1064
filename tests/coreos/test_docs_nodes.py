"""The command that docs/nodes.md shows, run as it stands there."""

import json
import subprocess
from pathlib import Path

from tests.shown import ENVIRONMENT, blocks, commands

SITE = """
node 'web1.example.com' {
  exec { 'nginx -t': path => '/usr/sbin' }
  package { 'nginx': }
  file { '/etc/motd': content => "${facts['os']['name']}" }
}
"""


def test_the_command_that_is_shown(tmp_path: Path) -> None:
    (tmp_path / "site.pp").write_text(SITE)
    (tmp_path / "web1.json").write_text(json.dumps({"os": {"name": "Flatcar", "family": "CoreOS"}}))
    (command,) = commands("nodes.md")
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() in "\n".join(blocks("nodes.md"))
    config = json.loads((tmp_path / "web1.ign").read_text())
    assert config["ignition"]["version"] == "3.3.0"
    assert {"data:,Flatcar"} <= {file["contents"]["source"] for file in config["storage"]["files"]}
