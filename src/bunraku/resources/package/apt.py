"""The providers apt (repositories) and dpkg (a package file): both read dpkg's own file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bunraku.resources.base import Run, State
from bunraku.resources.package import dpkg, versions
from bunraku.resources.package.provider import GONE, Provider


class Apt(Provider):
    """Packages of Debian's kind, from repositories or files."""

    name = "apt"
    order = staticmethod(versions.debian)
    installs_together = True
    holds = True

    @classmethod
    def shared(cls, run: Run) -> dict[str, object]:
        """The state is dpkg's, whoever changes it."""
        found: dict[str, object] = run.shared.setdefault("package dpkg", {})
        return found

    @classmethod
    def _known(cls, run: Run) -> dict[str, dpkg.Installed]:
        shared = cls.shared(run)
        known = shared.get("status")
        if not isinstance(known, dict):
            known = shared["status"] = dpkg.read_status()
        return known

    @classmethod
    def installed(cls, run: Run) -> Iterable[str]:
        """Every package that dpkg has installed."""
        return [n for n, package in cls._known(run).items() if package.status == "installed" and ":" not in n]

    def read(self) -> State:
        """As dpkg has it."""
        package = self._known(self.run).get(self.package.name)
        if package is None or package.status == "not-installed":
            return {"ensure": "purged", "mark": "none"}
        mark = "hold" if package.wanted == "hold" else "none"
        return {"ensure": package.version if package.status == "installed" else "absent", "mark": mark}

    def forget(self) -> None:
        """dpkg's file has changed."""
        self.shared(self.run).pop("status", None)

    def newest(self) -> str | None:
        """apt's candidate; asked once for all packages of the run that shall be latest."""
        shared = self.shared(self.run)
        candidates = shared.get("candidates")
        if not isinstance(candidates, dict):
            names = [other.name for other in self.package.all_of_run() if other.ensure == "latest"]
            candidates = shared["candidates"] = dpkg.candidates(names)
        return candidates.get(self.package.name)

    def available(self) -> Sequence[str]:
        """What apt's lists have."""
        return dpkg.versions(self.package.name)

    def install(self, version: str | None) -> None:
        """From the source, if one is given, else from a repository."""
        options = [*self.package.install_options]
        what = self.package.name
        if self.package.source is not None:
            what = self.package.source
        elif version is not None:
            what = f"{what}={version}"
            options.append("--allow-downgrades")
        dpkg.apt_get("install", [what], options, keep_configuration=self.package.configfiles == "keep")

    def install_together(self, names: Sequence[str]) -> None:
        """One call of apt-get."""
        dpkg.apt_get("install", names, self.package.install_options)

    def remove(self, *, purge: bool) -> None:
        """By apt-get."""
        dpkg.apt_get("purge" if purge else "remove", [self.package.name], self.package.uninstall_options)

    def reinstall(self) -> None:
        """By apt-get."""
        dpkg.apt_get("install", [self.package.name], ["--reinstall", *self.package.install_options])

    def hold(self, on: bool) -> None:
        """By apt-mark."""
        dpkg.hold(self.package.name, on)


class Dpkg(Apt):
    """A package file, without a repository."""

    name = "dpkg"
    installs_together = False

    def check(self) -> None:
        """There is no repository to look in."""
        if self.package.source is None and self.package.ensure not in GONE:
            raise ValueError("The dpkg provider needs a source: the path of the package file")

    def install(self, version: str | None) -> None:
        """From the source."""
        policy = "--force-confold" if self.package.configfiles == "keep" else "--force-confnew"
        dpkg.dpkg(policy, *self.package.install_options, "-i", self.package.source)

    def remove(self, *, purge: bool) -> None:
        """By dpkg."""
        dpkg.dpkg("--purge" if purge else "-r", self.package.name)
