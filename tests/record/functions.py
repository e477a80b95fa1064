"""Records what Puppet answers to the cases of tests/language/functions/cases.

    tests/record/functions.py [--check] [--stdlib FOLDER] [TOPIC…]

A case is a line of JSON: an object with "code", and what was recorded: "value" or "error", and "logs" where something
was logged. New cases are lines with their "code" alone. Cases with "ours" and "why" are those where bunraku's answer
is another one on purpose. Running this again changes nothing; --check writes nothing and prints what would change.

The topics that begin with `stdlib` need the stdlib module of the Forge: FOLDER is a modulepath that has it (version 9
for `stdlib`, 8 for `stdlib8`); without it they are left as they are.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASES = HERE.parent / "language" / "functions" / "cases"
FACTS = HERE.parent / "conformance" / "facts.json"


def ask(codes: list[str], modulepath: list[str]) -> list[dict[str, Any]]:
    """Puppet's answers to pieces of code."""
    asked = {"facts": json.loads(FACTS.read_text()), "modulepath": modulepath, "code": codes}
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        ["ruby", "--disable=error_highlight", str(HERE / "expressions.rb")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=600,
        env=environment,
    )
    if done.returncode:
        raise SystemExit(f"functions.py: Puppet could not be asked: {done.stderr}")
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def recorded(case: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The case with Puppet's answer."""
    told = {key: value for key, value in answer.items() if key != "logs" or value}
    return {"code": case["code"]} | told | {key: case[key] for key in ("ours", "why") if key in case}


def main() -> int:
    """Record, or check."""
    parser = argparse.ArgumentParser(description="Record what Puppet answers to the cases of the functions.")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--stdlib", action="append", default=[])
    parser.add_argument("topics", nargs="*")
    options = parser.parse_args()
    stale = 0
    for path in sorted(CASES.glob("*.json")):
        if options.topics and path.stem not in options.topics:
            continue
        if path.stem.startswith("stdlib") and not options.stdlib:
            print(f"{path.stem}: left as it is, no --stdlib", file=sys.stderr)
            continue
        cases = [json.loads(line) for line in path.read_text().splitlines()]
        answers = ask([case["code"] for case in cases], options.stdlib if path.stem.startswith("stdlib") else [])
        lines = [json.dumps(recorded(*pair), ensure_ascii=True) for pair in zip(cases, answers, strict=True)]
        text = "\n".join(lines) + "\n"
        if text == path.read_text():
            continue
        stale += 1
        if options.check:
            changed = [new for old, new in zip(path.read_text().splitlines(), lines, strict=True) if old != new]
            print(f"{path.stem}:", *changed, sep="\n  ")
        else:
            path.write_text(text)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
