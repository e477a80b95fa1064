"""The other stores. Redis and ZooKeeper are real; Consul and Vault, which Debian does not have, are stand-ins that
answer as their documented APIs do (test_vault_server.py asks a real one)."""

import base64
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from confd_world import Confdir, until
from local import free_ports

from bunraku.confd.backends import Backend, BackendError, Lost, Snapshot, Stop, Update, open_backend
from bunraku.confd.backends.redis import Connection
from bunraku.confd.settings import Settings


class Follower:
    """Follows a back end in a thread, and keeps what was told."""

    def __init__(self, backend: Backend, keys: list[str]) -> None:
        self.told: list[Update] = []
        self.stop = Stop()
        self.thread = threading.Thread(target=backend.follow, args=(keys, self.told.append, self.stop), daemon=True)
        self.thread.start()

    def values(self) -> dict[str, str] | None:
        last = self.told[-1] if self.told else None
        return dict(last.values) if isinstance(last, Snapshot) else None

    def end(self) -> None:
        self.stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()


# Redis


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    (port,) = free_ports(1)
    command = ["redis-server", "--port", str(port), "--save", "", "--requirepass", "secret"]
    command += ["--notify-keyspace-events", "KA", "--dir", str(tmp_path_factory.mktemp("redis"))]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until(lambda: not socket.socket().connect_ex(("127.0.0.1", port)))
        yield port
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def redis(redis_port: int) -> Iterator[Callable[..., Any]]:
    connection = Connection(f"127.0.0.1:{redis_port}/2", Settings(password="secret"))
    connection.ask("FLUSHALL")
    yield connection.ask
    connection.close()


def redis_settings(port: int, **given: Any) -> Settings:
    return Settings(**({"backend": "redis", "nodes": (f"127.0.0.1:{port}/2",), "client_key": "secret"} | given))


def test_redis_strings_and_hashes(redis_port: int, redis: Callable[..., Any]) -> None:
    redis("SET", "/app/host", "h\r\n\udcff")
    redis("SET", "/app*/x", "no")
    redis("SET", "/application", "no")
    redis("HSET", "/app/db", "port", "1", "user", "u")
    redis("RPUSH", "/app/list", "no")
    backend = open_backend(redis_settings(redis_port))
    assert backend.read(["/app"]) == {"/app/host": "h\r\n\udcff", "/app/db/port": "1", "/app/db/user": "u"}
    assert backend.read(["/app/host"]) == {"/app/host": "h\r\n\udcff"}
    assert backend.read(["/"]).keys() >= {"/app/host", "/app*/x"}


def test_redis_separator(redis_port: int, redis: Callable[..., Any]) -> None:
    redis("SET", "app:db:host", "h")
    assert open_backend(redis_settings(redis_port, separator=":")).read(["/app"]) == {"/app/db/host": "h"}


def test_redis_tells_of_changes(redis_port: int, redis: Callable[..., Any]) -> None:
    redis("SET", "/app/v", "1")
    follower = Follower(open_backend(redis_settings(redis_port)), ["/app"])
    until(lambda: follower.values() == {"/app/v": "1"})
    redis("SET", "/app/v", "2")
    until(lambda: follower.values() == {"/app/v": "2"})
    redis("DEL", "/app/v")
    until(lambda: follower.values() == {})
    told = len(follower.told)
    redis("SET", "/other", "x")
    time.sleep(0.1)
    assert len(follower.told) == told
    follower.end()


def test_redis_with_the_wrong_password(redis_port: int) -> None:
    with pytest.raises(BackendError, match="WRONGPASS"):
        open_backend(redis_settings(redis_port, client_key="wrong")).read(["/app"])


# ZooKeeper

ZOOKEEPER = Path("/usr/share/zookeeper/bin/zkServer.sh")


@pytest.fixture(scope="module")
def zookeeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not (ZOOKEEPER.exists() and shutil.which("java")):
        pytest.skip("zookeeper is not installed (Debian: apt-get install zookeeper)")
    folder = tmp_path_factory.mktemp("zookeeper")
    (port,) = free_ports(1)
    (folder / "zoo.cfg").write_text(
        f"tickTime=500\ndataDir={folder}\nclientPort={port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n"
    )
    jars = ":".join(map(str, [*Path("/usr/share/java").glob("*.jar"), folder]))
    command = ["java", "-cp", jars, "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(folder / "zoo.cfg")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        until(lambda: not socket.socket().connect_ex(("127.0.0.1", port)), 60)
        yield f"127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def zookeeper_put(node: str, kind: int, path: str, value: str = "") -> None:
    """Create (1), set (5) or delete (2) a node."""
    from bunraku.confd.backends.zookeeper import Session, _packed

    session = Session(node, Settings())
    open_to_all = b"\0\0\0\1" + b"\0\0\0\x1f" + _packed(b"world") + _packed(b"anyone")
    body = {
        1: _packed(value.encode()) + open_to_all + b"\0\0\0\0",
        5: _packed(value.encode()) + b"\xff\xff\xff\xff",
        2: b"\xff\xff\xff\xff",
    }[kind]
    session._send(b"\0\0\0\1" + kind.to_bytes(4, "big") + _packed(path.encode()) + body)
    session._answer(1)
    session.close()


def test_zookeeper(zookeeper: str) -> None:
    backend = open_backend(Settings(backend="zookeeper", nodes=("127.0.0.1:1", zookeeper)))
    follower = Follower(backend, ["/app"])
    until(lambda: follower.values() == {})
    zookeeper_put(zookeeper, 1, "/app", "")
    zookeeper_put(zookeeper, 1, "/app/a", "1")
    until(lambda: follower.values() == {"/app/a": "1"})
    zookeeper_put(zookeeper, 5, "/app/a", "2")
    until(lambda: follower.values() == {"/app/a": "2"})
    zookeeper_put(zookeeper, 1, "/app/b", "")
    zookeeper_put(zookeeper, 1, "/app/b/c", "3")
    until(lambda: follower.values() == {"/app/a": "2", "/app/b/c": "3"})
    zookeeper_put(zookeeper, 2, "/app/a")
    until(lambda: follower.values() == {"/app/b/c": "3"})
    assert backend.read(["/app", "/nope"]) == {"/app/b/c": "3"}
    follower.end()


# Consul and Vault


class StandIn:
    """An HTTP server whose answers the test gives."""

    def __init__(self, answer: Callable[[str, str, dict[str, str], Any], tuple[int, dict[str, str], Any]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                code, headers, said = answer(self.command, self.path, dict(self.headers), body)
                text = json.dumps(said).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_LIST = do_POST = handle_any  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.node = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_consul() -> None:
    store = {"app/v": "1", "app/": None, "application": "no"}
    changed = threading.Condition()
    index = 7

    def answer(method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, dict[str, str], Any]:
        assert headers["X-Consul-Token"] == "t"
        url = urlsplit(path)
        wanted = int(parse_qs(url.query).get("index", ["0"])[0])
        with changed:
            changed.wait_for(lambda: index > wanted, 10)
            prefix = url.path.removeprefix("/v1/kv/")
            found = [
                {"Key": key, "Value": value and base64.b64encode(value.encode()).decode()}
                for key, value in store.items()
                if key.startswith(prefix)
            ]
            return (200 if found else 404), {"X-Consul-Index": str(index)}, found

    backend = open_backend(Settings(backend="consul", nodes=(StandIn(answer).node,), auth_token="t"))
    assert backend.read(["/app", "/nope"]) == {"/app/v": "1"}
    follower = Follower(backend, ["/app"])
    until(lambda: follower.values() == {"/app/v": "1"})
    with changed:
        store["app/v"], index = "2", 8
        changed.notify_all()
    until(lambda: follower.values() == {"/app/v": "2"})
    with changed:
        store["app/v"], index = "3", 2
        changed.notify_all()
    follower.end()


def test_vault() -> None:
    secrets = {
        "/v1/secret/one": {"value": "plain"},
        "/v1/secret/many": {"user": "u", "deep": {"er": "d"}},
        "/v1/kv/data/two": {"data": {"password": "p"}, "metadata": {"version": 1}},
    }
    lists = {"/v1/secret": ["one", "many"], "/v1/kv/metadata": ["two"]}

    def answer(method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, dict[str, str], Any]:
        if path == "/v1/auth/approle/login":
            good = body == {"role_id": "r", "secret_id": "s"}
            return (
                (200, {}, {"auth": {"client_token": "t", "lease_duration": 60}})
                if good
                else (400, {}, {"errors": ["no"]})
            )
        assert headers["X-Vault-Token"] == "t"
        if method == "LIST":
            return (200, {}, {"data": {"keys": lists[path]}}) if path in lists else (404, {}, {"errors": []})
        return (200, {}, {"data": secrets[path]}) if path in secrets else (404, {}, {"errors": []})

    node = StandIn(answer).node
    settings = Settings(backend="vault", nodes=(f"http://{node}",), auth_type="app-role", role_id="r", secret_id="s")
    values = open_backend(settings).read(["/secret", "/kv/data/two"])
    assert values == {
        "/secret/one": "plain",
        "/secret/many": '{"deep":{"er":"d"},"user":"u"}',
        "/secret/many/user": "u",
        "/secret/many/deep/er": "d",
        "/kv/data/two": '{"password":"p"}',
        "/kv/data/two/password": "p",
    }
    with pytest.raises(BackendError, match="HTTP 400: no"):
        open_backend(Settings(backend="vault", nodes=(node,), auth_type="app-role", role_id="x")).read(["/secret"])
    with pytest.raises(BackendError, match="needs an auth_type"):
        open_backend(Settings(backend="vault", nodes=(node,)))


@pytest.mark.parametrize("backend", ["redis", "consul", "zookeeper"])
def test_a_store_that_is_down_is_told_and_tried_again(backend: str) -> None:
    (port,) = free_ports(1)
    follower = Follower(open_backend(Settings(backend=backend, nodes=(f"127.0.0.1:{port}",))), ["/app"])
    until(lambda: len([update for update in follower.told if isinstance(update, Lost)]) > 1)
    assert all(isinstance(update, Lost) and str(port) in update.problem for update in follower.told)
    follower.end()


def test_files(confdir: Confdir) -> None:
    folder = confdir.root / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.yaml").write_text(
        "app: {host: h, port: 80, enabled: true, ratio: 1.5, big: 1.0e+6, none: null, list: [a, {b: c}]}\n"
    )
    (folder / "sub/b.json").write_text('{"app": {"host": "later"}}')
    (folder / "note.txt").write_text("not: [valid")
    backend = open_backend(Settings(backend="file", file=(str(folder),), filter="*.[yj]*"))
    assert backend.read(["/app"]) == {
        "/app/host": "later",
        "/app/port": "80",
        "/app/enabled": "true",
        "/app/ratio": "1.5",
        "/app/big": "1000000",
        "/app/list/0": "a",
        "/app/list/1/b": "c",
    }
    with pytest.raises(BackendError, match="note.txt is no YAML"):
        open_backend(Settings(backend="file", file=(str(folder),))).read(["/app"])
