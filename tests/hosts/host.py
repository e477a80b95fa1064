"""Debian hosts with systemd, booted in namespaces in a second: what a test does to one, the machine never sees.

- The base root is built once by mmdebstrap and kept (`BUNRAKU_HOSTS`, else the user's cache folder). A host is an
  overlay in memory on top of it, so it begins as new, and `changes` is all that was ever changed on it.
- The overlay is mounted in a mount namespace, and all processes live in a process namespace, of which the test's
  process is the parent: when that is gone, however it ended, the kernel takes the host down and leaves nothing mounted.
- bunraku runs in the host from this checkout and its virtual environment, both read-only under their own paths.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
SUITE = "bookworm"
MODULES = ("cron-core", "host-core", "mount-core", "sshkeys-core", "stdlib", "concat", "inifile")
PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "iproute2", "procps"),  # a host
    *("python3", "libffi8", "libssl3"),  # what bunraku's Python may want
    *("puppet-agent", "cron"),  # the peer, and what both manage
    # The types of modules that bunraku has built in, as Puppet has them.
    *(f"puppet-module-puppetlabs-{name}" for name in MODULES),
    *("etcd-server", "etcd-client"),
)
HOOKS = (
    # A new host is quiet: what is to run is said by the test.
    'systemctl --root="$1" disable etcd.service e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer',
    'echo host.example.com >"$1/etc/hostname"; echo "127.0.0.1 localhost" >"$1/etc/hosts"; touch "$1/etc/fstab"',
    'rm -rf "$1"/etc/apt/sources.list* "$1"/var/lib/apt/lists/* "$1"/var/log/*.log',
)
BUILD_LIMIT, BOOT_LIMIT, COMMAND_LIMIT = 400, 60, 120
AGAIN = 600
"""Seconds. AGAIN: how long a root that could not be built is not tried again."""

# Read here, at import: the tests later turn the cache folder to one of their own.
CACHE = Path(
    os.environ.get("BUNRAKU_HOSTS")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "bunraku", "hosts")
)
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class NoHosts(Exception):
    """Why hosts cannot be booted here, in a line."""


@cache
def base() -> Path:
    """The root that all hosts share; built if it is not there. Raises NoHosts."""
    if os.geteuid() != 0:
        raise NoHosts("hosts are booted by root only")
    for program in ("systemd-nspawn", "mmdebstrap", "unshare", "nsenter", "setpriv"):
        if shutil.which(program) is None:
            raise NoHosts(f"{program} is not installed (Debian: systemd-container, mmdebstrap, util-linux)")
    probe = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "mount", "-t", "tmpfs", "probe", "/mnt"]
    tried = subprocess.run(probe, capture_output=True, text=True, timeout=COMMAND_LIMIT)
    if tried.returncode:
        raise NoHosts(f"no namespaces can be made and mounted in here: {tried.stderr.strip()}")
    recipe = hashlib.sha256(json.dumps([SUITE, PACKAGES, HOOKS]).encode()).hexdigest()[:12]
    root = CACHE / f"{SUITE}-{recipe}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            _refuse_to_try_again(root)
            try:
                _build(root)
            except NoHosts as reason:
                root.with_suffix(".failed").write_text(str(reason))
                raise
    return root


def _refuse_to_try_again(root: Path) -> None:
    """Where it just could not be built, the next process of the same tests need not wait for that too."""
    failed = root.with_suffix(".failed")
    if failed.exists() and time.time() - failed.stat().st_mtime < AGAIN:
        raise NoHosts(failed.read_text())


def _build(root: Path) -> None:
    """Make the root beside its place, then put it there: an interrupted build is never taken for a whole one."""
    new = root.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    command += [f"--customize-hook={hook}" for hook in HOOKS]
    command += [f"--dpkgopt=path-exclude=/usr/share/{what}/*" for what in ("doc", "man", "locale")]
    try:
        built = subprocess.run([*command, SUITE, str(new)], capture_output=True, text=True, timeout=BUILD_LIMIT)
    except subprocess.TimeoutExpired:
        raise NoHosts(f"mmdebstrap was not done after {BUILD_LIMIT} s") from None
    if built.returncode:
        errors = [line for line in built.stderr.splitlines() if line.startswith("E: ")]
        raise NoHosts(f"mmdebstrap could not build a root: {errors[0] if errors else built.stderr[-200:]}")
    new.rename(root)


class Host:
    """A host that is up. root: its file system, as it sees it. changes: what it changed in it, and nothing else."""

    def __init__(self, name: str = "host") -> None:
        """Boot it. Raises NoHosts where it does not come up."""
        self.name = name
        self._folder = tempfile.mkdtemp(prefix=f"bunraku-{name}-")
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._boot()
        except BaseException:
            self.end()
            raise

    def _boot(self) -> None:
        folder, log = self._folder, Path(self._folder, "boot.log")
        os.mkdir(f"{folder}/memory")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices, open(log, "wb") as output:
            notices.bind(f"{folder}/notify")
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig=KILL"),
                    *("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
                    *("--propagation=private", "sh", "-euc", self._script()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "NOTIFY_SOCKET": f"{folder}/notify"},
            )
            end = time.monotonic() + BOOT_LIMIT
            while not self._is_up(notices):
                if self._process.poll() is not None or time.monotonic() > end:
                    lines = [line for line in log.read_text(errors="replace").splitlines() if line]
                    raise NoHosts(f"systemd-nspawn boots no host here: {' / '.join(lines[-3:]) or 'no word of it'}")
        (self._nspawn,) = children(self._process.pid)
        (self._leader,) = children(self._nspawn)
        self.root = Path(f"/proc/{self._leader}/root")
        (self.root / "usr/bin/bunraku").symlink_to(REPOSITORY / ".venv/bin/bunraku")
        self.changes = Path(f"/proc/{self._nspawn}/root{folder}/memory/upper")
        python = self.run(f"{REPOSITORY}/.venv/bin/python", "-c", "import ssl, ctypes, zlib", ok=False)
        if python.returncode:
            raise NoHosts(f"this machine's Python does not run in a Debian host: {python.stderr.strip()[-200:]}")

    def _script(self) -> str:
        memory = f"{self._folder}/memory"
        python = Path(sys.base_prefix)
        shared = [REPOSITORY, *([python] if python != Path("/usr") else [])]
        return f"""
            mount -t tmpfs -o mode=755 host {memory}
            mkdir {memory}/upper {memory}/work {memory}/root
            mount -t overlay -o lowerdir={base()},upperdir={memory}/upper,workdir={memory}/work host {memory}/root
            exec systemd-nspawn --quiet --directory={memory}/root --machine={self.name} --private-network \\
                --register=no --keep-unit --capability=all --system-call-filter='@keyring bpf mount' \\
                {" ".join(f"--bind-ro={path}" for path in shared)} --console=pipe --notify-ready=yes --boot
        """

    def _is_up(self, notices: socket.socket) -> bool:
        """Whether systemd says so; waits a moment for it."""
        notices.settimeout(0.5)
        try:
            return b"READY=1" in notices.recv(4096)
        except TimeoutError:
            return False

    def end(self) -> None:
        """Take it down at once, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            # The first process of a process namespace is gone only when all others are.
            for pid in children(self._process.pid) or [self._process.pid]:
                os.kill(pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    # What is done on it --------------------------------------------------------------------------------------------

    def command(self, *argv: str) -> list[str]:
        """The command of the machine that runs `argv` in the host."""
        settings = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return ["nsenter", f"--target={self._leader}", "--all", "--", "env", "-i", *settings, *argv]

    def run(self, *argv: str, ok: bool = True, limit: float = COMMAND_LIMIT) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. ok: whether it must exit 0. limit: seconds."""
        done = subprocess.run(
            self.command(*argv), capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL, cwd="/"
        )
        assert done.returncode == 0 or not ok, f"{' '.join(argv)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def output(self, *argv: str) -> str:
        """What a command prints, without the white space around it."""
        return self.run(*argv, ok=False).stdout.strip()

    def start(self, *argv: str) -> subprocess.Popen[bytes]:
        """Begin a command, heard by nobody."""
        return subprocess.Popen(
            self.command(*argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )

    def write(self, path: str, text: str, mode: int = 0o644) -> str:
        """Write a file, its folders too; the path."""
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return path

    def read(self, path: str) -> str:
        """A file's text."""
        return (self.root / path.lstrip("/")).read_text()

    def apply(self, code: str, *flags: str) -> Applied:
        """Apply Puppet code with bunraku."""
        manifest = self.write("/var/tmp/site.pp", code)
        done = self.run(
            *("bunraku", "apply", "--detailed-exitcodes", "--format=json", *flags, manifest), ok=False, limit=300
        )
        assert done.stdout.startswith("{"), done.stdout + done.stderr
        return Applied(done.returncode, json.loads(done.stdout))

    def puppet(self, code: str, *flags: str) -> Applied:
        """Apply Puppet code with Puppet."""
        manifest = self.write("/var/tmp/site.pp", code)
        arguments = ("--detailed-exitcodes", "--color=false", "--modulepath", f"{REPOSITORY}/modules")
        done = self.run("puppet", "apply", *arguments, *flags, manifest, ok=False, limit=300)
        return Applied(done.returncode, {"output": done.stdout + done.stderr})


Boot = Callable[[str], Host]
"""Boots a host by name."""


class Applied:
    """What came of a run. code: the detailed exit code. report: in Puppet's format."""

    def __init__(self, code: int, report: dict[str, Any]) -> None:
        self.code = code
        self.report = report

    def _statuses(self) -> Iterable[tuple[str, dict[str, Any]]]:
        statuses: dict[str, dict[str, Any]] = self.report["resource_statuses"]
        return statuses.items()

    @property
    def failures(self) -> list[str]:
        """What failed, and why: the messages without what should have become of what."""
        return [
            f"{ref}: {re.sub('^change from .* failed: ', '', event['message'])}"
            for ref, status in self._statuses()
            for event in status["events"]
            if event["status"] == "failure"
        ]

    @property
    def events(self) -> set[tuple[str, str | None]]:
        """The resources and properties that were changed or, with noop, would be (property None: a refresh)."""
        return {
            (ref, event["property"])
            for ref, status in self._statuses()
            for event in status["events"]
            if event["status"] in ("success", "noop")
        }


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`; none where it is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def wait_until(condition: Callable[[], bool], what: str, limit: float = 30) -> None:
    """Return as soon as `condition` holds; fail after `limit` seconds, saying what never happened."""
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, f"it never happened within {limit:g} s: {what}"
        time.sleep(0.02)
