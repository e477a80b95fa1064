"""etcd v3, by our own client: one revision for all keys of a snapshot, one watcher for all resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bunraku.confd.backends.base import Backend, BackendError, Delta, Lost, Snapshot, Stop, Update, below
from bunraku.confd.backends.tls import context
from bunraku.confd.settings import Settings
from bunraku.confd.template.strings import to_text
from bunraku.etcd import EtcdError, gateway
from bunraku.etcd.endpoints import parse_endpoints

if TYPE_CHECKING:
    from bunraku.etcd import Client, Watch

PATIENCE = 1.0
"""Seconds that a watch gets to find another member before it counts as lost."""
PAUSE = 0.5
"""Seconds before a store that does not answer is asked again."""


class Etcd(Backend):
    """The keys of an etcd cluster."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """All keys at one revision."""
        values = None
        if not _login(self._settings):
            tls = (lambda: context(self._settings)) if _wants_tls(self._settings) else None
            values = gateway.snapshot(self._settings.nodes, keys, context=tls)
        return self._read(keys)[1] if values is None else _wanted(values, keys)

    @cached_property
    def _client(self) -> Client:
        """It connects when it is first asked; it is loaded only where it is needed."""
        from bunraku.etcd import Client, Tls

        settings = self._settings
        username, password = _login(settings) or (None, None)
        files = (settings.client_cakeys or None, settings.client_cert or None, settings.client_key or None)
        tls = Tls(*files, insecure=settings.client_insecure) if _wants_tls(settings) else None
        return Client(settings.nodes, tls=tls, username=username, password=password)

    def _read(self, keys: Sequence[str]) -> tuple[int, dict[str, str]]:
        try:
            revision, values = self._client.snapshot(keys)
        except EtcdError as error:
            raise BackendError(str(error)) from None
        return revision, _wanted(values, keys)

    def follow(self, keys: Sequence[str], tell: Callable[[Update], None], stop: Stop) -> None:
        """One watch from the snapshot's revision on, which finds its way from member to member by itself."""
        while not stop.ended:
            try:
                revision, values = self._read(keys)
                tell(Snapshot(values))
                with self._client.watch(keys, revision + 1) as watch, stop.calls(watch.close):
                    self._tell_all(watch, keys, revision, tell, stop)
            except (BackendError, EtcdError) as error:
                tell(Lost(str(error)))
                stop.wait(PAUSE)

    def _tell_all(
        self, watch: Watch, keys: Sequence[str], revision: int, tell: Callable[[Update], None], stop: Stop
    ) -> None:
        """Tell what the watch tells, and when it hears nothing; ends where the keys have to be read afresh."""
        from bunraku.etcd import Resync

        lost = False
        while True:
            told = watch.get_together(PATIENCE if watch.problem and not lost else None)
            if stop.ended:
                return
            if isinstance(told, Resync):
                revision = told.revision
                tell(Snapshot(_wanted(told.values, keys)))
            elif told:
                revision = told[-1].revision
                changes = {event.key: event.value if event.kind == "put" else None for event in told}
                tell(Delta(_wanted(changes, keys)))
            elif watch.problem:
                if told is None:
                    lost = True
                    tell(Lost(watch.problem))
            elif self._client.revision() < revision:
                # The cluster that answers again is another one, or comes from a backup.
                return
            elif lost:
                lost = False
                tell(Delta({}))

    def close(self) -> None:
        """End the watch and the connections."""
        if "_client" in self.__dict__:
            self._client.close()


def _wanted(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """What belongs to `keys`, as text: a prefix of etcd ends anywhere, not only at `/`."""
    return {key: None if value is None else to_text(value) for key, value in values.items() if below(key, keys)}


def _wants_tls(settings: Settings) -> bool:
    """Whether nodes without a scheme are spoken to with TLS."""
    return bool(settings.client_cakeys or settings.client_cert or settings.client_insecure)


def _login(settings: Settings) -> tuple[str, str] | None:
    named = settings.basic_auth or settings.username
    return (settings.username, settings.password) if named else None


def connect(settings: Settings) -> Backend:
    """The cluster of the nodes. Raises BackendError for settings that cannot be used."""
    try:
        parse_endpoints(settings.nodes, tls=_wants_tls(settings))
    except EtcdError as error:
        raise BackendError(str(error)) from None
    return Etcd(settings)
