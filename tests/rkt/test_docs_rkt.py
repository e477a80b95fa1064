"""What docs/rkt.md shows, run as it stands there: in namespaces, where rkt's folders are the test's own."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunraku.cli.main import main
from bunraku.images.build import Build, app_of
from tests.rkt.conftest import LIMIT, need
from tests.shown import ENVIRONMENT, ROOT, blocks, commands


class Signer:
    """Somebody with a key. home: gpg's folder."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.gpg("--quick-gen-key", "somebody@example.com", "ed25519", "sign", "never")

    def gpg(self, *words: str) -> bytes:
        command = ["gpg", f"--homedir={self.home}", "--batch", "--pinentry-mode=loopback", "--passphrase=", *words]
        return subprocess.run(command, check=True, capture_output=True, timeout=LIMIT).stdout


@pytest.fixture
def signer() -> Iterator[Signer]:
    need("gpg", "gpgconf", "gpg-agent")
    # A socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="bk-gpg-", dir="/tmp", ignore_cleanup_errors=True) as home:
        yield Signer(home)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], capture_output=True, timeout=LIMIT)


def build(folder: Path, name: str, signer: Signer) -> None:
    """FOLDER/NAME.aci, signed."""
    build = Build(str(folder))
    build.begin("appc")
    build.copy(shutil.which("busybox") or "", "/bin/sh")
    build.edit(lambda manifest: manifest.update(name=f"example.com/{name}"))
    build.edit(lambda manifest: app_of(manifest).update(exec=["/bin/sh", "-c", "exec sleep 300"]))
    build.write(str(folder / f"{name}.aci"), overwrite=False)
    build.end()
    signer.gpg("--armor", "--detach-sign", "--output", f"{folder}/{name}.aci.asc", f"{folder}/{name}.aci")


def test_the_commands_that_are_shown(place: list[str], signer: Signer, tmp_path: Path) -> None:
    need("busybox")
    (tmp_path / "key.asc").write_bytes(signer.gpg("--armor", "--export"))
    for name in ("web", "log"):
        build(tmp_path, name, signer)

    def shell(command: str) -> str:
        words = [*place, "sh", "-ec", f"cd {tmp_path}; {command}"]
        done = subprocess.run(words, env=ENVIRONMENT, capture_output=True, text=True, timeout=LIMIT)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    shell(f"for i in /var/lib/rkt /etc/rkt; do mkdir -p {tmp_path}/own$i $i; mount --bind {tmp_path}/own$i $i; done")
    trust, run, listed, end = commands("rkt.md")
    shell(trust)
    words = [*place, "sh", "-ec", f"cd {tmp_path}; exec {run}"]
    log = tmp_path / "log"
    with log.open("wb") as output:
        supervisor = subprocess.Popen(words, env=ENVIRONMENT, stdout=output, stderr=output)
    try:
        limit = time.monotonic() + LIMIT
        pids = "own/var/lib/rkt/pods/run/*/stage1/rootfs/rkt/pids/[a-z]*"
        while "running" not in (table := shell(listed)) or len(list(tmp_path.glob(pids))) < 2:
            assert supervisor.poll() is None, log.read_text()
            assert time.monotonic() < limit, table
            time.sleep(0.1)
        lines = table.splitlines()
        shown = [line.split() for line in "\n".join(blocks("rkt.md")).splitlines()]
        assert lines[0].split() in shown, "the heading is the one that is shown"
        assert lines[1].split()[1:4] == ["web", "example.com/web", "running"]
        assert "default:ip4=172.16.28.2" in lines[1]
        shell(end.replace("c2b5", lines[1][:4]))
        assert supervisor.wait(LIMIT) == 143
        assert shell(f"{listed} --no-legend") == ""
    finally:
        supervisor.kill()
        supervisor.wait()


def test_the_code_that_is_shown_compiles(tmp_path: Path) -> None:
    for number, code in enumerate(blocks("rkt.md", "puppet")):
        manifest = tmp_path / f"{number}.pp"
        manifest.write_text(code)
        assert main(["compile", "--modulepath", str(ROOT / "modules"), str(manifest)]) == 0
