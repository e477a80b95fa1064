"""An authority, certificates and etcd with TLS on, for clients and peers."""

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from load import Load
from local import LocalCluster

from bunraku.engine.outcome import Outcome
from bunraku.etcd import BadSettings, Client, Tls, Unreachable, gateway, tls

Converge = Callable[..., dict[str, Outcome]]


@pytest.fixture
def pki(tmp_path: Path, converge: Converge) -> Callable[..., dict[str, Outcome]]:
    """Declare the authority and two certificates in a folder; `more` goes to the servers' certificate."""
    folder = tmp_path / "pki"
    folder.mkdir()
    ca = {"ca_cert": f"{folder}/ca.crt", "ca_key": f"{folder}/ca.key"}

    def declare(**more: Any) -> dict[str, Outcome]:
        outcomes = converge(
            None,
            {
                f"{folder}/server.crt": (
                    "Etcd_cert",
                    {"key_file": f"{folder}/server.key", "hosts": ["127.0.0.1", "localhost"], **ca, **more},
                ),
                f"{folder}/root.crt": ("Etcd_cert", {"key_file": f"{folder}/root.key", "common_name": "root", **ca}),
                f"{folder}/ca.crt": ("Etcd_ca", {"key_file": f"{folder}/ca.key"}),
            },
        )
        return {Path(title).name: outcome for title, outcome in outcomes.items()}

    return declare


class TlsCluster(LocalCluster):
    """Members that speak TLS to clients and to each other, and want certificates from both."""

    def __init__(self, folder: Path, size: int) -> None:
        pki = folder / "pki"
        flags = []
        for side in ("", "peer-"):
            flags += [f"--{side}cert-file", f"{pki}/server.crt", f"--{side}key-file", f"{pki}/server.key"]
            flags += [f"--{side}trusted-ca-file", f"{pki}/ca.crt", f"--{side}client-cert-auth"]
        super().__init__(folder, size, flags)
        for member in self.members:
            member.client_url = member.client_url.replace("http:", "https:")
            member.peer_url = member.peer_url.replace("http:", "https:")
        self.initial = ",".join(f"{m.name}={m.peer_url}" for m in self.members)
        self.tls = Tls(f"{pki}/ca.crt", f"{pki}/root.crt", f"{pki}/root.key")

    def client(self, deadline: float = 5.0) -> Client:
        return Client(self.endpoints, tls=self.tls, deadline=deadline)


@pytest.fixture
def secure(need_etcd: None, tmp_path: Path, pki: Callable[..., Any]) -> Iterator[TlsCluster]:
    pki()
    with TlsCluster(tmp_path, 3) as cluster:
        yield cluster


def test_certificates_are_made_once_and_renewed_for_a_reason(tmp_path: Path, pki: Callable[..., Any]) -> None:
    first = pki()
    assert [first[name].events[0].words for name in ("ca.crt", "server.crt", "root.crt")] == ["created"] * 3
    assert {outcome.state for outcome in pki().values()} == {"unchanged"}
    folder = tmp_path / "pki"
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir() if path.suffix == ".key"} == {
        "ca.key": 0o600,
        "server.key": 0o600,
        "root.key": 0o600,
    }
    assert tls.hosts_of(f"{folder}/server.crt") == ["127.0.0.1", "localhost"]
    if shutil.which("openssl"):
        words = ["openssl", "verify", "-x509_strict", "-CAfile", f"{folder}/ca.crt", f"{folder}/server.crt"]
        assert subprocess.run(words, capture_output=True, timeout=60).stdout.endswith(b": OK\n")
    renewed = pki(days=366, renew_before=365)["server.crt"]
    assert renewed.events[0].words == "renewed: expires in 364 days"
    assert pki(hosts=["localhost"])["server.crt"].events[0].words.startswith("hosts [127.0.0.1, localhost]")
    (folder / "server.key").write_bytes((folder / "root.key").read_bytes())
    assert pki()["server.crt"].events[0].words == "renewed: not of this key"
    (folder / "server.crt").write_text("rubbish")
    assert pki()["server.crt"].events[0].words.startswith("renewed: unreadable")
    (folder / "ca.key").unlink()
    assert "ca.key is missing, but not the other half" in pki()["ca.crt"].events[0].words


@pytest.mark.slow
def test_a_cluster_speaks_tls_and_certificates_are_rotated_under_load(
    secure: TlsCluster, tmp_path: Path, pki: Callable[..., Any], converge: Converge
) -> None:
    with Load(secure) as load:
        load.progress()
        assert pki(days=366, renew_before=365)["server.crt"].changed
        victim = secure.members[0]
        victim.kill()
        load.progress()
        secure.restart(victim)
        load.progress()
    load.check(secure)
    files = {"ca_file": secure.tls.ca_file, "cert_file": secure.tls.cert_file, "key_file": secure.tls.key_file}
    assert converge("Etcd_key", {"/tls": {"value": "x", "peers": secure.endpoints, **files}})["/tls"].changed


def test_the_gateway_is_read_over_tls(secure: TlsCluster) -> None:
    def trusting(*certificate: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=secure.tls.ca_file)
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    with secure.client() as client:
        client.put("/over/tls", "yes")
    ours = str(secure.tls.cert_file), str(secure.tls.key_file)
    assert gateway.snapshot(secure.endpoints, ["/over/"], context=lambda: trusting(*ours)) == {"/over/tls": b"yes"}
    assert gateway.snapshot(secure.endpoints, ["/over/"], context=trusting) is None, "a certificate is asked for"


def test_wrong_trust_is_named(secure: TlsCluster, tmp_path: Path) -> None:
    other = tls.make_authority("another", 1)
    (tmp_path / "other.crt").write_bytes(other.cert)
    endpoint = secure.endpoints[0]
    for wrong, words in (
        (Tls(str(tmp_path / "other.crt")), "not signed by the given authority.*check ca_file"),
        (Tls(secure.tls.ca_file), "does it want a client certificate"),
    ):
        with Client(endpoint, tls=wrong, deadline=1) as client:
            pytest.raises(Unreachable, client.get, "/a").match(words)


def test_files_that_a_member_cannot_serve_with_are_named(tmp_path: Path) -> None:
    def keep(name: str, pair: tls.Pair) -> tuple[str, str]:
        (tmp_path / f"{name}.crt").write_bytes(pair.cert)
        (tmp_path / f"{name}.key").write_bytes(pair.key)
        return f"{tmp_path}/{name}.crt", f"{tmp_path}/{name}.key"

    ca, ca_key = keep("ca", tls.make_authority("one", 9))
    other, _ = keep("other", tls.make_authority("one", 9))
    cert, key = keep("n1", tls.issue("n1", ["10.0.0.1", "*.example.com"], 9, ca_cert=ca, ca_key=ca_key))
    old, old_key = keep("old", tls.issue("n1", ["10.0.0.1"], -1, ca_cert=ca, ca_key=ca_key))
    tls.check(cert, key, ca, ["10.0.0.1"])
    tls.check(cert, key, ca, ["n1.example.com"])
    for files, host, words in (
        ((old, old_key, ca), "10.0.0.1", "old.crt expired on"),
        ((cert, ca_key, ca), "10.0.0.1", "ca.key is not the key of .*n1.crt"),
        ((cert, key, other), "10.0.0.1", "n1.crt is not signed by the authority of .*other.crt"),
        ((cert, key, ca), "10.0.0.2", "n1.crt is for .*10.0.0.1, not for 10.0.0.2"),
        ((ca_key, key, ca), "10.0.0.1", "ca.key is not a certificate"),
        ((cert, cert, ca), "10.0.0.1", "n1.crt is not a private key"),
        (("/no/such", key, ca), "10.0.0.1", "cannot read /no/such"),
    ):
        with pytest.raises(BadSettings, match=words):
            tls.check(*files, [host])
