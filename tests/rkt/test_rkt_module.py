"""The classes rkt and rkt::acbuild."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rkt.conftest import LIMIT

POD = "'web' => { 'image' => '/srv/web.aci', 'net' => 'none' }"


def bunraku(*words: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "bunraku.cli.main", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def compiled(folder: Path, manifest: str) -> dict[str, dict[str, object]]:
    file = folder / "site.pp"
    file.write_text(manifest)
    found = json.loads(bunraku("compile", str(file)))
    return {f"{r['type']}[{r['title']}]": r.get("parameters", {}) for r in found["resources"]}


def test_the_host_and_its_pods(tmp_path: Path) -> None:
    keys = "'example.com' => '/srv/key.asc'"
    found = compiled(
        tmp_path, f"class {{ 'rkt': dir => '/srv/rkt', pods => {{ {POD} }}, trusted_keys => {{ {keys} }} }}"
    )
    assert found["Rkt_pod[web]"]["ensure"] == "running"
    assert found["Rkt_pod[web]"]["dir"] == "/srv/rkt"
    assert found["Rkt_pod[web]"]["require"] == "Class[Rkt::Host]"
    assert found["File[/srv/rkt]"]["mode"] == "0750"
    assert "--prefix='example.com' '/srv/key.asc'" in str(found["Exec[rkt trust example.com]"]["command"])
    assert "gc --grace-period=30m" in str(found["File[/etc/cron.d/rkt-gc]"]["content"])
    assert {"Package[runc]", "Package[iptables]"} <= set(found)


def test_without_pods_and_without_the_class(tmp_path: Path) -> None:
    assert "Rkt_pod[web]" not in compiled(tmp_path, "include rkt")
    absent = compiled(tmp_path, f"class {{ 'rkt': ensure => absent, pods => {{ {POD} }} }}")
    assert absent["Rkt_pod[web]"]["ensure"] == "absent"
    assert "Package[runc]" not in absent


def test_acbuild_is_a_command(tmp_path: Path) -> None:
    program = f"{sys.executable} -m bunraku.cli.main"
    manifest = f"class {{ 'rkt::acbuild': path => '{tmp_path}/acbuild', command => '{program}' }}"
    bunraku("apply", f"--statedir={tmp_path}/state", "-e", manifest)
    assert os.access(tmp_path / "acbuild", os.X_OK)
    subprocess.run([tmp_path / "acbuild", "begin"], cwd=tmp_path, check=True, timeout=LIMIT)
    assert (tmp_path / ".acbuild").is_dir()


@pytest.mark.parametrize("words", [("acbuild", "--help"), ("rkt", "--help"), ("rkt", "run", "--help")])
def test_help_says_what_to_do(words: tuple[str, ...]) -> None:
    said = bunraku(*words)
    assert "usage: bunraku" in said
    assert len(said.splitlines()) > 10
