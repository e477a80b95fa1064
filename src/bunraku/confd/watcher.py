"""What changes in folders, told by the kernel: conf.d, templates, destinations, files with keys."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from time import monotonic, sleep

from bunraku.system.files import TEMPORARY
from bunraku.system.inotify import Inotify
from bunraku.system.log import Log

BURST = 0.005
"""Seconds within which changes are taken to belong together."""


class FileWatch:
    """Watches folders; `tell` is called from its thread with the paths that changed, None if some were missed."""

    def __init__(self, log: Log, tell: Callable[[set[str] | None], None]) -> None:
        self._log = log
        self._tell = tell
        self._known: set[str] = set()
        self._inotify: Inotify | None = None
        try:
            self._inotify = Inotify()
        except OSError as error:
            log.warn(f"the kernel cannot tell of changed files ({error.strerror}): they are seen at the next interval")
            return
        threading.Thread(target=self._read, name="confd-files", daemon=True).start()

    def watch(self, folders: Iterable[str], *, deep: bool = False) -> None:
        """Tell of changes in these folders too; `deep`: and in those below them."""
        for folder in folders:
            self._watch(folder)
            if deep:
                for root, names, _ in os.walk(folder, followlinks=True):
                    for name in names:
                        self._watch(os.path.join(root, name))

    def _watch(self, folder: str) -> None:
        if self._inotify is None or folder in self._known:
            return
        try:
            self._inotify.watch(folder)
            self._known.add(folder)
        except OSError as error:
            self._log.debug(f"cannot be watched: {error.strerror}", folder=folder)

    def _read(self) -> None:
        assert self._inotify is not None
        last = 0.0
        for events in self._inotify.read():
            if monotonic() - last < BURST:
                # Our own burst of renames would wake this thread for each: what follows is read in one piece.
                sleep(BURST)
            last = monotonic()
            if events is None:
                self._tell(None)
                continue
            # A file that was made will be told of again when it has been written; a link will not.
            paths = {
                event.path
                for event in events
                if TEMPORARY not in event.name and (not event.is_new or event.is_folder or os.path.islink(event.path))
            }
            self._known -= {e.folder for e in events if not e.name}
            if paths:
                self._tell(paths)
