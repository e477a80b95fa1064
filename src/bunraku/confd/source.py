"""Back ends that are followed, each in a thread of its own, and the mirrors of what they tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bunraku.confd.backends import Backend, BackendError, Lost, Snapshot, Stop, Update, open_backend
from bunraku.confd.mirror import Mirror, View
from bunraku.confd.resource import Resource
from bunraku.confd.settings import Settings, backend_identity

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


class Sources:
    """The back ends that are followed, each for all resources that have it. `tell` is called from their threads."""

    def __init__(self, tell: Callable[[Told], None]) -> None:
        self._tell = tell
        self._sources: dict[object, Source] = {}

    def __iter__(self) -> Iterator[Source]:
        return iter(self._sources.values())

    def of(self, resource: Resource) -> Source | None:
        """The source of a resource; None if its back end cannot work."""
        return self._sources.get(backend_identity(resource.settings))

    def follow(self, resources: Iterable[Resource]) -> dict[str, str]:
        """Follow what these resources want and nothing else; why not, by the path of the resource."""
        groups = by_backend(resources)
        for identity in self._sources.keys() - groups.keys():
            self._sources.pop(identity).close()
        problems: dict[str, str] = {}
        for identity, group in groups.items():
            try:
                if identity not in self._sources:
                    self._sources[identity] = Source(group[0].settings, self._tell)
                self._sources[identity].follow(group)
            except BackendError as error:
                problems |= {resource.path: f"{resource.path}: {error}" for resource in group}
        return problems

    @property
    def have_answered(self) -> bool:
        """Whether each has told something, be it that its store is down."""
        return all(source.mirror.complete or source.problem for source in self)

    def folders(self) -> list[str]:
        """The folders of the files that they are made of."""
        return [folder for source in self for folder in source.folders()]

    def files_changed(self, paths: set[str] | None) -> None:
        """Have those look again that are made of changed files (None: nobody knows which)."""
        for source in self:
            folders = tuple(source.folders())
            if paths is None or folders and any(path.startswith(folders) for path in paths):
                source.nudge()

    def close(self) -> None:
        """Follow no more."""
        for source in self:
            source.close()


def by_backend(resources: Iterable[Resource]) -> dict[object, list[Resource]]:
    """The resources, in groups that share a back end."""
    groups: dict[object, list[Resource]] = {}
    for resource in resources:
        groups.setdefault(backend_identity(resource.settings), []).append(resource)
    return groups


def _poll(backend: Backend, keys: Sequence[str], interval: float, tell: Callable[[Update], None], stop: Stop) -> None:
    pause = 0.0
    while not stop.wait(pause):
        try:
            tell(Snapshot(backend.read(keys)))
            pause = interval
        except BackendError as error:
            tell(Lost(str(error)))
            pause = min(interval, RETRY)
