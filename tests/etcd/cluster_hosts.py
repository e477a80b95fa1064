"""Folders that stand for hosts, each with an etcd of its own, on which the class etcd is applied."""

from pathlib import Path

from local import free_ports

from bunraku.cli.main import main
from bunraku.etcd import Client, Tls

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

    def manifest(
        self, cluster: dict[str, dict[str, str]], more: str = "", parameters: str = "", options: str = ""
    ) -> list[str]:
        """Write the manifest; the command's arguments that apply it."""
        code = f"""
        class {{ 'etcd':
          etcd_name        => '{self.name}',
          manage_package   => false,
          service_provider => 'base',
          config_file_path => '{self.folder}/etcd.yml',
          data_dir         => '{self.folder}/data',
          cluster          => {puppet(cluster)},
          options          => {{ 'heartbeat-interval' => 50, 'election-timeout' => 500, {options} }},
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
        return ["apply", *words, str(manifest)]

    def apply(self, cluster: dict[str, dict[str, str]], more: str = "", parameters: str = "", options: str = "") -> int:
        """Apply the class; the detailed exit code."""
        return main(self.manifest(cluster, more, parameters, options))

    def stop(self, parameters: str = "") -> None:
        """End its etcd, if that runs."""
        if (self.folder / "data.pid").exists():
            self.apply({self.name: self.urls}, parameters=f"service_ensure => stopped, {parameters}")


class ClassicHost(Host):
    """A host at an address of its own, whose cluster is given by the parameters of the well-known module."""

    def __init__(self, folder: Path, name: str, address: str, ports: tuple[int, int]) -> None:
        super().__init__(folder, name)
        self.urls = {kind: f"http://{address}:{port}" for kind, port in zip(("peer", "client"), ports, strict=True)}

    def manifest(
        self, cluster: dict[str, dict[str, str]], more: str = "", parameters: str = "", options: str = ""
    ) -> list[str]:
        """The same, by initial_cluster."""
        classic = f"""
          initial_cluster             => {puppet({name: urls["peer"] for name, urls in cluster.items()})},
          listen_client_urls          => '{self.urls["client"]}',
          advertise_client_urls       => '{self.urls["client"]}',
          listen_peer_urls            => '{self.urls["peer"]}',
          initial_advertise_peer_urls => '{self.urls["peer"]}',
        """
        return super().manifest({}, more, classic + parameters, options)


def cluster(*members: Host) -> dict[str, dict[str, str]]:
    """The class's parameter `cluster`."""
    return {host.name: host.urls for host in members}


class Hosts(list[Host]):
    """Hosts whose clients know every URL, with and without TLS; for `Load`."""

    tls: Tls | None = None

    def client(self, deadline: float = 5.0) -> Client:
        plain = [host.urls["client"] for host in self]
        secure = [url.replace("http:", "https:") for url in plain] if self.tls else []
        return Client([*secure, *plain], tls=self.tls, deadline=deadline)


def make_tls(folder: Path) -> Tls:
    """An authority in `folder` (ca.crt, ca.key), and what a client needs that it has signed."""
    from bunraku.etcd import tls

    ca = tls.make_authority("test", 30)
    (folder / "ca.crt").write_bytes(ca.cert)
    (folder / "ca.key").write_bytes(ca.key)
    client = tls.issue("client", [], 30, ca_cert=f"{folder}/ca.crt", ca_key=f"{folder}/ca.key")
    (folder / "client.crt").write_bytes(client.cert)
    (folder / "client.key").write_bytes(client.key)
    return Tls(*(str(folder / name) for name in ("ca.crt", "client.crt", "client.key")))


def with_tls(host: Host, folder: Path) -> str:
    """The class's parameters that turn TLS on, with the authority in `folder`."""
    files = f"trusted_ca_file => '{folder}/ca.crt', ca_key_file => '{folder}/ca.key'"
    return f"tls => true, pki_dir => '{host.folder}', {files},"
