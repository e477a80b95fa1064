"""How packets get to other hosts: one file a way. What a lease needs is said in entries of the kernel's tables."""

from __future__ import annotations

from bunraku.flannel.backends.alloc import Alloc
from bunraku.flannel.backends.base import Backend
from bunraku.flannel.backends.host_gw import HostGateway
from bunraku.flannel.backends.vxlan import VxlanBackend
from bunraku.flannel.config import ConfigError, NetworkConfig
from bunraku.flannel.uplink import Uplink
from bunraku.system.network import Network

BACKENDS: dict[str, type[Backend]] = {"vxlan": VxlanBackend, "host-gw": HostGateway, "alloc": Alloc}


def backend_for(config: NetworkConfig, uplink: Uplink, network: Network) -> Backend:
    """The backend that the configuration names. Raises ConfigError."""
    kind = BACKENDS.get(config.backend_type)
    if kind is None:
        default = " (which no Backend means)" if config.backend_type == "udp" and not config.backend else ""
        raise ConfigError(
            f"Backend Type '{config.backend_type}'{default} is not supported: use one of {', '.join(BACKENDS)}"
        )
    return kind(config, uplink, network)


__all__ = ["BACKENDS", "Backend", "backend_for"]
