"""`--watch` as a process, on a real etcd: what changes is rendered at once, and what fails comes back."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from confd_world import Confdir, Program, until

Start = Callable[..., Program]


@pytest.fixture
def watch(confdir: Confdir, etcd: Any, start: Start) -> Callable[..., Program]:
    def begin(*flags: str) -> Program:
        program = start("--watch", "-backend", "etcdv3", "-node", etcd.endpoints[0], *flags)
        until(lambda: program.said("watching"))
        return program

    return begin


@pytest.fixture
def client(etcd: Any) -> Any:
    with etcd.client() as client:
        client.delete_prefix("/app")
        client.put("/app/v", "1")
        yield client


def test_onetime(confdir: Confdir, etcd: Any, client: Any, start: Start) -> None:
    client.put("/app/bytes", b"\xff\x00")
    client.put("/application", "no")
    dest = confdir.resource("a", '{{getv "/app/v"}}{{getv "/app/bytes"}}{{ls "/"}}', keys=["/app"])
    assert start("--onetime", "-backend", "etcd", "-node", etcd.endpoints[0]).process.wait(15) == 0
    assert dest.read_bytes() == b"1\xff\x00[app]"


def test_a_change_is_rendered_checked_and_reloaded(confdir: Confdir, client: Any, watch: Start) -> None:
    dest = confdir.resource(
        "a", '{{getv "/app/v"}}', check_cmd="! grep -q bad {{.src}}", reload_cmd=f"cp {{{{.dest}}}} {confdir.root}/seen"
    )
    program = watch()
    until(lambda: (confdir.root / "seen").exists() and (confdir.root / "seen").read_text() == "1")
    client.put("/app/v", "bad")
    until(lambda: program.said("check_cmd failed (exit 1)"))
    assert dest.read_text() == "1"
    client.put("/app/v", "good")
    until(lambda: (confdir.root / "seen").read_text() == "good")
    until(lambda: program.said("recovered"))
    assert program.end() == 0


def test_a_sibling_with_the_same_beginning_renders_nothing(confdir: Confdir, client: Any, watch: Start) -> None:
    # What it renders differs each time, so each rendering replaces the file.
    dest = confdir.resource("a", "{{datetime}}")
    watch()
    until(dest.exists)
    rendered = dest.stat().st_ino
    client.put("/apple", "x")
    time.sleep(0.2)
    assert dest.stat().st_ino == rendered
    client.put("/app/w", "x")
    until(lambda: dest.stat().st_ino != rendered)


def test_all_keys_of_a_transaction_come_together(confdir: Confdir, client: Any, watch: Start) -> None:
    from bunraku.etcd.txn import put

    seen = confdir.root / "seen"
    client.put("/app/w", "1")
    confdir.resource("a", '{{getv "/app/v"}}{{getv "/app/w"}}', check_cmd=f"cat {{{{.src}}}} >> {seen}; echo >> {seen}")
    watch()
    until(seen.exists)
    for number in "23456789":
        client.txn().then(put("/app/v", number), put("/app/w", number)).commit()
        until(lambda n=number: f"{n}{n}" in seen.read_text())
    assert all(line[0] == line[1] for line in seen.read_text().split())


def test_a_burst_is_one_reload(confdir: Confdir, client: Any, watch: Start) -> None:
    count = confdir.root / "count"
    for number in range(10):
        confdir.resource(f"r{number}", '{{getv "/app/v"}}', reload_cmd=f"echo x >> {count}", debounce="100ms")
    watch()
    until(lambda: count.exists() and len(list(confdir.out.iterdir())) == 10)
    time.sleep(0.3)
    before = count.read_text().count("x")
    for number in range(20):
        client.put("/app/v", str(number + 100))
    until(lambda: all(path.read_text() == "119" for path in confdir.out.iterdir()))
    time.sleep(0.4)
    assert count.read_text().count("x") == before + 1


def test_a_failed_reload_is_tried_again(confdir: Confdir, client: Any, watch: Start) -> None:
    works = confdir.root / "works"
    confdir.resource("a", '{{getv "/app/v"}}', reload_cmd=f"test -e {works}")
    program = watch()
    until(lambda: program.said("reload_cmd failed"))
    works.touch()
    until(lambda: program.said("reloaded"))


def test_a_hanging_command_holds_nobody_else_up(confdir: Confdir, client: Any, watch: Start) -> None:
    confdir.resource("slow", '{{getv "/app/v"}}', reload_cmd="sleep 30", reload_cmd_timeout="1s")
    quick = confdir.resource("quick", '{{getv "/app/v"}}')
    program = watch()
    until(quick.exists)
    client.put("/app/v", "2")
    until(lambda: quick.read_text() == "2", 0.9)
    until(lambda: program.said("not done after 1 s"))


def test_etcd_down_at_the_start_and_later(
    confdir: Confdir, tmp_path_factory: Any, need_etcd: None, start: Start
) -> None:
    from local import LocalCluster

    with LocalCluster(tmp_path_factory.mktemp("own")) as cluster:
        member = cluster.members[0]
        with cluster.client() as client:
            client.put("/app/v", "1")
            member.kill()
            dest = confdir.resource("a", '{{getv "/app/v"}}')
            program = start("--watch", "-backend", "etcdv3", "-node", cluster.endpoints[0])
            until(lambda: program.said("the store does not answer"), 15)
            cluster.restart(member)
            until(lambda: dest.exists() and dest.read_text() == "1", 15)
            member.kill()
            time.sleep(1)
            cluster.restart(member)
            until(lambda: client.put("/app/v", "2") > 0, 15)
            put = time.monotonic()
            until(lambda: dest.read_text() == "2")
            assert time.monotonic() - put < 2


def test_without_watch_it_polls(confdir: Confdir, start: Start) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    start("-backend", "file", "-file", str(confdir.root / "data.yaml"), "-interval", "1")
    until(dest.exists)
    confdir.data("app: {v: 2}")
    until(lambda: dest.read_text() == "2")


def test_sighup_reads_the_configuration_again(confdir: Confdir, client: Any, watch: Start) -> None:
    import signal

    client.put("/other/v", "other")
    dest = confdir.resource("a", '{{getv "/v"}}', keys=["/v"])
    (confdir.root / "confd.toml").write_text('prefix = "/app"\n')
    program = watch()
    until(lambda: dest.exists() and dest.read_text() == "1")
    (confdir.root / "confd.toml").write_text('prefix = "/other"\n')
    program.process.send_signal(signal.SIGHUP)
    until(lambda: dest.read_text() == "other")
