"""host-gw: every host is the gateway to its subnet. For hosts on one link."""

from __future__ import annotations

from ipaddress import IPv4Network

from bunraku.flannel.backends.base import Backend
from bunraku.flannel.config import ConfigError, NetworkConfig
from bunraku.flannel.lease import Lease
from bunraku.flannel.uplink import Uplink
from bunraku.system.network import Entry, Network, Route


def gateway_route(peer: Lease, uplink: Uplink) -> Route:
    """The route to a host's subnet by the host itself."""
    return Route(str(peer.subnet), str(peer.public_ip), uplink.device.name)


def gateway_routes(config: NetworkConfig, uplink: Uplink, network: Network) -> set[Entry]:
    """The routes by the interface to subnets of the overlay network."""
    return {
        entry
        for entry in network.entries(uplink.device)
        if isinstance(entry, Route) and ":" not in entry.subnet and IPv4Network(entry.subnet).subnet_of(config.network)
    }


class HostGateway(Backend):
    """Routes."""

    type = "host-gw"

    def __init__(self, config: NetworkConfig, uplink: Uplink, network: Network) -> None:
        super().__init__(config, uplink, network)
        if uplink.public_ip != uplink.address:
            raise ConfigError(
                f"host-gw needs the public address {uplink.public_ip} on {uplink.device.name}, which has "
                f"{uplink.address}: leave -public-ip out, or choose the interface with -iface"
            )

    def entries(self, peer: Lease) -> set[Entry]:
        """A route by the host."""
        return {gateway_route(peer, self.uplink)}

    def present(self) -> set[Entry]:
        """All routes by the interface into the overlay network."""
        return gateway_routes(self.config, self.uplink, self.network)
