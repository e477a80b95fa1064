"""The step to TLS that a member may take follows from the live cluster."""

import pytest

from bunraku.etcd.members import Member
from bunraku.etcd.to_tls import HalfSecure, step_of, waits_for

PLAIN, PREPARED, MOVED, DONE = (
    ("http://p", ("http://c",)),
    ("http://p", ("http://c", "https://c")),
    ("https://p", ("http://c", "https://c")),
    ("https://p", ("https://c",)),
)


def members(*states: tuple[str, tuple[str, ...]]) -> list[Member]:
    return [Member(n, f"m{n}", (peer,), clients, False) for n, (peer, clients) in enumerate(states, 1)]


@pytest.mark.parametrize(
    ("live", "step", "waiting"),
    [
        (members(PLAIN), "done", []),
        (members(PLAIN, PLAIN, PLAIN), "prepared", ["m2", "m3"]),
        (members(PLAIN, PREPARED, PLAIN), "prepared", ["m3"]),
        (members(PLAIN, PREPARED, PREPARED), "moved", ["m2", "m3"]),
        (members(PREPARED, MOVED, PREPARED), "moved", ["m3"]),
        (members(MOVED, PREPARED, DONE), "moved", ["m2"]),
        (members(PREPARED, MOVED, DONE), "done", []),
        (members(DONE, DONE, DONE), "done", []),
    ],
)
def test_nobody_goes_on_before_all_others_are_ready(live: list[Member], step: str, waiting: list[str]) -> None:
    assert step_of("m1", live) == step
    assert waits_for("m1", step_of("m1", live), live) == waiting


def test_a_cluster_that_serves_clients_by_tls_only_is_not_opened_to_plain_ones() -> None:
    with pytest.raises(HalfSecure, match="m2 serves clients by TLS only"):
        step_of("m1", members(PLAIN, ("http://p", ("https://c",))))
