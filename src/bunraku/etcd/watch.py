"""Watches that outlive their servers: one stream for all watches of a client, followed from member to member.

The rules:
- Every range knows the next revision it wants. After any break the stream is opened at the next endpoint and each range
  goes on from there: nothing is missed, nothing comes twice, and events of a range come in the order of revisions
  (those of two ranges may overtake each other while one of them catches up).
- A stream that says nothing for a while is asked for its progress; one that still says nothing is given up, since a
  hung member, or one behind a cut cable, keeps its connection open and its silence looks like peace. Nothing else wakes
  anybody while all is quiet.
- The revision of such a progress answer is not believed: servers before 3.4.25 and 3.5.8 may send it before events that
  are older (etcd issue 15220).
- Where etcd has compacted the next revision away, the ranges are listed afresh and the reader is told so by a `Resync`,
  which replaces all that it knew.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, Literal

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.channel import CallFailed, Code
from bunraku.etcd.endpoints import Endpoint
from bunraku.etcd.errors import AuthenticationFailed, BadSettings, EtcdError, PermissionDenied
from bunraku.etcd.failures import STALE_TOKEN, translate
from bunraku.etcd.keys import decode, prefix_range
from bunraku.etcd.methods import WATCH
from bunraku.etcd.transport import Transport

HEARTBEAT = 2.0
"""Seconds of silence after which the member is asked for its progress."""
SILENCE = 3.0
"""Seconds of silence after which the stream is given up, and that a member gets to accept one."""
SIGN_OF_LIFE = pb.WatchRequest(progress_request=pb.WatchProgressRequest()).SerializeToString()
PAUSES = (0.02, 1.0)
"""Seconds before the stream is opened again: at first, and at most (doubled between)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A key was put or deleted at `revision`; `value` is b"" for a deletion."""

    kind: Literal["put", "delete"]
    key: str
    value: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class Resync:
    """Events were lost to compaction: `values` is all that the watched prefixes hold at `revision`; forget the rest."""

    revision: int
    values: dict[str, bytes]


Item = Event | Resync
_END = None


class Watch:
    """What happens under some prefixes: iterate over it, or `get` with a timeout. Close it when done."""

    def __init__(self, prefixes: list[str], start_revision: int, close: Callable[[Watch], None]) -> None:
        self.prefixes = prefixes
        self.ranges = [_Range(self, *prefix_range(prefix), start_revision) for prefix in prefixes]
        self._queue: SimpleQueue[list[Event] | Resync | EtcdError | None] = SimpleQueue()
        self._begun: deque[Event] = deque()
        self._close = close
        self.problem = ""
        """Why nothing can be heard at the moment; empty while a member answers."""

    def get(self, timeout: float | None = None) -> Item | None:
        """The next event or `Resync`; None after `timeout` seconds without one (None: wait on), or when closed.

        Raises the `EtcdError` that ended the watch, if it cannot go on (no permission, wrong password).
        """
        while not self._begun:
            item = self.get_together(timeout)
            if not isinstance(item, list):
                return item
            self._begun.extend(item)
        return self._begun.popleft()

    def get_together(self, timeout: float | None = None) -> list[Event] | Resync | None:
        """As `get`, but events that etcd told together: all that one transaction changed in a range is in one list.

        An empty list: `problem` is another one now.
        """
        try:
            item = self._queue.get(timeout=timeout)
        except Empty:
            return None
        if isinstance(item, list | Resync):
            return item
        self._queue.put(item)  # the end stays the end
        if isinstance(item, EtcdError):
            raise item
        return None

    def __iter__(self) -> Iterator[Item]:
        while (item := self.get()) is not None:
            yield item

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop watching; a reader that waits is woken."""
        self._close(self)
        self._queue.put(_END)

    def say(self, problem: str) -> None:
        """Let the reader know why nothing can be heard, or that it can again."""
        if problem != self.problem:
            self.problem = problem
            self._queue.put([])

    def deliver(self, item: list[Event] | Resync | EtcdError) -> None:
        """Hand events, a `Resync`, or the error that ends the watch, to the reader."""
        self._queue.put(item)


class _Range:
    """One range of a watch, and the next revision that it wants."""

    __slots__ = ("end", "key", "next_revision", "watch")

    def __init__(self, watch: Watch, key: bytes, end: bytes, next_revision: int) -> None:
        self.watch = watch
        self.key = key
        self.end = end
        self.next_revision = next_revision

    def take(self, events: Iterable[Any]) -> None:
        """Deliver what has not been seen; a server may begin a little early after a break."""
        wanted = self.next_revision
        fresh: list[Event] = []
        for event in events:
            kv = event.kv
            if kv.mod_revision >= wanted:
                kind: Literal["put", "delete"] = "delete" if event.type == pb.Event.DELETE else "put"
                fresh.append(Event(kind, decode(kv.key), kv.value, kv.mod_revision))
                self.next_revision = kv.mod_revision + 1
        if fresh:
            self.watch.deliver(fresh)


class _Stream:
    """One opened stream: what is asked on it, and which number stands for which range."""

    def __init__(self, transport: Transport, endpoint: Endpoint) -> None:
        """Raises CallFailed."""
        self.ranges: dict[int, _Range] = {}
        self.unconfirmed: deque[int] = deque()
        self.useful = False
        self._may_ask = True
        connection = transport.connection(endpoint)
        self._call = connection.stream(WATCH, SILENCE, transport.metadata(connection))

    def create(self, number: int, wanted: _Range) -> None:
        self.ranges[number] = wanted
        self.unconfirmed.append(number)
        request = pb.WatchCreateRequest(
            key=wanted.key, range_end=wanted.end, start_revision=wanted.next_revision, watch_id=number
        )
        self._send(pb.WatchRequest(create_request=request))

    def drop(self, watch: Watch) -> None:
        for number in [n for n, wanted in self.ranges.items() if wanted.watch is watch]:
            del self.ranges[number]
            self._send(pb.WatchRequest(cancel_request=pb.WatchCancelRequest(watch_id=number)))

    def confirmed(self, number: int) -> _Range | None:
        """The range of a watch that was created (or refused) as `number`; None where it is no longer wanted.

        They are answered in the order in which they were asked for. Refused ones carry -1 on some versions. Proxies and
        servers before 3.4 choose numbers of their own; those do not answer questions after their progress either (the
        proxy of 3.4 even dies of one), so only TCP can tell that they are gone.
        """
        asked = self.unconfirmed.popleft()
        wanted = self.ranges.get(asked)
        if number not in (asked, -1):
            self._may_ask = False
            if wanted is not None:
                self.ranges[number] = self.ranges.pop(asked)
        return wanted

    def responses(self) -> Iterator[Any]:
        """What the member says. Raises CallFailed at the end, or where it does not even answer a question."""
        asked = False
        while True:
            patience = SILENCE - HEARTBEAT if asked else HEARTBEAT
            data = self._call.receive(patience if self._may_ask else None)
            if data is not None:
                asked = False
                response = pb.WatchResponse.FromString(data)
                self.useful |= not response.canceled
                yield response
            elif asked:
                raise CallFailed(Code.UNAVAILABLE, f"no sign of life for {SILENCE:g} s")
            else:
                asked = True
                self._call.send(SIGN_OF_LIFE)

    def end(self) -> None:
        """Stop the reading of it."""
        self._call.end()

    def close(self) -> None:
        """Free what it holds, by who reads it."""
        self._call.close()

    def _send(self, request: Any) -> None:
        self._call.send(request.SerializeToString())


class WatchHub:
    """All watches of one client, on one stream; its thread runs while there are any."""

    def __init__(self, transport: Transport, snapshot: Callable[[Iterable[str]], tuple[int, dict[str, bytes]]]) -> None:
        self._transport = transport
        self._snapshot = snapshot
        self._numbers = count(1)
        self._lock = threading.RLock()
        self._watches: list[Watch] = []
        self._stream: _Stream | None = None
        self._running = False
        self._changed = threading.Event()

    def watch(self, prefixes: list[str], start_revision: int) -> Watch:
        """Begin to follow `prefixes` from `start_revision` on."""
        watch = Watch(prefixes, start_revision, self._remove)
        with self._lock:
            self._watches.append(watch)
            if self._stream is not None:
                self._create(self._stream, watch)
            if not self._running:
                self._start()
        return watch

    def _start(self) -> None:
        self._running = True
        threading.Thread(target=self._follow, name="etcd-watch", daemon=True).start()

    def close(self) -> None:
        """End every watch."""
        for watch in list(self._watches):
            watch.close()

    def _remove(self, watch: Watch) -> None:
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)
            if self._stream is not None:
                self._stream.drop(watch)
                if not self._watches:
                    self._stream.end()
            self._changed.set()

    def _create(self, stream: _Stream, watch: Watch) -> None:
        for wanted in watch.ranges:
            stream.create(next(self._numbers), wanted)

    def _follow(self) -> None:
        """The reading thread: one stream after another, for as long as there are watches."""
        pause = PAUSES[0]
        while self._go_on():
            endpoint = self._transport.preferred()
            useful = self._read(endpoint)
            pause = PAUSES[0] if useful else min(pause * 2, PAUSES[1])
            self._transport.rotate(endpoint)
            self._changed.wait(pause)

    def _go_on(self) -> bool:
        with self._lock:
            self._changed.clear()
            self._running = bool(self._watches)
            return self._running

    def _read(self, endpoint: Endpoint) -> bool:
        """Follow one stream to its end; returns whether the member took any of its watches."""
        stream = None
        try:
            stream = self._open(endpoint)
            for response in stream.responses():
                self._handle(stream, response)
        except CallFailed as failure:
            self._judge(translate(failure, endpoint))
        except EtcdError as problem:
            self._judge(problem)
        finally:
            with self._lock:
                self._stream = None
            if stream is not None:
                stream.close()
        return stream is not None and stream.useful

    def _open(self, endpoint: Endpoint) -> _Stream:
        stream = _Stream(self._transport, endpoint)
        with self._lock:
            self._stream = stream
            for watch in self._watches:
                self._create(stream, watch)
            if not self._watches:
                stream.end()  # the last one was closed meanwhile
        return stream

    def _handle(self, stream: _Stream, response: Any) -> None:
        wanted = stream.confirmed(response.watch_id) if response.created else stream.ranges.get(response.watch_id)
        if wanted is None:
            return
        if response.canceled:
            self._cancelled(stream, wanted.watch, response)
        else:
            if wanted.watch.problem:
                self._say("")
            wanted.take(response.events)

    def _cancelled(self, stream: _Stream, watch: Watch, response: Any) -> None:
        if response.compact_revision:
            self._resync(stream, watch)
        elif "permission denied" in response.cancel_reason:
            self._fail(watch, PermissionDenied(f"may not watch {', '.join(watch.prefixes) or 'all keys'}"))
        elif any(words in response.cancel_reason for words in STALE_TOKEN) and not self._transport.log_in_again(
            response.cancel_reason
        ):
            self._fail(watch, AuthenticationFailed(f"a user is needed to watch {', '.join(watch.prefixes)}"))
        else:
            stream.end()  # the member wants us off: the next one, or a new token, will do

    def _resync(self, stream: _Stream, watch: Watch) -> None:
        with self._lock:
            stream.drop(watch)
        revision, values = self._snapshot(watch.prefixes)
        watch.deliver(Resync(revision, values))
        for wanted in watch.ranges:
            wanted.next_revision = revision + 1
        with self._lock:
            if watch in self._watches:
                self._create(stream, watch)

    def _say(self, problem: str) -> None:
        """Let the readers know why they hear nothing, or that they do again."""
        for watch in list(self._watches):
            watch.say(problem)

    def _judge(self, problem: EtcdError) -> None:
        """End the watches if trying again cannot help; otherwise the next stream will do."""
        self._say(str(problem))
        if self._transport.log_in_again(problem.problem):
            return
        if isinstance(problem, AuthenticationFailed | PermissionDenied | BadSettings):
            for watch in list(self._watches):
                self._fail(watch, problem)

    def _fail(self, watch: Watch, problem: EtcdError) -> None:
        self._remove(watch)
        watch.deliver(problem)
