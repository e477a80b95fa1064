"""etcd_prefix, etcd_role, etcd_user and etcd_auth on real members."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local import LocalCluster

from bunraku.catalog.values import Sensitive
from bunraku.engine.outcome import Outcome
from bunraku.etcd import Client

Converge = Callable[..., dict[str, Outcome]]


def test_a_prefix_is_purged_of_keys_that_are_not_declared(client: Client, converge: Converge) -> None:
    for key in ("/pre/keep", "/pre/stray", "/prefix"):
        client.put(key, "x")
    declared = {"/pre/": ("Etcd_prefix", {"purge": True}), "/pre/keep": ("Etcd_key", {"value": "x"})}
    outcomes = converge(None, declared, noop=True)
    assert outcomes["/pre/stray"].events[0].words == "removed" and client.count("/pre/") == 2
    assert converge(None, declared)["/pre/stray"].changed
    assert [kv.key for kv in client.range("/pre")] == ["/pre/keep", "/prefix"]
    assert "/pre/stray" not in converge(None, declared)
    gone = converge("Etcd_prefix", {"/pre/": {"ensure": "absent"}})["/pre/"]
    assert gone.events[0].words == "removed, with 1 keys" and client.count("/pre") == 1
    assert not converge("Etcd_prefix", {"/pre/": {"ensure": "absent"}})["/pre/"].changed


def test_users_roles_and_authentication_are_brought_up_from_nothing_and_kept(
    need_etcd: None, tmp_path: Path, converge: Converge
) -> None:
    with LocalCluster(tmp_path, 1) as cluster:
        login: dict[str, Any] = {"peers": cluster.endpoints, "username": "root", "password": Sensitive("r00t")}

        def declared(password: str, permissions: list[str]) -> dict[str, Any]:
            return {
                "cluster": ("Etcd_auth", login),
                "root": ("Etcd_user", {**login, "user_password": Sensitive("r00t"), "roles": ["root"]}),
                "web": ("Etcd_user", {**login, "user_password": Sensitive(password), "roles": ["reader"]}),
                "reader": ("Etcd_role", {**login, "permissions": permissions}),
                "root role": ("Etcd_role", {**login, "name": "root"}),
            }

        first = converge(None, declared("secret-1", ["read /app/*", "write /inbox"]))
        assert all(outcome.changed for outcome in first.values()), [o.events[0].words for o in first.values()]
        assert first["cluster"].events[0].words == "authentication switched on"
        again = converge(None, declared("secret-1", ["write /inbox", "read /app/*"]))
        assert {outcome.state for outcome in again.values()} == {"unchanged"}

        changed = converge(None, declared("secret-2", ["read /app/*"]))
        assert changed["web"].changed and changed["reader"].changed and not changed["root"].changed
        assert "secret" not in str([(e.words, e.message, e.previous, e.desired) for e in changed["web"].events])
        with Client(cluster.endpoints, username="web", password="secret-2") as web:
            assert web.get("/app/x") is None
            with pytest.raises(Exception, match="permission denied"):
                web.put("/inbox", "x")


@pytest.mark.parametrize(
    ("kind", "parameters", "message"),
    [
        ("Etcd_role", {"permissions": ["see /a"]}, "a permission is 'read KEY'"),
        ("Etcd_auth", {}, "root user does not exist"),
        ("Etcd_user", {"roles": ["no-such"]}, "role name not found"),
    ],
)
def test_bad_input_is_named(converge: Converge, kind: str, parameters: dict[str, Any], message: str) -> None:
    outcome = converge(kind, {"bad": parameters})["bad"]
    assert outcome.failed and message in outcome.events[0].words
