"""A machine as a cloud-config, which cloud-init reads at the first boot.

Folders and links it has no word for: commands make them, before the units are started.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from bunraku.coreos.machine import File, Machine, Unit, User

UNITS = "/etc/systemd/system"


def render(machine: Machine) -> str:
    """The config: a first line that cloud-init knows it by, and JSON, which is YAML too."""
    short = machine.hostname.partition(".")[0]
    config: dict[str, Any] = {
        "hostname": short,
        "fqdn": machine.hostname if machine.hostname != short else None,
        "groups": [group.name for group in machine.groups if group.gid is None and not group.system],
        "users": ["default", *(_user(user) for user in machine.users.values())] if machine.users else None,
        "packages": machine.packages,
        "write_files": [*map(_file, machine.files), *_unit_files(machine)],
        "bootcmd": _groups_with_numbers(machine),
        "runcmd": [*_folders_and_links(machine), *_unit_commands(machine)],
    }
    said = {name: value for name, value in config.items() if value}
    return "#cloud-config\n" + json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def left(machine: Machine) -> list[str]:
    """References of what the config does not bring about."""
    return list(machine.left)


def _user(user: User) -> dict[str, Any]:
    entry = {
        "name": user.name,
        "uid": user.uid,
        "primary_group": user.group,
        "groups": user.groups,
        "homedir": user.home,
        "no_create_home": user.is_new and not user.make_home and not user.keys,
        "shell": user.shell,
        "gecos": user.comment,
        "hashed_passwd": user.password_hash,
        "lock_passwd": False if user.password_hash else None,
        "system": user.system,
        "ssh_authorized_keys": user.keys,
    }
    return {name: value for name, value in entry.items() if value or (name == "lock_passwd" and value is False)}


def _file(file: File) -> dict[str, Any]:
    entry: dict[str, Any] = {"path": file.path, "permissions": f"{file.mode:04o}"}
    text = file.content.decode(errors="replace")
    # YAML takes no more than what can be printed; and what is not UTF-8 has no form in it.
    if text.encode() == file.content and all(line.isprintable() for line in re.split("[\n\t]", text)):
        entry["content"] = text
    else:
        entry |= {"encoding": "b64", "content": base64.b64encode(file.content).decode()}
    if (file.owner, file.group) != ("root", "root"):
        # Its owner may be made later in the boot, by this very config.
        entry |= {"owner": f"{file.owner}:{file.group}", "defer": True}
    return entry


def _unit_files(machine: Machine) -> list[dict[str, Any]]:
    found = []
    for unit in machine.units.values():
        if unit.content is not None:
            found.append(_file(File(f"{UNITS}/{unit.name}", unit.content.encode())))
        for name, content in unit.dropins.items():
            found.append(_file(File(f"{UNITS}/{unit.name}.d/{name}", content.encode())))
    return found


def _groups_with_numbers(machine: Machine) -> list[list[str]]:
    """Commands for the groups that cloud-config's own word is too small for; run at every boot, so they look first."""
    commands = []
    for group in machine.groups:
        if group.gid is not None or group.system:
            flags = [
                *(["--gid", str(group.gid)] if group.gid is not None else []),
                *(["--system"] if group.system else []),
            ]
            commands.append(["groupadd", "--force", *flags, group.name])
    return commands


def _folders_and_links(machine: Machine) -> list[list[str]]:
    commands = [
        ["install", "-d", "-m", f"{folder.mode:04o}", "-o", folder.owner, "-g", folder.group, folder.path]
        for folder in machine.folders
    ]
    return [*commands, *(["ln", "-sfn", link.target, link.path] for link in machine.links)]


def _unit_commands(machine: Machine) -> list[list[str]]:
    commands = [["systemctl", "daemon-reload"]] if machine.units else []
    for unit in machine.units.values():
        commands += _commands(unit)
    return commands


def _commands(unit: Unit) -> list[list[str]]:
    if unit.masked:
        return [["systemctl", "mask", "--now", unit.name]]
    if unit.enabled is None:
        return []
    word = "enable" if unit.enabled else "disable"
    now = ["--now"] if unit.running or not unit.enabled else []
    return [["systemctl", word, *now, unit.name]]
