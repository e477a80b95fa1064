"""The class etcd, applied as an operator would: one member, then a whole cluster from the same few lines."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cluster_hosts import ClassicHost, Host, Hosts, cluster, make_tls, with_tls
from load import Load
from local import free_ports, wait_until

from bunraku.cli.main import main
from bunraku.etcd import Client
from bunraku.etcd.cluster import LOCK


def test_one_member_from_one_class_with_keys_and_a_second_run_changes_nothing(hosts: Hosts) -> None:
    host = hosts[0]
    keys = f"etcd_key {{ '/from/code': value => 'x', peers => '{host.urls['client']}' }}"
    assert host.apply({host.name: host.urls}, keys) == 2
    with Client(host.urls["client"]) as client:
        found = client.get("/from/code")
        assert found is not None and found.value == b"x"
    assert (host.folder / "data").stat().st_mode & 0o777 == 0o700
    assert host.apply({host.name: host.urls}, keys) == 0


def test_an_option_that_this_etcd_does_not_know_is_refused_before_anything_is_written(hosts: Hosts) -> None:
    host = hosts[0]
    assert host.apply({host.name: host.urls}, parameters="cors => '*', log_package_levels => 'x', wal_dir => '',") == 2
    before = (host.folder / "etcd.yml").read_text()
    assert host.apply({host.name: host.urls}, options="'max-learners' => 3") & 4
    assert (host.folder / "etcd.yml").read_text() == before


def test_a_command_for_restarts_is_used_as_it_is_and_alone(hosts: Hosts) -> None:
    host, note = hosts[0], hosts[0].folder / "restarted"
    command = f"service_restart => '/bin/echo x >> {note}',"
    assert host.apply(cluster(host), parameters=command) == 2 and not note.exists()
    assert host.apply(cluster(host), parameters=f"{command} snapshot_count => 5000,") == 2
    assert note.read_text() == "x\n"
    assert host.apply(cluster(host), parameters=f"{command} snapshot_count => 5000,") == 0


@pytest.mark.slow
def test_a_cluster_grows_and_shrinks_by_what_the_code_says(hosts: Hosts) -> None:
    assert hosts[0].apply(cluster(hosts[0])) == 2
    with Client([host.urls["client"] for host in hosts]) as client:
        client.put("/kept", "x")
        for count in (2, 3):
            wanted = cluster(*hosts[:count])
            assert hosts[count - 1].apply(wanted) == 2
        for host in hosts:
            host.apply(cluster(*hosts))
            assert host.apply(cluster(*hosts)) == 0
        assert [(m.name, m.learner) for m in client.members.list()] == [("n1", False), ("n2", False), ("n3", False)]

        hosts[2].stop()
        assert hosts[0].apply(cluster(*hosts[:2])) == 2
        wait_until(lambda: [m.name for m in client.members.list()] == ["n1", "n2"])
        assert client.count("/kept") == 1


@pytest.mark.slow
def test_initial_cluster_is_kept_too_but_members_that_it_never_named_are_left_alone(
    need_etcd: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client_port, peer_port = free_ports(2)
    hosts = Hosts(ClassicHost(tmp_path, f"n{n}", f"127.0.0.{n}", (peer_port, client_port)) for n in (1, 2, 3))
    first, second, third = hosts

    def names() -> list[str]:
        with hosts.client() as client:
            return [member.name for member in client.members.list() if not member.learner]

    try:
        assert first.apply(cluster(first)) == 2
        assert second.apply(cluster(first, second)) == 2
        assert third.apply(cluster(*hosts)) == 2 and names() == ["n1", "n2", "n3"]
        assert first.apply(cluster(*hosts)) == 2 and first.apply(cluster(*hosts)) == 0
        capsys.readouterr()
        assert second.apply(cluster(first, second)) == 0 and names() == ["n1", "n2", "n3"]
        assert "n3 was never named here, and is left alone" in capsys.readouterr().out
        assert first.apply(cluster(first, third)) == 2 and names() == ["n1", "n3"]
    finally:
        for host in hosts:
            host.stop()


def start(hosts: Hosts) -> None:
    """Form a plain cluster of all hosts."""
    for host in hosts:
        assert host.apply(cluster(*hosts)) == 2
    with hosts.client() as client:
        wait_until(lambda: client.put("/formed", "yes"))
        wait_until(lambda: all(member.client_urls for member in client.members.list()))


@pytest.mark.slow
def test_a_running_plain_cluster_is_moved_to_tls_and_no_write_is_lost(
    hosts: Hosts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(hosts)
    hosts.tls = make_tls(tmp_path)

    def secure(host: Host) -> int:
        return host.apply(cluster(*hosts), parameters=with_tls(host, tmp_path))

    with Load(hosts) as load:
        capsys.readouterr()
        assert secure(hosts[0]) == 2
        assert "TLS waits for n2, n3 to have certificates" in capsys.readouterr().out
        rounds = [[secure(host) for host in hosts] for _ in range(4)]
    load.check(hosts)
    assert rounds[-1] == [0, 0, 0] and load.acknowledged
    with hosts.client() as client:
        members = client.members.list()
    assert {url.split(":")[0] for m in members for url in (*m.peer_urls, *m.client_urls)} == {"https"}
    assert hosts[0].apply(cluster(*hosts)) == 4, "the way back would break the cluster"


@pytest.mark.slow
def test_members_restart_one_at_a_time_when_every_host_applies_a_new_configuration_at_once(hosts: Hosts) -> None:
    start(hosts)
    pids = [(host.folder / "data.pid").read_text() for host in hosts]
    with hosts.client() as client, client.watch([LOCK]) as locks, Load(hosts) as load:
        commands = [host.manifest(cluster(*hosts), parameters="snapshot_count => 5000,") for host in hosts]
        running = [subprocess.Popen([sys.executable, "-m", "bunraku.cli.main", *words]) for words in commands]
        assert [one.wait(timeout=400) for one in running] == [2, 2, 2]
        client.put(f"{LOCK}/end", "")
        taken = []
        while (event := locks.get(60)) and not event.key.endswith("/end"):
            if event.key == LOCK and event.kind == "put":
                taken.append(event.value.decode())
    load.check(hosts)
    assert sorted(taken) == ["n1", "n2", "n3"]
    assert all((host.folder / "data.pid").read_text() != pid for host, pid in zip(hosts, pids, strict=True))
    assert [host.apply(cluster(*hosts), parameters="snapshot_count => 5000,") for host in hosts] == [0, 0, 0]


def ask_who_is_there(client: Client) -> None:
    """Switch authentication on; root's password is r00t."""
    client.auth.add_user("root", "r00t")
    client.auth.add_role("root")
    client.auth.grant_role("root", "root")
    client.auth.enable()


LOGIN = "username => 'root', password => Sensitive('r00t'),"


def test_a_member_that_asks_who_is_there_is_waited_for_when_it_starts(
    hosts: Hosts, capsys: pytest.CaptureFixture[str]
) -> None:
    host = hosts[0]
    assert host.apply(cluster(host), parameters=LOGIN) == 2
    with Client(host.urls["client"]) as client:
        ask_who_is_there(client)
    host.stop()
    assert host.apply(cluster(host), parameters=f"{LOGIN} health_timeout => 20,") == 2
    assert "r00t" not in capsys.readouterr().out


@pytest.mark.slow
def test_a_cluster_that_asks_who_is_there_is_changed_by_the_user_that_the_class_is_given(
    hosts: Hosts, capsys: pytest.CaptureFixture[str]
) -> None:
    start(hosts)
    with hosts.client() as client:
        ask_who_is_there(client)
    one = hosts[0]
    assert one.apply(cluster(*hosts), parameters="snapshot_count => 5000,") & 4
    assert "user name" in capsys.readouterr().out, "the restart takes a lock, and a lock takes a user"
    assert one.apply(cluster(*hosts), parameters=f"snapshot_count => 5000, {LOGIN}") == 2
    out = capsys.readouterr().out
    assert "restarted in turn with its new configuration" in out and "r00t" not in out
    assert one.apply(cluster(*hosts), parameters=f"snapshot_count => 5000, {LOGIN}") == 0


@pytest.mark.slow
def test_a_cluster_that_was_destroyed_is_restored_from_its_snapshot(hosts: Hosts, tmp_path: Path) -> None:
    start(hosts)
    with hosts.client() as client:
        for n in range(50):
            client.put(f"/drill/{n}", str(n))
        before = client.snapshot([""])[1]
    file = str(tmp_path / "all.db")
    assert main(["etcd", "snapshot", file, "--endpoints", hosts[0].urls["client"]]) == 0
    initial = ",".join(f"{host.name}={host.urls['peer']}" for host in hosts)
    for host in hosts:
        host.stop()
        shutil.rmtree(host.folder / "data" / "member")
    for host in hosts:
        own = ["--name", host.name, "--initial-advertise-peer-urls", host.urls["peer"], "--initial-cluster", initial]
        assert main(["etcd", "restore", file, "--data-dir", str(host.folder / "data"), *own]) == 0
    for host in hosts:
        assert host.apply(cluster(*hosts)) == 2
    with hosts.client(deadline=20) as client:
        wait_until(lambda: all(member.client_urls for member in client.members.list()))
        assert client.snapshot([""])[1] == before
        assert sorted(member.name for member in client.members.list()) == ["n1", "n2", "n3"]
    assert [host.apply(cluster(*hosts)) for host in hosts] == [0, 0, 0]
