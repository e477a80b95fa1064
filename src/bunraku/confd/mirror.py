"""What the daemon knows of one store, and which resources see which part of it.

Resources with the same prefix and keys share a `View`, which is kept up to date key by key, so that a change among
ten thousand keys costs what one key costs.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping

from bunraku.confd.backends.base import Delta, Snapshot
from bunraku.confd.resource import Resource
from bunraku.confd.store import Store


class View:
    """The part of a store below some keys, without the prefix."""

    def __init__(self, prefix: str, watched: tuple[str, ...]) -> None:
        self.prefix = prefix
        self.watched = watched
        self.values: dict[str, str] = {}
        self.store = Store(self.values)

    def set(self, key: str, value: str | None) -> None:
        """Take in a change of `key` of the store."""
        name = self._name(key)
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value

    def reset(self, values: Iterable[tuple[str, str]]) -> None:
        """Know these and nothing else."""
        self.values.clear()
        self.values.update((self._name(key), value) for key, value in values)

    def _name(self, key: str) -> str:
        return posixpath.normpath("/" + key.removeprefix(self.prefix).lstrip("/"))


class Mirror:
    """The values of a store as last heard, and the views of them. `loose`: see `Backend.loose`."""

    def __init__(self, loose: bool = False) -> None:
        self._loose = loose
        self._views: dict[tuple[str, tuple[str, ...]], View] = {}
        self._by_key: dict[str, list[View]] = {}
        self.values: dict[str, str] = {}
        self.complete = False
        """Whether a snapshot has been heard."""

    def view(self, resource: Resource) -> View:
        """The view of a resource, made when it is first asked for."""
        identity = (resource.prefix, resource.watched)
        view = self._views.get(identity)
        if view is None:
            view = self._views[identity] = View(*identity)
            for key in view.watched:
                self._by_key.setdefault(key, []).append(view)
            view.reset((key, value) for key, value in self.values.items() if view in self._seeing(key))
        return view

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys that views look at."""
        return tuple(sorted(self._by_key))

    def take(self, update: Snapshot | Delta) -> set[View]:
        """Take in what the store told; the views that now show something else."""
        if isinstance(update, Delta):
            changes: Mapping[str, str | None] = update.values
        else:
            self.complete = True
            gone = dict.fromkeys(self.values.keys() - update.values.keys())
            changes = {**gone, **{k: v for k, v in update.values.items() if self.values.get(k) != v}}
        touched: set[View] = set()
        for key, value in changes.items():
            if self.values.get(key) == value:
                continue
            if value is None:
                del self.values[key]
            else:
                self.values[key] = value
            for view in self._seeing(key):
                view.set(key, value)
                touched.add(view)
        return touched

    def _seeing(self, key: str) -> Iterator[View]:
        """The views that `key` belongs to: those of itself and of each folder above it."""
        if self._loose:
            for start, views in self._by_key.items():
                if key.startswith(start):
                    yield from views
            return
        at = key
        while at:
            yield from self._by_key.get(at, ())
            at = at.rpartition("/")[0]
        yield from self._by_key.get("/", ())
