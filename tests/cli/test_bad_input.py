"""Bad input: one clear message with place and remedy, exit 1, nothing half-written, the rest applied."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

BUNRAKU = [sys.executable, "-m", "bunraku.cli.main"]
NEEDS_ETCD = pytest.mark.skipif(
    not (shutil.which("etcd") and shutil.which("etcdctl") and shutil.which("start-stop-daemon")),
    reason="etcd, etcdctl or start-stop-daemon is not installed (Debian: etcd-server, etcd-client, dpkg)",
)
WITHOUT_PRIVILEGES = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
"""Makes permissions hold for root too: the interpreter may be in a folder that only root can read."""


def bunraku(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*WITHOUT_PRIVILEGES, *BUNRAKU, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stdout + done.stderr
    return done


class Site:
    """A folder with a manifest, a module, and a file that nothing depends on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = root / "site.pp"
        self.independent = root / "independent"
        self.dependent = root / "dependent"

    def apply(self, code: str) -> subprocess.CompletedProcess[str]:
        self.manifest.write_text(f"{code}\nfile {{ '{self.independent}': content => 'applied' }}\n")
        flags = ["--statedir", self.root / "state", "--modulepath", self.root / "modules"]
        return bunraku("apply", *flags, self.manifest)

    def left(self) -> set[str]:
        """What is there but for what was given."""
        return {path.name for path in self.root.iterdir()} - {"site.pp", "modules", "state"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    manifests = tmp_path / "modules/web/manifests"
    manifests.mkdir(parents=True)
    (manifests / "init.pp").write_text("class web {\n  notify { epp('web/none.epp'): }\n}\n")
    return Site(tmp_path)


@pytest.mark.parametrize(
    ("code", "line", "says"),
    [
        ("notify { 'a': }\nfile { '/a' mode => '0644' }", 2, "Syntax error at 'mode'"),
        ("\nfilez { '/a': }", 2, "Unknown resource type: 'filez'"),
        ("\nfile { '/a': contnt => 'x' }", 2, "no parameter named 'contnt' on File[/a]"),
        ("\n\ninclude nginxx", 3, "Could not find class ::nginxx"),
        ("class { 'web': }", 2, "Could not find template 'web/none.epp'"),
    ],
    ids=["syntax error", "unknown type", "unknown parameter", "unknown class", "missing template"],
)
def test_what_does_not_compile_changes_nothing(site: Site, code: str, line: int, says: str) -> None:
    applied = site.apply(code)
    compiled = bunraku("compile", "--modulepath", site.root / "modules", site.manifest)
    place = site.root / "modules/web/manifests/init.pp" if "template" in says else site.manifest
    for done in (applied, compiled):
        assert (done.returncode, done.stdout) == (1, "")
        errors = [text for text in done.stderr.splitlines() if text.startswith("Error: ")]
        assert len(errors) == 1, done.stderr
        assert says in errors[0]
        assert f"(file: {place}, line: {line}" in errors[0]
    assert site.left() == set()


def test_a_dependency_cycle_stops_only_what_is_in_it(site: Site) -> None:
    done = site.apply("notify { 'a': require => Notify['b'] }\nnotify { 'b': require => Notify['a'] }")
    assert done.returncode == 1
    assert "in a dependency cycle: (Notify[a] => Notify[b] => Notify[a]); drop one" in done.stdout
    assert site.left() == {"independent"}


def test_etcd_that_is_not_reachable(site: Site) -> None:
    key = f"etcd_key {{ '/a': value => '1', peers => ['http://127.0.0.1:{free_port()}'], timeout => 1 }}"
    done = site.apply(f"{key} -> file {{ '{site.dependent}': content => 'x' }}")
    assert done.returncode == 1
    assert "connection refused (is etcd running" in done.stdout
    assert f"file     {site.dependent}" in done.stdout
    assert site.left() == {"independent"}


@NEEDS_ETCD
def test_a_busy_port_and_a_key_that_therefore_cannot_be_written(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        client = f"http://127.0.0.1:{taken.getsockname()[1]}"
        peer = f"http://127.0.0.1:{free_port()}"
        run = site.root / "run"
        run.mkdir()
        done = site.apply(f"""
          class {{ 'etcd':
            manage_package => false, service_provider => base, wait_for_health => true, health_timeout => 300,
            config_file_path => '{run}/etcd.yml', data_dir => '{run}/data',
            listen_client_urls => '{client}', advertise_client_urls => '{client}',
            listen_peer_urls => '{peer}', initial_advertise_peer_urls => '{peer}',
            initial_cluster => {{ 'default' => '{peer}' }},
          }}
          -> etcd_key {{ '/a': value => '1', peers => ['{client}'] }}
        """)
    assert done.returncode == 1
    assert f"{client.removeprefix('http://')}: bind: address already in use" in done.stdout
    assert "etcd_key /a" in done.stdout
    assert "skipped: Exec[etcd: wait until it answers] failed" in done.stdout
    assert site.independent.exists()


def test_no_permission_to_write(site: Site) -> None:
    closed = closed_folder(site.root / "closed", 0o555)
    done = site.apply(f"file {{ '{closed}/a': content => 'x' }} -> file {{ '{site.dependent}': content => 'x' }}")
    assert done.returncode == 1
    assert any(
        line.split()[:5] == ["✗", "file", f"{closed}/a", "permission", "denied"] for line in done.stdout.splitlines()
    )
    assert ".bunraku-" not in done.stdout
    assert f"{site.manifest}:1" in done.stdout
    assert site.left() == {"closed", "independent"}
    assert list(closed.iterdir()) == []


@pytest.mark.parametrize("command", ["apply", "compile"])
def test_no_permission_to_read(site: Site, command: str) -> None:
    closed = closed_folder(site.root / "closed", 0)
    done = bunraku(command, closed / "site.pp")
    assert done.returncode == 1
    assert done.stderr == f"Error: cannot read {closed}/site.pp: Permission denied\n"


@pytest.mark.parametrize("command", ["apply", "compile"])
def test_a_hiera_yaml_that_is_not_there(site: Site, command: str) -> None:
    site.manifest.write_text("")
    done = bunraku(command, "--hiera-config", site.root / "none.yaml", site.manifest)
    assert done.returncode == 1
    assert f"Error: cannot read the hiera.yaml {site.root}/none.yaml" in done.stderr


@pytest.mark.parametrize("command", ["apply", "compile"])
def test_a_defect_of_bunraku_is_one_line(site: Site, command: str) -> None:
    code = (
        "import sys, bunraku.cli.compiling as c\n"
        "def defect(*a): raise RuntimeError('two\\nlines')\n"
        "c.read_facts = defect\n"
        "from bunraku.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    site.manifest.write_text("")
    run = [sys.executable, "-c", code, command, str(site.manifest)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    said = "RuntimeError: two lines (__main__:2); please report it, --debug shows more"
    assert done.stderr == f"Error: bunraku itself failed here: {said}\n"
    done = subprocess.run([*run, "--debug"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def closed_folder(path: Path, mode: int) -> Path:
    """A folder that is not ours where that can be arranged, and whose mode shuts us out anyhow."""
    path.mkdir()
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    path.chmod(mode)
    return path
