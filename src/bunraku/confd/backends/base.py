"""What every back end does."""

from __future__ import annotations

import threading
import time
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


class Stop:
    """How a thread that follows a store is told to end, or to look again at once."""

    def __init__(self) -> None:
        self._wake = threading.Event()
        self._ended = False
        self._actions: list[Callable[[], object]] = []

    def set(self) -> None:
        """End whoever follows."""
        self._ended = True
        self._wake.set()
        for action in list(self._actions):
            action()

    def nudge(self) -> None:
        """Have a thread that waits look again."""
        self._wake.set()

    def wait(self, seconds: float | None = 0.0) -> bool:
        """Whether to end; waits for that, or for a nudge, up to `seconds` (None: for ever)."""
        self._wake.wait(seconds)
        self._wake.clear()
        return self._ended

    @property
    def ended(self) -> bool:
        """Whether to end."""
        return self._ended

    def rest(self, seconds: float) -> None:
        """Do nothing for so long, or until it is time to end; for the helpers of who follows."""
        until = time.monotonic() + seconds
        while not self._ended and time.monotonic() < until:
            time.sleep(min(0.1, seconds))

    @contextmanager
    def calls(self, action: Callable[[], object]) -> Iterator[None]:
        """In the block, `action` is called when it is time to end (at once if it already is)."""
        self._actions.append(action)
        if self._ended:
            action()
        try:
            yield
        finally:
            self._actions.remove(action)


class Backend(ABC):
    """A store of keys (absolute paths) and values."""

    loose = False
    """Whether a key asked for stands for all that begin with its letters, past `/` (as confd's file back end)."""
    poll: float | None = 5.0
    """Seconds between two looks at a store that cannot tell of changes; None if it only changes with its files."""

    def folders(self) -> list[str]:
        """The folders of the files that it is made of, if it is."""
        return []

    @abstractmethod
    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of `keys` and of all below them. Raises BackendError."""

    def follow(self, keys: Sequence[str], tell: Callable[[Update], None], stop: Stop) -> None:
        """Tell a Snapshot, then every change until `stop`; a store that fails is asked again and again.

        Runs in a thread of its own. This one is for stores that tell nothing by themselves.
        """
        pause: float | None = 0.0
        while not stop.wait(pause):
            try:
                tell(Snapshot(self.read(keys)))
            except BackendError as error:
                tell(Lost(str(error)))
            pause = self.poll

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
