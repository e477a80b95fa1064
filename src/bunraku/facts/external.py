"""Facts that operators add: files in folders called `facts.d`.

- `NAME.yaml`, `NAME.json`: a hash, one fact an entry. `NAME.txt`: lines `fact=value`.
- An executable file: what it writes, as YAML, JSON or lines `fact=value`; it has a deadline.
- `NAME.py` that is not executable: Python with `resolve(facts) -> dict`, as the families of this room.
- `FACTER_name=value` in the environment.
Names are lower case; of two files that name a fact, the one that comes last in the alphabet is heard, and all are
heard before what is known of the host. A file that cannot be used is told of and left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunraku.facts.collection import Facts

DEADLINE = 30.0
"""Seconds that an executable may take."""

_LINE = re.compile(r"^(.+?)=(.+)$")


class Unusable(Exception):
    """A file that gives no facts, and why."""


def default_folders() -> list[str]:
    """Where facter looks for external facts: for root on the host, for others in their home."""
    if os.geteuid() == 0:
        return ["/etc/facter/facts.d", "/etc/puppetlabs/facter/facts.d", "/opt/puppetlabs/facter/facts.d"]
    home = os.environ.get("HOME")
    return [] if home is None else [f"{home}/.facter/facts.d", f"{home}/.puppetlabs/opt/facter/facts.d"]


def resolve(folders: Sequence[str], facts: Facts) -> dict[str, Any]:
    """The facts of the environment and of all files in the folders. facts: what Python files may ask, and where
    warnings go.
    """
    found: dict[str, Any] = {}
    for folder in folders:
        for name in _names(folder):
            try:
                values = _read(f"{folder}/{name}", facts)
            except Unusable as error:
                facts.warnings.append(f"the external facts in {folder}/{name} are left out: {error}")
                continue
            found |= {str(fact).lower(): value for fact, value in values.items() if value is not None}
    prefix = "FACTER_"
    found |= {name[len(prefix) :].lower(): text for name, text in os.environ.items() if name.upper().startswith(prefix)}
    return found


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_file() and not entry.name.startswith("."))
    except OSError:
        return []


def _read(path: str, facts: Facts) -> dict[Any, Any]:
    extension = path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    if extension == "yaml":
        return _hash(_yaml(_text(path)))
    if extension == "json":
        return _hash(_json(_text(path)))
    if extension == "txt":
        return _lines(_text(path))
    if os.access(path, os.X_OK):
        return _run(path, facts)
    return _python(path, facts) if extension == "py" else {}


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(str(error)) from None


def _hash(value: Any) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unusable("a hash of names and values is needed")
    return value


def _yaml(text: str) -> Any:
    from bunraku.formats.yaml import YamlError, load

    try:
        return load(text, symbols=False, dates=True)
    except YamlError as error:
        raise Unusable(str(error)) from None


def _json(text: str) -> Any:
    import json

    try:
        return json.loads(text)
    except ValueError as error:
        raise Unusable(str(error)) from None


def _lines(text: str) -> dict[str, str]:
    matches = map(_LINE.match, text.splitlines())
    return {match[1]: match[2] for match in matches if match}


def _run(path: str, facts: Facts) -> dict[Any, Any]:
    from bunraku.system.process import CommandError, run

    try:
        done = run([path], deadline=DEADLINE, apart=True)
    except CommandError as error:
        raise Unusable(str(error)) from None
    if done.errors.strip():
        facts.warnings.append(f"{path} wrote to standard error: {done.errors.strip()}")
    try:
        value = _yaml(done.output)
    except Unusable:
        value = None
    return value if isinstance(value, dict) else _lines(done.output)


def _python(path: str, facts: Facts) -> dict[Any, Any]:
    names: dict[str, Any] = {"__name__": "bunraku_facts", "__file__": path}
    try:
        exec(compile(_text(path), path, "exec"), names)
        return _hash(names["resolve"](facts))
    except Unusable:
        raise
    except KeyError as error:
        raise Unusable(f"it has no {error}: `def resolve(facts)` is needed, and the facts that it asks for") from None
    except Exception as error:  # whatever an operator's own code may raise
        raise Unusable(f"{type(error).__name__}: {error}") from None
