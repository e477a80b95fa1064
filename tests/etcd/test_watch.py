"""Watches, and what becomes of them when the members behind them are harmed."""

import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from load import Load
from local import LocalCluster, free_ports, wait_until

from bunraku.etcd import Client, Event, Resync, Watch
from bunraku.etcd.watch import HEARTBEAT


def take(watch: Watch, count: int) -> list[Event]:
    items = [watch.get(60) for _ in range(count)]
    assert all(isinstance(item, Event) for item in items), items
    return items  # type: ignore[return-value]


def test_events_carry_kind_value_and_revision_in_the_order_of_each_prefix(client: Client) -> None:
    start = client.revision()
    with client.watch(["/w/a/", "/w/b/"], start + 1) as watch:
        client.put("/w/a/1", "x")
        client.put("/w/c/1", "not watched")
        client.put("/w/b/1", "y")
        client.delete("/w/a/1")
        events = take(watch, 3)
        assert [event for event in events if event.key == "/w/a/1"] == [
            Event("put", "/w/a/1", b"x", start + 1),
            Event("delete", "/w/a/1", b"", start + 4),
        ]
        assert Event("put", "/w/b/1", b"y", start + 3) in events
        assert watch.get(0.05) is None


def test_a_watch_begins_in_the_past_where_it_is_told(client: Client) -> None:
    first = client.put("/past/1", "x")
    client.put("/past/2", "y")
    with client.watch(["/past/"], first) as watch:
        assert [event.key for event in take(watch, 2)] == ["/past/1", "/past/2"]


def test_a_snapshot_and_a_watch_from_the_next_revision_meet_without_gap_or_overlap(client: Client) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            client.put(f"/meet/{number:05}", "x")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.1)
    revision, values = client.snapshot(["/meet/"])
    with client.watch(["/meet/"], revision + 1) as watch:
        time.sleep(0.1)
        stop.set()
        writer.join()
        total = client.count("/meet/")
        seen = [*values, *(event.key for event in take(watch, total - len(values)))]
        assert seen == [f"/meet/{n:05}" for n in range(total)]
        assert watch.get(0.05) is None


def test_compacted_history_becomes_a_resync_and_the_watch_goes_on(client: Client) -> None:
    first = client.put("/gone/1", "x")
    client.put("/gone/1", "y")
    now = client.put("/gone/2", "z")
    client.compact(now)
    with client.watch(["/gone/", "/elsewhere/"], first) as watch:
        assert watch.get(60) == Resync(now, {"/gone/1": b"y", "/gone/2": b"z"})
        client.put("/gone/3", "new")
        assert watch.get(60) == Event("put", "/gone/3", b"new", now + 1)


def test_two_watches_share_a_stream_and_closing_one_leaves_the_other(client: Client) -> None:
    one, other = client.watch(["/share/"]), client.watch(["/share/"])
    client.put("/share/1", "x")
    assert one.get(60) == other.get(60) is not None
    one.close()
    assert one.get(1) is None and list(one) == []
    client.put("/share/2", "y")
    assert other.get(60) is not None
    other.close()
    assert list(other) == []


def test_its_thread_ends_with_the_last_watch(one: LocalCluster) -> None:
    before = set(threading.enumerate())  # those of other tests' clients may still be on their way out
    with one.client() as client, client.watch(["/threads/"]):
        ours = [thread for thread in threading.enumerate() if thread not in before and "etcd-watch" in thread.name]
        assert len(ours) == 1
    wait_until(lambda: not any(thread.is_alive() for thread in ours))


def test_a_proxy_that_chooses_its_own_numbers_is_followed_and_asked_nothing(one: LocalCluster, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = ["etcd", "grpc-proxy", "start", "--endpoints", one.endpoints[0], "--listen-addr", f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("wb") as log:
        proxy = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)
    try:
        with Client(f"127.0.0.1:{port}") as client:
            wait_until(lambda: client.put("/proxied/0", "") > 0)
            with client.watch(["/proxied/"]) as first, client.watch(["/proxied/b"]) as second:
                for turn in range(3):
                    client.put("/proxied/b", str(turn))
                    for event in (first.get(60), second.get(60)):
                        assert isinstance(event, Event) and event.value == str(turn).encode()
                    assert first.get(HEARTBEAT * 1.2) is None, "long enough to be asked after the progress"
            assert proxy.poll() is None
    finally:
        proxy.kill()
        proxy.wait()


@pytest.mark.slow
def test_nothing_is_lost_when_the_leader_is_killed(three: LocalCluster) -> None:
    with Load(three) as load:
        for _ in range(2):
            load.progress()
            victim = three.leader()
            victim.kill()
            load.progress()
            three.restart(victim)
            load.progress()
    load.check(three)


@pytest.mark.slow
def test_nothing_is_lost_when_the_leader_hangs(three: LocalCluster) -> None:
    with Load(three) as load:
        load.progress()
        victim = three.leader()
        victim.signal(signal.SIGSTOP)
        load.progress()
        time.sleep(6)  # for the others to give it up, and for every call to it to end
        victim.signal(signal.SIGCONT)
        load.progress()
    load.check(three)
