"""What docs/etcd.md shows works: its Puppet code compiles, its commands exist, with the flags that they are given."""

import argparse
import json
import re
import shlex
from pathlib import Path

import pytest

from bunraku.cli import etcd as command
from bunraku.cli.main import main

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "etcd.md").read_text()
CODE = re.findall(r"^```puppet\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
SCRIPTS = "\n".join(re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)).replace("\\\n", " ").splitlines()
COMMANDS = [
    line for line in [*re.findall(r"`(bunraku etcd [^`]+)`", TEXT), *SCRIPTS] if line.startswith("bunraku etcd")
]


@pytest.mark.parametrize("code", CODE, ids=range(len(CODE)))
def test_its_code_compiles(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = tmp_path / "site.pp"
    known = "$password = 'p'\n$root_password = Sensitive('r')\n$secret = 's'\n"
    # The shown class names no host of ours.
    manifest.write_text(known + code.replace("class { 'etcd':", "class { 'etcd': etcd_name => 'n1',"))
    assert main(["compile", "--modulepath", str(ROOT / "modules"), str(manifest)]) == 0, capsys.readouterr().err


def test_the_folder_of_certificates_that_are_issued_here_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "site.pp"
    manifest.write_text("class { 'etcd': tls => true, ca_key_file => '/etc/etcd/pki/ca.key' }")
    assert main(["compile", "--modulepath", str(ROOT / "modules"), str(manifest)]) == 0
    found = {(r["type"], r["title"]) for r in json.loads(capsys.readouterr().out)["resources"]}
    assert {("File", "/etc/etcd"), ("File", "/etc/etcd/pki"), ("Etcd_cert", "/etc/etcd/pki/default.crt")} <= found


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_are_understood(line: str) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    command.add_arguments(parser)
    words = shlex.split(re.sub(r"\[(.*?)\]", r"\1", line).split(" > ")[0])
    parser.parse_args([word for word in words[2:] if word != "…"])
