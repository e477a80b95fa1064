"""inotify: the kernel tells what happens in folders.

Folders are watched, not files: a file that is replaced by a rename is another file, and its folder tells of both.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

MODIFIED = 0x008  # closed after it was written to
ATTRIBUTES = 0x004
MOVED_FROM = 0x040
MOVED_TO = 0x080
CREATED = 0x100
DELETED = 0x200
_FOLDER_GONE = 0x400 | 0x800
_IGNORED = 0x8000
_OVERFLOW = 0x4000
_IS_FOLDER = 0x4000_0000
_CHANGES = MODIFIED | ATTRIBUTES | MOVED_FROM | MOVED_TO | CREATED | DELETED | _FOLDER_GONE
_EVENT = struct.Struct("iIII")


class Event(NamedTuple):
    """Something happened to `name` in `folder`; an empty name is the folder itself."""

    folder: str
    name: str
    is_new: bool
    """Whether it was made just now: a file that is being written will be told of again when that is done."""
    is_folder: bool

    @property
    def path(self) -> str:
        """The path that it is about."""
        return os.path.join(self.folder, self.name) if self.name else self.folder


class Inotify:
    """Watched folders, and what happens in them."""

    def __init__(self) -> None:
        """Raises OSError where the kernel has no more of them to give."""
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(os.O_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._folders: dict[int, str] = {}

    def watch(self, folder: str) -> None:
        """Tell of changes in `folder` too; again and again is once. Raises OSError."""
        number = self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _CHANGES)
        if number < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)
        self._folders[number] = folder

    def read(self) -> Iterator[list[Event] | None]:
        """Wait for events, again and again: those that came together; None where some were lost in a flood."""
        while True:
            yield self._parsed(os.read(self._descriptor, 1 << 16))

    def _parsed(self, data: bytes) -> list[Event] | None:
        events: list[Event] = []
        at = 0
        while at < len(data):
            number, mask, _, length = _EVENT.unpack_from(data, at)
            at += _EVENT.size
            name = os.fsdecode(data[at : at + length].rstrip(b"\0"))
            at += length
            if mask & _OVERFLOW:
                return None
            folder = self._folders.get(number)
            if mask & _IGNORED:
                self._folders.pop(number, None)
            elif folder is not None:
                events.append(Event(folder, name, bool(mask & CREATED), bool(mask & _IS_FOLDER)))
        return events
