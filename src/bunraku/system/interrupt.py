"""Ctrl-C and SIGTERM as one KeyboardInterrupt, which never comes between two steps that belong together.

Signals are the process's own, and so is what is kept here.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_held = 0
_pending = False


def install() -> None:
    """Turn SIGINT and SIGTERM into KeyboardInterrupt, from the main thread."""
    signal.signal(signal.SIGINT, _arrive)
    signal.signal(signal.SIGTERM, _arrive)


def _arrive(number: int, frame: FrameType | None) -> None:
    global _pending
    if _held:
        _pending = True
    else:
        raise KeyboardInterrupt


@contextmanager
def held() -> Iterator[None]:
    """Hold an interrupt back until the block is over: for starting a process and taking note of it."""
    global _held, _pending
    _held += 1
    try:
        yield
    finally:
        _held -= 1
    if _pending and not _held:
        _pending = False
        raise KeyboardInterrupt
