"""The tour's overlay network: two hosts in network namespaces, joined by a switch that has an etcd of its own.

Nothing outside these namespaces is touched: addresses, routes and devices live and die with them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

SWITCH = "10.99.0.1"
SERVER = """
import socket
listener = socket.create_server(("{address}", 80))
while True:
    with listener.accept()[0] as caller:
        caller.sendall(b"hello from {address}")
"""
CALL = "import socket; print(socket.create_connection(('{address}', 80), 2).recv(99).decode())"


def why_not() -> str:
    """Why there can be no such hosts here; "" if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "no ip program (Debian package iproute2)"
    probe = f"tour{os.getpid()}-probe"
    try:
        run("ip", "netns", "add", probe)
        run("ip", "-n", probe, "link", "add", "v0", "type", "vxlan", "id", "1", "dstport", "8472")
    except subprocess.CalledProcessError as error:
        return f"this kernel refuses: {error.stderr.strip()}"
    finally:
        subprocess.run(["ip", "netns", "del", probe], capture_output=True, timeout=20)
    return ""


def run(*words: str) -> str:
    """Run a command that has to go well; what it prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=20).stdout


class Namespace:
    """A network namespace."""

    def __init__(self, name: str) -> None:
        self.name = f"tour{os.getpid()}-{name}"
        run("ip", "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")

    def ip(self, *words: str) -> str:
        """Run `ip` on it."""
        return run("ip", "-n", self.name, *words)

    def command(self, *words: str) -> list[str]:
        """The command line that runs `words` in it."""
        return ["ip", "netns", "exec", self.name, *words]

    def bridge(self, name: str, address: str) -> None:
        """A bridge with an address."""
        self.ip("link", "add", name, "type", "bridge", "stp_state", "0")
        self.ip("addr", "add", address, "dev", name)
        self.ip("link", "set", name, "up")

    def plug(self, other: Namespace, port: str, bridge: str, address: str, gateway: str) -> None:
        """Lead a cable from the bridge here to eth0 of another namespace, which gets an address and a default route."""
        self.ip("link", "add", port, "type", "veth", "peer", "eth0", "netns", other.name)
        self.ip("link", "set", port, "master", bridge, "up")
        other.ip("addr", "add", address, "dev", "eth0")
        other.ip("link", "set", "eth0", "up")
        other.ip("route", "add", "default", "via", gateway)


class Overlay:
    """The switch, the hosts, a container on each, and what runs in them."""

    def __init__(self, bunraku: str, root: Path, env: dict[str, str]) -> None:
        self.bunraku = bunraku
        self.root = root
        self.env = env
        self.names: list[str] = []
        self.running: list[subprocess.Popen[bytes]] = []
        self.hosts: dict[str, Namespace] = {}
        self.containers: dict[str, Namespace] = {}
        self.addresses: dict[str, str] = {}

    def namespace(self, name: str) -> Namespace:
        """A namespace that goes at the end."""
        made = Namespace(name)
        self.names.append(made.name)
        return made

    def start(self, where: Namespace, name: str, *words: str, env: dict[str, str] | None = None) -> None:
        """Run a program in a namespace until the end, its log in a file."""
        with (self.root / "log" / f"{name}.log").open("wb") as log:
            command = where.command(*words)
            environment = self.env | (env or {})
            program = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self.running.append(program)

    def wire(self) -> None:
        """The switch with its etcd, and two hosts on it."""
        switch = self.namespace("switch")
        switch.bridge("br0", f"{SWITCH}/24")
        data = str(self.root / "overlay-etcd")
        urls = ["--listen-client-urls", f"http://{SWITCH}:2379", "--advertise-client-urls", f"http://{SWITCH}:2379"]
        self.start(switch, "overlay-etcd", "etcd", "--data-dir", data, *urls)
        for number in (1, 2):
            host = self.hosts[f"host{number}"] = self.namespace(f"host{number}")
            switch.plug(host, f"p{number}", "br0", f"10.99.0.1{number}/24", SWITCH)
            run(*host.command("sysctl", "-qw", "net.ipv4.ip_forward=1"))
            (self.root / f"host{number}").mkdir()

    def start_daemon(self, name: str) -> None:
        """`bunraku flanneld` with the settings that the manifest wrote."""
        lines = (self.root / name / "flanneld.env").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
        self.start(self.hosts[name], f"flanneld-{name}", self.bunraku, "flanneld", env=settings)

    def has_subnet(self, name: str) -> bool:
        """Whether the host's daemon has written its subnet file."""
        return (self.root / name / "subnet.env").exists()

    def run_container(self, name: str) -> str:
        """A container on the host, with an address of its subnet, that greets callers; the address."""
        lines = (self.root / name / "subnet.env").read_text().splitlines()
        bridge = dict(line.split("=", 1) for line in lines)["FLANNEL_SUBNET"]
        gateway = bridge.partition("/")[0]
        address = self.addresses[name] = gateway.rpartition(".")[0] + ".2"
        container = self.containers[name] = self.namespace(f"{name}c")
        self.hosts[name].bridge("cni0", bridge)
        self.hosts[name].plug(container, "c0", "cni0", f"{address}/24", gateway)
        self.start(container, f"container-{name}", sys.executable, "-c", SERVER.format(address=address))
        return address

    def reaches(self, name: str, other: str) -> bool:
        """Whether the container of one host is greeted by that of the other."""
        address = self.addresses[other]
        call = self.containers[name].command(sys.executable, "-c", CALL.format(address=address))
        return (
            subprocess.run(call, capture_output=True, text=True, timeout=20).stdout.strip() == f"hello from {address}"
        )

    def end(self, stop: Callable[[list[int]], None]) -> None:
        """End the programs by `stop`, and take the namespaces away."""
        stop([program.pid for program in self.running])
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=20)
