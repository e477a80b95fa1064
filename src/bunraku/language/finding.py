"""What is wrong with code that can be parsed."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What is wrong at an offset. severity: "error", "strict" (as `--strict` says) or "deprecation"."""

    severity: str
    message: str
    pos: int
