"""One overlay network on this host, from the lease to the last route, kept as etcd and the configuration say.

One thread waits for what etcd tells, with a limit, and in between does what is due: the firewall's rules every few
seconds, devices and routes compared with the kernel's every ten, the lease before it ends. While etcd is away nothing
changes: what is known stays.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from time import monotonic

from bunraku.etcd import EtcdError, Event, Resync
from bunraku.flannel import subnet_file
from bunraku.flannel.backends import backend_for
from bunraku.flannel.config import ConfigError, NetworkConfig, parse_config
from bunraku.flannel.firewall import Firewall, FirewallError
from bunraku.flannel.lease import BadLease, Lease, parse_lease
from bunraku.flannel.peers import Peers
from bunraku.flannel.registry import NOWHERE, TTL, NoSubnet, Registry
from bunraku.flannel.settings import Settings, SettingsError
from bunraku.flannel.uplink import Uplink, choose
from bunraku.system import interrupt
from bunraku.system.log import Log
from bunraku.system.network import Network, NetworkError

CHECK = 10.0
"""Seconds between two comparisons with the kernel."""
RETRY = 60.0
"""Seconds before a lease that could not be renewed is tried again."""
REGAIN = 2.0
"""The same for one that is lost: the others have forgotten us."""


class Overlay:
    """The network that `config` describes. `begin`, `keep` until another one has to take its place, `end`."""

    def __init__(
        self,
        config: NetworkConfig,
        settings: Settings,
        registry: Registry,
        uplink: Uplink,
        network: Network,
        log: Log,
        formerly: IPv4Address | None = None,
    ) -> None:
        """formerly: the public address that our lease still has. Raises ConfigError where this host cannot take part.

        Nothing is changed yet.
        """
        for below in uplink.networks:
            if config.network.subnet_of(below):
                raise ConfigError(
                    f"Network {config.network} lies in {below}, the network of {uplink.device.name} that hosts reach "
                    "each other by: choose another Network, or another interface with -iface"
                )
        self._config = config
        self._settings = settings
        self._registry = registry
        self._uplink = uplink
        self._network = network
        self._log = log
        self._formerly = formerly
        self._backend = backend_for(config, uplink, network)
        self._off_limits = [below for below in uplink.networks if below.overlaps(config.network)]
        self._peers = Peers(self._backend, network, self._off_limits, log)
        self._firewall: Firewall | None = None
        self._lost = False
        self._successor: Overlay | None = None
        self._complaints: dict[str, str] = {}

    # From nothing to a network

    def begin(self) -> None:
        """Take a lease, make devices, routes and rules, and write the subnet file. Can be tried again.

        Raises NoSubnet, NetworkError, FirewallError, EtcdError, OSError.
        """
        wish = subnet_file.read_subnet(self._settings.subnet_file) or NOWHERE
        before = self._registry.of_host(self._formerly or self._uplink.public_ip, wish)
        data = self._backend.prepare(before.lease if before else None)
        self._lease = Lease(wish, self._uplink.public_ip, self._backend.type, data)
        self._lease = self._take()
        self._backend.settle(self._lease)

        self._revision, leases = self._registry.read()
        self._peers.forget()
        with interrupt.held():
            self._learn({name: kv.value for name, kv in leases.items()})
            self._peers.converge(look=True)

        settings, subnet = self._settings, self._lease.subnet
        network = self._config.network
        self._firewall = Firewall(network, subnet, masq=settings.ip_masq, forward=settings.iptables_forward_rules)
        self._firewall.ensure()
        subnet_file.write(settings.subnet_file, self._config, subnet, self._backend.mtu, settings.ip_masq)

    def __str__(self) -> str:
        return f"{self._lease.subnet} of {self._config.network} by {self._backend.type} over {self._uplink.device.name}"

    def _take(self) -> Lease:
        held = self._registry.take(self._config, self._lease, self._off_limits, self._formerly)
        self._formerly = None
        self._renew_at = monotonic() + TTL - self._settings.subnet_lease_renew_margin * 60
        self._lost = False
        return held.lease

    # Keeping it

    def keep(self) -> Overlay:
        """Follow etcd until another network has to take this one's place; that one.

        It has another configuration, another subnet, or another address below.
        Raises EtcdError where etcd will never answer again (a password that is wrong now).
        """
        self._check_at = monotonic() + CHECK
        self._firewall_at = monotonic() + self._settings.iptables_resync
        with self._registry.watch(self._revision) as watch:
            while self._successor is None:
                soonest = min(self._renew_at, self._check_at, self._firewall_at)
                told = watch.get_together(max(0.0, soonest - monotonic()))
                with interrupt.held():
                    self._hear(told)
                    self._do_what_is_due(monotonic())
        return self._successor

    def _hear(self, told: list[Event] | Resync | None) -> None:
        """Take in what etcd told, and have the kernel follow."""
        if not told:
            return
        own = self._registry.subnets
        if isinstance(told, Resync):
            known = [own + name for name in (*self._peers.names, self._lease.name)]
            news: dict[str, bytes | None] = {**dict.fromkeys(known), **told.values}
        else:
            news = {event.key: event.value if event.kind == "put" else None for event in told}
        if self._registry.config_key in news:
            self._reconfigure(news[self._registry.config_key])
        self._learn({key.removeprefix(own): value for key, value in news.items() if key.startswith(own)})
        self._peers.converge()

    def _learn(self, leases: dict[str, bytes] | dict[str, bytes | None]) -> None:
        """Take in leases that were put, or are gone (None): the others' and our own."""
        for name, value in leases.items():
            if name != self._lease.name:
                self._peers.learn(name, value)
            elif not self._is_ours(name, value):
                self._log.warn(f"our lease of {self._lease.subnet} is lost: taking it again")
                self._lost = True
                self._renew_at = monotonic()

    def _is_ours(self, name: str, value: bytes | None) -> bool:
        try:
            return value is not None and parse_lease(name, value).public_ip == self._lease.public_ip
        except BadLease:
            return False

    def _reconfigure(self, value: bytes | None) -> None:
        """The configuration was put, or is gone (None)."""
        if value is None:
            self._log.warn(f"{self._registry.config_key} is gone: the network stays as it was")
            return
        try:
            config = parse_config(value, self._registry.config_key)
            if config != self._config:
                self._successor = self._like(config=config)
                self._log.info("the configuration has changed", network=config.network, backend=config.backend_type)
        except ConfigError as error:
            self._log.error(f"{error}: the network stays as it was")

    def _like(self, config: NetworkConfig | None = None, uplink: Uplink | None = None) -> Overlay:
        """The network that takes this one's place. Raises ConfigError."""
        formerly = self._uplink.public_ip if uplink else None
        return Overlay(
            config or self._config,
            self._settings,
            self._registry,
            uplink or self._uplink,
            self._network,
            self._log,
            formerly,
        )

    # What is due by itself

    def _do_what_is_due(self, now: float) -> None:
        if now >= self._check_at:
            self._check_at = now + CHECK
            self._check()
        if now >= self._firewall_at:
            self._firewall_at = now + self._settings.iptables_resync
            self._check_firewall()
        if now >= self._renew_at:
            self._renew_at = now + (REGAIN if self._lost else RETRY)
            self._renew()

    def _check(self) -> None:
        """Follow the interface where its address is another; mend what others did to our device and routes."""
        try:
            uplink = choose(self._network, self._settings)
            if (uplink.address, uplink.public_ip) != (self._uplink.address, self._uplink.public_ip):
                self._log.warn(
                    f"{uplink.device.name} has another address", was=self._uplink.address, now=uplink.address
                )
                self._successor = self._like(uplink=uplink)
                return
            self._backend.settle(self._lease)
            self._peers.converge(look=True)
            self._complaints.pop("device", None)
        except (NetworkError, SettingsError, ConfigError) as error:
            self._complain("device", str(error))

    def _check_firewall(self) -> None:
        assert self._firewall is not None
        try:
            if self._firewall.ensure():
                self._log.info("the firewall's rules were not as they should be: made again")
            self._complaints.pop("firewall", None)
        except FirewallError as error:
            self._complain("firewall", str(error))

    def _renew(self) -> None:
        """Hold the lease for another day; where another host has our subnet now, all is built anew with another."""
        try:
            lease = self._take()
        except (EtcdError, NoSubnet) as error:
            self._complain("lease", f"the lease is not renewed yet: {error}")
            return
        self._complaints.pop("lease", None)
        if lease.subnet != self._lease.subnet:
            self._log.warn(f"our subnet {self._lease.subnet} is another host's now: we have {lease.subnet}")
            self._successor = self._like()

    def _complain(self, about: str, message: str) -> None:
        """Tell what is wrong, once."""
        if self._complaints.get(about) != message:
            self._complaints[about] = message
            self._log.error(message)

    # The end

    def end(self) -> None:
        """Take away rules, routes and devices; the lease stays, so that a restart finds the same subnet.

        Raises NetworkError, FirewallError.
        """
        if self._firewall is not None:
            self._firewall.remove()
        self._peers.leave()
