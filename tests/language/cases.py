"""The cases of syntax and checks: code, and what the real Puppet says of it.

`python tests/language/cases.py` asks Puppet 7 anew and writes the answers to syntax_cases.jsonl, a case a line; new
cases are added there by hand as lines with their "code" alone. Running it again changes nothing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

FILE = Path(__file__).with_name("syntax_cases.jsonl")
_ASKER = Path(__file__).with_name("reference.rb")

Problem = list[object]
"""Message, line and column."""


def load() -> list[dict[str, object]]:
    """The recorded cases: code, epp (whether it is a template), errors and warnings as lists of problems,
    syntax (whether a syntax error ended the parse), or crash."""
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def has_puppet() -> bool:
    """Whether the real Puppet 7 can be asked here."""
    ruby = shutil.which("ruby")
    if ruby is None:
        return False
    probe = "require 'puppet'; exit Puppet.version.start_with?('7.') ? 0 : 1"
    return subprocess.run([ruby, "-e", probe], capture_output=True, timeout=60, check=False).returncode == 0


def ask(cases: list[dict[str, object]]) -> list[dict[str, object]]:
    """What the real Puppet says of each case."""
    asked = [{"code": case["code"], "epp": case.get("epp", False)} for case in cases]
    done = subprocess.run(
        ["ruby", str(_ASKER)], input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=True
    )
    answers: list[dict[str, object]] = json.loads(done.stdout)
    return answers


def record() -> None:
    """Write the answers of the real Puppet beside the cases."""
    cases = load()
    lines = []
    for case, answer in zip(cases, ask(cases), strict=True):
        asked = {"code": case["code"]} | ({"epp": True} if case.get("epp") else {})
        lines.append(json.dumps(asked | answer, ensure_ascii=True) + "\n")
    FILE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    record()
    print(f"recorded {len(load())} cases", file=sys.stderr)
