"""dpkg's and apt's side of `package`: what is installed, read from dpkg's own file; changes made by apt-get.

State is read once a run and again after a change. One command installs, upgrades or removes.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from typing import NamedTuple

from bunraku.resources.base import ResourceError
from bunraku.system import process

STATUS = "/var/lib/dpkg/status"
DEADLINE = 3600.0
LOCK_WAIT = 120
"""Seconds that apt-get and dpkg wait for another one to finish."""

INTERRUPTED = "dpkg was interrupted"
"""What apt-get says before it refuses to do anything."""

ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "APT_LISTCHANGES_FRONTEND": "none", "LC_ALL": "C.UTF-8"}


class Installed(NamedTuple):
    """A package that dpkg knows. wanted: install, hold, deinstall, purge; status: installed, config-files …"""

    version: str
    wanted: str
    status: str


def read_status(path: str = STATUS) -> dict[str, Installed]:
    """Every package that dpkg knows, by name and by `name:architecture`. Raises OSError."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    known: dict[str, Installed] = {}
    for block in text.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Status|Version|Architecture): (.*)$", block, re.MULTILINE))
        if "Package" not in fields:
            continue
        wanted, _, status = fields.get("Status", "install ok unknown").split(" ")
        package = Installed(fields.get("Version", ""), wanted, status)
        name = fields["Package"]
        known[f"{name}:{fields.get('Architecture', '')}"] = package
        # A package of several architectures goes by its bare name too; an installed one comes first.
        if name not in known or known[name].status != "installed":
            known[name] = package
    return known


def candidates(names: Sequence[str]) -> dict[str, str]:
    """The version of each package that apt would install; names that it does not know are left out."""
    if not names:
        return {}
    result = _run(["apt-cache", "policy", "--", *names])
    found, name = {}, ""
    for line in result.output.splitlines():
        if line and not line.startswith(" "):
            name = line.rstrip(":")
        elif line.startswith("  Candidate: ") and not line.endswith("(none)"):
            found[name] = line.removeprefix("  Candidate: ")
    return found


def versions(name: str) -> list[str]:
    """Every version of a package that apt could install, newest first."""
    result = _run(["apt-cache", "madison", "--", name])
    return [line.split("|")[1].strip() for line in result.output.splitlines() if line.count("|") >= 2]


def apt_get(
    verb: str, arguments: Sequence[str], options: Sequence[str] = (), *, keep_configuration: bool = True
) -> None:
    """Run `apt-get VERB` to its end, without questions. Raises ResourceError with what it said."""
    policy = "confold" if keep_configuration else "confnew"
    argv = [
        *("apt-get", "-q", "-y", "-o", f"DPkg::Options::=--force-{policy}"),
        *("-o", f"DPkg::Lock::Timeout={LOCK_WAIT}"),
        *options,
        *(verb, "--", *arguments),
    ]
    result = _run(argv)
    if INTERRUPTED in result.output:
        # What a kill or a power cut left half done is finished first; apt-get leaves that to the operator.
        dpkg(f"--force-{policy}", "--configure", "-a")
        result = _run(argv)
    if not result.ok:
        errors = [line[3:] for line in result.output.splitlines() if line.startswith("E: ")]
        raise ResourceError(_explain(errors) or f"apt-get {verb}: exit {result.code}", result.output[-4000:])


def _explain(errors: list[str]) -> str:
    message = "; ".join(errors)
    if "Unable to locate package" in message or "has no installation candidate" in message:
        return f"{message}: is its repository set up, and `apt-get update` run?"
    return message


def dpkg(*arguments: str) -> None:
    """Run dpkg. Raises ResourceError with what it said."""
    end = time.monotonic() + LOCK_WAIT
    while True:
        result = _run(["dpkg", *arguments])
        # Unlike apt-get, dpkg does not wait for whoever is at work.
        if result.ok or "lock was locked by another process" not in result.output or time.monotonic() > end:
            break
        time.sleep(0.5)
    if not result.ok:
        raise ResourceError(f"dpkg {arguments[0]}: exit {result.code}", result.output[-4000:])


def hold(name: str, on: bool) -> None:
    """Hold a package at its version, or let it go."""
    result = _run(["apt-mark", "hold" if on else "unhold", "--", name])
    if not result.ok:
        raise ResourceError(f"apt-mark: exit {result.code}", result.output)


def _run(argv: Sequence[str]) -> process.Result:
    return process.run(argv, deadline=DEADLINE, env={**os.environ, **ENVIRONMENT})
