"""What a page of docs/ shows: its commands and its Puppet code."""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"}
"""As a reader's, who has bunraku."""


def blocks(page: str, kind: str = r"\w*") -> list[str]:
    """The blocks of code of a page."""
    return re.findall(rf"^```{kind}\n(.*?)^```", (ROOT / "docs" / page).read_text(), re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """The commands of a page's blocks in their order: what follows `$ `, or begins with the program's name."""
    lines = "\n".join(blocks(page)).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith(("$ ", "bunraku "))]
