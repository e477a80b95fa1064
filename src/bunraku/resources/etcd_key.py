"""etcd_key: a key of etcd and its value.

Keys are read 128 in a transaction at the first one's turn, and those that come one after the other are written so too.
Every change holds only if the key is still what was read: two hosts that converge at once cannot undo each other's work
unseen. Where that does not hold, each key is changed by itself: read again, it may be by then as declared; otherwise
the change is tried again.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bunraku.catalog.values import Binary
from bunraku.etcd import PermissionDenied, TooLarge, Uncertain
from bunraku.resources._etcd import HERE, Connection, InEtcd, by_connection, client
from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceError, Run, State, boolean, integer, text

if TYPE_CHECKING:
    from bunraku.etcd import Client, KeyValue
    from bunraku.etcd.txn import Operation

TRIALS = 5
"""How often a change is tried while others change the key too."""
AT_ONCE = 128
"""Keys that are written in one transaction (etcd's default limit of operations)."""
LARGEST = 8 << 10
"""Bytes of a value up to which its key is written with others, so that all fit into a request (1.5 MiB by default)."""


def value_text(value: Any) -> str:
    """A value: text, without its last newline (as the Forge's etcd_key has it, so that heredocs can be used); a Binary
    as it is.
    """
    if isinstance(value, Binary):
        return _decoded(value.data)
    return text(value).removesuffix("\n")


def lifetime(value: Any) -> int:
    """Seconds that a key lives without being renewed: a whole number from 1 on."""
    number = integer(value)
    if number < 1:
        raise ValueError(f"a number of seconds from 1 on is expected, not {number}")
    return number


class EtcdKey(InEtcd):
    """A key of etcd (API v3) and its value."""

    name = Param("The key, such as /nginx/upstream/01/a; it is used as it is.", namevar=True)
    ensure = Ensure("Whether the key exists.")
    value = Property(
        "The value, text or a Binary. A newline at the end of text is left out; use `source` for one that must stay.",
        munge=value_text,
    )
    ttl = Property(
        "Seconds for which the key lives unless a later run renews it: it is bound to a lease. A run renews it when "
        "half of the time is over.",
        munge=lifetime,
    )
    replace = Param(
        "Whether an existing value is replaced; with false the value is a seed, which operators may change.",
        munge=boolean,
        default=True,
    )
    source = Param("A file (absolute path, or puppet:///modules/…) that holds the value, byte for byte.")

    _written = False  # along with another, ahead of its turn
    _alone = False  # to be written by itself

    def validate(self) -> None:
        """The value comes from one place."""
        if self.value is not None and self.source is not None:
            raise ValueError("value and source exclude each other: give one of them")
        if not self.name:
            raise ValueError("the key is empty: etcd has no such key")

    @classmethod
    def prefetch(cls, resources: Sequence[Self], run: Run) -> None:
        """Read all keys, of each cluster in few transactions; what cannot be read is left to each key's turn."""
        for group in by_connection(resources):
            try:
                with group[0].etcd() as client:
                    found = client.get_many([key.identity for key in group])
            except ResourceError:
                continue
            for key in group:
                key.__dict__["_prefetched"] = found.get(key.identity)

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """Every key of the etcd on this host."""
        with client(run, Connection(HERE, None, None, None, None, None), 2.0) as found:
            return [kv.key for kv in found.range()]

    def read(self) -> State:
        """Whether the key is there, its value, and its lease's seconds where a ttl is declared."""
        with self.etcd() as client:
            self._found: KeyValue | None = self._take_prefetched(client)
            if self.source is not None:
                self.values["value"] = self._source_text()
            if self._found is None:
                return {"ensure": "absent"}
            return {"ensure": "present", "value": _decoded(self._found.value), "ttl": self._ttl(client, self._found)}

    def _take_prefetched(self, client: Client) -> KeyValue | None:
        if "_prefetched" in self.__dict__:
            found: KeyValue | None = self.__dict__.pop("_prefetched")
            return found
        return client.get(self.name)

    def _ttl(self, client: Client, found: KeyValue) -> int | None:
        """The seconds of the key's lease, if a ttl is declared; None if it has none, or one that wants renewal."""
        if self.ttl is None or not found.lease:
            return None
        state = client.leases.state(found.lease)
        return state.granted if state.remaining * 2 >= state.granted else None

    def _source_text(self) -> str:
        path = self.run.source(self.source) if self.source.startswith("puppet:") else Path(self.source)
        if path is None:
            raise ResourceError(f"the source {self.source} is in no module")
        return _decoded(path.read_bytes())

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """A seed is in sync whatever its value; the rest is compared."""
        return (name == "value" and not self.replace) or bool(current == desired)

    def change(self, changes: Changes) -> None:
        """Put or delete the key, if it is still what was read; those that come next are done with it."""
        if self._written:
            return
        if self.ensure == "present" and self.value is None:
            raise ResourceError("a key that is to be created needs a value (or a source)")
        with self.etcd() as client:
            if self._change_together(client):
                return
            lease = client.leases.grant(self.ttl).number if self.ttl and self.ensure == "present" else 0
            for _ in range(TRIALS):
                if self._try_change(client, lease):
                    return
                self._found = client.get(self.name)
                if self._as_declared(self._found):
                    return
        raise ResourceError(f"others kept changing {self.name} while it was changed; find out who, or try again")

    def _change_together(self, client: Client) -> bool:
        """Change this key and those that come right after it in one transaction; whether that was done."""
        if not self._is_plain():
            return False
        fitting = (key for key in self.run.ahead(self) if isinstance(key, EtcdKey) and key._joins(self))
        others = list(islice(fitting, AT_ONCE - 1))
        if not others:
            return False
        keys = [self, *others]
        try:
            whole = client.txn().when(*(key._unchanged() for key in keys)).then(*(key._operation() for key in keys))
            done = whole.commit().succeeded
        except (Uncertain, PermissionDenied, TooLarge):
            for key in others:
                key._alone = True  # each by itself tells which one it is
            return False
        found = {} if done else client.get_many([key.name for key in others])
        for key in others:
            key._written = done
            if not done:
                key.__dict__["_prefetched"] = found.get(key.name)
        return done

    def _joins(self, first: EtcdKey) -> bool:
        """Whether this key, whose turn is still to come, needs a change that can be made along with the first one's."""
        if self._written or "_prefetched" not in self.__dict__ or self.connection != first.connection:
            return False
        self._found = self.__dict__["_prefetched"]
        return self._is_plain() and not self._as_declared(self._found) and (self.replace or self._found is None)

    def _is_plain(self) -> bool:
        """Whether it is put with a short value that is at hand, and without a lease; or deleted."""
        if self.ensure == "absent" or self._alone:
            return not self._alone
        return self.ttl is None and self.source is None and isinstance(self.value, str) and len(self.value) <= LARGEST

    def _try_change(self, client: Client, lease: int) -> bool:
        try:
            return client.txn().when(self._unchanged()).then(self._operation(lease)).commit().succeeded
        except Uncertain:
            return False  # reading the key tells whether it was applied

    def _unchanged(self) -> Any:
        """The comparison that holds while the key is what was read."""
        from bunraku.etcd import txn

        return txn.revision(self.name) == (self._found.revision if self._found else 0)

    def _operation(self, lease: int = 0) -> Operation:
        """What makes the key as declared."""
        from bunraku.etcd import txn

        return txn.delete(self.name) if self.ensure == "absent" else txn.put(self.name, self._bytes(), lease=lease)

    def _bytes(self) -> bytes:
        keeps = not self.replace and self._found is not None
        value: str = _decoded(self._found.value) if keeps and self._found else self.value
        return value.encode("utf-8", "surrogateescape")

    def _as_declared(self, found: KeyValue | None) -> bool:
        if found is None or self.ensure == "absent":
            return found is None and self.ensure == "absent"
        return found.value == self._bytes() and (self.ttl is None or bool(found.lease))

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """A change of value as `"old" → "new"` where both are short."""
        if name == "ttl" and self._found is not None and self._found.lease:
            return f"lease renewed for {desired} s"
        if name == "value" and not (_readable(current) and _readable(desired)):
            return "value (bytes that are not shown)"
        if name == "value" and (_long(current) or _long(desired)):
            return "value"
        return super().describe(name, current, desired)

    def diff(self, name: str, current: Any, desired: Any) -> list[str]:
        """The lines of a long value that differ."""
        if name != "value" or not (_long(current) or _long(desired)) or not (_readable(current) and _readable(desired)):
            return []
        lines = difflib.unified_diff(str(current).splitlines(), str(desired).splitlines(), lineterm="", n=1)
        return list(lines)[2:]

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The service that serves the key, and the file that holds its value."""
        yield "service", "etcd"
        if self.source is not None:
            yield "file", self.source


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _readable(value: Any) -> bool:
    """Whether a terminal can be shown the value."""
    return not isinstance(value, str) or value.translate({ord("\n"): "", ord("\t"): ""}).isprintable()


def _long(value: Any) -> bool:
    return isinstance(value, str) and (len(value) > 60 or "\n" in value)
