"""What a host has become: all that was changed in its file system since it was booted, packages, services, mounts."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from difflib import unified_diff

from host import Host

OWN = (
    # What either program, or the tools that they call, keep for themselves.
    *("var/lib/bunraku", "var/cache/puppet", "var/lib/puppet", "etc/puppet", "root/", "run", "tmp", "var/tmp"),
    *("var/log", "var/cache", "var/lib/systemd", "var/lib/dpkg", "var/lib/apt", "var/backups", "var/lib/dbus"),
    *("etc/.pwd.lock", "etc/machine-id", "dev", "proc", "sys"),
)
NORMAL: dict[str, Callable[[str], str]] = {
    # The day of the last change of a password is today's.
    "etc/shadow": lambda text: re.sub(r"^([^:]*:[^:]*):\d*:", r"\1::", text, flags=re.MULTILINE),
    # Puppet writes every line anew.
    "etc/hosts": lambda text: re.sub(r"[ \t]+", " ", text),
    "var/spool/cron": lambda text: re.sub(r"^#(?! Puppet Name).*\n", "", text, flags=re.MULTILINE),
    # Puppet's note about itself, with the time.
    "": lambda text: re.sub(r"^# HEADER: .*\n", "", text, flags=re.MULTILINE),
}


def take(host: Host) -> dict[str, str]:
    """A host's state as lines by subject: paths, `package NAME`, `unit NAME`, `mount POINT`."""
    return {**_files(host), **_packages(host), **_units(host), **_mounts(host)}


def unlike(ours: dict[str, str], theirs: dict[str, str]) -> str:
    """What differs between two hosts, to be read; "" where they are alike."""
    lines: list[str] = []
    for subject in sorted(ours | theirs):
        mine, other = ours.get(subject, "nothing"), theirs.get(subject, "nothing")
        if mine != other:
            lines += unified_diff(mine.splitlines(), other.splitlines(), subject, "Puppet's", n=1, lineterm="")
    return "\n".join(lines)


def _files(host: Host) -> dict[str, str]:
    found = {}
    for folder, folders, names in os.walk(host.changes):
        inside = os.path.relpath(folder, host.changes).removeprefix(".").lstrip("/")
        folders[:] = [name for name in folders if not _is_own(os.path.join(inside, name))]
        for name in (*folders, *names):
            path = os.path.join(inside, name)
            if not _is_own(path):
                found[f"/{path}"] = _described(os.path.join(folder, name), path)
    return found


def _is_own(path: str) -> bool:
    # shadow's tools keep the file before the last change beside each file.
    return path.startswith(OWN) or re.fullmatch(r"etc/[a-z]+-", path) is not None


def _described(file: str, path: str) -> str:
    status = os.lstat(file)
    if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
        return "removed"  # as an overlay marks it
    text = ""
    if stat.S_ISLNK(status.st_mode):
        text = os.readlink(file)
    elif stat.S_ISREG(status.st_mode):
        with open(file, errors="surrogateescape") as opened:
            text = opened.read()
        for start, normal in NORMAL.items():
            if path.startswith(start):
                text = normal(text)
    return f"{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid} {text}"


def _packages(host: Host) -> dict[str, str]:
    lines = host.output("dpkg-query", "--show", "--showformat=${Package} ${Version} ${Status}\\n").splitlines()
    return {f"package {name}": rest for name, _, rest in (line.partition(" ") for line in lines)}


def _units(host: Host) -> dict[str, str]:
    files = host.output("systemctl", "list-unit-files", "--type=service", "--no-legend", "--no-pager").splitlines()
    names = [line.split()[0] for line in files if "@" not in line.split()[0]]
    asked = ["Id", "ActiveState", "UnitFileState", "NeedDaemonReload"]
    shown = host.output("systemctl", "show", f"--property={','.join(asked)}", "--", *names)
    # What systemd itself starts and ends by its own timers tells nothing of a run.
    return {f"unit {block}": "" for block in shown.replace("\n", " ").split("  ") if "systemd-" not in block}


def _mounts(host: Host) -> dict[str, str]:
    lines = host.output("findmnt", "--noheadings", "--list", "--output=TARGET,SOURCE,FSTYPE,OPTIONS").splitlines()
    return {f"mount {line.split()[0]}": " ".join(line.split()[1:]) for line in lines if line.startswith("/mnt")}
