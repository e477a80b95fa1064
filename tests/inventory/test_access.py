"""Tokens and TLS: who is let in, over a real server that is started as an operator would."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bunraku.cli.main import main
from bunraku.etcd.tls import issue, make_authority
from bunraku.inventory.access import Credentials
from bunraku.inventory.client import ask
from bunraku.inventory.errors import InventoryError

BUNRAKU = Path(sys.executable).parent / "bunraku"
Serve = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server with flags; its URL."""
    started: list[subprocess.Popen[str]] = []

    def begin(*flags: str) -> str:
        words = ["inventory", "serve", "--listen", "127.0.0.1:0", "--database", str(tmp_path / "inventory.db")]
        started.append(subprocess.Popen([BUNRAKU, *words, *flags], stdout=subprocess.PIPE, text=True))
        assert started[-1].stdout is not None
        line = started[-1].stdout.readline()
        return line.partition("url=")[2].partition(" ")[0]

    yield begin
    for server in started:
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "tokens"
    file.touch(mode=0o600)
    file.write_text("# dashboards\ns3cret\n\nanother\n")
    return file


def test_a_token_is_asked_for_everywhere(serve: Serve, token: Path) -> None:
    url = serve("--token-file", str(token))
    for path in ("/pdb/query/v4/nodes", "/pdb/meta/v1/version", "/nowhere"):
        assert requests.get(url + path, timeout=20).status_code == 401
        assert requests.get(url + path, headers={"X-Authentication": "wrong"}, timeout=20).status_code == 401
    posted = requests.post(url + "/pdb/cmd/v1", json={}, timeout=20)
    assert posted.status_code == 401 and "X-Authentication" in posted.text
    for headers in ({"X-Authentication": "s3cret"}, {"Authorization": "Bearer another"}):
        assert requests.get(url + "/pdb/query/v4/nodes", headers=headers, timeout=20).json() == []
    with pytest.raises(InventoryError, match="wants a token"):
        ask(url, "nodes {}")


def test_a_run_and_a_query_bring_theirs(
    serve: Serve, token: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = serve("--token-file", str(token))
    apply = ["apply", "--statedir", str(tmp_path / "state"), "--certname", "web1", "--inventory", url, "-e", ""]
    assert main(apply) == 0
    assert "not stored in the inventory" in capsys.readouterr().err
    monkeypatch.setenv("BUNRAKU_INVENTORY_TOKEN_FILE", str(token))
    assert main(apply) == 0
    assert capsys.readouterr().err == ""
    assert main(["query", "--inventory", url, "nodes[certname] {}"]) == 0
    assert capsys.readouterr().out == "web1\n"


def test_tls_with_certificates_on_both_sides(serve: Serve, tmp_path: Path) -> None:
    authority = make_authority("test", 2)
    files = {name: tmp_path / name for name in ("ca", "server", "server.key", "client", "client.key")}
    files["ca"].write_bytes(authority.cert)
    (tmp_path / "ca.key").touch(mode=0o600)
    (tmp_path / "ca.key").write_bytes(authority.key)
    for name in ("server", "client"):
        pair = issue(name, ["127.0.0.1"], 2, ca_cert=str(files["ca"]), ca_key=str(tmp_path / "ca.key"))
        files[name].write_bytes(pair.cert)
        files[f"{name}.key"].touch(mode=0o600)
        files[f"{name}.key"].write_bytes(pair.key)
    tls = ["--tls-cert", str(files["server"]), "--tls-key", str(files["server.key"]), "--tls-ca", str(files["ca"])]
    url = serve(*tls)
    assert url.startswith("https://")
    known = Credentials("", str(files["ca"]), str(files["client"]), str(files["client.key"]))
    assert ask(url, "nodes {}", known) == []
    for stranger in (Credentials(ca_file=str(files["ca"])), Credentials()):
        with pytest.raises(InventoryError, match="does not answer"):
            ask(url, "nodes {}", stranger)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--tls-cert", "a"], "--tls-cert and --tls-key go together"),
        (["--tls-ca", "a"], "--tls-ca goes with them"),
        (["--tls-cert", "none", "--tls-key", "none"], "TLS cannot be had with none, none"),
        (["--token-file", "none"], "none: no such file"),
        (["--token-file", "open"], "everybody may read it: chmod 600 open"),
        (["--token-file", "empty"], "empty holds no token"),
    ],
)
def test_what_cannot_guard_is_refused(
    flags: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, mode in (("open", 0o644), ("empty", 0o600)):
        Path(name).write_text("# nothing\n")
        os.chmod(name, mode)
    assert main(["inventory", "serve", "--listen", "127.0.0.1:0", "--database", "i.db", *flags]) == 1
    assert words in capsys.readouterr().err
