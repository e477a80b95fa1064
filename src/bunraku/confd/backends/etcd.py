"""etcd v3, by our own client: one revision for all keys of a snapshot, one watcher for all resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bunraku.confd.backends.base import Backend, BackendError, Delta, Lost, Snapshot, Stop, Update, below
from bunraku.confd.settings import Settings
from bunraku.confd.template.strings import to_text
from bunraku.etcd import Client, EtcdError, Resync, Tls, Watch

LISTEN = 1.0
"""Seconds after which a watch that tells nothing is asked whether it hears anything."""
PAUSE = 0.5
"""Seconds before a store that does not answer is asked again."""


class Etcd(Backend):
    """The keys of an etcd cluster."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """All keys at one revision."""
        return self._read(keys)[1]

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
        self._client.close()


def _wanted(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """What belongs to `keys`, as text: a prefix of etcd ends anywhere, not only at `/`."""
    return {key: None if value is None else to_text(value) for key, value in values.items() if below(key, keys)}


def connect(settings: Settings) -> Backend:
    """A client of the nodes; it connects when it is first asked."""
    tls = None
    if settings.client_cakeys or settings.client_cert:
        tls = Tls(settings.client_cakeys or None, settings.client_cert or None, settings.client_key or None)
    named = settings.basic_auth or settings.username
    try:
        return Etcd(
            Client(
                settings.nodes,
                tls=tls,
                username=settings.username if named else None,
                password=settings.password if named else None,
            )
        )
    except EtcdError as error:
        raise BackendError(str(error)) from None
