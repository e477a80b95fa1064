"""A pod's network: the host's, none but itself, or `default`, a cable of its own to the host (rkt's default ptp).

On `default` a pod has an address of 172.16.28.0/24, which is kept as CNI's host-local plugin keeps it, as a file in
/var/lib/cni/networks/default; what it sends beyond is masqueraded, ports of the host are led to it.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import Any

from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import Pod
from bunraku.system import files, interrupt, process

SUBNET, MASK = "172.16.28.0/24", "255.255.255.0"
GATEWAY, LAST = 1, 254
"""The last parts of the host's address and of the last pod's."""

ADDRESSES = "/var/lib/cni/networks/default"
DEADLINE = 20.0


class Network:
    """The network of a pod whose supervisor is this process. Raises PodError, CommandError, OSError."""

    def __init__(self, pod: Pod, name: str, ports: list[dict[str, Any]]) -> None:
        self.pod = pod
        self.name = name
        self.ports = ports
        if ports and name != "default":
            raise PodError(f"ports are led to pods on the network default only, not on {name}")

    @property
    def own_namespaces(self) -> tuple[str, ...]:
        """The namespaces that it needs."""
        return () if self.name == "host" else ("net",)

    def before(self) -> None:
        """While this process is in the host's network: remember the way back."""
        self._host = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def connect(self) -> None:
        """In the pod's network: bring up what is to be there."""
        if self.name == "host":
            return
        _do(["ip", "link", "set", "lo", "up"])
        if self.name == "default":
            with interrupt.held():  # what is taken is noted, and so given back
                address = self._take_address()
            link = f"veth{self.pod.uuid[:8]}"
            self._cable(link, address)
            for rule in _rules(self.pod, address, self.ports):
                self._on_host(["iptables", "-w", *rule])

    def _take_address(self) -> str:
        address = _free_address(self.pod.uuid)
        known = {"netName": "default", "netConf": "", "pluginPath": "", "ifName": "eth0", "ip": address, "args": ""}
        self.pod.put("net-info.json", json.dumps([known | {"mask": MASK, "hostIP": _address(GATEWAY)}]))
        return address

    def _cable(self, link: str, address: str) -> None:
        self._on_host(["ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(os.getpid())])
        host = f"addr add {_address(GATEWAY)}/32 dev {link}\nlink set {link} up\nroute add {address}/32 dev {link}\n"
        self._on_host(["ip", "-batch", "-"], host)
        inside = f"addr add {address}/32 dev eth0\nlink set eth0 up\n"
        inside += f"route add {_address(GATEWAY)} dev eth0 scope link\nroute add default via {_address(GATEWAY)}\n"
        _do(["ip", "-batch", "-"], inside)
        self._on_host(["sysctl", "-qw", "net.ipv4.ip_forward=1", f"net.ipv4.conf.{link}.route_localnet=1"])

    def _on_host(self, words: list[str], text: str = "") -> None:
        _do(["nsenter", f"--net=/proc/{os.getpid()}/fd/{self._host}", *words], text)

    def disconnect(self) -> None:
        """Take away what would stay on the host when the pod is gone."""
        if self.name == "default":
            release(self.pod, [f"--net=/proc/{os.getpid()}/fd/{self._host}"])


def release(pod: Pod, place: list[str] | None = None) -> None:
    """Take away a pod's rules and give back its address; what is gone already is fine. place: nsenter's, for rules."""
    for known in pod.networks():
        inside = ["nsenter", *place] if place else []
        ports = pod.manifest().get("ports") or []
        for rule in _rules(pod, known["ip"], ports):
            process.run([*inside, "iptables", "-w", *rule[:2], "-D", *rule[3:]], deadline=DEADLINE)
        with suppress(OSError):
            with open(os.path.join(ADDRESSES, known["ip"])) as file:
                owner = file.read().strip()
            if owner == pod.uuid:
                files.remove(os.path.join(ADDRESSES, known["ip"]))


def _free_address(identity: str) -> str:
    """A free address of the subnet, which is the pod's from now on. Raises PodError."""
    os.makedirs(ADDRESSES, mode=0o755, exist_ok=True)
    for number in range(GATEWAY + 1, LAST + 1):
        with suppress(FileExistsError), open(os.path.join(ADDRESSES, _address(number)), "x") as file:
            file.write(identity)
            return _address(number)
    raise PodError(f"all addresses of {SUBNET} are taken: {ADDRESSES} says by whom; `rkt gc` frees those of ended pods")


def _address(number: int) -> str:
    return f"{SUBNET.rpartition('.')[0]}.{number}"


def _rules(pod: Pod, address: str, ports: list[dict[str, Any]]) -> list[list[str]]:
    """iptables' words for the rules of a pod, as they are added."""
    mark = ["-m", "comment", "--comment", f"rkt {pod.uuid}"]
    nat = ["-t", "nat", "-A"]
    found = [[*nat, "POSTROUTING", "-s", f"{address}/32", "!", "-d", SUBNET, *mark, "-j", "MASQUERADE"]]
    inner = {p["name"]: p for app in pod.manifest()["apps"] for p in app["app"].get("ports") or ()}
    for port in ports:
        there = inner[port["name"]]
        match = ["-p", there["protocol"], "--dport", str(port["hostPort"])]
        match += ["-d", port["hostIP"]] if port.get("hostIP") else ["-m", "addrtype", "--dst-type", "LOCAL"]
        goal = ["-j", "DNAT", "--to-destination", f"{address}:{there['port']}"]
        found += [[*nat, chain, *match, *mark, *goal] for chain in ("PREROUTING", "OUTPUT")]
        # From the host's own loopback the answer would not find its way back.
        local = ["-s", "127.0.0.0/8", "-d", f"{address}/32", *mark, "-j", "MASQUERADE"]
        found.append([*nat, "POSTROUTING", *local])
    return found


def _do(words: list[str], text: str = "") -> None:
    done = process.run(words, deadline=DEADLINE, stdin=text.encode() if text else None)
    if not done.ok:
        program = next(word for word in words if word != "nsenter" and not word.startswith("--"))
        raise PodError(f"the pod's network could not be made: {program}: {done.output.strip()}")
