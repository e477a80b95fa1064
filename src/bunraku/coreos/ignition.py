"""A machine as an Ignition config, version 3.3.0 (the specification at coreos.github.io/ignition).

Packages it has no word for; they are left to a run on the node, and with them the files and folders of accounts that a
package makes: Ignition would not let the node boot with an owner that it does not find.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from bunraku.coreos.machine import File, Folder, Group, Machine, Unit, User

VERSION = "3.3.0"


def render(machine: Machine) -> str:
    """The config as JSON. What is not said is left out: Ignition has its defaults."""
    files = [_file(file) for file in machine.files if _has_owner(machine, file)]
    if "/etc/hostname" not in {file.path for file in machine.files}:
        files.insert(0, _file(File("/etc/hostname", f"{machine.hostname}\n".encode())))
    config = {
        "ignition": {"version": VERSION},
        "passwd": {
            "groups": [_group(group) for group in machine.groups],
            "users": [_user(user) for user in machine.users.values()],
        },
        "storage": {
            "directories": [_folder(folder) for folder in machine.folders if _has_owner(machine, folder)],
            "files": files,
            "links": [{"path": link.path, "target": link.target, "overwrite": True} for link in machine.links],
        },
        "systemd": {"units": [_unit(unit) for unit in machine.units.values()]},
    }
    return json.dumps(_without_blanks(config), indent=2, ensure_ascii=False) + "\n"


def left(machine: Machine) -> list[str]:
    """References of what the config does not bring about."""
    entries: list[File | Folder] = [*machine.files, *machine.folders]
    homeless = [entry for entry in entries if not _has_owner(machine, entry)]
    return [
        *machine.left,
        *(f"Package[{name}]" for name in machine.packages),
        *(f"File[{entry.path}]" for entry in homeless),
    ]


def _has_owner(machine: Machine, entry: File | Folder) -> bool:
    """Whether owner and group are there at the first boot, as far as the config itself tells."""
    groups = {"root", *(group.name for group in machine.groups), *machine.users}
    return all(
        name.isdigit() or name in known
        for name, known in ((entry.owner, {"root", *machine.users}), (entry.group, groups))
    )


def _user(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "uid": user.uid,
        "primaryGroup": user.group,
        "groups": user.groups,
        "homeDir": user.home,
        "noCreateHome": user.is_new and not user.make_home and not user.keys,
        "shell": user.shell,
        "gecos": user.comment,
        "passwordHash": user.password_hash,
        "system": user.system,
        "sshAuthorizedKeys": user.keys,
    }


def _group(group: Group) -> dict[str, Any]:
    return {"name": group.name, "gid": group.gid, "system": group.system}


def _file(file: File) -> dict[str, Any]:
    return {
        "path": file.path,
        "mode": file.mode,
        "user": _who(file.owner),
        "group": _who(file.group),
        "overwrite": file.overwrite,
        "contents": {"source": data_url(file.content)},
    }


def _folder(folder: Folder) -> dict[str, Any]:
    return {"path": folder.path, "mode": folder.mode, "user": _who(folder.owner), "group": _who(folder.group)}


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "enabled": unit.enabled,
        "mask": unit.masked,
        "contents": unit.content,
        "dropins": [{"name": name, "contents": content} for name, content in unit.dropins.items()],
    }


def _who(name: str) -> dict[str, Any]:
    if name == "root":
        return {}
    return {"id": int(name)} if name.isdigit() else {"name": name}


def data_url(content: bytes) -> str:
    """The content as a data URL (RFC 2397): readable where it is text, else in base64."""
    try:
        return f"data:,{quote(content.decode())}"
    except UnicodeDecodeError:
        return f"data:;base64,{base64.b64encode(content).decode()}"


def _without_blanks(value: Any) -> Any:
    """`value` without what says nothing; a unit that is expressly not enabled says something."""
    if isinstance(value, list):
        return [_without_blanks(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without_blanks(entry) for name, entry in value.items()}
    said = (False, 0)
    return {
        name: entry
        for name, entry in kept.items()
        if entry or (name in ("enabled", "overwrite", "mode", "uid", "gid") and entry in said and entry is not None)
    }
