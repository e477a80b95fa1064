"""The providers pip and pip3: Python packages."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence

from bunraku.resources.base import ResourceError, Run, State
from bunraku.resources.package import versions
from bunraku.resources.package.provider import DEADLINE, Provider
from bunraku.system import process

QUIET = ("--disable-pip-version-check", "--no-input")


def normalized(name: str) -> str:
    """A project's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_list(output: str) -> dict[str, str]:
    """Versions by normalized name, from `name==version` lines."""
    found = re.findall(r"^([^=\s]+)===?(\S+)$", output, re.MULTILINE)
    return {normalized(name): version for name, version in found}


class Pip(Provider):
    """Python packages of one Python: that of the pip which `command` names, or which is found first."""

    name = "pip"
    programs: tuple[str, ...] = ("pip", "pip-python", "pip3")
    order = staticmethod(versions.python)
    installs_together = True

    @classmethod
    def _find(cls, command: str | None) -> str:
        for program in (command,) if command else cls.programs:
            found = shutil.which(program)
            if found:
                return found
        raise ResourceError(f"'{command or cls.programs[0]}' was not found: install it first (package python3-pip)")

    @property
    def program(self) -> str:
        """The pip that serves this package."""
        return self._find(self.package.command)

    @classmethod
    def installed(cls, run: Run) -> Iterable[str]:
        """Every package that pip lists."""
        return sorted(_list(cls._find(None)))

    def read(self) -> State:
        """The version that pip lists; asked once a run and pip."""
        known = self.shared(self.run)
        program = self.program
        if program not in known:
            known[program] = _list(program)
        return {"ensure": known[program].get(normalized(self.package.name), "purged"), "mark": "none"}

    def forget(self) -> None:
        """What pip lists has changed."""
        self.shared(self.run).clear()

    def same(self, current: str, wanted: str) -> bool:
        """Versions are compared, not spellings: 1.0 is 1.0.0."""
        return current == wanted or versions.python(current, wanted) == 0

    def newest(self) -> str | None:
        """The newest in the index; previews only where nothing else is there, or `--pre` is given."""
        key = f"newest {self.package.name}"
        asked = self.shared(self.run)
        if key not in asked:
            found = self.available()
            if "--pre" not in self.package.install_options:
                found = [version for version in found if not versions.is_prerelease(version)] or found
            asked[key] = versions.newest(found, versions.python)
        newest: str | None = asked[key]
        return newest

    def available(self) -> Sequence[str]:
        """What the index has: pip tells when it is asked for a version that cannot be."""
        asked = f"{self.package.name}==0.0.0+which.are.there"
        argv = [self.program, "install", *QUIET, "--no-deps", *self.package.install_options, asked]
        match = re.search(r"from versions: ([^)]+)\)", _run(argv).output)
        return [] if match is None or match[1] == "none" else match[1].split(", ")

    def install(self, version: str | None) -> None:
        """From the source, if one is given (with a version: at that revision), else from the index."""
        source = self.package.source
        if source is not None:
            address = "://" in source
            revision = f"@{version}" if version is not None and address else ""
            what = [f"{source}{revision}#egg={self.package.name}" if address else source]
        else:
            what = [self.package.name if version is None else f"{self.package.name}=={version}"]
        upgrade = ["--upgrade"] if self.package.ensure == "latest" else []
        _do([self.program, "install", "-q", *QUIET, *self.package.install_options, *upgrade, *what])

    def install_together(self, names: Sequence[str]) -> None:
        """One call."""
        _do([self.program, "install", "-q", *QUIET, *self.package.install_options, *names])

    def remove(self, *, purge: bool) -> None:
        """By pip."""
        options = self.package.uninstall_options
        _do([self.program, "uninstall", "-y", "-q", *QUIET, *options, self.package.name])


class Pip3(Pip):
    """The same, of Python 3 where pip is another's."""

    name = "pip3"
    programs = ("pip3", "pip-3", "python3-pip", "pip")


def _list(program: str) -> dict[str, str]:
    result = _run([program, "list", "--format=freeze", *QUIET])
    if not result.ok:
        raise ResourceError(f"{program} list: exit {result.code}", result.errors[-4000:])
    return parse_list(result.output)


def _do(argv: Sequence[str]) -> None:
    result = _run(argv)
    if not result.ok:
        errors = [line.removeprefix("ERROR: ") for line in result.output.splitlines() if line.startswith("ERROR: ")]
        errors += [line.removeprefix("error: ") for line in result.output.splitlines() if line.startswith("error: ")]
        raise ResourceError("; ".join(errors) or f"{argv[0]}: exit {result.code}", result.output[-4000:])


def _run(argv: Sequence[str]) -> process.Result:
    return process.run(argv, deadline=DEADLINE, env={**os.environ, "LC_ALL": "C.UTF-8"})
