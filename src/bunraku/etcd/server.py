"""Running etcd itself: a member on this machine while a block of code runs, and one made from a snapshot."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bunraku.etcd.client import Client
from bunraku.etcd.errors import BadSettings, EtcdError, Unreachable
from bunraku.etcd.maintenance import check_snapshot
from bunraku.etcd.settings import is_yaml, variables
from bunraku.system.files import move, remove, replace, set_attributes
from bunraku.system.process import run, running

START = 30.0
"""Seconds that a member gets to come up."""
RESTORE = 600.0
"""Seconds that restoring a snapshot may take."""


@contextmanager
def local_member(folder: Path, argv: Sequence[str], client_url: str) -> Iterator[Client]:
    """Run etcd with `argv` (its flags) until the block ends; gives a client once it answers at `client_url`.

    Its output goes to `folder`/etcd.log. Raises `BadSettings` if there is no etcd, `Unreachable` if it cannot start.
    """
    log = folder / "etcd.log"
    with running([program("etcd"), *argv], log=str(log)) as process, Client(client_url, deadline=1.0) as client:
        until = time.monotonic() + START
        while True:
            try:
                client.revision()
                break
            except EtcdError as problem:
                if process.poll() is not None or time.monotonic() > until:
                    raise Unreachable(f"etcd did not come up: {last_words(log)}", client_url, str(log)) from problem
                time.sleep(0.05)
        client.transport.deadline = 5.0
        yield client


@contextmanager
def joining_member(
    binary: str, config: Path, data_dir: Path, initial_cluster: Sequence[str]
) -> Iterator[Callable[[], str | None]]:
    """Run etcd with a host's own configuration, but told to join the cluster `initial_cluster` (NAME=URL each).

    Gives a function that says, once etcd has ended by itself, what it wrote last (None while it runs).
    config: YAML (.yml, .yaml) or a file of environment variables. It runs as the owner of `data_dir`, and is ended with
    the block. Raises OSError, CommandError.
    """
    told = {"initial-cluster": ",".join(initial_cluster), "initial-cluster-state": "existing"}
    owner = data_dir.stat()
    log = data_dir.with_name(f"{data_dir.name}.join.log")
    joining = data_dir.with_name(f".{data_dir.name}.bunraku-join.yml")
    argv, env = [binary], dict(os.environ)
    if is_yaml(config):
        import yaml

        settings = yaml.safe_dump({**yaml.safe_load(config.read_text()), **told}).encode()
        replace(str(joining), settings, mode=0o600, uid=owner.st_uid, gid=owner.st_gid)
        argv += ["--config-file", str(joining)]
    else:
        env |= variables(config.read_text())
        env |= {f"ETCD_{name.upper().replace('-', '_')}": value for name, value in told.items()}
    try:
        with running(argv, log=str(log), env=env, uid=owner.st_uid, gid=owner.st_gid) as process:
            yield lambda: None if process.poll() is None else last_words(log)
    finally:
        remove(str(joining))


def free_port(wanted: int = 0) -> int:
    """A port on 127.0.0.1 that nobody listens on just now: `wanted` if it can be had, else any."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise BadSettings("there is no free port on 127.0.0.1")


def restore(snapshot: Path, data_dir: Path, options: Sequence[str] = ()) -> None:
    """Make `data_dir` (which must not exist, or be empty) out of a snapshot, whole or not at all.

    It belongs to whom the empty folder belonged, or else the folder above. options: further flags of `etcdctl snapshot
    restore`, such as --name. Raises `BadSnapshot`, `BadSettings`, OSError.
    """
    check_snapshot(str(snapshot))
    there = data_dir.exists()
    if there and any(data_dir.iterdir()):
        raise BadSettings(f"{data_dir} is not empty", remedy="move it away, or name another --data-dir")
    owner = (data_dir if there else data_dir.parent).stat()
    beside = data_dir.with_name(f".{data_dir.name}.bunraku-restore")
    shutil.rmtree(beside, ignore_errors=True)
    tool = shutil.which("etcdutl") or program("etcdctl")
    argv = [tool, "snapshot", "restore", str(snapshot), "--data-dir", str(beside), *options]
    done = run(argv, deadline=RESTORE, env={"ETCDCTL_API": "3", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    if not done.ok:
        shutil.rmtree(beside, ignore_errors=True)
        raise BadSettings(f"{Path(tool).name} could not restore {snapshot}: {done.output.strip().splitlines()[-1]}")
    if os.geteuid() == 0:
        for path in (beside, *beside.rglob("*")):
            set_attributes(str(path), uid=owner.st_uid, gid=owner.st_gid)
    if there:
        data_dir.rmdir()
    move(str(beside), str(data_dir))


def program(name: str) -> str:
    """The path of one of etcd's programs. Raises `BadSettings` where it is not installed."""
    found = shutil.which(name)
    if found is None:
        package = "etcd-server" if name == "etcd" else "etcd-client"
        raise BadSettings(f"{name} is not installed", remedy=f"on Debian: apt-get install {package}")
    return found


def last_words(log: Path) -> str:
    """What a log ends with: the last line that etcd calls critical or fatal, or else the last one."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    fatal = [line for line in lines if " C | " in line or '"level":"fatal"' in line or line.startswith("panic:")]
    return (fatal or lines or ["it wrote nothing"])[-1]
