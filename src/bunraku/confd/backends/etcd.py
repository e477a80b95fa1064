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

LISTEN = 1.0
"""Seconds after which a watch that tells nothing is asked whether it hears anything."""
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
            tls = (lambda: context(self._settings)) if _tls_files(self._settings) else None
            values = gateway.snapshot(self._settings.nodes, keys, context=tls)
        return self._read(keys)[1] if values is None else _wanted(values, keys)

    @cached_property
    def _client(self) -> Client:
        """It connects when it is first asked; its gRPC is loaded only where keys are followed."""
        from bunraku.etcd import Client, Tls

        files = _tls_files(self._settings)
        username, password = _login(self._settings) or (None, None)
        return Client(self._settings.nodes, tls=Tls(*files) if files else None, username=username, password=password)

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

        problem = ""
        while not stop.ended:
            told = watch.get_together(LISTEN)
            if isinstance(told, Resync):
                revision = told.revision
                tell(Snapshot(_wanted(told.values, keys)))
            elif told:
                revision = told[-1].revision
                changes = {event.key: event.value if event.kind == "put" else None for event in told}
                tell(Delta(_wanted(changes, keys)))
            elif watch.problem != problem:
                problem = watch.problem
                if not problem and self._client.revision() < revision:
                    # The cluster that answers again is another one, or comes from a backup.
                    return
                tell(Lost(problem) if problem else Delta({}))

    def close(self) -> None:
        """End the watch and the connections."""
        if "_client" in self.__dict__:
            self._client.close()


def _wanted(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """What belongs to `keys`, as text: a prefix of etcd ends anywhere, not only at `/`."""
    return {key: None if value is None else to_text(value) for key, value in values.items() if below(key, keys)}


def _tls_files(settings: Settings) -> tuple[str | None, str | None, str | None] | None:
    if not (settings.client_cakeys or settings.client_cert):
        return None
    return settings.client_cakeys or None, settings.client_cert or None, settings.client_key or None


def _login(settings: Settings) -> tuple[str, str] | None:
    named = settings.basic_auth or settings.username
    return (settings.username, settings.password) if named else None


def connect(settings: Settings) -> Backend:
    """The cluster of the nodes. Raises BackendError for settings that cannot be used."""
    try:
        parse_endpoints(settings.nodes, tls=_tls_files(settings) is not None)
    except EtcdError as error:
        raise BackendError(str(error)) from None
    return Etcd(settings)
