"""augeas, ruby: the host's Ruby and its augeas library; None where there is none."""

from __future__ import annotations

import re
from typing import Any

from bunraku.facts.collection import Facts
from bunraku.system.process import CommandError, run

DEADLINE = 10.0
"""Seconds that a program may take to tell its version."""

_QUESTION = "require 'rbconfig'; puts RUBY_VERSION, RUBY_PLATFORM, RbConfig::CONFIG['sitelibdir']"


def resolve(facts: Facts) -> dict[str, Any]:
    """The facts of Ruby and augeas."""
    augeas = re.match(r"augparse (\d+\.\d+\.\d+)", _output("augparse", "--version"))
    ruby = _output("ruby", "--disable=gems", "-e", _QUESTION).splitlines()
    return {
        "augeas": {"version": augeas[1]} if augeas else None,
        "ruby": dict(zip(("version", "platform", "sitedir"), ruby, strict=True)) if len(ruby) == 3 else None,
    }


def _output(*command: str) -> str:
    try:
        return run(command, deadline=DEADLINE).output
    except CommandError:
        return ""
