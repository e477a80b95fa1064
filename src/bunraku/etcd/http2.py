"""The client's end of an HTTP/2 connection (RFC 9113), as a machine that knows no socket: bytes in, bytes out.

The rules:
- One stream at a time: a connection carries one call, then the next. Whoever wants two at once opens two.
- `receive` takes what the server sent, changes the present `stream`, and may leave bytes in `output` that must go out
  (answers to PING and SETTINGS, room for more data).
- Data waits in the stream until the server has room for it; what it may send us, we make room for as it comes: whoever
  does not read from the socket stops the server.
- After GOAWAY, or after anything that is not HTTP/2, no further stream is begun.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from enum import IntEnum

from bunraku.etcd import hpack
from bunraku.etcd.hpack import Field

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
END_STREAM = ACK = 0x1
END_HEADERS, PADDED, PRIORITY = 0x4, 0x8, 0x20
HEADER_TABLE_SIZE, ENABLE_PUSH, INITIAL_WINDOW_SIZE = 1, 2, 4
REFUSED_STREAM, CANCEL = 7, 8

FRAME = 16384
"""Bytes of the largest frame that we take (the least that is allowed), and the most that we send in one."""
WINDOW = 65535
"""Bytes that either side may send at first, before it is given more room."""
ROOM = 4 << 20
"""Bytes that the server may have under way to us."""
LARGEST_BLOCK = 256 << 10
"""Bytes of a header block, over several frames."""
LAST_STREAM = 1 << 30
"""Streams with higher numbers go to a new connection."""


class Kind(IntEnum):
    """What a frame is (section 6); others have no meaning here."""

    DATA = 0
    HEADERS = 1
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class NotHttp2(Exception):
    """What came is not what HTTP/2 allows; the connection is of no use any more."""


class Stream:
    """One call: what has come of its answer. The caller takes from `data`."""

    def __init__(self, number: int, room: int) -> None:
        self.number = number
        self.fields: dict[str, str] = {}
        """The headers, and then the trailers too."""
        self.data = bytearray()
        self.ended = False
        """Whether nothing more will come."""
        self.reset: int | None = None
        """The error code with which the server broke it off."""
        self.unprocessed = False
        """Whether the server said that it has not looked at the request."""
        self.room = room
        """Bytes that the server takes at present."""
        self.waiting = bytearray()
        self.finishing = False
        """Whether our side ends after what is waiting."""
        self.finished = False


class Http2:
    """A connection to `authority`."""

    def __init__(self, scheme: str, authority: str) -> None:
        self.output = bytearray(PREFACE)
        self.stream: Stream | None = None
        self.usable = True
        """Whether another stream may be begun."""
        self.greeted = False
        """Whether the server has spoken: its first word are its settings."""
        self._common = ((":method", "POST"), (":scheme", scheme), (":authority", authority))
        self._input = bytearray()
        self._block: bytearray | None = None
        """A header block whose other half is to come."""
        self._ending = False
        """Whether the stream ends with that block."""
        self._number = -1
        self._room = WINDOW
        self._stream_room = WINDOW
        self._taken = 0
        """Bytes that came since we made room last."""
        settings = ((HEADER_TABLE_SIZE, 0), (ENABLE_PUSH, 0), (INITIAL_WINDOW_SIZE, ROOM))
        self._frame(Kind.SETTINGS, 0, 0, b"".join(struct.pack(">HI", *setting) for setting in settings))
        self._frame(Kind.WINDOW_UPDATE, 0, 0, struct.pack(">I", ROOM - WINDOW))

    # ---- what we send

    def begin(self, path: str, fields: Iterable[Field]) -> Stream:
        """Begin the next stream; the one before must have ended, or is broken off."""
        self.end()
        self._make_room(None)
        self._number += 2
        self.usable = self._number < LAST_STREAM
        self.stream = Stream(self._number, self._stream_room)
        block = hpack.encode((*self._common, (":path", path), *fields))
        for at in range(0, len(block), FRAME):
            last = END_HEADERS if at + FRAME >= len(block) else 0
            self._frame(Kind.CONTINUATION if at else Kind.HEADERS, last, self._number, block[at : at + FRAME])
        return self.stream

    def send(self, data: bytes, *, end: bool = False) -> None:
        """Send data on the stream, now or when there is room; `end`: the last of it."""
        assert self.stream is not None
        self.stream.waiting += data
        self.stream.finishing = end
        self._pump()

    def end(self) -> None:
        """Be done with the stream: break it off where it has not ended."""
        stream, self.stream = self.stream, None
        if stream is not None and stream.reset is None and not (stream.ended and stream.finished):
            self._frame(Kind.RST_STREAM, 0, stream.number, struct.pack(">I", CANCEL))

    def _pump(self) -> None:
        """Send as much of what waits as there is room for."""
        stream = self.stream
        if stream is None or stream.finished:
            return
        while stream.waiting:
            size = min(len(stream.waiting), FRAME, self._room, stream.room)
            if size <= 0:
                return
            last = stream.finishing and size == len(stream.waiting)
            self._frame(Kind.DATA, END_STREAM if last else 0, stream.number, bytes(stream.waiting[:size]))
            del stream.waiting[:size]
            self._room -= size
            stream.room -= size
            stream.finished = last
        if stream.finishing and not stream.finished:
            self._frame(Kind.DATA, END_STREAM, stream.number, b"")
            stream.finished = True

    def _frame(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        self.output += struct.pack(">I", len(payload) << 8 | kind)
        self.output += struct.pack(">BI", flags, number)
        self.output += payload

    # ---- what we receive

    def receive(self, data: bytes) -> None:
        """Take in what the server sent. Raises `NotHttp2`."""
        self._input += data
        at = 0
        while len(self._input) - at >= 9:
            length = int.from_bytes(self._input[at : at + 3], "big")
            if length > FRAME:
                raise NotHttp2(f"a frame of {length} bytes")
            if len(self._input) - at < 9 + length:
                break
            kind, flags, number = struct.unpack_from(">BBI", self._input, at + 3)
            payload = bytes(self._input[at + 9 : at + 9 + length])
            at += 9 + length
            try:
                self._take(kind, flags, number & 0x7FFF_FFFF, payload)
            except (struct.error, IndexError, hpack.BadBlock) as error:
                raise NotHttp2(f"a broken frame of kind {kind}: {error}") from None
        del self._input[:at]

    def _take(self, kind: int, flags: int, number: int, payload: bytes) -> None:
        if (self._block is not None) != (kind == Kind.CONTINUATION):
            raise NotHttp2("a header block that is not continued")
        stream = self.stream if self.stream is not None and self.stream.number == number else None
        match kind:
            case Kind.DATA:
                self._take_data(stream, _unpadded(flags, payload), len(payload), bool(flags & END_STREAM))
            case Kind.HEADERS:
                block = _unpadded(flags, payload)
                self._ending = bool(flags & END_STREAM)
                self._block = bytearray(block[5:] if flags & PRIORITY else block)
                self._take_block(stream, flags)
            case Kind.CONTINUATION:
                assert self._block is not None
                self._block += payload
                self._take_block(stream, flags)
            case Kind.RST_STREAM:
                self._take_reset(stream, *struct.unpack(">I", payload))
            case Kind.SETTINGS if not flags & ACK:
                self.greeted = True
                for key, value in struct.iter_unpack(">HI", payload):
                    self._take_setting(key, value)
                self._frame(Kind.SETTINGS, ACK, 0, b"")
                self._pump()
            case Kind.PING if not flags & ACK:
                self._frame(Kind.PING, ACK, 0, payload)
            case Kind.GOAWAY:
                self._take_goaway(struct.unpack_from(">I", payload)[0])
            case Kind.WINDOW_UPDATE:
                self._take_room(stream, number, struct.unpack(">I", payload)[0])
            case Kind.PUSH_PROMISE:
                raise NotHttp2("a push that was not asked for")

    def _take_data(self, stream: Stream | None, data: bytes, counted: int, end: bool) -> None:
        self._taken += counted
        if stream is not None:
            stream.data += data
            stream.ended |= end
        if self._taken >= ROOM // 2:
            self._make_room(stream)

    def _make_room(self, stream: Stream | None) -> None:
        """Let the server send as much again as has come."""
        if self._taken:
            more = struct.pack(">I", self._taken)
            self._frame(Kind.WINDOW_UPDATE, 0, 0, more)
            if stream is not None and not stream.ended:
                self._frame(Kind.WINDOW_UPDATE, 0, stream.number, more)
            self._taken = 0

    def _take_block(self, stream: Stream | None, flags: int) -> None:
        assert self._block is not None
        if len(self._block) > LARGEST_BLOCK:
            raise NotHttp2("the headers are too large")
        if not flags & END_HEADERS:
            return
        block, self._block = bytes(self._block), None
        if stream is not None:
            stream.fields.update(hpack.decode(block))
            stream.ended |= self._ending

    def _take_reset(self, stream: Stream | None, code: int) -> None:
        if stream is not None:
            stream.reset = code
            stream.ended = True
            stream.unprocessed = code == REFUSED_STREAM

    def _take_setting(self, key: int, value: int) -> None:
        if key == INITIAL_WINDOW_SIZE:
            if self.stream is not None:
                self.stream.room += value - self._stream_room
            self._stream_room = value

    def _take_goaway(self, last: int) -> None:
        self.usable = False
        if self.stream is not None and self.stream.number > last & 0x7FFF_FFFF:
            self.stream.ended = self.stream.unprocessed = True

    def _take_room(self, stream: Stream | None, number: int, more: int) -> None:
        if number == 0:
            self._room += more
        elif stream is not None:
            stream.room += more
        self._pump()


def _unpadded(flags: int, payload: bytes) -> bytes:
    if not flags & PADDED:
        return payload
    if payload[0] >= len(payload):
        raise NotHttp2("more padding than there is room for")
    return payload[1 : len(payload) - payload[0]]
