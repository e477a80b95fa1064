"""Pods run for real, in network namespaces of the tests' own where they need any; else it is said what is missing."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bunraku.images.build import Build, app_of, put

PROGRAM = [sys.executable, "-m", "bunraku.cli.main", "rkt"]
LIMIT = 60
"""Seconds that a command of a test may take."""


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            pytest.skip(f"{program} is not installed")


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image with a busybox shell that greets its arguments and ends with 3, unless it is told otherwise."""
    need("busybox")
    folder = tmp_path_factory.mktemp("image")
    files = folder / "files"
    (files / "bin").mkdir(parents=True)
    (files / "etc").mkdir()
    shutil.copy(shutil.which("busybox") or "", files / "bin" / "busybox")
    for name in ("sh", "id", "cat", "sleep", "hostname", "wget", "httpd", "ls", "test"):
        (files / "bin" / name).symlink_to("busybox")
    (files / "etc" / "passwd").write_text("root:x:0:0::/:\nweb:x:33:44::/:\n")
    (files / "etc" / "group").write_text("www:x:44:\n")
    build = Build(str(folder))
    build.begin("appc")
    build.copy(str(files), "/")
    build.edit(lambda manifest: manifest.update(name="example.com/hello"))
    build.edit(lambda manifest: put(manifest, "labels", {"name": "version", "value": "1.0"}))
    build.edit(lambda manifest: app_of(manifest).update(exec=["/bin/sh", "-c", "echo hello $*; exit 3", "sh"]))
    port = {"name": "web", "protocol": "tcp", "port": 8080, "count": 1}
    build.edit(lambda manifest: put(app_of(manifest), "ports", port))
    build.write(str(folder / "hello.aci"), overwrite=False)
    return folder / "hello.aci"


class Rkt:
    """Runs `bunraku rkt` on a data folder of its own; place: what runs it elsewhere, such as in a namespace."""

    def __init__(self, folder: Path, place: list[str]) -> None:
        self.folder = folder
        self.data = f"{folder}/data"
        self.command = [*place, *PROGRAM, f"--dir={self.data}", f"--local-config={folder}/etc"]
        self.command += [f"--system-config={folder}/lib", "--insecure-options=image"]

    def __call__(self, *words: str, code: int = 0) -> str:
        """The standard output of a command that ends with `code`."""
        return self.run(*words, code=code).stdout

    def error(self, *words: str) -> str:
        """What is said of a command that cannot be done."""
        return self.run(*words, code=254).stderr

    def run(self, *words: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
        command = [*self.command, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def start(self, *words: str) -> "subprocess.Popen[str]":
        output = subprocess.PIPE
        command = [*self.command, *words]
        return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def can_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip, and say why, where runc itself cannot run the bundle that it makes."""
    if os.geteuid() != 0:
        pytest.skip("pods need root")
    need("runc", "busybox", "unshare", "nsenter", "ip")
    bundle = tmp_path_factory.mktemp("bundle")
    (bundle / "rootfs" / "bin").mkdir(parents=True)
    shutil.copy(shutil.which("busybox") or "", bundle / "rootfs" / "bin" / "true")
    subprocess.run(["runc", "spec"], cwd=bundle, check=True)
    config = json.loads((bundle / "config.json").read_text())
    config["process"] |= {"terminal": False, "args": ["/bin/true"]}
    (bundle / "config.json").write_text(json.dumps(config))
    command = ["unshare", "--mount", "--net", "runc", "--root", f"{bundle}/state", "run", f"bunraku-{os.getpid()}"]
    tried = subprocess.run(command, cwd=bundle, capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
    if tried.returncode:
        pytest.skip(f"runc cannot run a container here: {(tried.stdout + tried.stderr).strip().splitlines()[-1]}")


@pytest.fixture
def rkt(tmp_path: Path, can_run: None) -> Iterator[Rkt]:
    yield Rkt(tmp_path, [])
    left = [line for line in Path("/proc/self/mounts").read_text().splitlines() if str(tmp_path) in line]
    assert left == [], "something stays mounted on the host"


@pytest.fixture
def place(tmp_path: Path, can_run: None) -> Iterator[list[str]]:
    """What runs a command in a network namespace with addresses of its own to give out."""
    need("iptables")
    script = "mount --make-rprivate / && mkdir -p /var/lib/cni && mount -t tmpfs none /var/lib/cni && ip link set lo up"
    command = ["unshare", "--net", "--mount", "sh", "-c", f"{script} && echo up && exec sleep 300"]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        if holder.stdout.readline() != "up\n":
            pytest.skip("no network namespace can be made here")
        found = ["nsenter", f"--target={holder.pid}", "--net", "--mount"]
        tried = subprocess.run([*found, "iptables", "-w", "-t", "nat", "-S"], capture_output=True, text=True)
        if tried.returncode:
            pytest.skip(f"iptables cannot be used here: {tried.stderr.strip()}")
        yield found
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


@pytest.fixture(params=["fly", "container"])
def flavour(request: pytest.FixtureRequest) -> str:
    return f"--stage1-name={request.param}"


Shell = Callable[[str], str]


@pytest.fixture
def at(place: list[str]) -> Shell:
    """Runs a shell's words in the namespace; what they print."""

    def run(words: str) -> str:
        done = subprocess.run([*place, "sh", "-c", words], capture_output=True, text=True, timeout=LIMIT)
        return done.stdout + done.stderr

    return run
