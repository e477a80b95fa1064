"""`--watch` as a process, on a real etcd: what changes is rendered at once, and what fails comes back."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from confd_world import Confdir, Program, confd, until

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


def test_keys_that_begin_alike_are_both_followed(confdir: Confdir, client: Any, watch: Start) -> None:
    client.put("/apple/v", "1")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    other = confdir.resource("b", '{{getv "/apple/v"}}', keys=["/apple"])
    watch()
    until(lambda: dest.exists() and other.exists())
    client.put("/apple/v", "2")
    until(lambda: other.read_text() == "2")


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
    # Files by name: what is being written beside them comes and goes.
    files = [
        confdir.resource(f"r{number}", '{{getv "/app/v"}}', reload_cmd=f"echo x >> {count}", debounce="300ms")
        for number in range(10)
    ]
    watch()
    until(lambda: count.exists() and all(file.exists() for file in files))
    time.sleep(0.9)
    before = count.read_text().count("x")
    for number in range(20):
        client.put("/app/v", str(number + 100))
    until(lambda: all(file.read_text() == "119" for file in files))
    time.sleep(0.9)
    assert count.read_text().count("x") == before + 1


def test_a_failed_reload_is_tried_again(confdir: Confdir, client: Any, watch: Start) -> None:
    works = confdir.root / "works"
    confdir.resource("a", '{{getv "/app/v"}}', reload_cmd=f"test -e {works}")
    program = watch()
    until(lambda: program.said("reload_cmd failed"))
    works.touch()
    until(lambda: program.said("reloaded"))


def test_a_reload_command_that_is_mended_is_run_in_place_of_the_old_one(
    confdir: Confdir, client: Any, watch: Start
) -> None:
    done = confdir.root / "done"
    confdir.resource("a", '{{getv "/app/v"}}', reload_cmd="false")
    program = watch()
    until(lambda: program.said("reload_cmd failed"))
    confdir.resource("a", '{{getv "/app/v"}}', reload_cmd=f"touch {done}")
    until(done.exists)
    until(lambda: confd(confdir, "status").returncode == 0)


def test_a_hanging_command_holds_nobody_else_up(confdir: Confdir, client: Any, watch: Start) -> None:
    confdir.resource("slow", '{{getv "/app/v"}}', reload_cmd="sleep 90", reload_cmd_timeout="5s")
    quick = confdir.resource("quick", '{{getv "/app/v"}}')
    program = watch()
    until(quick.exists)
    client.put("/app/v", "2")
    until(lambda: quick.read_text() == "2")
    assert not program.said("not done after")
    until(lambda: program.said("not done after 5 s"))


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
            until(lambda: program.said("the store does not answer"), 60)
            cluster.restart(member)
            until(lambda: dest.exists() and dest.read_text() == "1", 60)
            until(lambda: program.said("answers again"))
            member.kill()
            until(lambda: program.log.read_text().count("the store does not answer") == 2, 30)
            assert "✗ etcdv3" in confd(confdir, "status").stdout
            cluster.restart(member)
            until(lambda: client.put("/app/v", "2") > 0, 60)
            until(lambda: dest.read_text() == "2")
            until(lambda: program.log.read_text().count("answers again") == 2, 30)


def test_a_login_that_expires_while_watching(
    confdir: Confdir, tmp_path_factory: Any, need_etcd: None, start: Start
) -> None:
    from local import LocalCluster

    from bunraku.etcd import Client
    from bunraku.etcd.errors import EtcdError

    def put(client: Client, value: str) -> bool:
        try:
            return client.put("/app/v", value) > 0
        except EtcdError:  # the connection broke: whether it was put is not known, and putting it again is right here
            return False

    with LocalCluster(tmp_path_factory.mktemp("own"), extra=["--auth-token-ttl", "1"]) as cluster:
        login = {"username": "root", "password": "s3cret"}
        with cluster.client() as client:
            client.auth.add_user("root", "s3cret")
            client.auth.add_role("root")
            client.auth.grant_role("root", "root")
            client.auth.enable()
        with Client(cluster.endpoints, **login) as client:
            client.put("/app/v", "1")
            dest = confdir.resource("a", '{{getv "/app/v"}}')
            flags = ["-backend", "etcdv3", "-node", cluster.endpoints[0], "-basic-auth", "-username", "root"]
            program = start("--watch", *flags, "-password", "s3cret")
            until(lambda: dest.exists() and dest.read_text() == "1")
            time.sleep(2.5)  # the login is good for a second
            client.put("/app/v", "2")
            until(lambda: dest.read_text() == "2")
            cluster.members[0].kill()  # a member that starts again knows no logins
            cluster.restart(cluster.members[0])
            until(lambda: put(client, "3"))
            until(lambda: dest.read_text() == "3")
        assert "s3cret" not in program.log.read_text()


def test_ten_thousand_keys_under_load(confdir: Confdir, client: Any, watch: Start) -> None:
    from bunraku.etcd.txn import put

    for first in range(0, 10_000, 100):
        client.txn().then(*(put(f"/app/many/{n:05}", str(n)) for n in range(first, first + 100))).commit()
    every = confdir.resource("every", '{{range gets "/app/many/*"}}{{.Value}}\n{{end}}', keys=["/app/many"])
    single = confdir.resource("single", '{{getv "/app/v"}}')
    watch()
    until(lambda: every.exists() and every.read_text() == "".join(f"{n}\n" for n in range(10_000)))
    for n in range(300):
        client.put(f"/app/many/{n * 33:05}", "new")
        client.put("/app/v", str(n))
    wanted = "".join("new\n" if n % 33 == 0 and n < 9900 else f"{n}\n" for n in range(10_000))
    until(lambda: every.read_text() == wanted and single.read_text() == "299")


def test_a_cluster_that_is_replaced(confdir: Confdir, tmp_path_factory: Any, need_etcd: None, start: Start) -> None:
    from local import LocalCluster

    with LocalCluster(tmp_path_factory.mktemp("own")) as cluster:
        member = cluster.members[0]
        with cluster.client() as client:
            for number in range(20):
                client.put("/app/v", str(number))
        dest = confdir.resource("a", '{{getv "/app/v"}}')
        program = start("--watch", "-backend", "etcdv3", "-node", cluster.endpoints[0])
        until(lambda: dest.exists() and dest.read_text() == "19", 60)
        member.lose_disk()
        until(lambda: program.said("the store does not answer"), 30)
        member.start(cluster.initial)
        with cluster.client() as client:
            until(lambda: client.put("/app/v", "of the new one") > 0, 60)
            until(lambda: dest.read_text() == "of the new one", 30)


def test_without_watch_it_polls(confdir: Confdir, start: Start) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    start("-backend", "file", "-file", str(confdir.root / "data.yaml"), "-interval", "1")
    until(dest.exists)
    confdir.data("app: {v: 2}")
    until(lambda: dest.read_text() == "2")


def test_sighup_reads_the_configuration_again(confdir: Confdir, client: Any, watch: Start) -> None:
    client.put("/other/v", "other")
    dest = confdir.resource("a", '{{getv "/v"}}', keys=["/v"])
    (confdir.root / "confd.toml").write_text('prefix = "/app"\n')
    program = watch()
    until(lambda: dest.exists() and dest.read_text() == "1")
    (confdir.root / "confd.toml").write_text('prefix = "/other"\n')
    program.process.send_signal(signal.SIGHUP)
    until(lambda: dest.read_text() == "other")


def test_new_edited_and_removed_resources_are_picked_up(confdir: Confdir, client: Any, watch: Start) -> None:
    confdir.resource("a", "a")
    program = watch()
    dest = confdir.resource("b", 'b{{getv "/app/v"}}')
    until(lambda: dest.exists() and dest.read_text() == "b1")
    (confdir.root / "templates/b.tmpl").write_text('c{{getv "/app/v"}}')
    until(lambda: dest.read_text() == "c1")
    (confdir.root / "conf.d/b.toml").write_text("broken")
    until(lambda: program.said("b.toml: is not TOML"))
    (confdir.root / "conf.d/b.toml").unlink()
    client.put("/app/v", "2")
    time.sleep(0.2)
    assert dest.read_text() == "c1"


def test_a_hand_edited_destination_is_repaired_or_reported(confdir: Confdir, client: Any, watch: Start) -> None:
    repaired = confdir.resource("a", '{{getv "/app/v"}}')
    reported = confdir.resource("b", '{{getv "/app/v"}}', on_drift="report")
    program = watch()
    until(lambda: repaired.exists() and reported.exists())
    time.sleep(0.1)
    repaired.write_text("mine")
    until(lambda: repaired.read_text() == "1")
    repaired.unlink()
    until(repaired.exists)
    reported.write_text("mine")
    until(lambda: program.said("changed by hand"))
    time.sleep(0.1)
    assert reported.read_text() == "mine"


@pytest.mark.parametrize("backend", ["env", "file"])
def test_watch_on_stores_that_do_not_tell(confdir: Confdir, start: Start, backend: str) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    start("--watch", "-backend", backend, "-file", str(confdir.root / "data.yaml"), env={"APP_V": "1"})
    until(lambda: dest.exists() and dest.read_text() == "1")
    if backend == "file":
        confdir.data("app: {v: 2}")
        until(lambda: dest.read_text() == "2", 30)


def test_noop_watches_and_changes_nothing(confdir: Confdir, client: Any, watch: Start) -> None:
    dest = confdir.resource("a", '{{getv "/app/v"}}', reload_cmd="false")
    program = watch("--noop")
    until(lambda: program.said("would be replaced"))
    client.put("/app/v", "2")
    until(lambda: program.log.read_text().count("would be replaced") == 2)
    assert not dest.exists() and program.end() == 0


def test_status(confdir: Confdir, client: Any, watch: Start) -> None:
    confdir.resource("good", '{{getv "/app/v"}}')
    confdir.resource("bad", '{{getv "/app/nope"}}')
    (confdir.root / "conf.d/worse.toml").write_text("[template]\n")
    program = watch()
    until(lambda: program.said("key does not exist"))

    def states() -> dict[str, str]:
        status = json.loads(confd(confdir, "status", "--format", "json").stdout)
        return {resource["resource"]: resource["state"] for resource in status["resources"]}

    until(lambda: states() == {"good": "ok", "bad": "failed"})
    asked = confd(confdir, "status")
    assert asked.returncode == 1, asked.stderr
    assert "good" in asked.stdout and "key does not exist: /app/nope" in asked.stdout
    assert "worse.toml: src is missing" in asked.stdout
    assert program.end() == 0
    assert "no daemon answers" in confd(confdir, "status").stderr


def test_metrics_and_health(confdir: Confdir, client: Any, watch: Start) -> None:
    from local import free_ports

    confdir.resource("good", '{{getv "/app/v"}}')
    (port,) = free_ports(1)
    watch("--metrics-addr", f"127.0.0.1:{port}")

    def get(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return str(answer.read().decode())

    until(lambda: 'confd_resource_ok{resource="good"} 1' in get("/metrics"))
    assert "confd_replaced_total 1" in get("/metrics")
    assert json.loads(get("/health"))["errors"] == []
    confdir.resource("bad", '{{getv "/app/nope"}}')
    until(lambda: "confd_failures_total 1" in get("/metrics"))
    with pytest.raises(urllib.error.HTTPError) as refused:
        get("/health")
    assert refused.value.code == 503


def test_systemd_is_told(confdir: Confdir, etcd: Any, client: Any, start: Start) -> None:
    confdir.resource("a", '{{getv "/app/v"}}')
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(confdir.root / "notify"))
        manager.settimeout(10)
        environment = {"NOTIFY_SOCKET": str(confdir.root / "notify"), "WATCHDOG_USEC": "200000"}
        program = start("--watch", "-backend", "etcdv3", "-node", etcd.endpoints[0], env=environment)
        until(lambda: manager.recv(4096).startswith(b"READY=1\nSTATUS=1 resources"))
        for _ in range(3):
            until(lambda: manager.recv(4096) == b"WATCHDOG=1")
        program.process.send_signal(signal.SIGHUP)
        until(lambda: manager.recv(4096).startswith(b"RELOADING=1\nMONOTONIC_USEC="))
        program.process.terminate()
        until(lambda: manager.recv(4096) == b"STOPPING=1")
