"""What every backend says and does. The base does nothing: a lease is all there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from bunraku.flannel.config import ConfigError, NetworkConfig
from bunraku.flannel.lease import Lease
from bunraku.flannel.uplink import Uplink
from bunraku.system.network import Entry, Network


class Backend:
    """A way to other hosts. `mtu` is what containers may use."""

    type: ClassVar[str]

    def __init__(self, config: NetworkConfig, uplink: Uplink, network: Network) -> None:
        """Raises ConfigError for options that cannot be used."""
        self.config = config
        self.uplink = uplink
        self.network = network
        self.mtu = self.number("MTU", uplink.device.mtu, 576, uplink.device.mtu)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """The number that is the Backend's option `name`. Raises ConfigError."""
        value = self.config.backend.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ConfigError(f"Backend {name} {value!r} is not a number from {least} to {most}")
        return value

    def switch(self, name: str) -> bool:
        """Whether the Backend's option `name` is on. Raises ConfigError."""
        value = self.config.backend.get(name, False)
        if not isinstance(value, bool):
            raise ConfigError(f"Backend {name} {value!r} is neither true nor false")
        return value

    def prepare(self, before: Lease | None) -> Any:
        """Make what must be there before a lease is written; the lease's BackendData.

        before: our lease of an earlier run. Raises NetworkError.
        """
        return None

    def settle(self, lease: Lease) -> None:
        """Make or mend what depends on our subnet; again and again is fine. Raises NetworkError."""

    def entries(self, peer: Lease) -> set[Entry]:
        """What leads to a host with a lease of this backend. Raises BadLease."""
        return set()

    def present(self) -> set[Entry]:
        """The entries of the kernel that are this backend's, whoever made them."""
        return set()

    def remove(self, entries: Iterable[Entry]) -> None:
        """Take away `entries`, and devices. Raises NetworkError."""
        for entry in entries:
            self.network.remove(entry)
