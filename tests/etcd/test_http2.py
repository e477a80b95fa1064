"""HTTP/2 and its header blocks: examples of the RFCs, and what a server may do that etcd seldom does."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunraku.etcd import hpack
from bunraku.etcd.http2 import ROOM, WINDOW, Http2, Kind, NotHttp2

CODED = "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"
"""RFC 7541, C.4.1: a request's fields, the authority in Huffman's code."""


def test_the_example_of_the_rfc_is_read() -> None:
    assert hpack.decode(bytes.fromhex(CODED)) == [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "www.example.com"),
    ]


@given(st.lists(st.tuples(st.text("abc-:", min_size=1), st.text(st.characters(max_codepoint=255), max_size=300))))
def test_what_is_encoded_is_decoded_again(fields: list[tuple[str, str]]) -> None:
    assert hpack.decode(hpack.encode(fields)) == fields


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(block: bytes) -> None:
    with suppress(hpack.BadBlock):
        hpack.decode(block)


def frame(kind: Kind, payload: bytes = b"", *, flags: int = 0, stream: int = 0) -> bytes:
    return struct.pack(">I", len(payload) << 8 | kind) + struct.pack(">BI", flags, stream) + payload


def frames(output: bytearray) -> list[tuple[int, int, int, bytes]]:
    """(kind, flags, stream, payload) of what is to be sent, which is then sent."""
    found, at = [], output.startswith(b"PRI") and 24
    while at < len(output):
        length = int.from_bytes(output[at : at + 3], "big")
        kind, flags, stream = struct.unpack_from(">BBI", output, at + 3)
        found.append((kind, flags, stream, bytes(output[at + 9 : at + 9 + length])))
        at += 9 + length
    output.clear()
    return found


@pytest.fixture
def http() -> Http2:
    machine = Http2("http", "h:1")
    machine.begin("/path", [("te", "trailers")])
    frames(machine.output)
    return machine


def test_a_call_is_headers_and_data_and_its_answer_headers_data_and_trailers(http: Http2) -> None:
    http.send(b"question", end=True)
    assert frames(http.output) == [(Kind.DATA, 1, 1, b"question")]
    stream = http.stream
    assert stream is not None
    whole = (
        frame(Kind.SETTINGS)
        + frame(Kind.HEADERS, b"\x88", flags=4, stream=1)
        + frame(Kind.DATA, b"\x03answer...", flags=8, stream=1)
        + frame(Kind.HEADERS, hpack.encode([("grpc-status", "0")])[:5], flags=1, stream=1)
        + frame(Kind.CONTINUATION, hpack.encode([("grpc-status", "0")])[5:], flags=4, stream=1)
    )
    for at in range(len(whole)):
        assert not stream.ended
        http.receive(whole[at : at + 1])
    assert (stream.fields, bytes(stream.data)) == ({":status": "200", "grpc-status": "0"}, b"answer")
    assert stream.ended and http.greeted
    assert frames(http.output) == [(Kind.SETTINGS, 1, 0, b"")]
    assert http.begin("/next", []).number == 3
    assert [kind for kind, *_ in frames(http.output)] == [Kind.WINDOW_UPDATE, Kind.HEADERS], "the first has ended"


def test_no_more_is_sent_than_there_is_room_for(http: Http2) -> None:
    http.send(b"x" * 100_000, end=True)
    sent = frames(http.output)
    assert sum(len(payload) for *_, payload in sent) == WINDOW and max(len(payload) for *_, payload in sent) <= 16384
    http.receive(frame(Kind.WINDOW_UPDATE, struct.pack(">I", 100_000)))
    assert not http.output, "the stream itself has no room yet"
    http.receive(frame(Kind.WINDOW_UPDATE, struct.pack(">I", 10_000), stream=1))
    http.receive(frame(Kind.SETTINGS, struct.pack(">HI", 4, WINDOW + 50_000)))
    sent = [(flags, payload) for kind, flags, _, payload in frames(http.output) if kind == Kind.DATA]
    assert sum(len(payload) for _, payload in sent) == 100_000 - WINDOW
    assert [flags for flags, _ in sent][-1] == 1


def test_the_server_is_given_room_for_as_much_as_it_has_sent(http: Http2) -> None:
    for _ in range(ROOM // 2 // 16384):
        http.receive(frame(Kind.DATA, bytes(16384), stream=1))
    more = struct.pack(">I", ROOM // 2)
    assert frames(http.output) == [(Kind.WINDOW_UPDATE, 0, 0, more), (Kind.WINDOW_UPDATE, 0, 1, more)]


def test_a_ping_is_answered_and_a_call_that_is_given_up_is_broken_off(http: Http2) -> None:
    http.receive(frame(Kind.PING, b"12345678"))
    assert frames(http.output) == [(Kind.PING, 1, 0, b"12345678")]
    http.end()
    assert frames(http.output) == [(Kind.RST_STREAM, 0, 1, struct.pack(">I", 8))]
    http.receive(frame(Kind.DATA, b"late", stream=1))
    http.receive(frame(Kind.HEADERS, b"\x88", flags=5, stream=1))


def test_it_is_known_whether_the_server_looked_at_a_request(http: Http2) -> None:
    first = http.stream
    assert first is not None
    http.receive(frame(Kind.RST_STREAM, struct.pack(">I", 7), stream=1))
    assert first.ended and first.unprocessed
    second = http.begin("/path", [])
    http.receive(frame(Kind.GOAWAY, struct.pack(">II", 3, 0)))
    assert not second.ended and not http.usable
    http.receive(frame(Kind.GOAWAY, struct.pack(">II", 1, 0)))
    assert second.ended and second.unprocessed


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        frame(Kind.HEADERS, b"\x88", stream=1) + frame(Kind.DATA, b"", stream=1),
        frame(Kind.HEADERS, b"\xff\xff\xff\xff\xff\xff\xff", flags=4, stream=1),
        frame(Kind.HEADERS, b"\xbe", flags=4, stream=1),
        frame(Kind.DATA, b"\x09abc", flags=8, stream=1),
        frame(Kind.SETTINGS, b"\0\0\0"),
        frame(Kind.PUSH_PROMISE, b"\0\0\0\2", stream=1),
        frame(Kind.CONTINUATION, b"", stream=1),
    ],
)
def test_what_is_not_http2_is_refused(http: Http2, data: bytes) -> None:
    with pytest.raises(NotHttp2):
        http.receive(data)


@given(st.lists(st.tuples(st.sampled_from(list(Kind)), st.binary(max_size=20), st.integers(0, 255), st.integers(0, 3))))
def test_any_frames_are_taken_or_refused(some: list[tuple[Kind, bytes, int, int]]) -> None:
    machine = Http2("http", "h:1")
    machine.begin("/path", [])
    with suppress(NotHttp2):
        for kind, payload, flags, stream in some:
            machine.receive(frame(kind, payload, flags=flags, stream=stream))
