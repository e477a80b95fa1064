"""Reads through etcd's JSON gateway show what the client shows, or say that they cannot."""

import socket
import sys
from pathlib import Path
from subprocess import run

import pytest
from local import LocalCluster

from bunraku.etcd import BadSettings, Client, gateway


def test_it_reads_what_the_client_reads(client: Client, one: LocalCluster) -> None:
    for key, value in ((b"/gw/a", b"1"), (b"/gw/a/b", b""), (b"/gw/\xff\x00", b"\x00\xfe\n"), ("/gw/é", "ü")):
        client.put(key, value)
    client.put("/gwx", "not asked for")
    client.put("/gw2/only", "2")
    prefixes = ["/gw/", "/gw/a", "/gw2/only", "/none"]
    found = gateway.snapshot(one.endpoints, prefixes)
    assert found == client.snapshot(prefixes)[1]
    assert found is not None and len(found) == 5


def test_thousands_of_keys_come_whole(client: Client, one: LocalCluster) -> None:
    for at in range(0, 3000, 100):
        client.txn().then(*(_put(f"/gwmany/{n:05}", str(n) * 50) for n in range(at, at + 100))).commit()
    assert gateway.snapshot(one.endpoints, ["/gwmany/"]) == client.snapshot(["/gwmany/"])[1]


def _put(key: str, value: str) -> object:
    from bunraku.etcd.txn import put

    return put(key, value)


def test_an_endpoint_that_is_hung_or_gone_is_passed_over(
    client: Client, one: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "PATIENCE", 3.0)
    client.put("/gw3", "3")
    with socket.create_server(("127.0.0.1", 0)) as hung, socket.create_server(("127.0.0.1", 0)) as gone:
        addresses = [f"127.0.0.1:{server.getsockname()[1]}" for server in (hung, gone)]
        gone.close()
        assert gateway.snapshot([*addresses, *one.endpoints], ["/gw3"]) == {"/gw3": b"3"}
        monkeypatch.setattr(gateway, "PATIENCE", 0.2)
        assert gateway.snapshot(addresses, ["/gw3"]) is None


def test_what_it_cannot_do_is_left_to_the_client(one: LocalCluster, tmp_path: Path) -> None:
    assert gateway.snapshot(one.endpoints, []) is None
    assert gateway.snapshot(one.endpoints, [f"/{n:03}/" for n in range(200)]) is None
    assert gateway.snapshot("unix:///nowhere", ["/a"]) is None
    assert gateway.snapshot("https://127.0.0.1:1", ["/a"]) is None
    with pytest.raises(BadSettings, match="is not one"):
        gateway.snapshot("nonsense", ["/a"])
    with LocalCluster(tmp_path, extra=["--enable-grpc-gateway=false"]) as without:
        assert gateway.snapshot(without.endpoints, ["/a"]) is None


def test_it_does_not_load_the_client() -> None:
    code = (
        "import sys; from bunraku.etcd import gateway; gateway.snapshot('127.0.0.1:1', ['/a']);"
        "print([m for m in ('bunraku.etcd.channel', 'google.protobuf', 'ssl', 'http') if m in sys.modules])"
    )
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
