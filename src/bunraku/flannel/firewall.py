"""The firewall's rules, in chains of our own: forwarding for the network, masquerade for what leaves it (iptables).

Rules are written in the form that iptables-save prints, so that one look tells whether they are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network

from bunraku.system.process import CommandError, run

DEADLINE = 30.0
_COMMENT = '-m comment --comment "flanneld {}"'


class FirewallError(Exception):
    """iptables is missing, or refused."""


def masquerade(network: IPv4Network, subnet: IPv4Network) -> list[str]:
    """The rules of POSTROUTING: what leaves the overlay network, or comes into it by another host, is masqueraded.

    What kube-proxy has marked (0x4000) it masquerades itself.
    """
    note = _COMMENT.format("masq")
    return [
        f"-m mark --mark 0x4000/0x4000 {note} -j RETURN",
        f"-s {network} -d {network} {note} -j RETURN",
        f"-s {network} ! -d 224.0.0.0/4 {note} -j MASQUERADE --random-fully",
        f"! -s {network} -d {subnet} {note} -j RETURN",
        f"! -s {network} -d {network} {note} -j MASQUERADE --random-fully",
    ]


def forwarding(network: IPv4Network) -> list[str]:
    """The rules of FORWARD: what comes from the overlay network or goes to it passes."""
    note = _COMMENT.format("forward")
    return [f"-s {network} {note} -j ACCEPT", f"-d {network} {note} -j ACCEPT"]


class Chain:
    """A chain of ours with its rules, and the jump to it at the head of a built-in chain."""

    def __init__(self, table: str, parent: str, name: str, purpose: str, rules: Sequence[str]) -> None:
        self.table = table
        self.name = name
        self._jump = f"{parent} {_COMMENT.format(purpose)} -j {name}"
        self._rules = [f"-A {name} {rule}" for rule in rules]
        self._seen: list[str] = []
        """How iptables-save shows the rules that it was last given; some versions order the words otherwise."""

    def ensure(self) -> bool:
        """Have the rules and one jump there; whether anything had to be done. Raises FirewallError."""
        lines = _saved(self.table)
        if self._there(lines) and self._own(lines) in (self._rules, self._seen):
            return False
        commands = [*self._unlink(lines), f":{self.name} - [0:0]", *self._rules, f"-I {self._jump}"]
        _restore(self.table, commands)
        self._seen = self._own(_saved(self.table))
        return True

    def remove(self) -> None:
        """Have the chain and all jumps to it gone. Raises FirewallError."""
        lines = _saved(self.table)
        if any(line.startswith(f":{self.name} ") for line in lines):
            _restore(self.table, [*self._unlink(lines), f"-F {self.name}", f"-X {self.name}"])

    def _own(self, lines: Sequence[str]) -> list[str]:
        return [line for line in lines if line.startswith(f"-A {self.name} ")]

    def _there(self, lines: Sequence[str]) -> bool:
        return len(self._jumps(lines)) == 1

    def _jumps(self, lines: Sequence[str]) -> list[str]:
        return [line for line in lines if line.endswith(f"-j {self.name}")]

    def _unlink(self, lines: Sequence[str]) -> list[str]:
        return [line.replace("-A ", "-D ", 1) for line in self._jumps(lines)]


class Firewall:
    """The chains of one overlay network."""

    def __init__(self, network: IPv4Network, subnet: IPv4Network, *, masq: bool, forward: bool) -> None:
        self._chains = []
        if masq:
            rules = masquerade(network, subnet)
            self._chains.append(Chain("nat", "POSTROUTING", "FLANNEL-POSTRTG", "masq", rules))
        if forward:
            self._chains.append(Chain("filter", "FORWARD", "FLANNEL-FWD", "forward", forwarding(network)))

    def ensure(self) -> bool:
        """Have all rules there; whether any had to be made. Raises FirewallError."""
        return sum(chain.ensure() for chain in self._chains) > 0

    def remove(self) -> None:
        """Take all rules away. Raises FirewallError."""
        for chain in self._chains:
            chain.remove()


def _saved(table: str) -> list[str]:
    return _run(["iptables-save", "-t", table]).splitlines()


def _restore(table: str, commands: Sequence[str]) -> None:
    """Change a table by `commands`, all or none; other chains stay as they are."""
    _run(["iptables-restore", "--noflush", "--wait"], "\n".join([f"*{table}", *commands, "COMMIT", ""]).encode())


def _run(argv: Sequence[str], stdin: bytes | None = None) -> str:
    try:
        result = run(argv, deadline=DEADLINE, stdin=stdin, apart=True)
    except CommandError as error:
        raise FirewallError(
            f"{error}; install iptables, or do without: -ip-masq=false -iptables-forward-rules=false"
        ) from None
    if not result.ok:
        lines = result.errors.strip().splitlines() or [f"exit {result.code}"]
        raise FirewallError(f"{argv[0]}: {lines[0]}")
    return result.output
