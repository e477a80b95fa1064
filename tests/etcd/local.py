"""Real etcd members on loopback ports, to be killed, stopped and replaced."""

import os
import random
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bunraku.etcd import Client, EtcdError

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
PORTS = range(12_000 + WORKER % 16, 32_000, 16)
"""Below the ports that the kernel gives to outgoing connections, so that a member that is down finds its own free when
it comes back; each worker of the tests has a part."""
_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now, none of them twice."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                found.append(port)
    return found


class Member:
    """One etcd process with its folder and its two ports."""

    def __init__(self, name: str, folder: Path, extra: list[str], scheme: str = "http") -> None:
        self.name = name
        self.folder = folder
        self.extra = extra
        self.client_port, self.peer_port = free_ports(2)
        self.client_url = f"{scheme}://127.0.0.1:{self.client_port}"
        self.peer_url = f"http://127.0.0.1:{self.peer_port}"
        self.prefix: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, initial_cluster: str, state: str = "new") -> None:
        command = [*self.prefix, "etcd", "--name", self.name, "--data-dir", str(self.folder / self.name)]
        command += ["--listen-client-urls", self.client_url, "--advertise-client-urls", self.client_url]
        command += ["--listen-peer-urls", self.peer_url, "--initial-advertise-peer-urls", self.peer_url]
        command += ["--initial-cluster", initial_cluster, "--initial-cluster-state", state, *self.extra]
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.running():
            self.process.kill()
            self.process.wait()

    def lose_disk(self) -> None:
        self.kill()
        shutil.rmtree(self.folder / self.name, ignore_errors=True)


class LocalCluster:
    """`size` members that know each other; `client()` reaches all of them."""

    def __init__(self, folder: Path, size: int = 1, extra: list[str] | None = None) -> None:
        self.folder = folder
        self.extra = ["--heartbeat-interval", "50", "--election-timeout", "500", *(extra or [])]
        self.members = [Member(f"m{n}", folder, self.extra) for n in range(1, size + 1)]
        self.initial = ",".join(f"{m.name}={m.peer_url}" for m in self.members)

    def __enter__(self) -> "LocalCluster":
        for member in self.members:
            member.start(self.initial)
        with self.client() as client:
            wait_until(lambda: client.put("/started", "yes") > 0)
        return self

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            member.kill()

    @classmethod
    def again(cls, ended: "LocalCluster") -> "LocalCluster":
        """The same cluster, to be started anew with the data that it has."""
        fresh = cls(ended.folder, 0)
        fresh.members, fresh.initial = ended.members, ended.initial
        return fresh

    @property
    def endpoints(self) -> list[str]:
        return [member.client_url for member in self.members]

    def client(self, deadline: float = 5.0) -> Client:
        return Client(self.endpoints, deadline=deadline)

    def grow(self) -> Member:
        """One more member, known but not started."""
        new = Member(f"m{len(self.members) + 1}", self.folder, self.extra)
        self.members.append(new)
        self.initial += f",{new.name}={new.peer_url}"
        return new

    def restart(self, member: Member) -> None:
        member.start(self.initial)

    def leader(self) -> Member:
        """The member that leads, by etcdctl's own account; one that is being elected is waited for."""
        leading: list[Member] = []
        wait_until(lambda: leading.extend(filter(self._leads, self.members)) or leading)
        return leading[0]

    def _leads(self, member: Member) -> bool:
        words = ["etcdctl", "--endpoints", member.client_url, "endpoint", "status", "-w", "fields"]
        done = subprocess.run(words, env={**os.environ, "ETCDCTL_API": "3"}, capture_output=True, text=True, timeout=60)
        fields = dict(line.split(" : ") for line in done.stdout.splitlines() if " : " in line)
        return done.returncode == 0 and fields['"MemberID"'] == fields['"Leader"']

    def etcdctl(self, *words: str, at: Member | None = None) -> str:
        """What the real etcdctl prints."""
        endpoints = at.client_url if at else ",".join(self.endpoints)
        done = subprocess.run(
            ["etcdctl", "--endpoints", endpoints, *words],
            env={**os.environ, "ETCDCTL_API": "3"},
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def help_of_etcd() -> list[str]:
    """The names of the flags that the etcd here explains."""
    said = subprocess.run(["etcd", "--help"], capture_output=True, text=True, timeout=20)
    return re.findall(r"^ *--([a-z0-9-]+)", said.stdout + said.stderr, re.MULTILINE)


def wait_until(holds: Callable[[], object], limit: float = 120.0) -> None:
    """Wait for `holds()` to be true; errors of etcd on the way count as not yet."""
    until = time.monotonic() + limit
    while True:
        try:
            if holds():
                return
        except EtcdError:
            if time.monotonic() > until:
                raise
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.05)
