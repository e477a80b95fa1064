"""Clusters that grow, lose members and shrink, by the resources etcd_member and etcd_cluster."""

import threading
from collections.abc import Callable
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Any

import pytest
import yaml
from load import Load
from local import LocalCluster, Member, wait_until

from bunraku.engine.outcome import Outcome
from bunraku.etcd import Client, NoLeader, Refused, endpoints
from bunraku.etcd.cluster import (
    LOCK,
    Address,
    check_wanted,
    out_of_service,
    part_of,
    untidy,
)
from bunraku.etcd.lock import Locked, held
from bunraku.etcd.members import Member as Known
from bunraku.etcd.quorum import Unsafe, check_removal, wait_to_spare

Converge = Callable[..., dict[str, Outcome]]

WANTED = {f"m{n}": Address(f"http://p{n}", f"http://c{n}") for n in (1, 2, 3)}


def known(number: int, *, name: str | None = None, learner: bool = False, up: bool = True, peer: str = "") -> Known:
    clients = (f"http://c{number}",) if up else ()
    return Known(number, f"m{number}" if name is None else name, (peer or f"http://p{number}",), clients, learner)


@pytest.mark.parametrize(
    ("members", "has_data", "part"),
    [
        (None, False, "first boot"),
        (None, True, "none"),
        ([known(1), known(2)], False, "add"),
        ([known(1), known(2), known(3)], True, "none"),
        ([known(1), known(2), known(3)], False, "replace"),
        ([known(1), known(2), known(3, name="", up=False)], False, "resume"),
        ([known(1), known(2), known(3, up=False)], False, "first boot"),
        ([known(1), known(2), known(3, peer="http://old")], True, "update"),
        ([known(1), known(2)], True, "foreign"),
    ],
)
def test_what_a_member_has_to_do_follows_from_the_live_cluster(
    members: list[Known] | None, has_data: bool, part: str
) -> None:
    assert part_of("m3", WANTED, members, has_data=has_data) == part


@pytest.mark.parametrize(
    ("voters", "alive", "allowed"),
    [
        (3, {1, 2}, True),
        (3, {1}, False),
        (2, {1}, True),
        (2, set(), False),
        (5, {1, 2, 3}, True),
        (5, {1, 2}, False),
    ],
)
def test_nobody_is_removed_below_a_quorum(voters: int, alive: set[int], allowed: bool) -> None:
    members = [known(n) for n in range(1, voters + 1)]
    if allowed:
        check_removal(members[-1], members, alive)
    else:
        pytest.raises(Unsafe, check_removal, members[-1], members, alive)


def test_the_last_member_is_not_removed() -> None:
    pytest.raises(Refused, check_removal, known(1), [known(1)], {1}).match("m1 is the last member")


def test_what_is_untidy_are_learners_that_are_wanted_and_members_that_are_not() -> None:
    learner, stray, unborn = known(2, learner=True), known(7), known(9, name="", up=False, peer="http://p3")
    found = untidy([known(1), learner, stray, unborn], WANTED)
    assert found.learners == (learner,) and found.surplus == (stray,)
    assert not untidy([known(1), known(2)], WANTED)


def test_a_picture_of_a_cluster_that_cannot_be_is_refused() -> None:
    pytest.raises(Refused, check_wanted, {}).match("no members")
    twice = {"a": Address("http://p", "http://c"), "b": Address("http://p", "http://d")}
    pytest.raises(Refused, check_wanted, twice).match("a and b have the same address")


def test_a_lock_has_one_holder_at_a_time(one: LocalCluster) -> None:
    with one.client() as client, held(client, "/lock", "first"):
        second = held(client, "/lock", "second", wait=0.3)
        pytest.raises(Locked, second.__enter__).match("first holds /lock")
    with one.client() as client, held(client, "/lock", "second", wait=1):
        pass


def test_who_is_to_be_last_lets_those_go_first_that_wait_for_the_lock(one: LocalCluster) -> None:
    order: list[str] = []

    def work(name: str, *, last: bool) -> None:
        with one.client() as client, held(client, "/queue", name, last=lambda: last):
            order.append(name)

    with one.client() as client:
        with held(client, "/queue", "first"):
            names = ("leader", "b", "c")
            threads = [threading.Thread(target=work, args=(n,), kwargs={"last": n == "leader"}) for n in names]
            for thread in threads:
                thread.start()
            wait_until(lambda: client.count("/queue/waiting/") == len(names))
        for thread in threads:
            thread.join(timeout=60)
    assert sorted(order[:2]) == ["b", "c"] and order[2] == "leader"


def configure(member: Member, cluster: LocalCluster) -> Path:
    """The configuration that the class etcd would write: it says `new`, as for a first boot."""
    (member.folder / member.name).mkdir(mode=0o700, exist_ok=True)
    settings = {
        "name": member.name,
        "data-dir": str(member.folder / member.name),
        "listen-client-urls": member.client_url,
        "advertise-client-urls": member.client_url,
        "listen-peer-urls": member.peer_url,
        "initial-advertise-peer-urls": member.peer_url,
        "initial-cluster": cluster.initial,
        "initial-cluster-state": "new",
        "heartbeat-interval": 50,
        "election-timeout": 500,
    }
    file = member.folder / f"{member.name}.yml"
    file.write_text(yaml.safe_dump(settings))
    return file


def wanted(members: list[Member]) -> dict[str, dict[str, str]]:
    return {m.name: {"peer": m.peer_url, "client": m.client_url} for m in members}


def join(converge: Converge, cluster: LocalCluster, member: Member) -> Outcome:
    """What one apply does on the member's host: its place, its service, the cluster's tidiness."""
    declared: dict[str, Any] = {
        "cluster": wanted(cluster.members),
        "data_dir": str(member.folder / member.name),
        "config_file": str(configure(member, cluster)),
        "timeout": 30,
    }
    placed = converge("Etcd_member", {member.name: {"peers": None, **declared}})[member.name]
    assert not placed.failed, placed.events[0].words + placed.events[0].detail
    if not member.running():
        member.start(cluster.initial)
    assert not tidy(converge, cluster).failed
    return placed


def tidy(converge: Converge, cluster: LocalCluster) -> Outcome:
    return converge("Etcd_cluster", {"c": {"peers": None, "members": wanted(cluster.members), "timeout": 20}})["c"]


@pytest.mark.slow
def test_a_cluster_grows_loses_a_disk_and_shrinks_and_no_write_is_lost(
    need_etcd: None, tmp_path: Path, converge: Converge
) -> None:
    with LocalCluster(tmp_path, 1) as cluster, Load(cluster) as load:
        for _ in range(2):
            placed = join(converge, cluster, cluster.grow())
            assert [event.words for event in placed.events] == ["joined the cluster"]
        with cluster.client() as client:
            voters = [m.name for m in client.members.list() if not m.learner]
        assert voters == ["m1", "m2", "m3"]

        third = cluster.members[2]
        assert not join(converge, cluster, third).changed and not tidy(converge, cluster).changed

        third.lose_disk()
        (event,) = join(converge, cluster, third).events
        assert event.words.startswith("its data are lost")
        assert not tidy(converge, cluster).changed

        gone = cluster.members[1:]
        del cluster.members[1:]
        assert tidy(converge, cluster).changed and not tidy(converge, cluster).changed
        wait_until(lambda: not any(member.running() for member in gone))
        for member in gone:
            member.kill()
    with LocalCluster.again(cluster) as cluster:
        load.check(cluster)


def test_data_of_another_cluster_are_left_alone_and_named(
    one: LocalCluster, tmp_path: Path, converge: Converge
) -> None:
    (tmp_path / "data" / "member").mkdir(parents=True)
    stranger = {"peer": "http://127.0.0.1:1", "client": "http://127.0.0.1:2"}
    declared = {
        "cluster": {**wanted(one.members), "stranger": stranger},
        "data_dir": str(tmp_path / "data"),
        "config_file": str(tmp_path / "etcd.yml"),
    }
    outcome = converge("Etcd_member", {"stranger": {"peers": None, **declared}})["stranger"]
    assert outcome.failed and "holds the data of another cluster" in outcome.events[0].words


@pytest.mark.slow
def test_a_lost_disk_is_no_first_boot_while_the_others_have_lost_their_quorum(
    three: LocalCluster, converge: Converge
) -> None:
    stays, gone, lost = three.members
    gone.kill()
    lost.lose_disk()
    with Client(stays.client_url) as client:
        wait_until(lambda: leaderless(client))
    declared = {
        "cluster": wanted(three.members),
        "data_dir": str(lost.folder / lost.name),
        "config_file": str(configure(lost, three)),
        "timeout": 8,
    }
    outcome = converge("Etcd_member", {lost.name: {"peers": None, **declared}})[lost.name]
    assert outcome.failed and "has lost its quorum: bring its members up before m3" in outcome.events[0].words


@pytest.mark.slow
def test_a_lost_disk_is_no_first_boot_while_the_others_are_slow_to_answer(
    three: LocalCluster, converge: Converge, monkeypatch: pytest.MonkeyPatch
) -> None:
    *others, lost = three.members
    lost.lose_disk()

    def look(endpoint: endpoints.Endpoint) -> bool:
        found = takes_connections(endpoint)
        for member in others:
            member.signal(SIGCONT)
        return found

    takes_connections = endpoints.takes_connections
    monkeypatch.setattr(endpoints, "takes_connections", look)
    for member in others:
        member.signal(SIGSTOP)
    events = join(converge, three, lost).events
    assert [event.words.partition(":")[0] for event in events] == ["its data are lost"]


def leaderless(client: Client) -> bool:
    try:
        client.members.list()
    except NoLeader:
        return True
    return False


@pytest.mark.slow
def test_a_removal_that_costs_the_quorum_is_refused_and_a_restart_hands_the_leadership_over(
    three: LocalCluster, converge: Converge
) -> None:
    leader = three.leader()
    with three.client() as client:
        with out_of_service(client, leader.client_url, "test"):
            assert three.leader() is not leader
            leader.kill()
            three.restart(leader)
        keep = [member for member in three.members if member is not leader][:1]
        keep[0].kill()
        declared = {"peers": three.endpoints, "members": wanted(keep + [leader]), "patience": 1}
        outcome = converge("Etcd_cluster", {"c": declared})["c"]
        assert outcome.failed and f"2 must be, and {keep[0].name} does not answer" in outcome.events[-1].words
        assert len(client.members.list()) == 3


@pytest.mark.slow
@pytest.mark.parametrize("hung", [1, 2])
def test_members_that_hang_for_a_while_are_waited_for_before_another_restarts(three: LocalCluster, hung: int) -> None:
    leader = three.leader()
    restarts, *others = sorted(three.members, key=lambda member: member is leader)

    def heard(words: str) -> None:
        told.append(words)
        for member in others:
            member.signal(SIGCONT)

    told: list[str] = []
    with three.client() as client:
        for member in others[:hung]:
            member.signal(SIGSTOP)
        with out_of_service(client, restarts.client_url, "test", told=heard):
            assert told[0].startswith("waiting for the other members, at most 60 s: ")
            assert others[0].name in told[0] or hung == 2
            restarts.kill()
            three.restart(restarts)


@pytest.mark.slow
def test_a_member_that_hangs_for_too_long_is_named_and_the_turn_is_given_back(three: LocalCluster) -> None:
    leader = three.leader()
    hangs, restarts = (member for member in three.members if member is not leader)
    with three.client() as client:
        hangs.signal(SIGSTOP)
        turn = out_of_service(client, restarts.client_url, "test", patience=1)
        pytest.raises(Unsafe, turn.__enter__).match(f"{hangs.name} does not answer")
        hangs.signal(SIGCONT)
        with held(client, LOCK, "next", wait=30):
            mine = next(member for member in client.members.list() if member.name == restarts.name)
            wait_to_spare(client, mine)
