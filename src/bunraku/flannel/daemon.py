"""flanneld: one overlay network after the other, each built anew when its configuration changes, until told to end."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from bunraku.etcd import DeadlineExceeded, EtcdError, Uncertain, Unreachable
from bunraku.flannel.config import NetworkConfig, parse_config
from bunraku.flannel.overlay import Overlay
from bunraku.flannel.registry import Registry
from bunraku.flannel.settings import Settings
from bunraku.flannel.uplink import choose
from bunraku.system import interrupt
from bunraku.system.log import Log
from bunraku.system.network import Network
from bunraku.system.systemd import Systemd

if TYPE_CHECKING:
    from bunraku.etcd import Client

PAUSE = 1.0
"""Seconds between two looks for a configuration that is not there yet."""


def run_forever(settings: Settings, log: Log) -> int:
    """Run until SIGTERM or SIGINT; the exit code.

    Raises SettingsError, ConfigError, NoSubnet, NetworkError, FirewallError, EtcdError, OSError where it cannot go on;
    what it made is taken away then.
    """
    interrupt.install()
    _warn_of_forwarding(log)
    with ExitStack() as open_things:
        network = open_things.enter_context(Network())
        client = open_things.enter_context(_connect(settings))
        if settings.healthz_port:
            from bunraku.flannel import health

            open_things.callback(health.serve(settings.healthz_ip, settings.healthz_port))
        registry = Registry(client, settings.etcd_prefix)
        try:
            config = _wait_for_config(registry, log)
        except KeyboardInterrupt:
            return 0
        overlay = Overlay(config, settings, registry, choose(network, settings), network, log)
        _keep(overlay, Systemd(os.environ), log, keep_at_end=settings.keep_network)
    return 0


def _keep(overlay: Overlay, systemd: Systemd, log: Log, *, keep_at_end: bool) -> None:
    """Have the network, and each that has to take its place, until told to end."""
    try:
        while True:
            _begin(overlay, log)
            log.info(f"we have {overlay}")
            systemd.ready(str(overlay))
            successor = overlay.keep()
            overlay.end()
            overlay = successor
    except KeyboardInterrupt:
        systemd.stopping()
        if not keep_at_end:
            overlay.end()
        log.info("ended")
    except BaseException:
        overlay.end()
        raise


def _begin(overlay: Overlay, log: Log) -> None:
    """Begin, as soon as etcd answers."""
    told = ""
    while True:
        try:
            return overlay.begin()
        except (Unreachable, DeadlineExceeded, Uncertain) as error:
            if str(error) != told:
                log.warn(f"waiting: {error}")
                told = str(error)
            sleep(PAUSE)


def _connect(settings: Settings) -> Client:
    from bunraku.etcd import Client, Tls

    tls = Tls(settings.etcd_cafile or None, settings.etcd_certfile or None, settings.etcd_keyfile or None)
    return Client(
        settings.etcd_endpoints,
        tls=tls if settings.etcd_cafile or settings.etcd_certfile else None,
        username=settings.etcd_username or None,
        password=settings.etcd_password or None,
    )


def _wait_for_config(registry: Registry, log: Log) -> NetworkConfig:
    """The network's configuration, as soon as there is one. Raises ConfigError for one that is wrong."""
    told = ""
    while True:
        try:
            value = registry.config()
            problem = f"{registry.config_key} is not in etcd: put the network's configuration there"
        except EtcdError as error:
            value, problem = None, str(error)
        if value is not None:
            return parse_config(value, registry.config_key)
        if problem != told:
            log.warn(f"waiting: {problem}")
            told = problem
        sleep(PAUSE)


def _warn_of_forwarding(log: Log) -> None:
    try:
        forwards = Path("/proc/sys/net/ipv4/ip_forward").read_text().strip() != "0"
    except OSError:
        return
    if not forwards:
        log.warn("this host forwards no packets, so containers will not be reached: sysctl net.ipv4.ip_forward=1")
