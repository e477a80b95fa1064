"""Hosts in network namespaces, on one switch with a real etcd; a container's address on each host's bridge."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bunraku.etcd import Client, EtcdError

PREFIX = "/coreos.com/network"
SOCKET = "etcd:1"
"""A file of that name in etcd's folder, for those outside its namespace; etcd wants a socket's name to look so."""
BUNRAKU = Path(sys.executable).parent / "bunraku"


def why_not() -> str | None:
    """Why there can be no such hosts here; None if there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [name for name in ("ip", "ping", "etcd", "iptables-save") if not shutil.which(name)]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: iproute2 iputils-ping etcd-server iptables)"
    name = f"bk-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode:
        return f"no network namespaces here: {made.stderr.strip()}"
    try:
        vxlan = ["ip", "-n", name, "link", "add", "v0", "type", "vxlan", "id", "1", "dstport", "8472"]
        if subprocess.run(vxlan, capture_output=True).returncode:
            return "this kernel has no vxlan"
        rules = ["ip", "netns", "exec", name, "iptables", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE"]
        if subprocess.run(rules, capture_output=True).returncode:
            return "this kernel has no masquerade"
    finally:
        subprocess.run(["ip", "netns", "del", name])
    return None


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


def until(holds: Callable[[], object], limit: float = 30.0) -> None:
    """Wait for `holds()`; what fails on the way (etcd that is not there, a file not written) counts as not yet."""
    end = time.monotonic() + limit
    while True:
        try:
            if holds():
                return
        except (EtcdError, OSError, AssertionError, AttributeError):
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def vtep(number: int) -> dict[str, Any]:
    """The BackendData of a vxlan lease."""
    return {"BackendData": {"VNI": 1, "VtepMAC": f"a2:00:00:00:00:{number:02x}"}}


def ipv4(device: dict[str, Any]) -> list[str]:
    """The device's IPv4 addresses; those of IPv6 come and settle by themselves."""
    return [address["local"] for address in device["addr_info"] if address["family"] == "inet"]


class Namespace:
    """A network namespace with its loopback up."""

    def __init__(self, name: str) -> None:
        self.name = name
        run("ip", "netns", "add", name)
        self.ip("link", "set", "lo", "up")

    def ip(self, *words: str) -> str:
        return run("ip", "-n", self.name, *words)

    def exec(self, *words: str) -> str:
        return run(*self.command(*words))

    def command(self, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *words]

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)


class Switch:
    """The namespace that joins hosts by a bridge and runs etcd at 10.99.0.1:2379."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"bk{os.getpid()}"
        self.namespace = Namespace(f"{self.mark}-sw")
        self.hosts: list[Host] = []
        self.namespace.ip("link", "add", "br0", "type", "bridge", "stp_state", "0")
        self.namespace.ip("addr", "add", "10.99.0.1/24", "dev", "br0")
        self.namespace.ip("link", "set", "br0", "up")
        self.etcd = self._start_etcd()
        self.client = Client(f"unix://{folder}/{SOCKET}")
        until(lambda: self.client.put("/started", "yes"))

    def _start_etcd(self) -> subprocess.Popen[bytes]:
        words = ["etcd", "--data-dir", str(self.folder / "data")]
        words += ["--listen-client-urls", f"http://10.99.0.1:2379,unix://{SOCKET}"]
        words += ["--advertise-client-urls", "http://10.99.0.1:2379"]
        with (self.folder / "etcd.log").open("ab") as log:
            return subprocess.Popen(self.namespace.command(*words), stdout=log, stderr=log, cwd=self.folder)

    def host(self) -> "Host":
        host = Host(self, len(self.hosts) + 1)
        self.hosts.append(host)
        return host

    def forget(self) -> None:
        """No hosts and no keys, for the next test."""
        for host in self.hosts:
            host.remove()
        self.hosts.clear()
        self.client.delete_prefix(PREFIX)

    def configure(self, backend: dict[str, Any], network: str = "10.50.0.0/16", **more: Any) -> None:
        self.client.put(f"{PREFIX}/config", json.dumps({"Network": network, "Backend": backend, **more}))

    def leases(self) -> dict[str, dict[str, Any]]:
        """Each lease's value, by the last part of its key."""
        start = f"{PREFIX}/subnets/"
        return {kv.key.removeprefix(start): json.loads(kv.value) for kv in self.client.range(start)}

    def put_lease(self, name: str, public_ip: str, **more: Any) -> None:
        self.client.put(f"{PREFIX}/subnets/{name}", json.dumps({"PublicIP": public_ip, "PublicIPv6": None, **more}))

    def remove(self) -> None:
        self.forget()
        self.client.close()
        self.etcd.kill()
        self.etcd.wait()
        self.namespace.remove()


class Host:
    """A host at 10.99.0.1N on the switch, with its daemon and, once that has a subnet, a container on a bridge."""

    def __init__(self, switch: Switch, number: int) -> None:
        self.switch = switch
        self.address = f"10.99.0.{10 + number}"
        self.folder = switch.folder / f"h{number}-{time.monotonic_ns()}"
        self.folder.mkdir()
        self.subnet_file = self.folder / "flannel" / "subnet.env"
        self.log = self.folder / "flanneld.log"
        self.daemon: subprocess.Popen[bytes] | None = None
        self.namespace = Namespace(f"{switch.mark}-h{number}")
        self.pod: Namespace | None = None
        port = f"p{number}"
        switch.namespace.ip("link", "add", port, "type", "veth", "peer", "eth0", "netns", self.namespace.name)
        switch.namespace.ip("link", "set", port, "master", "br0", "up")
        self.namespace.ip("addr", "add", f"{self.address}/24", "dev", "eth0")
        self.namespace.ip("link", "set", "eth0", "up")
        self.namespace.ip("route", "add", "default", "via", "10.99.0.1")
        self.namespace.exec("sysctl", "-qw", "net.ipv4.ip_forward=1")

    def begin(self, *flags: str, run_by: Sequence[str] = ()) -> None:
        """Start the daemon, without waiting for anything. run_by: a command that runs it."""
        words = [*run_by, str(BUNRAKU)]
        words += ["flanneld", "-etcd-endpoints", "http://10.99.0.1:2379", "-subnet-file", str(self.subnet_file), *flags]
        with self.log.open("ab") as log:
            self.daemon = subprocess.Popen(self.namespace.command(*words), stdout=log, stderr=log, process_group=0)

    def start(self, *flags: str) -> None:
        """Start the daemon and wait for its subnet."""
        before = self.said().count(" we have ")
        self.begin(*flags)
        self.wait_ready(before)

    def wait_ready(self, before: int = 0) -> None:
        until(lambda: self.said().count(" we have ") > before or self.ended())
        assert not self.ended(), self.said()

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def ended(self) -> bool:
        return self.daemon is not None and self.daemon.poll() is not None

    def end(self, number: int = signal.SIGTERM) -> int:
        """End the daemon; its exit code."""
        assert self.daemon is not None
        if self.daemon.poll() is None:
            self.daemon.send_signal(number)
        return self.daemon.wait(20)

    @property
    def environment(self) -> dict[str, str]:
        return dict(line.split("=") for line in self.subnet_file.read_text().splitlines())

    @property
    def subnet(self) -> str:
        """The subnet that the daemon was given, as 10.50.3.0/24."""
        address, length = self.environment["FLANNEL_SUBNET"].split("/")
        return f"{address.rpartition('.')[0]}.0/{length}"

    def run_pod(self) -> str:
        """A container on a bridge in the host's subnet; its address."""
        gateway = self.environment["FLANNEL_SUBNET"]
        address = gateway.partition("/")[0].rpartition(".")[0] + ".2"
        self.pod = Namespace(f"{self.namespace.name}-pod")
        self.namespace.ip("link", "add", "cni0", "type", "bridge")
        self.namespace.ip("addr", "add", gateway, "dev", "cni0")
        self.namespace.ip("link", "set", "cni0", "up")
        self.namespace.ip("link", "add", "v0", "type", "veth", "peer", "eth0", "netns", self.pod.name)
        self.namespace.ip("link", "set", "v0", "master", "cni0", "up")
        self.pod.ip("addr", "add", f"{address}/24", "dev", "eth0")
        self.pod.ip("link", "set", "eth0", "mtu", self.environment["FLANNEL_MTU"], "up")
        self.pod.ip("route", "add", "default", "via", gateway.partition("/")[0])
        return address

    def reaches(self, address: str) -> bool:
        """Whether the container gets an answer from `address`."""
        assert self.pod is not None
        ping = self.pod.command("ping", "-q", "-c", "1", "-W", "1", address)
        return subprocess.run(ping, capture_output=True, timeout=20).returncode == 0

    def routes(self) -> set[str]:
        """The subnets that are routed to other hosts."""
        table = json.loads(self.namespace.exec("ip", "-j", "route"))
        return {route["dst"] for route in table if "gateway" in route and route["dst"] != "default"}

    def neighbours(self) -> list[str]:
        """Addresses with a permanent neighbour entry."""
        found = json.loads(self.namespace.exec("ip", "-j", "neigh", "show", "nud", "permanent"))
        return [entry["dst"] for entry in found]

    def forwarding(self) -> set[tuple[str, str]]:
        """(MAC, host) of the vxlan device's forwarding entries."""
        found = json.loads(self.namespace.exec("bridge", "-j", "fdb"))
        return {(entry["mac"], entry["dst"]) for entry in found if "dst" in entry}

    def kernel(self) -> tuple[object, ...]:
        """Devices, addresses, routes, neighbours and forwarding entries."""
        devices = json.loads(self.namespace.exec("ip", "-j", "addr"))
        told = [(one["ifname"], one["address"], one["mtu"], ipv4(one)) for one in devices]
        return told, self.routes(), sorted(self.neighbours()), self.forwarding()

    def rules(self) -> str:
        """The firewall's rules."""
        saved = self.namespace.exec("iptables-save")
        return "\n".join(line for line in saved.splitlines() if line.startswith("-A"))

    def remove(self) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            os.killpg(self.daemon.pid, signal.SIGKILL)
            self.daemon.wait()
        if self.pod is not None:
            self.pod.remove()
        self.namespace.remove()
        subprocess.run(
            ["ip", "-n", self.switch.namespace.name, "link", "del", f"p{self.address[-1]}"], capture_output=True
        )
