"""What every back end does."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from bunraku.confd.settings import Settings


class BackendError(Exception):
    """The store cannot be asked: what, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that there is, at one moment: what was known before and is not in it is gone."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delta:
    """Keys that changed together, with their values; None for one that was removed."""

    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Lost:
    """The store does not answer for now; what was known is kept."""

    problem: str


Update = Snapshot | Delta | Lost

POLL = 5.0
"""Seconds between two looks at a store that cannot tell of changes."""


class Stop:
    """Tells a thread that follows a store to end: it looks, waits, or leaves an action that wakes it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._actions: list[Callable[[], object]] = []

    def set(self) -> None:
        """End whoever follows."""
        self._event.set()
        for action in list(self._actions):
            action()

    def wait(self, seconds: float = 0.0) -> bool:
        """Whether to end, asked for `seconds`."""
        return self._event.wait(seconds)

    @contextmanager
    def calls(self, action: Callable[[], object]) -> Iterator[None]:
        """In the block, `action` is called when it is time to end (at once if it already is)."""
        self._actions.append(action)
        if self._event.is_set():
            action()
        try:
            yield
        finally:
            self._actions.remove(action)


class Backend(ABC):
    """A store of keys (absolute paths) and values."""

    loose = False
    """Whether a key asked for stands for all that begin with its letters, past `/` (as confd's file back end)."""

    @abstractmethod
    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of `keys` and of all below them. Raises BackendError."""

    def follow(self, keys: Sequence[str], tell: Callable[[Update], None], stop: Stop) -> None:
        """Tell a Snapshot, then every change until `stop`; a store that fails is asked again and again.

        Runs in a thread of its own. This one, for stores that tell nothing by themselves, looks every POLL seconds.
        """
        pause = 0.0
        while not stop.wait(pause):
            try:
                tell(Snapshot(self.read(keys)))
            except BackendError as error:
                tell(Lost(str(error)))
            pause = POLL

    def close(self) -> None:  # noqa: B027 - most have nothing to end
        """End connections."""


def below(key: str, wanted: Iterable[str]) -> bool:
    """Whether `key` is one of `wanted` or below one."""
    return any(key == one or key.startswith(one.rstrip("/") + "/") for one in wanted)


def open_backend(settings: Settings) -> Backend:
    """The back end that `settings` name. Raises BackendError if they cannot work."""
    name = "etcd" if settings.backend == "etcdv3" else settings.backend
    made: Backend = import_module(f"bunraku.confd.backends.{name}").connect(settings)
    return made
