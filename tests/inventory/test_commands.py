"""Commands over HTTP: what is stored, what is refused, and that nothing is stored by halves."""

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bunraku.inventory import server as server_module
from bunraku.inventory.errors import InventoryError
from bunraku.inventory.store import Store
from tests.inventory.conftest import Client, catalog, facts, report


def test_a_command_is_answered_by_its_uuid(server: Client) -> None:
    assert len(server.command("replace facts", 5, facts("a", "Debian", 1)).json()["uuid"]) == 36
    assert server.names("/nodes") == ["a"]


def test_the_older_form_carries_everything_in_the_body(server: Client) -> None:
    body = {"command": "replace facts", "version": 4, "payload": facts("a", "Debian", 1)}
    assert server.session.post(f"{server.url}/pdb/cmd/v1", json=body, timeout=20).status_code == 200
    assert server.names("/nodes") == ["a"]


def test_a_packed_body_is_unpacked(server: Client) -> None:
    about = {"command": "replace_facts", "version": 5, "certname": "a"}
    body = gzip.compress(json.dumps(facts("a", "Debian", 1)).encode())
    sent = server.session.post(
        f"{server.url}/pdb/cmd/v1", params=about, data=body, headers={"Content-Encoding": "gzip"}, timeout=20
    )
    assert sent.status_code == 200
    assert server.names("/nodes") == ["a"]


def test_facts_and_catalogs_replace_what_was_there(server: Client) -> None:
    server.command("replace_facts", 5, facts("a", "Debian", 1))
    server.command("replace_catalog", 9, catalog("a"))
    newer = facts("a", "Fedora", 2, "2026-11-22T08:00:00+00:00") | {"environment": "test"}
    server.command("replace_facts", 5, newer)
    server.command("replace_catalog", 9, catalog("a", "2026-11-22T08:00:00Z") | {"resources": [], "edges": []})
    assert server.rows("/inventory")[0]["facts"]["os"]["name"] == "Fedora"
    assert server.rows("/nodes/a")["facts_environment"] == "test"
    assert server.rows("/resources") == server.rows("/edges") == []


def test_what_is_older_than_what_is_stored_changes_nothing(server: Client) -> None:
    server.command("replace_facts", 5, facts("a", "Fedora", 2, "2026-11-22T08:00:00Z"))
    server.command("replace_facts", 5, facts("a", "Debian", 1, "2026-11-22T09:30:00+02:00"))
    assert server.rows("/facts/os")[0]["value"]["name"] == "Fedora"


def test_a_report_sent_twice_is_stored_once_and_the_newest_is_the_latest(server: Client) -> None:
    for when, status in (("2026-11-22T08:00:00Z", "failed"), ("2026-11-22T07:00:00Z", "changed")) * 2:
        server.command("store_report", 8, report("a", status, when))
    assert len(server.rows("/reports")) == 2
    assert server.rows("/nodes/a")["latest_report_status"] == "failed"


def test_a_deactivated_node_is_left_out_until_it_is_heard_of_again(server: Client) -> None:
    server.command("replace_facts", 5, facts("a", "Debian", 1))
    server.command("deactivate_node", 3, {"certname": "a", "producer_timestamp": "2026-11-22T08:00:00Z"})
    assert server.rows("/nodes") == server.rows("/facts") == server.rows("/inventory") == []
    assert server.names("/nodes", query='["=", "node_state", "inactive"]') == ["a"]
    assert server.rows("/nodes/a")["deactivated"] == "2026-11-22T08:00:00.000Z"
    server.command("replace_facts", 5, facts("a", "Debian", 1, "2026-11-22T09:00:00Z"))
    assert server.names("/nodes") == ["a"]


def test_what_ran_later_than_a_deactivation_is_not_deactivated(server: Client) -> None:
    server.command("replace_facts", 5, facts("a", "Debian", 1, "2026-11-22T09:00:00Z"))
    server.command("deactivate_node", 3, {"certname": "a", "producer_timestamp": "2026-11-22T08:00:00Z"})
    assert server.names("/nodes") == ["a"]


def broken(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return payload | changes


def unknown_target() -> dict[str, Any]:
    sent = catalog("a")
    sent["edges"][1]["target"]["title"] = "nothing"
    return sent


@pytest.mark.parametrize(
    ("command", "version", "payload", "told"),
    [
        ("replace_facts", 99, facts("a", "x", 1), "version 99 of 'replace facts' is not supported; supported are 4, 5"),
        ("paint_node", 1, {"certname": "a"}, "'paint_node' is not known"),
        ("replace_facts", 5, broken(facts("a", "x", 1), values=[]), "'values' must be an object"),
        ("replace_facts", 5, broken(facts("a", "x", 1), producer_timestamp="noon"), "'noon' is not a time"),
        ("replace_facts", 5, broken(facts("a", "x", 1), certname="a b"), "no name of a node"),
        ("replace_catalog", 9, unknown_target(), "edges[1]: the target Service[nothing] is not in the catalog"),
        ("replace_catalog", 9, broken(catalog("a"), resources=[3]), "resources[0]: must be an object"),
        ("store_report", 8, broken(report("a"), resources=[{}]), "resources[0]: 'resource_type' is missing"),
        ("store_report", 8, broken(report("a"), noop="no"), "'noop' must be true or false"),
        ("store_report", 8, broken(report("a"), end_time=None), "'end_time'"),
    ],
)
def test_a_wrong_command_is_refused_whole(
    server: Client, command: str, version: int, payload: dict[str, Any], told: str
) -> None:
    response = server.command(command, version, payload)
    assert response.status_code == 400
    assert told in response.json()["error"]
    assert server.rows("/nodes", query='["=", "node_state", "any"]') == []


def test_a_payload_about_another_node_is_refused(server: Client) -> None:
    response = server.command("replace_facts", 5, facts("a", "x", 1), certname="b")
    assert response.json()["error"].endswith("the payload is about 'a', the request about 'b'")


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_a_body_that_is_no_json_is_refused(server: Client, body: bytes) -> None:
    url = f"{server.url}/pdb/cmd/v1?command=replace_facts&version=5&certname=a"
    response = server.session.post(url, data=body, timeout=20)
    assert response.status_code == 400
    assert "not JSON" in response.json()["error"]


def test_values_nested_beyond_reason_are_refused(server: Client) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    response = server.command("replace_facts", 5, facts("a", "x", 1) | {"values": {"deep": deep}})
    assert response.status_code == 400
    assert server.rows("/nodes") == []


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_of_a_hundred_megabytes_is_refused(server: Client, packed: bool) -> None:
    body = b" " * 100_000_000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    url = f"{server.url}/pdb/cmd/v1?command=replace_facts&version=5&certname=a"

    def pieces() -> Any:
        # In pieces, so that no length is told beforehand and the server has to count.
        data = gzip.compress(body, 1) if packed else body
        for at in range(0, len(data), 1_000_000):
            yield data[at : at + 1_000_000]

    response = server.session.post(url, data=pieces(), headers=headers, timeout=60)
    assert response.status_code == 413
    assert response.json()["error"] == f"the body is larger than {server_module.MAX_COMMAND // 2**20} MiB"


def test_a_killed_write_leaves_nothing(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "i.db"))
    sent = catalog("a")
    sent["resources"][2]["tags"] = 3  # what `commands` would have refused: the store breaks in the middle
    with pytest.raises(TypeError):
        store.replace_catalog(sent)
    assert store.reader().execute("SELECT count(*) FROM resource").fetchone() == (0,)
    store.close()


def test_the_file_is_for_its_owner_only_and_nothing_else_is_taken_for_one(tmp_path: Path) -> None:
    Store(str(tmp_path / "i.db")).close()
    assert (tmp_path / "i.db").stat().st_mode & 0o777 == 0o600
    (tmp_path / "text").write_text("hello, this is no database at all, it is far too long for that\n" * 20)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE t (x)")
    for name in ("text", "other.db", "no/such/folder"):
        with pytest.raises(InventoryError, match=name.split("/")[-1]):
            Store(str(tmp_path / name))
