"""yumrepo: a repository that yum and dnf install from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from bunraku.resources._ini import IniFile
from bunraku.resources._text import read_lines, write_lines
from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceType, Run, State, text
from bunraku.system import files

FOLDER = "/etc/yum.repos.d"

SETTINGS = (
    *(
        "mirrorlist",
        "baseurl",
        "enabled",
        "gpgcheck",
        "payload_gpgcheck",
        "repo_gpgcheck",
        "gpgkey",
        "mirrorlist_expire",
    ),
    *("include", "exclude", "gpgcakey", "includepkgs", "enablegroups", "failovermethod", "keepalive", "retries"),
    *("http_caching", "timeout", "metadata_expire", "protect", "minrate", "priority", "throttle", "bandwidth", "cost"),
    *("proxy", "proxy_username", "proxy_password", "s3_enabled", "sslcacert", "sslverify", "sslclientcert"),
    *("sslclientkey", "metalink", "skip_if_unavailable", "assumeyes", "deltarpm_percentage", "username", "password"),
    *("deltarpm_metadata_percentage", "module_hotfixes"),
)


def _value(value: Any) -> str:
    """Booleans as the file has them."""
    word = text(value)
    return {"true": "1", "yes": "1", "false": "0", "no": "0"}.get(word.lower(), word)


class Yumrepo(ResourceType):
    """Manages a section of a file below /etc/yum.repos.d. A setting with the value `absent` is taken out."""

    only_provider = "inifile"

    name = Param("The repository's name.", namevar=True, munge=text)
    ensure = Ensure()
    descr = Property("What it is, in words.", munge=text)
    target = Param("The file (default: the repository's own).", munge=text)
    provider = Param("Accepted: inifile.")

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every repository in the folder."""
        names = sorted(os.listdir(FOLDER)) if os.path.isdir(FOLDER) else []
        paths = [os.path.join(FOLDER, name) for name in names if name.endswith(".repo")]
        return [section for path in paths for section in IniFile(read_lines(path), separator="=").sections()]

    def validate(self) -> None:
        """A password is a secret, whether it is declared so or not."""
        self.sensitive |= {"password", "proxy_password"} & self.values.keys()

    def _path(self) -> str:
        target = self.target or f"{self.name}.repo"
        return str(target if target.startswith("/") else os.path.join(FOLDER, target))

    def read(self) -> State:
        """The section of this name."""
        file = IniFile(read_lines(self._path()), separator="=")
        if self.name not in file.sections():
            return {"ensure": "absent"}
        settings = file.settings(self.name)
        state = {name: _value(value) for name, value in settings.items()}
        return {**state, "ensure": "present", "descr": settings.get("name", "")}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """`absent` is a setting that is not there."""
        return current in (None, "") if desired == "absent" and name != "ensure" else bool(current == desired)

    def change(self, changes: Changes) -> None:
        """Set what differs, or take the section out, and the file with it where it is empty then."""
        path = self._path()
        file = IniFile(read_lines(path), separator="=")
        if changes.get("ensure") == "absent":
            file.remove_section(self.name)
            if not any(line.strip() for line in file.lines):
                files.remove(path)
                return
        else:
            for name, value in (self.desired() if "ensure" in changes else changes).items():
                setting = "name" if name == "descr" else name
                if name == "ensure":
                    continue
                if value == "absent":
                    file.remove(self.name, setting)
                else:
                    file.set(self.name, setting, [re.sub(r"\s*\n\s*", " ", value)])
        secret = self.values.keys() & {"password", "proxy_password"}
        write_lines(path, file.lines, mode=0o600 if secret else 0o644)


for _setting in SETTINGS:
    Yumrepo.parameters[_setting] = Property(f"The setting {_setting}.", munge=_value)
    Yumrepo.parameters[_setting].name = _setting
Yumrepo.properties = (*Yumrepo.properties, *SETTINGS)
