"""The steps that a host is led through: `manifests/TOPIC.pp`, read into titles, commands and Puppet code.

    #= what this step shows
    #$ a shell command that somebody ran on the host before
    file { '/etc/motd': content => 'hello' }
    #? a shell command that must succeed afterwards (where there is no twin to compare with)

A topic begins on a new host. A new step, or a new file of steps, needs nothing else to be proven. In `manifests/alone`
are those that Puppet has no part in: types that it lacks, or applies otherwise, as the file's first lines tell.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

MANIFESTS = Path(__file__).parent / "manifests"
TOPICS = sorted(path.stem for path in MANIFESTS.glob("*.pp"))
ALONE = sorted(f"alone/{path.stem}" for path in MANIFESTS.glob("alone/*.pp"))


class Step(NamedTuple):
    """title: what it shows. commands: shell, run before. code: what is applied. checks: shell that holds afterwards."""

    title: str
    commands: list[str]
    code: str
    checks: list[str]

    @property
    def types(self) -> set[str]:
        """The resource types that it declares."""
        return set(re.findall(r"^\s*(?:[-~]> )?([a-z_:]+) \{ ?[\['$]", self.code, re.MULTILINE)) - {"class"}


def read(topic: str) -> list[Step]:
    """The steps of a topic, in order."""
    steps = []
    for part in (MANIFESTS / f"{topic}.pp").read_text().split("#= ")[1:]:
        title, _, code = part.partition("\n")
        steps.append(Step(title, _marked("$", code), code, _marked("?", code)))
    return steps


def _marked(mark: str, code: str) -> list[str]:
    return re.findall(rf"^#{re.escape(mark)} (.*)$", code, re.MULTILINE)


def table() -> str:
    """What is proven on hosts, as the table in docs/hosts.md."""
    lines = ["| topic | steps | types | beside Puppet |", "|---|---|---|---|"]
    for topic in (*TOPICS, *ALONE):
        found = read(topic)
        titles = "; ".join(step.title for step in found)
        types = ", ".join(f"`{name}`" for name in sorted(set().union(*(step.types for step in found))))
        lines.append(f"| {topic.removeprefix('alone/')} | {titles} | {types} | {'no' if topic in ALONE else 'yes'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
