"""Connections to members that are slow, gone, or no members at all."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from local import LocalCluster, wait_until

from bunraku.etcd import Client, EtcdError, Unreachable
from bunraku.etcd.channel import Wire


class Relay:
    """A port that leads to a member, until its connections are cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: list[socket.socket] = []
        self.accepted = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self.accepted += 1
            member = socket.create_connection(("127.0.0.1", self._to))
            self._open += [client, member]
            for source, sink in ((client, member), (member, client)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(1 << 16):
                sink.sendall(data)
        except OSError:
            pass

    def cut(self) -> None:
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()


@pytest.fixture
def relay(one: LocalCluster) -> Relay:
    return Relay(one.members[0].client_port)


def kept(client: Client) -> list[Wire]:
    """The connections that wait for further calls."""
    return [wire for connection in client.transport._connections.values() for wire in connection._channel._kept]


def test_a_connection_that_was_closed_while_nobody_used_it_costs_no_doubt(relay: Relay) -> None:
    with Client(relay.endpoint) as client:
        for turn in range(5):
            client.put("/cut", str(turn))
            relay.cut()
            wait_until(lambda: not any(wire.is_alive() for wire in kept(client)))
        found = client.get("/cut")
        assert found is not None and found.value == b"4"
    relay.close()


def test_calls_of_several_threads_share_a_few_connections(relay: Relay) -> None:
    with Client(relay.endpoint) as client, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: client.put(f"/many/{n:03}", "x" * n), range(400)))
        assert [len(kv.value) for kv in client.range("/many/")] == list(range(400))
    assert relay.accepted <= 8
    relay.close()


def test_a_watch_goes_on_after_its_connection_was_cut(relay: Relay) -> None:
    with Client(relay.endpoint) as client, client.watch(["/go/"]) as watch:
        for turn in range(3):
            client.put("/go/on", str(turn))
            event = watch.get(60)
            assert event is not None and event.value == str(turn).encode()  # type: ignore[union-attr]
            relay.cut()
    relay.close()


class Stranger:
    """A server that says one thing to whoever connects, and no more."""

    def __init__(self, says: bytes) -> None:
        self._says = says
        self._server = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._server.getsockname()[1]}"
        self.heard = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        clients = []
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            clients.append(client)
            client.sendall(self._says)
            self.heard += client.recv(1 << 16)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.", "does not speak gRPC"),
        (b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "does not speak gRPC.*https://"),
        (b"", "takes connections, but does not answer"),
    ],
)
def test_what_is_no_member_is_told_so(answer: bytes, words: str) -> None:
    stranger = Stranger(answer)
    with Client(stranger.endpoint, deadline=0.5) as client:
        pytest.raises(Unreachable, client.get, "/a").match(words)
        pytest.raises(Unreachable, client.put, "/a", "x").match(words)
    stranger.close()


def test_closing_the_client_ends_a_call_that_waits() -> None:
    stranger = Stranger(b"")
    failures: list[EtcdError] = []
    client = Client(stranger.endpoint, deadline=300)

    def ask() -> None:
        try:
            client.get("/a")
        except EtcdError as error:
            failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: b"/etcdserverpb.KV/Range" in stranger.heard)
    client.close()
    asking.join(60)
    stranger.close()
    assert not asking.is_alive() and len(failures) == 1
