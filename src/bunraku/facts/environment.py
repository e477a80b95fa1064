"""facterversion, path, timezone."""

from __future__ import annotations

import os
import time
from typing import Any

from bunraku.facts.collection import Facts

FACTERVERSION = "4.3.0"
"""The facter whose names and values these facts have; modules look at it before they use a fact."""


def resolve(facts: Facts) -> dict[str, Any]:
    """The facts of the process's surroundings."""
    return {"facterversion": FACTERVERSION, "path": os.environ.get("PATH"), "timezone": time.strftime("%Z")}
