"""What a configuration says, and what in it could not work; etcd itself is asked where it can tell."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from local import free_ports

from bunraku.etcd import BadSettings, tls
from bunraku.etcd.settings import by_flag, certificate_files, check_settings, read_settings

ONE = {
    "name": "n1",
    "initial-advertise-peer-urls": "http://10.0.0.1:2380",
    "initial-cluster": "n1=http://10.0.0.1:2380",
}


def both(settings: str, variables: str) -> dict[str, Any]:
    """What YAML says, which the same as variables says too."""
    yaml = by_flag(read_settings(settings, Path("etcd.yml")))
    assert by_flag(read_settings(variables, Path("etcd"))) == yaml
    return yaml


def test_yaml_and_variables_say_the_same() -> None:
    found = both(
        "name: n1\npeer-transport-security:\n  cert-file: /a\n  trusted-ca-file: /ca\n"
        "client-transport-security:\n  cert-file: /b\n",
        "# a comment\nETCD_NAME='n1'\nETCD_PEER_CERT_FILE=\"/a\"\n"
        "ETCD_PEER_TRUSTED_CA_FILE=/ca\nETCD_CERT_FILE=/b\nPATH=/",
    )
    assert found["peer-cert-file"] == "/a" and certificate_files(found) == ["/b", "/a", "/ca"]


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("name: [", "etcd.yml", "etcd.yml is not YAML: .*line 1"),
        ("- name", "etcd.yml", "etcd.yml has no settings, but list"),
        ("ETCD_NAME='n1", "etcd", "No closing quotation"),
    ],
)
def test_what_is_no_configuration_is_named(text: str, file: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        read_settings(text, Path(file))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"heartbeat-interval": 500}, "election-timeout of 1000 ms does not go with a heartbeat-interval of 500 ms"),
        ({"election-timeout": "60000"}, "50000 at most"),
        ({"election-timeout": "soon"}, "whole numbers of milliseconds"),
        ({"initial-cluster": "n1"}, "'n1' in initial-cluster is no member .a member is NAME=URL"),
        ({"initial-cluster": "n1=http://10.0.0.1:2380,n2=http://10.0.0.1:2380"}, "n1 and n2 have the same address"),
        ({"initial-cluster": "n1=http://10.0.0.9:2380"}, "has n1 at http://10.0.0.9:2380, but it is to be found at"),
        (
            {"listen-client-urls": "https://10.0.0.1:2379"},
            "listen-client-urls has https.*give cert_file and",
        ),
        ({"listen-peer-urls": "https://10.0.0.1:2380"}, "listen-peer-urls has https.*give peer_cert_file and"),
        ({"key-file": "/key"}, "cert-file and key-file go together"),
        ({"cert-file": "/no/cert", "key-file": "/no/key"}, "cannot read /no/cert"),
    ],
)
def test_what_etcd_would_not_start_with_is_named_with_what_to_do(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        list(check_settings({**ONE, **settings}))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"initial-cluster": "n1=http://n1.example.com:2380", "name": "n1"},
        {"initial-cluster": "n1=http://10.0.0.1:2380,n1=http://10.1.0.1:2380"}
        | {"initial-advertise-peer-urls": "http://10.1.0.1:2380,http://10.0.0.1:2380"},
        {"initial-cluster": None, "discovery": "https://discovery.example.com/1"},
        {"listen-client-urls": "https://10.0.0.1:2379", "auto-tls": True},
        {"heartbeat-interval": "50", "election-timeout": "250"},
    ],
)
def test_what_etcd_starts_with_passes(settings: dict[str, Any]) -> None:
    assert list(check_settings({**ONE, **settings})) == []


def test_a_member_with_data_no_longer_looks_at_the_cluster_it_began_with(tmp_path: Path) -> None:
    (tmp_path / "member").mkdir()
    assert list(check_settings({**ONE, "initial-cluster": "n1", "data-dir": str(tmp_path)})) == []


def test_certificates_are_held_against_those_who_come(tmp_path: Path) -> None:
    ca, other = tls.make_authority("one", 9), tls.make_authority("other", 9)
    for name, pair in (("ca", ca), ("other", other)):
        (tmp_path / f"{name}.crt").write_bytes(pair.cert)
        (tmp_path / f"{name}.key").write_bytes(pair.key)
    (tmp_path / "both.crt").write_bytes(other.cert + ca.cert)
    mine = tls.issue("n1", ["10.0.0.1"], 9, ca_cert=f"{tmp_path}/ca.crt", ca_key=f"{tmp_path}/ca.key")
    (tmp_path / "n1.crt").write_bytes(mine.cert)
    (tmp_path / "n1.key").write_bytes(mine.key)

    def check(ca: str, host: str) -> list[str]:
        files = {"cert-file": f"{tmp_path}/n1.crt", "key-file": f"{tmp_path}/n1.key"}
        peer = {f"peer-{name}": file for name, file in files.items()}
        return list(
            check_settings(
                {
                    **files,
                    **peer,
                    "name": "n1",
                    "peer-trusted-ca-file": f"{tmp_path}/{ca}.crt",
                    "advertise-client-urls": "https://clients.example.com:2379",
                    "initial-advertise-peer-urls": f"https://{host}:2380",
                    "initial-cluster": f"n1=https://{host}:2380,n2=https://10.0.0.2:2380",
                }
            )
        )

    for authority in ("ca", "both"):
        (warning,) = check(authority, "10.0.0.1")
        assert "n1.crt is not for clients.example.com, where clients are told to come" in warning
    pytest.raises(BadSettings, check, "other", "10.0.0.1").match("not signed by the authority of .*other.crt")
    pytest.raises(BadSettings, check, "ca", "10.0.0.7").match("n1.crt is for 10.0.0.1, not for 10.0.0.7")


@pytest.mark.parametrize(
    "settings",
    [
        {"election-timeout": 400},
        {"election-timeout": 60_000},
        {"initial-cluster": "n1"},
        {"initial-cluster": "n1=URL,n2=URL"},
        {"initial-cluster": "n1=http://127.0.0.1:1"},
        {"listen-client-urls": "https://127.0.0.1:0"},
        {"cert-file": "/no/cert", "key-file": "/no/key", "listen-client-urls": "https://127.0.0.1:0"},
        {"peer-cert-file": "/no/cert", "peer-key-file": "/no/key"},
    ],
)
def test_etcd_itself_refuses_what_is_refused(need_etcd: None, tmp_path: Path, settings: dict[str, Any]) -> None:
    client, peer = (f"http://127.0.0.1:{port}" for port in free_ports(2))
    told = {"name": "n1", "listen-client-urls": client, "advertise-client-urls": client, "listen-peer-urls": peer}
    told |= {"initial-advertise-peer-urls": peer, "initial-cluster": f"n1={peer}"}
    told |= {name: str(value).replace("URL", peer) for name, value in settings.items()}
    with pytest.raises(BadSettings):
        list(check_settings(told))
    flags = [f"--{name}={value}" for name, value in told.items()]
    done = subprocess.run(["etcd", f"--data-dir={tmp_path}/data", *flags], capture_output=True, timeout=60)
    assert done.returncode != 0
