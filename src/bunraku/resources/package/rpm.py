"""The providers rpm (a package file), dnf and yum (repositories): all read RPM's database, once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from bunraku.resources.base import ResourceError, Run, State
from bunraku.resources.package import versions
from bunraku.resources.package.provider import DEADLINE, GONE, Provider
from bunraku.system import process

QUERY_FORMAT = r"%{NAME} %|EPOCH?{%{EPOCH}}:{0}| %{VERSION} %{RELEASE} %{ARCH}\n"
UNCHECKED = ("--nosignature", "--nodigest")

REPOSITORIES = re.compile(
    r"--(enablerepo|disablerepo|disableexcludes|repo|repofrompath|setopt|config|installroot)=|-c\b"
)
"""Options of installing that say where packages come from: asking for versions needs them too."""


def parse_query(output: str) -> dict[str, list[str]]:
    """The versions (`[epoch:]version-release`) of each package by its name and by `name.arch`, oldest first.

    output: lines of `rpm -q` in `QUERY_FORMAT`; others, such as "package x is not installed", are passed over.
    """
    known: dict[str, list[str]] = {}
    for line in output.splitlines():
        fields = line.split(" ")
        if len(fields) != 5:
            continue
        name, epoch, version, release, architecture = fields
        evr = f"{version}-{release}" if epoch == "0" else f"{epoch}:{version}-{release}"
        for key in (name, f"{name}.{architecture}"):
            if evr not in known.setdefault(key, []):
                known[key].append(evr)
    return known


def parse_updates(output: str) -> dict[str, str]:
    """The newest version of each package that can be upgraded, by name and `name.arch`, as `check-update` tells."""
    found: dict[str, str] = {}
    # A long name makes its line end early; the rest is on the next one.
    words = re.split(r"(?m)^(?:Obsoleting|Security:|Update)", output)[0].split()
    for name, evr in zip(words, words[1:], strict=False):
        if "." in name and re.fullmatch(r"(?:\d+:)?[^\s-]+-[^\s-]+", evr) and "-" in evr:
            evr = evr.removeprefix("0:")
            found.setdefault(name, evr)
            found.setdefault(name.rpartition(".")[0], evr)
    return found


def parse_available(output: str) -> list[str]:
    """The versions in the second column of `list --showduplicates`, of what is available."""
    _, _, available = output.partition("Available Packages\n")
    return [fields[1] for line in available.splitlines() if len(fields := line.split()) >= 2]


class Rpm(Provider):
    """A package file, without a repository."""

    name = "rpm"
    order = staticmethod(versions.rpm)

    def check(self) -> None:
        """There is no repository to look in."""
        super().check()
        if type(self) is Rpm and self.package.source is None and self.package.ensure not in GONE:
            raise ValueError("The rpm provider needs a source: the path or URL of the package file")

    @classmethod
    def shared(cls, run: Run) -> dict[str, object]:
        """The state is RPM's, whoever changes it."""
        found: dict[str, object] = run.shared.setdefault("package rpm", {})
        return found

    @classmethod
    def _known(cls, run: Run) -> dict[str, list[str]]:
        shared = cls.shared(run)
        known = shared.get("known")
        if not isinstance(known, dict):
            result = process.run(
                ["rpm", "-qa", *UNCHECKED, "--qf", QUERY_FORMAT], deadline=DEADLINE, env=_environment(), apart=True
            )
            if not result.ok:
                raise ResourceError(f"rpm -qa: exit {result.code}", result.errors)
            known = shared["known"] = parse_query(result.output)
        return known

    @classmethod
    def installed(cls, run: Run) -> Iterable[str]:
        """Every package in the database."""
        result = process.run(["rpm", "-qa", *UNCHECKED, "--qf", r"%{NAME}\n"], deadline=DEADLINE, apart=True)
        return sorted(set(result.output.split()))

    def read(self) -> State:
        """The version; of several, all of them; of a name that is only provided, the provider's."""
        known = self._known(self.run)
        found = known.get(self.package.name)
        if found is None and self.package.allow_virtual and known:
            query = ["rpm", "-q", *UNCHECKED, "--qf", QUERY_FORMAT, "--whatprovides", self.package.name]
            result = process.run(query, deadline=DEADLINE, env=_environment(), apart=True)
            provided = list(parse_query(result.output).values()) if result.ok else []
            found = known[self.package.name] = provided[0] if provided else []
        return {"ensure": "; ".join(found) if found else "purged", "mark": "none"}

    def forget(self) -> None:
        """The database has changed."""
        self.shared(self.run).pop("known", None)

    def same(self, current: str, wanted: str) -> bool:
        """A release that is not said is any."""
        return any(versions.rpm(version, wanted) == 0 for version in current.split("; "))

    def fits(self, current: str, wanted: str) -> bool:
        """Of several installed versions one has to fit."""
        return any(super(Rpm, self).fits(version, wanted) for version in current.split("; "))

    def newest(self) -> str | None:
        """The version of the file."""
        query = ["rpm", "-q", *UNCHECKED, "--qf", QUERY_FORMAT, "-p", self.package.source]
        result = process.run(query, deadline=DEADLINE, env=_environment(), apart=True)
        found = parse_query(result.output)
        if not found:
            raise ResourceError(f"{self.package.source} is not a package that rpm can read", result.errors)
        return next(iter(found.values()))[0]

    def available(self) -> Sequence[str]:
        """The file's, alone."""
        newest = self.newest()
        return [] if newest is None else [newest]

    def install(self, version: str | None) -> None:
        """From the source."""
        how = ["-i"] if self.package.current["ensure"] in GONE else ["-U", "--oldpackage"]
        self._call(["rpm", *how, *self.package.install_options, self.package.source])

    def remove(self, *, purge: bool) -> None:
        """By rpm, which has no more to remove than it installed."""
        self._call(["rpm", "-e", *self.package.uninstall_options, self.package.name])

    @staticmethod
    def _call(argv: Sequence[str]) -> process.Result:
        result = process.run(argv, deadline=DEADLINE, env=_environment())
        if not result.ok:
            lines = [
                line for line in result.output.splitlines() if re.match(r"(?i)\s*(error|no match|no package)", line)
            ]
            raise ResourceError("; ".join(lines) or f"{argv[0]}: exit {result.code}", result.output[-4000:])
        return result


class Dnf(Rpm):
    """Packages of RPM's kind, from repositories or files."""

    name = "dnf"
    installs_together = True
    program = "dnf"
    upgrade = "upgrade"

    def newest(self) -> str | None:
        """What `check-update` has for it; asked once for each set of repositories."""
        asked = self.shared(self.run).setdefault("updates", {})
        assert isinstance(asked, dict)
        options = self._repositories()
        if options not in asked:
            result = process.run(
                [self.program, "-q", *options, "check-update"], deadline=DEADLINE, env=_environment(), apart=True
            )
            if result.code not in (0, 100):
                raise ResourceError(f"{self.program} check-update: exit {result.code}", result.errors[-4000:])
            asked[options] = parse_updates(result.output) if result.code == 100 else {}
        found: str | None = asked[options].get(self.package.name)
        return found

    def available(self) -> Sequence[str]:
        """What the repositories have."""
        argv = [self.program, "-q", *self._repositories(), "list", "--showduplicates", self.package.name]
        return parse_available(process.run(argv, deadline=DEADLINE, env=_environment(), apart=True).output)

    def install(self, version: str | None) -> None:
        """Install, upgrade or downgrade, as the installed version asks for."""
        current = self.package.current["ensure"]
        what, verb = self.package.name, "install"
        if self.package.source is not None:
            what = self.package.source
        elif version is not None:
            # The architecture, where the name says one, comes after the version.
            base, dot, architecture = what.rpartition(".")
            plain = version.partition(":")[2] or version
            what = f"{base}-{plain}.{architecture}" if dot and architecture in ARCHITECTURES else f"{what}-{plain}"
            if current not in GONE:
                older = versions.rpm(version, current.split("; ")[-1]) < 0
                verb = "downgrade" if older and not self.package.install_only else self.upgrade
        elif current not in GONE:
            verb = self.upgrade
        self._transact(verb, [what], self.package.install_options)

    def install_together(self, names: Sequence[str]) -> None:
        """One transaction."""
        self._transact("install", names, self.package.install_options)

    def remove(self, *, purge: bool) -> None:
        """`purge` takes along what needs it; without, a package that others need stays, and that is an error."""
        if purge:
            self._transact("remove", [self.package.name], self.package.uninstall_options)
        else:
            super().remove(purge=False)

    def reinstall(self) -> None:
        """By the package manager."""
        self._transact("reinstall", [self.package.name], self.package.install_options)

    def _transact(self, verb: str, what: Sequence[str], options: Sequence[str] = ()) -> None:
        self._call([self.program, "-q", "-y", *options, verb, *what])
        self.shared(self.run).pop("updates", None)

    def _repositories(self) -> tuple[str, ...]:
        return tuple(option for option in self.package.install_options if REPOSITORIES.match(option))


class Yum(Dnf):
    """The same through yum, for systems before dnf."""

    name = "yum"
    program = "yum"
    upgrade = "update"


ARCHITECTURES = ("noarch", "x86_64", "i386", "i586", "i686", "aarch64", "armv7hl", "ppc64le", "s390x", "riscv64")


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8"}
