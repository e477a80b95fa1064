"""Keys, transactions and snapshots against a real etcd, with etcdctl as the witness."""

import subprocess
import sys

import pytest
from local import LocalCluster, free_ports

from bunraku.etcd import (
    BadSettings,
    Client,
    Compacted,
    EtcdError,
    NoLeader,
    Refused,
    Tls,
    TooLarge,
    Unreachable,
    failures,
)
from bunraku.etcd.channel import CallFailed, Code
from bunraku.etcd.endpoints import Endpoint
from bunraku.etcd.keys import after_prefix, prefix_range, widest
from bunraku.etcd.txn import delete, get, get_prefix, put, revision, value, version


def test_what_is_put_is_what_etcdctl_reads_and_the_other_way_round(client: Client, one: LocalCluster) -> None:
    client.put("/kv/ours", "été\n")
    assert one.etcdctl("get", "/kv/ours", "--print-value-only") == "été\n\n"
    one.etcdctl("put", "/kv/theirs", "x")
    found = client.get("/kv/theirs")
    assert found is not None and (found.key, found.value, found.version) == ("/kv/theirs", b"x", 1)
    assert client.delete("/kv/theirs") and not client.delete("/kv/theirs")
    assert one.etcdctl("get", "/kv/theirs") == ""
    assert client.get("/kv/theirs") is None


def test_a_key_of_any_bytes_comes_back_as_it_went(client: Client) -> None:
    client.put(b"/raw/\xff\x00\xfe", b"\x00\xff")
    (found,) = client.range("/raw/")
    assert client.get(found.key) == found and found.value == b"\x00\xff"


def test_pages_show_one_revision_while_keys_change(client: Client) -> None:
    for n in range(10):
        client.put(f"/page/{n}", "old")
    pages = client.range("/page/", page=3)
    first = next(pages)
    client.delete_prefix("/page/")
    assert [first.key, *(kv.key for kv in pages)] == [f"/page/{n}" for n in range(10)]
    assert client.count("/page/") == 0


def test_a_snapshot_of_many_prefixes_is_of_one_revision(client: Client) -> None:
    prefixes = [f"/many/{n:03}/" for n in range(300)]
    for prefix in prefixes[::50]:
        client.put(prefix + "a", prefix)
    at, values = client.snapshot(["/many/000/", *prefixes])
    assert at == client.revision()
    assert values == {p + "a": p.encode() for p in prefixes[::50]}


def test_a_snapshot_of_nothing_tells_the_revision(client: Client) -> None:
    at = client.put("/nothing", "x")
    assert client.snapshot([]) == (at, {})


def test_a_transaction_takes_the_branch_that_its_comparisons_choose(client: Client) -> None:
    first = client.put("/txn/a", "1")
    taken = client.txn().when(value("/txn/a") == "1", revision("/txn/a") == first, version("/txn/b") == 0)
    done = taken.then(put("/txn/b", "2"), get("/txn/b"), delete("/txn/a")).otherwise(get("/txn/a")).commit()
    assert done.succeeded and done.results[0] is None and done.results[2] == 1
    again = client.txn().when(version("/txn/b") == 0).then(put("/txn/b", "3")).otherwise(get_prefix("/txn/")).commit()
    assert not again.succeeded and [kv.value for kv in again.results[0]] == [b"2"]  # type: ignore[union-attr]
    assert client.txn().when(version("/txn/b") > 0, version("/txn/b") < 2, version("/txn/b") != 5).commit().succeeded


def test_a_compacted_revision_and_a_value_too_large_are_named(client: Client) -> None:
    old = client.put("/old", "1")
    client.compact(client.put("/old", "2"))
    with pytest.raises(Compacted, match="present revision"):
        client.get("/old", revision=old)
    with pytest.raises(TooLarge, match="max-request-bytes"):
        client.put("/large", b"x" * 1_600_000)
    with pytest.raises(Refused, match="key is not provided"):
        client.put("", "x")


def test_nobody_there_is_said_with_the_endpoint_and_the_remedy() -> None:
    (port,) = free_ports(1)
    with Client(f"127.0.0.1:{port}", deadline=1) as client:
        with pytest.raises(Unreachable, match=rf"127.0.0.1:{port}: connection refused \(is etcd running"):
            client.put("/a", "b")
        with pytest.raises(Unreachable, match="connection refused"):
            client.get("/a")


def test_a_dead_endpoint_among_living_ones_is_passed_over(one: LocalCluster) -> None:
    (port,) = free_ports(1)
    with Client([f"http://127.0.0.1:{port}", *one.endpoints]) as client:
        assert client.put("/over", "1") > 0


@pytest.mark.parametrize("bad", ["", "ftp://a:1", "host", "http://:2379", "a:b", "http://a:99999"])
def test_an_endpoint_that_is_none_is_refused_before_anything_is_sent(bad: str) -> None:
    with pytest.raises(BadSettings, match="endpoint"):
        Client(bad)


def test_tls_that_cannot_work_is_named(one: LocalCluster) -> None:
    with Client("https://127.0.0.1:1", tls=Tls(ca_file="/no/such/ca.pem")) as client:
        pytest.raises(BadSettings, client.get, "/a").match("/no/such/ca.pem")
    with Client(one.endpoints[0].replace("http:", "https:"), deadline=1) as client:
        pytest.raises(Unreachable, client.get, "/a").match("TLS handshake.*use http://")


@pytest.mark.parametrize(
    ("failure", "kind", "surely_not_applied"),
    [
        (CallFailed(Code.UNAVAILABLE, "connection refused", sent=False), Unreachable, True),
        (CallFailed(Code.UNAVAILABLE, "the connection was lost"), Unreachable, False),
        (CallFailed(Code.UNKNOWN, "the server ended the call with HTTP/2 error 2"), Unreachable, False),
        (CallFailed(Code.UNKNOWN, "raft: stopped"), Unreachable, False),
        (CallFailed(Code.UNKNOWN, "raft proposal dropped"), NoLeader, True),
        (CallFailed(Code.UNAVAILABLE, "etcdserver: no leader"), NoLeader, True),
        (
            CallFailed(Code.UNAVAILABLE, "etcdserver: request timed out, waiting for a leader"),
            Unreachable,
            False,
        ),
        (CallFailed(3, "etcdserver: key is not provided"), Refused, False),
    ],
)
def test_a_write_counts_as_not_applied_only_where_that_is_sure(
    failure: CallFailed, kind: type[EtcdError], surely_not_applied: bool
) -> None:
    assert type(failures.translate(failure, Endpoint("h:1", False))) is kind
    assert failures.surely_not_applied(failure) == surely_not_applied


def test_prefixes_are_ranges() -> None:
    assert prefix_range("/a") == (b"/a", b"/b")
    assert prefix_range("") == (b"\0", b"\0")
    assert after_prefix(b"a\xff") == b"b" and after_prefix(b"\xff\xff") == b"\0"
    assert widest(["/b", "/a/b", "/a", "/a/c"]) == ["/a", "/b"]
    assert widest(["", "/a"]) == [""]


def test_naming_the_package_and_its_errors_loads_no_client() -> None:
    code = "import sys, bunraku.etcd; bunraku.etcd.Unreachable; print('google.protobuf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
