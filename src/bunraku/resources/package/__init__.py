"""package: software as the system's package manager installs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bunraku.resources.base import Changes, Param, Property, ResourceError, ResourceType, Run, State, boolean, text
from bunraku.resources.package import dpkg

GONE = ("absent", "purged")
STATE = "dpkg status"
CANDIDATES = "apt candidates"
TOGETHER = "packages installed ahead of their turn"


def _options(value: Any) -> list[str]:
    """Options in order: strings as they are, hashes as name=value."""
    words: list[str] = []
    for item in value:
        words += [f"{k}={v}" for k, v in item.items()] if isinstance(item, dict) else [str(item)]
    return words


class Package(ResourceType):
    """Manages a package, through apt and dpkg. Packages that one run has to install are installed together, as far as
    the order that is declared between resources allows.
    """

    ensure_rules = False
    lane = "packages and accounts"
    accepted = (
        *("adminfile", "instance", "status", "category", "platform", "root", "vendor", "description", "command"),
        *("enable_only", "install_only", "allow_virtual", "package_settings", "flavor", "responsefile", "allowcdrom"),
    )

    name = Param("The package's name.", namevar=True)
    ensure = Property(
        "present (or installed), latest, absent, purged (its configuration too), held, a version, or a range of "
        "versions such as '>=1.2 <2'.",
        munge=lambda value: {"installed": "present", "false": "absent", "true": "present"}.get(
            text(value), text(value)
        ),
        default="present",
    )
    mark = Property("hold: keep it at its version; none: let it go.", values=("hold", "none"))
    provider = Param("apt, or dpkg (a local `source`).", values=("apt", "dpkg"))
    source = Param("A package file, for the dpkg provider or where apt shall install a local file.", munge=text)
    install_options = Param("Further options for installing.", many=True, munge=_options, default=[])
    uninstall_options = Param("Further options for removing.", many=True, munge=_options, default=[])
    configfiles = Param("keep or replace changed configuration files.", values=("keep", "replace"), default="keep")
    reinstall_on_refresh = Param("Whether a notification installs it anew.", munge=boolean, default=False)

    def validate(self) -> None:
        """The dpkg provider has no repository to look in."""
        if self.provider == "dpkg" and self.source is None and self.ensure not in GONE:
            raise ValueError("The dpkg provider needs a source: the path of the package file")

    @classmethod
    def prefetch(cls, resources: Sequence[Package], run: Run) -> None:
        """Read dpkg's state, and ask once for the newest versions of all packages that shall be latest."""
        run.shared[STATE] = dpkg.read_status()
        run.shared[CANDIDATES] = dpkg.candidates([r.name for r in resources if r.ensure == "latest"])

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every package that is installed."""
        known = run.shared[STATE] = dpkg.read_status()
        return [name for name, package in known.items() if package.status == "installed" and ":" not in name]

    def read(self) -> State:
        """The installed version, absent, or purged."""
        ahead: dict[str, State] = self.run.shared.get(TOGETHER, {})
        if self.name in ahead:
            return ahead[self.name]
        known = self.run.shared.get(STATE)
        if known is None:
            known = self.run.shared[STATE] = dpkg.read_status()
        package = known.get(self.name)
        if package is None or package.status == "not-installed":
            return {"ensure": "purged", "mark": "none"}
        mark = "hold" if package.wanted == "hold" else "none"
        if package.status == "config-files":
            return {"ensure": "absent", "mark": mark}
        if package.status != "installed":
            return {"ensure": "absent", "mark": mark}
        return {"ensure": package.version, "mark": mark}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Present is any version; latest is what apt would install."""
        if name == "mark":
            return self.ensure in GONE or current == desired
        if desired == "purged":
            return bool(current == "purged")
        if desired == "absent":
            return current in GONE
        if current in GONE:
            return False
        if desired == "latest":
            newest = self.run.shared.get(CANDIDATES, {}).get(self.name)
            return newest is None or current == newest
        if desired == "held":
            return bool(self.current["mark"] == "hold")
        if dpkg.is_range(desired):
            return dpkg.in_range(current, desired)
        return desired == "present" or bool(current == desired)

    def change(self, changes: Changes) -> None:
        """Install, upgrade, remove or mark."""
        ensure = changes.get("ensure")
        if self.run.shared.get(TOGETHER, {}).pop(self.name, None) is not None:
            return
        try:
            if ensure in GONE:
                self._remove(ensure)
            elif ensure is not None:
                self._install(ensure)
            mark = "hold" if ensure == "held" else self.mark
            if mark and ensure not in GONE:
                dpkg.hold(self.name, mark == "hold")
        finally:
            self.run.shared[STATE] = None
        if ensure is not None and ensure not in GONE and self.read()["ensure"] in GONE:
            raise ResourceError(
                f"apt-get said that it installed {self.name}, but dpkg does not know it: a virtual package?"
            )

    def _install(self, ensure: str) -> None:
        if self.current["mark"] == "hold":
            dpkg.hold(self.name, False)
        if self.source is not None and self.provider == "dpkg":
            dpkg.dpkg("--force-confold" if self.configfiles == "keep" else "--force-confnew", "-i", self.source)
            return
        options = [*self.install_options]
        what = self.name
        if self.source is not None:
            what = self.source
        elif dpkg.is_range(ensure):
            version = dpkg.best(dpkg.versions(self.name), ensure)
            if version is None:
                raise ResourceError(f"No version of {self.name} is in the range {ensure}")
            what = f"{self.name}={version}"
        elif ensure not in ("present", "latest", "held"):
            what = f"{self.name}={ensure}"
            options.append("--allow-downgrades")
        if self._is_plain():
            others = self._others_to_install()
            if others and self._install_together(others):
                return
        dpkg.apt_get("install", [what], options, keep_configuration=self.configfiles == "keep")

    def _is_plain(self) -> bool:
        """Whether the name alone says what is to be installed."""
        return self.ensure in ("present", "latest") and not (
            self.source or self.install_options or self.mark or self.provider == "dpkg" or self.configfiles != "keep"
        )

    def _others_to_install(self) -> list[Package]:
        """Packages whose turn could come now, that are missing too, and that can go into the same transaction."""
        others = [other for other in self.run.ahead(self) if isinstance(other, Package) and other._is_plain()]
        return [other for other in others if other.read()["ensure"] in GONE and other.read()["mark"] != "hold"]

    def _install_together(self, others: Sequence[Package]) -> bool:
        """Install this and the others in one transaction; False where it failed, and each has to be tried by itself."""
        before = {other.name: other.read() for other in others}
        try:
            dpkg.apt_get("install", [self.name, *before])
        except ResourceError:
            return False
        self.run.shared.setdefault(TOGETHER, {}).update(before)
        return True

    def _remove(self, ensure: str) -> None:
        if self.current["mark"] == "hold":
            dpkg.hold(self.name, False)
        if self.provider == "dpkg":
            dpkg.dpkg("-r" if ensure == "absent" else "--purge", self.name)
        else:
            verb = "remove" if ensure == "absent" else "purge"
            dpkg.apt_get(verb, [self.name], self.uninstall_options)

    def refresh(self) -> str:
        """Install it anew, where that is asked for."""
        if not self.reinstall_on_refresh or self.ensure in GONE:
            return ""
        dpkg.apt_get("install", [self.name], ["--reinstall", *self.install_options])
        return "installed anew"

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """Installed, upgraded, removed …"""
        if name == "mark":
            return "held" if desired == "hold" else "let go"
        if desired in GONE:
            return "removed" if desired == "absent" else "purged"
        if current in GONE:
            version = self.run.shared.get(CANDIDATES, {}).get(self.name) if desired == "latest" else desired
            return "installed" + ("" if version in (None, "present", "latest", "held") else f" {version}")
        if desired == "latest":
            return f"upgraded {current} → {self.run.shared.get(CANDIDATES, {}).get(self.name, 'latest')}"
        return f"version {current} → {desired}"
