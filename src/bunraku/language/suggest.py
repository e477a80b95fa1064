"""The nearest name to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint that names the known name most like `name`, or None where none is like it."""
    from difflib import get_close_matches

    found = get_close_matches(name, list(known), 1, 0.7)
    return f"did you mean '{found[0]}'?" if found else None
