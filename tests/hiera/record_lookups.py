"""Records the real Puppet's answers to the lookups of lookups.json; run it again and nothing changes.

python tests/hiera/record_lookups.py [--check]
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASES = HERE / "lookups.json"


def ask(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The real Puppet's answers, with the paths of this machine taken out."""
    done = subprocess.run(
        ["ruby", str(HERE / "reference.rb"), str(HERE / "fixture")],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers: list[dict[str, Any]] = json.loads(anonymous(done.stdout))
    return answers


def anonymous(text: str) -> str:
    """`text` with the fixture's folder as FIXTURE, and folders made for a test as SCRATCH."""
    text = text.replace(str(HERE / "fixture"), "FIXTURE")
    return re.sub(r"/[^\s':\"]+/hiera\.yaml", lambda m: m[0] if "FIXTURE" in m[0] else "SCRATCH/hiera.yaml", text)


def main() -> int:
    request = json.loads(CASES.read_text())
    answers = ask(request)
    lines = [json.dumps({**case, "answer": answer}) for case, answer in zip(request["cases"], answers, strict=True)]
    text = f'{{"scope": {json.dumps(request["scope"])},\n"cases": [\n' + ",\n".join(lines) + "\n]}\n"
    if "--check" in sys.argv:
        return 0 if text == CASES.read_text() else 1
    CASES.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
