"""The class etcd, applied as an operator would: one member, then a whole cluster from the same few lines."""

from pathlib import Path

import pytest
from local import free_ports, wait_until

from bunraku.cli.main import main
from bunraku.etcd import Client

ROOT = Path(__file__).parent.parent.parent


def puppet(value: dict[str, object] | str) -> str:
    """Hashes and strings as Puppet code."""
    if isinstance(value, str):
        return f"'{value}'"
    return "{ " + ", ".join(f"'{name}' => {puppet(one)}" for name, one in value.items()) + " }"  # type: ignore[arg-type]


class Host:
    """A folder that stands for a host: its etcd, its state, its name in the cluster."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self.name = name
        peer, client = free_ports(2)
        self.urls = {"peer": f"http://127.0.0.1:{peer}", "client": f"http://127.0.0.1:{client}"}

    def apply(self, cluster: dict[str, dict[str, str]], more: str = "", parameters: str = "") -> int:
        """Apply the class; the detailed exit code."""
        code = f"""
        class {{ 'etcd':
          etcd_name        => '{self.name}',
          manage_package   => false,
          service_provider => 'base',
          config_file_path => '{self.folder}/etcd.yml',
          data_dir         => '{self.folder}/data',
          cluster          => {puppet(cluster)},
          options          => {{ 'heartbeat-interval' => 50, 'election-timeout' => 500 }},
          {parameters}
        }}
        {more}
        """
        manifest = self.folder / "site.pp"
        manifest.write_text(code)
        words = [
            "--detailed-exitcodes",
            "--statedir",
            str(self.folder / "state"),
            "--modulepath",
            str(ROOT / "modules"),
        ]
        return main(["apply", *words, str(manifest)])

    def stop(self) -> None:
        self.apply({self.name: self.urls}, parameters="service_ensure => stopped,")


@pytest.fixture
def hosts(need_etcd: None, tmp_path: Path):
    found = [Host(tmp_path, f"n{n}") for n in (1, 2, 3)]
    yield found
    for host in found:
        if (host.folder / "data.pid").exists():
            host.stop()


def test_one_member_from_one_class_with_keys_and_a_second_run_changes_nothing(hosts: list[Host]) -> None:
    host = hosts[0]
    keys = f"etcd_key {{ '/from/code': value => 'x', peers => '{host.urls['client']}' }}"
    assert host.apply({host.name: host.urls}, keys) == 2
    with Client(host.urls["client"]) as client:
        found = client.get("/from/code")
        assert found is not None and found.value == b"x"
    assert (host.folder / "data").stat().st_mode & 0o777 == 0o700
    assert host.apply({host.name: host.urls}, keys) == 0


@pytest.mark.slow
def test_a_cluster_grows_and_shrinks_by_what_the_code_says(hosts: list[Host]) -> None:
    def cluster(*members: Host) -> dict[str, dict[str, str]]:
        return {host.name: host.urls for host in members}

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
