"""Ctrl-C and SIGTERM as one KeyboardInterrupt, which never comes between two steps that belong together.

It comes in the main thread; `passed_on` brings it to the others, where they wait for a command.

Signals are the process's own, and so is what is kept here.
"""

from __future__ import annotations

import signal
from _thread import get_ident
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_MAIN = get_ident()
_held = 0
_pending = False
_passed_on = False


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
    if get_ident() != _MAIN:  # signals do not come here
        yield
        return
    _held += 1
    try:
        yield
    finally:
        _held -= 1
    if _pending and not _held:
        _pending = False
        raise KeyboardInterrupt


@contextmanager
def passed_on() -> Iterator[None]:
    """For the length of the block, `check` interrupts threads other than the main one."""
    global _passed_on
    _passed_on = True
    try:
        yield
    finally:
        _passed_on = False


def check() -> None:
    """Raises KeyboardInterrupt in a thread, not the main one, while interrupts are passed on."""
    if _passed_on and get_ident() != _MAIN:
        raise KeyboardInterrupt
