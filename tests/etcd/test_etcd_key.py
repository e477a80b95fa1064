"""The resource etcd_key on a real etcd."""

from collections.abc import Callable
from pathlib import Path

import pytest
from local import LocalCluster, free_ports, wait_until

from bunraku.catalog.values import Binary, Sensitive
from bunraku.engine.outcome import Outcome
from bunraku.etcd import Client
from bunraku.etcd.auth import Permission
from bunraku.resources.etcd_key import EtcdKey

Converge = Callable[..., dict[str, Outcome]]


def stored(client: Client, key: str) -> bytes | None:
    found = client.get(key)
    return None if found is None else found.value


def words(outcome: Outcome) -> list[str]:
    return [event.words for event in outcome.events]


def test_a_key_is_created_changed_and_removed_and_then_left_alone(client: Client, converge: Converge) -> None:
    key = "/res/a"
    assert words(converge("Etcd_key", {key: {"value": "1"}})[key]) == ["created"]
    assert converge("Etcd_key", {key: {"value": "1"}})[key].state == "unchanged"
    assert words(converge("Etcd_key", {key: {"value": "2"}})[key]) == ["value 1 → 2"]
    assert stored(client, key) == b"2"
    assert words(converge("Etcd_key", {key: {"ensure": "absent"}})[key]) == ["removed"]
    assert stored(client, key) is None
    assert converge("Etcd_key", {key: {"ensure": "absent"}})[key].state == "unchanged"


def test_noop_says_what_would_happen_and_changes_nothing(client: Client, converge: Converge) -> None:
    client.put("/res/noop", "old")
    outcome = converge("Etcd_key", {"/res/noop": {"value": "new"}}, noop=True)["/res/noop"]
    assert words(outcome) == ["value old → new"] and stored(client, "/res/noop") == b"old"


def test_many_keys_take_few_calls(client: Client, converge: Converge) -> None:
    keys = {f"/res/many/{n:03}": {"value": str(n)} for n in range(300)}
    converge("Etcd_key", keys)
    calls = []
    original = Client._call
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_call", lambda self, *a: calls.append(a) or original(self, *a))
        outcomes = converge("Etcd_key", keys)
    assert len(calls) == 3
    assert {outcome.state for outcome in outcomes.values()} == {"unchanged"}


def test_many_keys_are_written_in_few_transactions_and_told_one_by_one(client: Client, converge: Converge) -> None:
    client.put("/res/mass/000", "old")
    client.put("/res/mass/001", "stray")
    keys: dict[str, dict[str, object]] = {f"/res/mass/{n:03}": {"value": str(n)} for n in range(300)}
    keys["/res/mass/001"] = {"ensure": "absent"}
    keys["/res/mass/002"]["replace"] = False
    before = client.revision()
    outcomes = converge("Etcd_key", keys)
    assert client.revision() - before == 3, "three transactions, a revision each"
    assert words(outcomes["/res/mass/000"]) == ["value old → 0"] and words(outcomes["/res/mass/001"]) == ["removed"]
    assert all(words(outcomes[key]) == ["created"] for key in list(keys)[2:])
    assert client.snapshot(["/res/mass/"])[1] == {key: k["value"].encode() for key, k in keys.items() if "value" in k}
    assert {outcome.state for outcome in converge("Etcd_key", keys).values()} == {"unchanged"}


def test_one_key_that_another_changed_meanwhile_does_not_hold_up_the_others(
    client: Client, converge: Converge, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = EtcdKey._change_together

    def interfere(key: EtcdKey, c: Client) -> bool:
        if key.name == "/res/jam/00":
            client.put("/res/jam/05", "5")
            client.put("/res/jam/06", "theirs")
        return original(key, c)

    monkeypatch.setattr(EtcdKey, "_change_together", interfere)
    outcomes = converge("Etcd_key", {f"/res/jam/{n:02}": {"value": str(n)} for n in range(10)})
    assert not any(outcome.failed for outcome in outcomes.values())
    assert client.snapshot(["/res/jam/"])[1] == {f"/res/jam/{n:02}": str(n).encode() for n in range(10)}
    found = client.get("/res/jam/05")
    assert found is not None and found.version == 1, "theirs was as declared: it was left alone"


def test_a_key_that_may_not_be_written_fails_alone(need_etcd: None, tmp_path: Path, converge: Converge) -> None:
    with LocalCluster(tmp_path, 1) as cluster, cluster.client() as plain:
        auth = plain.auth
        for user in ("root", "web"):
            auth.add_user(user, user)
            auth.add_role(user)
            auth.grant_role(user, user)
        auth.grant("web", Permission("readwrite", "/web/", True))
        auth.enable()
        login = {"peers": cluster.endpoints, "username": "web", "password": Sensitive("web"), "value": "x"}
        outcomes = converge("Etcd_key", {key: dict(login) for key in ("/web/a", "/other", "/web/b")})
        assert outcomes["/other"].failed and "permission denied" in outcomes["/other"].events[0].words
        assert "grant the user a role" in outcomes["/other"].events[0].words
        assert outcomes["/web/a"].changed and outcomes["/web/b"].changed


def test_a_seed_is_put_once_and_then_belongs_to_the_operators(client: Client, converge: Converge) -> None:
    seed = {"/res/seed": {"value": "first", "replace": False}}
    assert converge("Etcd_key", seed)["/res/seed"].changed
    client.put("/res/seed", "operator's")
    assert not converge("Etcd_key", seed)["/res/seed"].changed
    assert stored(client, "/res/seed") == b"operator's"


def test_a_key_with_a_ttl_is_renewed_and_dies_with_its_lease(client: Client, converge: Converge) -> None:
    brief = {"/res/brief": {"value": "x", "ttl": 10}}
    assert words(converge("Etcd_key", brief)["/res/brief"]) == ["created"]
    found = client.get("/res/brief")
    assert found is not None and converge("Etcd_key", brief)["/res/brief"].state == "unchanged"
    wait_until(lambda: client.leases.state(found.lease).remaining < 5)
    assert words(converge("Etcd_key", brief)["/res/brief"]) == ["lease renewed for 10 s"]
    renewed = client.get("/res/brief")
    assert renewed is not None and client.leases.state(renewed.lease).remaining >= 5
    client.leases.revoke(renewed.lease)
    assert stored(client, "/res/brief") is None


def test_a_binary_is_a_value_byte_for_byte(client: Client, converge: Converge) -> None:
    declared = {"/res/binary": {"value": Binary(b"\0\xff\n")}}
    client.put("/res/binary", "\x1b[2J")
    assert words(converge("Etcd_key", declared)["/res/binary"]) == ["value (bytes that are not shown)"]
    assert stored(client, "/res/binary") == b"\0\xff\n"
    assert not converge("Etcd_key", declared)["/res/binary"].changed


def test_a_file_is_a_source_byte_for_byte(client: Client, converge: Converge, tmp_path: Path) -> None:
    source = tmp_path / "value"
    source.write_bytes(b"two\nlines\xff\n")
    declared = {"/res/source": {"source": str(source)}}
    assert converge("Etcd_key", declared)["/res/source"].changed
    assert stored(client, "/res/source") == b"two\nlines\xff\n"
    assert converge("Etcd_key", declared)["/res/source"].state == "unchanged"


def test_long_values_are_shown_as_a_diff(client: Client, converge: Converge) -> None:
    client.put("/res/long", "a\nb\nc")
    outcome = converge("Etcd_key", {"/res/long": {"value": "a\nB\nc\n"}})["/res/long"]
    assert words(outcome) == ["value"] and outcome.events[0].diff == ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"]


def test_a_sensitive_value_is_seen_nowhere(client: Client, converge: Converge) -> None:
    client.put("/res/secret", "old-secret")
    outcome = converge("Etcd_key", {"/res/secret": {"value": Sensitive("new-secret")}})["/res/secret"]
    event = outcome.events[0]
    shown = f"{event.words}{event.message}{event.previous}{event.desired}{event.diff}{event.detail}{outcome.notes}"
    assert stored(client, "/res/secret") == b"new-secret" and "secret" not in shown


def test_a_change_by_another_between_reading_and_changing_is_not_overwritten_unseen(
    client: Client, converge: Converge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one wrote what we want: nothing is written. It wrote something else: we decide on what is there now."""
    original = EtcdKey._try_change
    for theirs in ("wanted", "other"):
        client.put("/res/race", "old")
        revisions = []

        def interfere(key: EtcdKey, c: Client, lease: int, theirs: str = theirs, at: list[int] = revisions) -> bool:
            if not at:
                at.append(client.put("/res/race", theirs))
            return original(key, c, lease)

        monkeypatch.setattr(EtcdKey, "_try_change", interfere)
        outcome = converge("Etcd_key", {"/res/race": {"value": "wanted"}})["/res/race"]
        found = client.get("/res/race")
        assert not outcome.failed and found is not None and found.value == b"wanted"
        assert (found.revision == revisions[0]) == (theirs == "wanted")


def test_an_etcd_that_is_not_there_is_named_once_waited_for_and_the_rest_goes_on(
    one: LocalCluster, converge: Converge
) -> None:
    (port,) = free_ports(1)
    nowhere = {"value": "1", "peers": f"127.0.0.1:{port}", "timeout": 0.3}
    declared = {f"/res/nowhere/{n}": dict(nowhere) for n in range(3)} | {"/res/here": {"value": "1"}}
    outcomes = converge("Etcd_key", declared)
    for n in range(3):
        (event,) = outcomes[f"/res/nowhere/{n}"].events
        assert event.status == "failure" and f"127.0.0.1:{port}: connection refused (is etcd running" in event.words
    assert outcomes["/res/here"].changed


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "needs a value"),
        ({"value": "a", "source": "/b"}, "exclude each other"),
        ({"value": "a", "ttl": 0}, "seconds from 1 on"),
        ({"value": {"a": 1}}, "a string is expected"),
        ({"value": "a", "peers": "ftp://x:1"}, "scheme that is not known"),
        ({"value": "a", "ca_file": "/no/ca.pem", "peers": "https://127.0.0.1:1"}, "cannot read /no/ca.pem"),
        ({"source": "/no/such/file"}, "/no/such/file: no such file"),
        ({"value": "x" * 1_600_000}, "request is too large"),
    ],
)
def test_bad_input_is_named(converge: Converge, parameters: dict[str, object], message: str) -> None:
    outcome = converge("Etcd_key", {"/res/bad": parameters})["/res/bad"]
    assert outcome.failed and message in outcome.events[0].words


def test_the_keys_that_are_there_can_be_listed(
    client: Client, one: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bunraku.catalog.catalog import Resource
    from bunraku.resources import etcd_key
    from bunraku.resources.base import Run

    client.put("/list/a", "1")
    monkeypatch.setattr(etcd_key, "HERE", one.endpoints[0])
    assert "/list/a" in EtcdKey.instances(Run(tmp_path))
    listed = EtcdKey(Resource("Etcd_key", "/list/a", {"peers": one.endpoints}), Run(tmp_path))
    assert listed.read() == {"ensure": "present", "value": "1", "ttl": None}
