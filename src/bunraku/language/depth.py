"""How deep code may be nested, and call itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

LIMIT = 4000
"""Python calls within each other: some 800 brackets. With the dearest of them (sorting by a lambda that sorts …) the
stack of a thread, 8 MB, is half full there."""


@contextmanager
def deep() -> Iterator[None]:
    """Allow calls as deep as the limit while something of the user's is read or run; beyond is RecursionError."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
