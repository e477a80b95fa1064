"""The class etcd, applied as an operator would: one member, then a whole cluster from the same few lines."""

from pathlib import Path

import pytest
from hosts import Host, Hosts, cluster
from load import Load
from local import wait_until

from bunraku.etcd import Client, Tls, tls


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
    authority = tls.make_authority("test", 30)
    (tmp_path / "ca.crt").write_bytes(authority.cert)
    (tmp_path / "ca.key").write_bytes(authority.key)
    client = tls.issue("client", [], 30, ca_cert=f"{tmp_path}/ca.crt", ca_key=f"{tmp_path}/ca.key")
    (tmp_path / "client.crt").write_bytes(client.cert)
    (tmp_path / "client.key").write_bytes(client.key)
    hosts.tls = Tls(*(str(tmp_path / name) for name in ("ca.crt", "client.crt", "client.key")))

    def secure(host: Host) -> int:
        files = (
            f"pki_dir => '{host.folder}', trusted_ca_file => '{tmp_path}/ca.crt', ca_key_file => '{tmp_path}/ca.key',"
        )
        return host.apply(cluster(*hosts), parameters=f"tls => true, {files}")

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
