"""A back end that is followed in a thread of its own, and the mirror of what it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bunraku.confd.backends import Backend, BackendError, Lost, Snapshot, Stop, Update, open_backend
from bunraku.confd.mirror import Mirror, View
from bunraku.confd.resource import Resource
from bunraku.confd.settings import Settings

RETRY = 2.0
"""Seconds until a store that could not be read is asked again, where that is sooner than the interval."""


@dataclass(frozen=True, slots=True)
class Told:
    """What `source` told; `generation` says of which question."""

    source: Source
    generation: int
    update: Update


class Source:
    """Follows one back end for some resources. `tell` is called from its thread."""

    def __init__(self, settings: Settings, tell: Callable[[Told], None]) -> None:
        """Raises BackendError if the settings cannot work."""
        self.settings = settings
        self.problem = ""
        """Why it does not answer now; empty while it does."""
        self._tell = tell
        self._backend = open_backend(settings)
        self.mirror = Mirror(self._backend.loose)
        self._generation = 0
        self._stop = Stop()
        self._keys: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in messages."""
        where = ", ".join(self.settings.file if self.settings.backend == "file" else self.settings.nodes)
        return f"{self.settings.backend} {where}".strip()

    def follow(self, resources: Sequence[Resource]) -> None:
        """Follow the keys of these resources from now on; what is known stays known until the store has answered."""
        fresh = Mirror(self._backend.loose)
        for resource in resources:
            fresh.view(resource)
        if fresh.keys == self._keys:
            for resource in resources:
                self.mirror.view(resource)
            return
        self._keys = fresh.keys
        self.mirror = fresh
        self._stop.set()
        self._stop = Stop()
        self._generation += 1
        threading.Thread(
            target=self._follow, args=(self._generation, self._stop, fresh.keys), name="confd-source", daemon=True
        ).start()

    def _follow(self, generation: int, stop: Stop, keys: tuple[str, ...]) -> None:
        def tell(update: Update) -> None:
            self._tell(Told(self, generation, update))

        if self.settings.watch:
            self._backend.follow(keys, tell, stop)
        else:
            _poll(self._backend, keys, self.settings.interval, tell, stop)

    def folders(self) -> list[str]:
        """The folders of the files that it is made of, if it is."""
        return self._backend.folders()

    def nudge(self) -> None:
        """One of its files has changed: look again."""
        self._stop.nudge()

    def take(self, told: Told) -> set[View]:
        """Take in what was told; the views that now show something else."""
        if told.generation != self._generation:
            return set()
        if isinstance(told.update, Lost):
            self.problem = told.update.problem
            return set()
        self.problem = ""
        return self.mirror.take(told.update)

    def close(self) -> None:
        """Follow no more."""
        self._generation += 1
        self._stop.set()
        self._backend.close()


def _poll(backend: Backend, keys: Sequence[str], interval: float, tell: Callable[[Update], None], stop: Stop) -> None:
    pause = 0.0
    while not stop.wait(pause):
        try:
            tell(Snapshot(backend.read(keys)))
            pause = interval
        except BackendError as error:
            tell(Lost(str(error)))
            pause = min(interval, RETRY)
