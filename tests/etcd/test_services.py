"""Leases, members, maintenance and authentication on a real etcd."""

from pathlib import Path

import pytest
from local import LocalCluster, wait_until

from bunraku.etcd import AuthenticationFailed, Client, LeaseNotFound, PermissionDenied, Refused
from bunraku.etcd.auth import Permission
from bunraku.etcd.maintenance import BadSnapshot, Status, check_snapshot


def test_a_lease_is_kept_in_its_block_and_its_keys_go_with_it(client: Client) -> None:
    with client.leases.grant(6) as lease:
        client.put("/lease/a", "x", lease=lease.number)
        wait_until(lambda: client.leases.state(lease.number).remaining < 5)
        wait_until(lambda: client.leases.state(lease.number).remaining >= 5)
        assert client.get("/lease/a") is not None and not lease.lost.is_set()
    assert client.get("/lease/a") is None
    for call in (client.leases.renew, client.leases.state, client.leases.revoke):
        pytest.raises(LeaseNotFound, call, lease.number)


def test_status_names_version_leader_and_sizes_and_what_does_not_answer(one: LocalCluster) -> None:
    with Client([*one.endpoints, "http://127.0.0.1:1"]) as client:
        alive, dead = client.maintenance.statuses().values()
        assert isinstance(alive, Status) and alive.leads and alive.size >= alive.in_use > 0
        assert f"{alive.number:x}" in one.etcdctl("member", "list")
        assert "refused" in str(dead)
        assert client.maintenance.alarms() == []


def test_a_snapshot_is_whole_and_etcdctl_restores_it(client: Client, one: LocalCluster, tmp_path: Path) -> None:
    client.put("/snap/a", "kept")
    path = tmp_path / "snapshot.db"
    size = client.maintenance.snapshot(str(path))
    assert size == path.stat().st_size and path.stat().st_mode & 0o777 == 0o600
    assert '"hash"' in one.etcdctl("snapshot", "status", str(path), "-w", "json")
    damaged = bytearray(path.read_bytes())
    damaged[5000] ^= 1
    path.write_bytes(damaged)
    pytest.raises(BadSnapshot, check_snapshot, str(path)).match("does not match its own digest")
    path.write_bytes(damaged[:-40])
    pytest.raises(BadSnapshot, check_snapshot, str(path)).match("no whole snapshot")


def test_defragmenting_gives_space_back_and_a_full_database_is_named(need_etcd: None, tmp_path: Path) -> None:
    from bunraku.etcd import NoSpace

    with LocalCluster(tmp_path, 1, ["--quota-backend-bytes", str(2 << 20)]) as cluster, cluster.client() as client:
        with pytest.raises(NoSpace, match="compact, defragment"):
            for _ in range(50):
                client.put("/full", b"x" * 400_000)
        (alarm,) = client.maintenance.alarms()
        assert alarm.kind == "NOSPACE"
        (endpoint,) = client.transport.endpoints
        before = client.maintenance.status(endpoint).size
        client.compact(client.revision(), physical=True)
        client.maintenance.defragment(endpoint)
        client.maintenance.clear_alarm(alarm)
        assert client.maintenance.status(endpoint).size < before
        assert client.put("/full", "x") > 0


def test_members_come_as_learners_are_promoted_and_go(need_etcd: None, tmp_path: Path) -> None:
    with LocalCluster(tmp_path, 1) as cluster, cluster.client() as client:
        new = cluster.grow()
        added = client.members.add([new.peer_url], learner=True)
        assert added.learner and added.name == ""
        pytest.raises(Refused, client.members.promote, added.number).match("in sync with leader")
        new.start(cluster.initial, state="existing")
        wait_until(lambda: promoted(client, added.number))
        assert [member.name for member in client.members.list()] == ["m1", "m2"]
        client.members.remove(added.number)
        wait_until(lambda: not new.running())
        assert [member.name for member in client.members.list()] == ["m1"]


def promoted(client: Client, number: int) -> bool:
    try:
        client.members.promote(number)
    except Refused:
        return False
    return True


def test_users_roles_and_permissions_hold_once_authentication_is_on(need_etcd: None, tmp_path: Path) -> None:
    with LocalCluster(tmp_path, 1) as cluster, cluster.client() as client:
        auth = client.auth
        assert not auth.enabled()
        auth.add_user("root", "r00t")
        auth.add_role("root")
        auth.grant_role("root", "root")
        auth.add_user("web", "secret")
        auth.add_role("reader")
        auth.grant("reader", Permission("read", "/app/", True))
        auth.grant_role("web", "reader")
        early = Client(cluster.endpoints, username="web", password="secret")
        assert early.put("/app/a", "1") > 0, "a user is not asked for before authentication is on"
        auth.enable()
        with Client(cluster.endpoints, username="root", password="r00t") as root:
            assert root.auth.enabled()
            assert root.auth.users() == ["root", "web"] and root.auth.user_roles("web") == ["reader"]
            assert root.auth.permissions("reader") == [Permission("read", "/app/", True)]
            assert root.auth.check_password("web", "secret") and not root.auth.check_password("web", "wrong")
            root.put("/app/a", "2")
            watch = early.watch(["/other/"], 1)
            pytest.raises(PermissionDenied, watch.get, 60).match("/other/")
            allowed = early.watch(["/app/"])
            root.put("/app/a", "2")
            assert allowed.get(60) is not None
        found = early.get("/app/a")
        assert found is not None and found.value == b"2"
        pytest.raises(PermissionDenied, early.put, "/app/a", "3")
        pytest.raises(AuthenticationFailed, client.get, "/app/a")
        with Client(cluster.endpoints, username="web", password="wrong") as wrong:
            pytest.raises(AuthenticationFailed, wrong.get, "/app/a").match("check the user name")
        early.close()
