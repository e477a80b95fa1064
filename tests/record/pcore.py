"""Records what Puppet answers to the cases of tests/language/types/cases: `python tests/record/pcore.py [--check]`.

A case is a line of JSON, `[operation, argument, …, answer]`; a new one is written with `"?"` as its answer. The
operations are those of pcore.rb beside this script. With --check nothing is written: what would change is printed, and
makes the exit status 1.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CASES = HERE.parent / "language" / "types" / "cases"


def ask(cases: list[list[str]]) -> list[object]:
    """Puppet's answers to cases without answers."""
    command = ["ruby", str(HERE / "pcore.rb")]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, timeout=300, check=True)
    answers: list[object] = json.loads(done.stdout)
    return answers


def main() -> int:
    """Records or checks all files."""
    if shutil.which("ruby") is None or shutil.which("puppet") is None:
        print("pcore: puppet is not installed; nothing to record from", file=sys.stderr)
        return 2
    changed = 0
    for path in sorted(CASES.glob("*.json")):
        cases = [json.loads(line) for line in path.read_text().splitlines()]
        answers = ask([case[:-1] for case in cases])
        recorded = [[*case[:-1], answer] for case, answer in zip(cases, answers, strict=True)]
        for old, new in zip(cases, recorded, strict=True):
            if old != new:
                changed += 1
                print(f"{path.name}: {json.dumps(new)}")
        if "--check" not in sys.argv:
            path.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in recorded))
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
