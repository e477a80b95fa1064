"""From a catalog to a machine: what a first boot can bring about is taken, the rest is left to a run on the node.

Taken: user, group, ssh_authorized_key, file (etcd_config is one), service (as units of systemd), package. A file under
/etc/systemd/system is a unit, or an addition to one. What removes something is left: a new machine has nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.catalog.values import Binary, Deferred
from bunraku.coreos.machine import File, Folder, Group, Link, Machine

FindFile = Callable[[str], Path | None]
"""The file that a puppet:///modules URL names, or None."""

_UNIT = re.compile(r"/etc/systemd/system/([^/]+\.(?:service|socket|timer|path|mount|target|slice))")
_DROPIN = re.compile(r"/etc/systemd/system/([^/]+)\.d/([^/]+\.conf)")
_WITHOUT_EFFECT = {"Class", "Stage", "Notify", "Anchor", "Schedule", "Filebucket", "Whit"}
_OF_ACCOUNTS = {"ensure", "uid", "gid", "groups", "home", "shell", "comment", "password", "expiry"}
_KEEPERS = (None, "present", "file", "directory", "link", "installed", "latest", "running", "stopped")


class _NotHere(Exception):
    """This resource is not for a first boot."""


def machine_of(catalog: Catalog, find_file: FindFile) -> Machine:
    """What a first boot can do of a catalog. Raises OSError for a module's file that cannot be read."""
    machine = Machine(catalog.name)
    containers = {edge.source for edge in catalog.edges}
    for resource in catalog:
        if resource.type in _WITHOUT_EFFECT or resource.virtual or resource.exported or resource.ref in containers:
            continue
        try:
            _take(machine, resource, find_file)
        except _NotHere:
            machine.left.append(resource.ref)
        else:
            machine.secret = machine.secret or bool(resource.sensitive)
    return machine


def _take(machine: Machine, resource: Resource, find_file: FindFile) -> None:
    take = _TAKEN.get(resource.type)
    parameters = resource.parameters
    deferred = any(isinstance(value, Deferred) for value in parameters.values())
    if take is None or deferred or parameters.get("noop"):
        raise _NotHere
    take(machine, resource.title, parameters, find_file)


def _user(machine: Machine, title: str, parameters: dict[str, Any], find_file: FindFile) -> None:
    _must_be_there(parameters)
    if not parameters.keys() & _OF_ACCOUNTS:
        raise _NotHere  # as Puppet: an account of which nothing is said is not made
    user = machine.user(str(parameters.get("name", title)))
    user.is_new = True
    user.uid = _number(parameters.get("uid"))
    user.group = _text(parameters.get("gid"))
    user.groups = [str(group) for group in _list(parameters.get("groups"))]
    user.home = _text(parameters.get("home"))
    user.make_home = bool(parameters.get("managehome"))
    user.shell = _text(parameters.get("shell"))
    user.comment = _text(parameters.get("comment"))
    user.password_hash = _text(parameters.get("password"))
    user.system = bool(parameters.get("system"))


def _group(machine: Machine, title: str, parameters: dict[str, Any], find_file: FindFile) -> None:
    _must_be_there(parameters)
    name = str(parameters.get("name", title))
    machine.groups.append(Group(name, _number(parameters.get("gid")), bool(parameters.get("system"))))


def _key(machine: Machine, title: str, parameters: dict[str, Any], find_file: FindFile) -> None:
    _must_be_there(parameters)
    if not parameters.get("user") or not parameters.get("key") or parameters.get("target"):
        raise _NotHere
    kind = str(parameters.get("type", "ssh-rsa"))
    kind = {"rsa": "ssh-rsa", "ed25519": "ssh-ed25519", "dsa": "ssh-dss"}.get(kind, kind)
    options = ",".join(map(str, _list(parameters.get("options"))))
    words = [options, kind, str(parameters["key"]), str(parameters.get("name", title))]
    machine.user(str(parameters["user"])).keys.append(" ".join(word for word in words if word))


def _file(machine: Machine, title: str, parameters: dict[str, Any], find_file: FindFile) -> None:
    _must_be_there(parameters)
    path = str(parameters.get("path", title)).rstrip("/")
    owner = str(parameters.get("owner") or "root")
    group = str(parameters.get("group") or "root")
    ensure = parameters.get("ensure")
    if ensure == "link" or parameters.get("target") is not None:
        if not parameters.get("target"):
            raise _NotHere
        machine.links.append(Link(path, str(parameters["target"])))
        return
    if ensure == "directory":
        if parameters.get("source") is not None:
            raise _NotHere
        machine.folders.append(Folder(path, _mode(parameters, 0o755, directory=True), owner, group))
        return
    content = _content(parameters, find_file)
    if content is None:
        raise _NotHere
    unit, dropin = _UNIT.fullmatch(path), _DROPIN.fullmatch(path)
    if unit:
        machine.unit(unit[1]).content = content.decode("utf-8", "replace")
    elif dropin:
        machine.unit(dropin[1]).dropins[dropin[2]] = content.decode("utf-8", "replace")
    else:
        overwrite = parameters.get("replace") not in (False, "false", "no")
        machine.files.append(File(path, content, _mode(parameters, 0o644), owner, group, overwrite))


def _content(parameters: dict[str, Any], find_file: FindFile) -> bytes | None:
    """The file's content, as far as it is known here."""
    content = parameters.get("content")
    if isinstance(content, Binary):
        return content.data
    if content is not None:
        return str(content).encode("utf-8", "surrogateescape")
    for source in _list(parameters.get("source")):
        found = find_file(str(source)) if str(source).startswith("puppet:") else None
        if found is not None and found.is_file():
            return found.read_bytes()
    return None


def _mode(parameters: dict[str, Any], default: int, *, directory: bool = False) -> int:
    """The mode in numbers; in a folder's, who may read may enter, as Puppet has it. Symbolic ones are left to a run."""
    mode = parameters.get("mode")
    if mode is None:
        return default
    if not re.fullmatch(r"[0-7]{3,4}", str(mode)):
        raise _NotHere
    number = int(str(mode), 8)
    return number | (number & 0o444) >> 2 if directory else number


def _service(machine: Machine, title: str, parameters: dict[str, Any], find_file: FindFile) -> None:
    if parameters.get("provider") not in (None, "systemd"):
        raise _NotHere
    enable = parameters.get("enable")
    running = parameters.get("ensure") in ("running", True, "true")
    if enable not in (True, False, "true", "false", "mask") and not running:
        raise _NotHere
    unit = machine.unit(str(parameters.get("name", title)))
    unit.masked = enable == "mask"
    unit.running = running
    # What shall run has to start with the machine: there is nobody else who would start it.
    unit.enabled = True if running else {True: True, "true": True, False: False, "false": False}.get(enable)


def _package(machine: Machine, title: str, parameters: dict[str, Any], find_file: FindFile) -> None:
    _must_be_there(parameters)
    if parameters.get("source") or parameters.get("provider") not in (None, "apt", "dnf", "yum", "zypper"):
        raise _NotHere
    machine.packages.append(str(parameters.get("name", title)))


_TAKEN = {
    "User": _user,
    "Group": _group,
    "Ssh_authorized_key": _key,
    "File": _file,
    "Etcd_config": _file,
    "Service": _service,
    "Package": _package,
}


def _must_be_there(parameters: dict[str, Any]) -> None:
    if parameters.get("ensure") not in _KEEPERS:
        raise _NotHere


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> int | None:
    return None if value is None else int(value)
