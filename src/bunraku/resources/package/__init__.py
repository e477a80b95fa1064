"""package: software as one of the host's package managers installs it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from bunraku.resources.base import Changes, Param, Property, ResourceError, ResourceType, Run, State, boolean, text
from bunraku.resources.package.provider import GONE, WORDS, Provider
from bunraku.resources.package.versions import is_range

PROVIDERS = {
    "apt": ("apt", "Apt"),
    "aptitude": ("apt", "Apt"),
    "dpkg": ("apt", "Dpkg"),
    "dnf": ("rpm", "Dnf"),
    "yum": ("rpm", "Yum"),
    "rpm": ("rpm", "Rpm"),
    "pip": ("pip", "Pip"),
    "pip3": ("pip", "Pip3"),
}
"""The file and the class of each provider."""


def find_provider(name: str) -> type[Provider]:
    """The class of a provider of `PROVIDERS`."""
    from importlib import import_module

    module, class_name = PROVIDERS[name]
    found: type[Provider] = getattr(import_module(f"bunraku.resources.package.{module}"), class_name)
    return found


def default_provider() -> str:
    """apt where dpkg is in charge, else dnf or yum, else (where nothing is there) apt, whose error tells."""
    if os.path.exists("/var/lib/dpkg/status"):
        return "apt"
    import shutil  # with all its compressors; compiling a catalog has no need of it

    return next((name for name in ("dnf", "yum") if shutil.which(name)), "apt")


def _options(value: Any) -> list[str]:
    """Options in order: strings as they are, hashes as name=value."""
    words: list[str] = []
    for item in value:
        words += [f"{k}={v}" for k, v in item.items()] if isinstance(item, dict) else [str(item)]
    return words


def _ensure(value: Any) -> str:
    word = text(value)
    return {"installed": "present", "false": "absent", "true": "present"}.get(word, word)


class Package(ResourceType):
    """Manages a package. Packages that one run has to install are installed together, as far as the order that is
    declared between resources allows.
    """

    ensure_rules = False
    ensure_events = {"present": "package_installed", "absent": "package_removed", "purged": "package_purged"}
    lane = "packages and accounts"
    accepted = (
        *("adminfile", "instance", "status", "category", "platform", "root", "vendor", "description"),
        *("enable_only", "package_settings", "flavor", "responsefile", "allowcdrom"),
    )

    # Packages of one name from several providers are several packages; the title is the name.
    title_patterns = (("(?m:(.*))", ("name",)),)

    name = Param("The package's name.", namevar=True)
    ensure = Property(
        "present (or installed), latest, absent, purged (its configuration too), held, a version, or a range of "
        "versions such as '>=1.2 <2'.",
        munge=_ensure,
        default="present",
    )
    mark = Property("hold: keep it at its version; none: let it go (apt, dpkg).", values=("hold", "none"))
    provider = Param(
        "apt, dnf, yum (repositories), dpkg, rpm (a local `source`), pip, pip3 (Python); found out unless given.",
        values=tuple(PROVIDERS),
        namevar=True,
    )
    source = Param("A package file, or for pip a file or URL.", munge=text)
    install_options = Param("Further options for installing.", many=True, munge=_options, default=[])
    uninstall_options = Param("Further options for removing.", many=True, munge=_options, default=[])
    configfiles = Param("keep or replace changed configuration files.", values=("keep", "replace"), default="keep")
    reinstall_on_refresh = Param("Whether a notification installs it anew.", munge=boolean, default=False)
    command = Param("The pip to use: a name on the path, or a path.", munge=text, namevar=True)
    allow_virtual = Param("Whether what another package provides will do (RPM).", munge=boolean, default=True)
    install_only = Param(
        "Whether versions stand beside each other, such as kernels (RPM).", munge=boolean, default=False
    )

    def validate(self) -> None:
        """The parameters fit the provider."""
        self.backend = find_provider(self.provider or default_provider())(self)
        self.backend.check()

    def all_of_run(self) -> Iterable[Package]:
        """Every package of the run that the same provider serves."""
        same = {id(other): other for other in self.run.resources.values() if isinstance(other, Package)}
        return [other for other in same.values() if type(other.backend) is type(self.backend)]

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every package that is installed."""
        return find_provider(default_provider()).installed(run)

    @property
    def _together(self) -> dict[str, State]:
        """What was installed ahead of its turn: what was there before, by name."""
        found: dict[str, State] = self.run.shared.setdefault(f"{self.backend.name} packages installed ahead", {})
        return found

    def read(self) -> State:
        """The installed version, absent, or purged."""
        return self._together.get(self.name) or self.backend.read()

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Present is any version; latest is what the package manager would install."""
        if name == "mark":
            return self.ensure in GONE or current == desired
        if desired == "purged":
            return bool(current == "purged")
        if desired == "absent":
            return current in GONE
        if current in GONE:
            return False
        if desired == "latest":
            newest = self.backend.newest()
            return newest is None or self.backend.same(current, newest)
        if desired == "held":
            return bool(self.current["mark"] == "hold")
        return desired == "present" or self.backend.fits(current, desired)

    def change(self, changes: Changes) -> None:
        """Install, upgrade, remove or mark."""
        ensure = changes.get("ensure")
        if self._together.pop(self.name, None) is not None:
            return
        try:
            if ensure is not None:
                if self.current["mark"] == "hold":
                    self.backend.hold(False)
                if ensure in GONE:
                    self.backend.remove(purge=ensure == "purged")
                else:
                    self._install(ensure)
            mark = "hold" if ensure == "held" else self.mark
            if mark and ensure not in GONE:
                self.backend.hold(mark == "hold")
        finally:
            self.backend.forget()
        if ensure is not None and ensure not in GONE:
            self._check(ensure)

    def _check(self, ensure: str) -> None:
        """The package manager did what it said. Raises ResourceError."""
        now = self.read()["ensure"]
        if now in GONE:
            raise ResourceError(
                f"{self.name} was said to be installed, but the {self.backend.name} provider does not know it: "
                "a virtual package?"
            )
        if ensure not in WORDS and self.source is None and not self.backend.fits(now, ensure):
            raise ResourceError(f"Failed to update to version {ensure}, got version {now} instead")

    def _install(self, ensure: str) -> None:
        if self._is_plain():
            others = self._others_to_install()
            if others and self._install_together(others):
                return
        self.backend.install(None if self.source is not None and ensure in WORDS else self._version(ensure))

    def _version(self, ensure: str) -> str | None:
        if self.source is not None and is_range(ensure):
            return None
        return self.backend.version_for(ensure)

    def _is_plain(self) -> bool:
        """Whether the name says what is to be installed, and the options how."""
        return (
            self.backend.installs_together
            and self.current.get("ensure", "purged") in GONE
            and self.ensure in ("present", "latest")
            and not (self.source or self.mark or self.configfiles != "keep")
        )

    def _others_to_install(self) -> list[Package]:
        """Packages whose turn could come now, that are missing too, and that can go into the same transaction."""
        how = (type(self.backend), self.install_options, self.command)
        others = [other for other in self.run.ahead(self) if isinstance(other, Package) and other._is_plain()]
        alike = [other for other in others if (type(other.backend), other.install_options, other.command) == how]
        states = [(other, other.read()) for other in alike]
        return [other for other, state in states if state["ensure"] in GONE and state["mark"] != "hold"]

    def _install_together(self, others: Sequence[Package]) -> bool:
        """Install this and the others in one transaction; False where it failed, and each has to be tried by itself."""
        before = {other.name: other.read() for other in others}
        try:
            self.backend.install_together([self.name, *before])
        except ResourceError:
            return False
        self._together.update(before)
        return True

    def refresh(self) -> str:
        """Install it anew, where that is asked for."""
        if not self.reinstall_on_refresh or self.ensure in GONE:
            return ""
        self.backend.reinstall()
        return "installed anew"

    @property
    def provider_used(self) -> str:
        """The provider at work."""
        return self.backend.name

    def told(self, name: str, previous: Any, desired: Any) -> str:
        """What is not there is created, at whatever version."""
        if name == "ensure" and desired in GONE:
            return "removed" if desired == "absent" else "purged"
        if name == "ensure" and previous in GONE:
            return "created"
        return super().told(name, previous, desired)

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """Installed, upgraded, removed …"""
        if name == "mark":
            return "held" if desired == "hold" else "let go"
        if desired in GONE:
            return "removed" if desired == "absent" else "purged"
        if current in GONE:
            version = self.backend.newest() if desired == "latest" else desired
            return "installed" + ("" if version in (None, "present", "latest", "held") else f" {version}")
        if desired == "latest":
            return f"upgraded {current} → {self.backend.newest() or 'latest'}"
        return f"version {current} → {desired}"
