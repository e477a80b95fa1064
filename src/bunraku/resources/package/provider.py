"""What every kind of package has in common: a provider serves one package resource of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bunraku.resources.base import ResourceError, Run, State
from bunraku.resources.package.versions import best, in_range, is_range

if TYPE_CHECKING:
    from bunraku.resources.package import Package

GONE = ("absent", "purged")
WORDS = ("present", "latest", "held", *GONE)
"""What `ensure` may be besides a version."""

DEADLINE = 3600.0
"""Seconds that one command of a package manager may take."""


class Provider:
    """How packages of one kind are read and changed; every method raises ResourceError, and CommandError.

    name: as the `provider` parameter has it. installs_together: whether several packages can
    be installed in one transaction. holds: whether a package can be kept at its version.
    """

    name: ClassVar[str]
    installs_together: ClassVar[bool] = False
    holds: ClassVar[bool] = False

    def __init__(self, package: Package) -> None:
        self.package = package
        self.run = package.run

    @classmethod
    def shared(cls, run: Run) -> dict[str, Any]:
        """What the resources of this provider share in a run."""
        found: dict[str, Any] = run.shared.setdefault(f"package {cls.name}", {})
        return found

    @staticmethod
    def order(a: str, b: str) -> int:
        """Negative, 0 or positive, as version `a` is older than `b`, the same or newer."""
        raise NotImplementedError

    # To be written -------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """The parameters fit this provider. Raises ValueError."""
        if not self.holds and (self.package.mark or self.package.ensure == "held"):
            raise ValueError(f"The {self.name} provider cannot hold a package at its version")

    @classmethod
    def installed(cls, run: Run) -> Iterable[str]:
        """The names of all packages that are installed."""
        raise NotImplementedError

    def read(self) -> State:
        """`ensure` (the version, absent or purged) and `mark` (hold or none)."""
        raise NotImplementedError

    def forget(self) -> None:
        """Packages have changed: read anew from now on."""
        raise NotImplementedError

    def newest(self) -> str | None:
        """The version that `latest` comes to; None where nothing newer than what is installed is known."""
        raise NotImplementedError

    def available(self) -> Sequence[str]:
        """The versions that could be installed."""
        raise NotImplementedError

    def install(self, version: str | None) -> None:
        """Install a version, or (None) the newest."""
        raise NotImplementedError

    def install_together(self, names: Sequence[str]) -> None:
        """Install the newest of each in one transaction, with the options of this package."""
        raise NotImplementedError

    def remove(self, *, purge: bool) -> None:
        """Remove it; with `purge` its configuration too."""
        raise NotImplementedError

    def reinstall(self) -> None:
        """Install what is installed once more."""
        raise ResourceError(f"The {self.name} provider cannot install a package anew")

    def hold(self, on: bool) -> None:
        """Keep it at its version, or let it go."""
        raise NotImplementedError

    # Versions ------------------------------------------------------------------------------------------------------

    def same(self, current: str, wanted: str) -> bool:
        """Whether the version `current` is the one that is `wanted`."""
        return current == wanted

    def fits(self, current: str, wanted: str) -> bool:
        """Whether the version `current` is `wanted`, a version or a range."""
        order = type(self).order
        return in_range(current, wanted, order) if is_range(wanted) else self.same(current, wanted)

    def version_for(self, ensure: str) -> str | None:
        """Which version `ensure` asks for; None for the newest. Raises ResourceError where a range holds none."""
        if ensure in WORDS:
            return None
        if not is_range(ensure):
            return ensure
        version = best(self.available(), ensure, type(self).order)
        if version is None:
            raise ResourceError(f"No version of {self.package.name} is in the range {ensure}")
        return version
