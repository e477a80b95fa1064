"""The same manifests applied by Puppet and by us, to two folders: what is there afterwards is the same."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("puppet"), reason="Puppet is not installed (puppet-agent)")

MANIFEST = """
File { backup => false }
class base {
  file { "$root/d": ensure => directory, mode => '0640' }
  file { "$root/d/b": content => "b\\n", mode => '0600', owner => 0 }
  file { "$root/d/a": ensure => file, content => "a\\n", require => File["$root/d/b"] }
}
class late {
  exec { 'order': command => "/bin/sh -c 'ls $root/d > $root/listing'", creates => "$root/listing" }
}
define pair(String $text) {
  file { "$root/$name.one": content => $text }
  ~> exec { "append $name": command => "/bin/cat $root/$name.one >> $root/log", provider => shell, refreshonly => true }
}
class { 'late': require => Class['base'] }
include base
pair { 'x': text => "x\\n" }
pair { 'y': text => "y\\n", before => Pair['x'] }
file { "$root/link": ensure => link, target => 'd/a' }
file { "$root/mode": mode => 'u=rw,g=r,o=', content => '' }
file { "$root/existing": replace => false, content => 'new' }
file { "$root/gone": ensure => absent, force => true }
file { "$root/tree": ensure => directory, source => "$root/source", recurse => true, purge => true, force => true }
exec { '/bin/false': }
-> file { "$root/never": ensure => file }
exec { "/bin/sh -c 'echo \\$GREETING > $root/env'":
  environment => 'GREETING=hi',
  umask       => '077',
  creates     => "$root/env",
}
exec { 'count':
  command     => "/bin/sh -c 'echo run >> $root/count'",
  subscribe   => [File["$root/mode"], File["$root/link"]],
  refreshonly => true,
}
"""


def prepare(root: Path) -> None:
    for name, text in {
        "existing": "old",
        "gone/x/y": "",
        "source/a/b": "ab",
        "source/c": "c",
        "tree/other/z": "",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "source" / "c").chmod(0o750)


def snapshot(root: Path) -> dict[str, tuple[str, str, str]]:
    found = {}
    for folder, folders, names in os.walk(root):
        for path in (Path(folder, name) for name in (*folders, *names)):
            status = path.lstat()
            kind = stat.filemode(status.st_mode)
            text = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else ""
            owner = f"{status.st_uid}:{status.st_gid}"
            found[str(path.relative_to(root))] = (kind, owner, text.replace(str(root), "ROOT"))
    return found


def test_both_leave_the_same_behind(tmp_path: Path) -> None:
    roots = {name: tmp_path / name for name in ("puppet", "ours")}
    for name, root in roots.items():
        root.mkdir()
        prepare(root)
        manifest = tmp_path / f"{name}.pp"
        manifest.write_text(
            f"$root = '{root}'\n" + MANIFEST.replace('"$root', '"$::root').replace(" $root", " $::root")
        )
    home = [f"--{kind}dir={tmp_path}/home/{kind}" for kind in ("conf", "var")]
    theirs = ["puppet", "apply", "--detailed-exitcodes", *home, str(tmp_path / "puppet.pp")]
    ours = [sys.executable, "-m", "bunraku.cli.main", "apply", "--detailed-exitcodes"]
    ours += ["--statedir", str(tmp_path / "state"), str(tmp_path / "ours.pp")]
    os.umask(0o022)
    codes, trees = [], []
    for command, root in ((theirs, roots["puppet"]), (ours, roots["ours"])):
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        codes.append(result.returncode)
        trees.append(snapshot(root))
        assert trees[-1], result.stdout + result.stderr
    assert codes == [6, 6]
    assert trees[1] == trees[0]
    assert trees[0]["count"][2] == "run\n"
    assert trees[0]["log"][2] == "y\nx\n"
    assert "never" not in trees[0]
