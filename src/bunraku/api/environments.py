"""Environments: a folder with modules, manifests and data, as its `environment.conf` tells.

Rules, as observed from Puppet 7.23:
- The settings are `modulepath`, `manifest` and `config_version`; paths are relative to the folder, and what begins with
  `$` is a setting (`$basemodulepath`). Other settings are left alone: those that Puppet knows in silence, the rest
  with a warning. Sections are not read.
- Without `modulepath` it is `modules` and the base module path; without `manifest` it is the folder `manifests`.
- The folder is a module, too, called `environment`: `functions/environment/x.pp` has `environment::x`,
  `functions/x.pp` has `x`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from glob import glob
from pathlib import Path
from typing import NamedTuple

from bunraku.language.errors import CompileError

BASE_MODULEPATH = (
    "/etc/puppetlabs/code/modules",
    "/opt/puppetlabs/puppet/modules",
    "/etc/puppet/code/modules",
    "/usr/share/puppet/modules",
)
"""Where modules for all environments are: as Puppet's own packages have it, and as Debian's have it."""

ENVIRONMENTPATH = ("/etc/puppetlabs/code/environments", "/etc/puppet/code/environments")
"""Where environments are where nobody says so."""

CONFIGURATION = "environment.conf"

_SILENT = frozenset(["environment_timeout", "environment_data_provider", "static_catalogs", "rich_data"])
_READ = frozenset(["modulepath", "manifest", "config_version"])
_SECTION = re.compile(r"\s*\[(\w+)\]\s*\Z")
_SETTING = re.compile(r"\s*(\w+)\s*=\s*(.*?)\s*\Z")
_REFERENCE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_PATTERN = re.compile(r"[*?\[{]")


class Environment(NamedTuple):
    """An environment. folder: None for a name that has no folder. modulepath: of it alone, absolute. manifest: a file
    or a folder. config_version: the command that tells the version of a catalog. warnings: about its configuration.
    """

    name: str
    folder: Path | None = None
    modulepath: tuple[Path, ...] = ()
    manifest: Path | None = None
    config_version: str | None = None
    warnings: tuple[str, ...] = ()

    def settings(self) -> dict[str, str]:
        """What `$settings::` has of it."""
        if self.folder is None:
            return {}
        found = {"environmentpath": str(self.folder.parent), "manifest": str(self.manifest)}
        return found if self.config_version is None else {**found, "config_version": self.config_version}

    def manifest_to_compile(self) -> Path:
        """The manifest. Raises CompileError where there is none."""
        if self.manifest is None or not self.manifest.exists():
            where = f": {self.manifest} does not exist" if self.manifest else " of its own"
            raise CompileError(f"the environment '{self.name}' has no manifest{where}; name one to compile")
        return self.manifest


def find(name: str, environmentpath: Sequence[Path | str], base: Sequence[Path | str] = BASE_MODULEPATH) -> Environment:
    """The environment `name` in the first of the folders that has it. Raises CompileError where none has."""
    for place in environmentpath:
        folder = Path(place).absolute() / name
        if re.fullmatch(r"\w+", name, re.ASCII) and folder.is_dir():
            return read(folder, base)
    searched = os.pathsep.join(map(str, environmentpath))
    raise CompileError(
        f"Could not find a directory environment named '{name}' anywhere in the path: {searched}."
        " Does the directory exist?",
        hint=_near(name, environmentpath),
    )


def read(folder: Path, base: Sequence[Path | str] = BASE_MODULEPATH) -> Environment:
    """The environment in `folder`, which is named after it. Raises CompileError for a configuration that is wrong."""
    # What stands between the folder and its parts (`..`) is taken out by name, as Puppet does; links stay.
    folder = Path(os.path.abspath(folder))  # noqa: PTH100
    settings, warnings = _configuration(folder / CONFIGURATION)
    known = {
        "environment": folder.name,
        "basemodulepath": os.pathsep.join(map(str, base)),
        "environmentpath": str(folder.parent),
        "codedir": str(folder.parent.parent),
    }
    modules = _filled(settings.get("modulepath", f"modules{os.pathsep}$basemodulepath"), known, folder)
    version = settings.get("config_version")
    return Environment(
        folder.name,
        folder,
        tuple(path for part in modules.split(os.pathsep) if part for path in _folders(folder, part)),
        _below(folder, _filled(settings.get("manifest", "manifests"), known, folder)),
        str(_below(folder, _filled(version, known, folder))) if version else None,
        tuple(warnings),
    )


def _configuration(path: Path) -> tuple[dict[str, str], list[str]]:
    """The settings of an environment.conf, and what to warn of; nothing where there is no such file."""
    settings: dict[str, str] = {}
    ignored: list[str] = []
    sections: list[str] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        raise CompileError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CompileError(f"{path} is not UTF-8 (byte {error.start})") from None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if section := _SECTION.match(line):
            sections.append(section[1])
        elif (setting := _SETTING.match(line)) is None:
            what = f"cannot read the line {line.strip()!r}: a setting is NAME = VALUE"
            raise CompileError(what, file=str(path), line=number)
        elif sections[-1:] not in ([], ["main"]):
            continue
        elif setting[1] in _READ:
            settings[setting[1]] = setting[2]
        elif setting[1] not in _SILENT:
            ignored.append(setting[1])
    return settings, [*_of_sections(path, sections), *_of_settings(path, ignored)]


def _of_sections(path: Path, sections: list[str]) -> list[str]:
    others = [name for name in sections if name != "main"]
    if not others:
        return []
    return [
        f"Invalid sections in environment.conf at '{path}'. Environment conf may not have sections. "
        f"The following sections are being ignored: '{','.join(others)}'"
    ]


def _of_settings(path: Path, ignored: list[str]) -> list[str]:
    if not ignored:
        return []
    return [
        f"Invalid settings in environment.conf at '{path}'. "
        f"The following unknown setting(s) are being ignored: {', '.join(ignored)}"
    ]


def _filled(text: str, known: Mapping[str, str], folder: Path) -> str:
    """The text with the settings that it names filled in."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in known:
            listed = ", ".join(f"${each}" for each in known)
            what = f"Could not find value for ${name}; what can be named here is {listed}"
            raise CompileError(what, file=str(folder / CONFIGURATION))
        return known[name]

    return _REFERENCE.sub(value, text)


def _below(folder: Path, name: str) -> Path:
    return Path(os.path.normpath(folder / name))


def _folders(folder: Path, name: str) -> list[Path]:
    """The folders that an entry of a module path means: many where it is a pattern."""
    path = _below(folder, name)
    if not _PATTERN.search(name):
        return [path]
    return [Path(found) for found in sorted(glob(str(path)))]  # noqa: PTH207 - the pattern is the whole path


def _near(name: str, environmentpath: Sequence[Path | str]) -> str | None:
    from bunraku.language.suggest import nearest

    folders = [Path(place) for place in environmentpath]
    return nearest(name, [each.name for place in folders if place.is_dir() for each in place.iterdir()])
