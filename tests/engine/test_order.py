"""In which order work is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunraku.engine.graph import Graph


def test_the_manifest_order_holds_where_nothing_else_is_said(apply) -> None:
    assert apply({"c": {}, "a": {}, "b": {}}).changed() == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("things", "order"),
    [
        ({"a": {"require": "Thing[c]"}, "b": {}, "c": {}}, ["b", "c", "a"]),
        ({"a": {}, "b": {}, "c": {"before": "Thing[a]"}}, ["b", "c", "a"]),
        ({"a": {"subscribe": ["Thing[b]", "Thing[c]"]}, "b": {}, "c": {}}, ["b", "c", "a"]),
        ({"a": {}, "b": {}, "c": {"notify": ["Thing[a]"]}}, ["b", "c", "a"]),
        ({"a": {"needs": ["b"]}, "b": {}}, ["b", "a"]),
        ({"a": {"needs": ["no"]}, "b": {}}, ["a", "b"]),
        # What is said wins over what is automatic.
        ({"a": {"needs": ["b"]}, "b": {"require": "Thing[a]"}}, ["a", "b"]),
        ({"a": {"alias": "other"}, "b": {"before": "Thing[other]"}}, ["b", "a"]),
    ],
)
def test_relations(apply, things, order) -> None:
    assert apply(things).changed() == order


def test_a_container_comes_before_and_after_as_a_whole(apply) -> None:
    things = {"Class[One]": {"require": "Class[Two]"}, "a": {}, "b": {}, "Class[Two]": {}, "c": {}, "d": {}}
    inside = {"Class[One]": ["a", "b"], "Class[Two]": ["c", "d"]}
    assert apply(things, inside).changed() == ["c", "d", "a", "b"]


def test_an_empty_container_still_orders(apply) -> None:
    things = {"a": {"require": "Class[One]"}, "Class[One]": {"require": "Thing[b]"}, "b": {}}
    assert apply(things).changed() == ["b", "a"]


def test_what_a_resource_brings_in_comes_right_after_it_and_before_what_waits_for_it(apply) -> None:
    things = {"parent": {"children": ["x", "y", "own"]}, "next": {}, "waits": {"require": "Thing[parent]"}, "own": {}}
    run = apply(things)
    assert run.changed() == ["parent", "x", "y", "next", "waits", "own"]


def test_what_may_be_done_in_one_go(apply) -> None:
    graph = Graph()
    for ref in ("P[1]", "File[x]", "P[2]", "P[3]", "P[4]", "P[5]"):
        graph.add(ref)
    graph.add("Class[c]", container=True)
    graph.contain("Class[c]", "P[5]")
    graph.order("File[x]", "P[2]")
    graph.order("P[1]", "P[3]")
    graph.order("P[4]", "Class[c]")
    walk = graph.walk()
    now = next(walk)
    points = {graph.begin[f"P[{n}]"]: n for n in (2, 3, 4, 5)}
    assert [points[point] for point in graph.may_start(now, points)] == [3, 4, 5]
    del points[graph.begin["P[4]"]]
    assert [points[point] for point in graph.may_start(now, points)] == [3]


def test_a_cycle_is_told_as_a_path_and_the_rest_is_applied(apply) -> None:
    things = {
        "free": {},
        "a": {"require": "Thing[b]"},
        "b": {"require": "Class[Box]"},
        "Class[Box]": {},
        "c": {"require": "Thing[a]"},
        "behind": {"require": "Thing[c]"},
    }
    run = apply(things, {"Class[Box]": ["c"]})
    assert run.changed() == ["free"]
    assert run.state("Thing[a]") == "failed"
    path = "(Thing[a] => Thing[c] => Class[Box] => Thing[b] => Thing[a])"
    assert path in run.outcomes["Thing[a]"].events[0].message
    assert run.state("Thing[behind]") == "skipped"
    assert path in run.outcomes["Thing[behind]"].skipped


def test_a_reference_to_nothing_is_an_error_of_the_resource(apply) -> None:
    run = apply({"a": {"require": "Thing[nope]"}, "b": {}})
    assert run.changed() == ["b"]
    assert "Could not find Thing[nope]" in run.outcomes["Thing[a]"].events[0].message


@given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40))
def test_every_walk_keeps_every_edge_and_reaches_all_but_cycles(pairs: list[tuple[int, int]]) -> None:
    graph = Graph()
    for number in range(15):
        graph.add(f"T[{number}]")
    for first, then in pairs:
        graph.order(f"T[{first}]", f"T[{then}]")
    order = list(graph.walk())
    place = {point: i for i, point in enumerate(order)}
    assert len(place) == len(order)
    for first, then in pairs:
        if then in place:
            assert place[first] < place[then]
    left = set(graph.left())
    assert left == set(range(15)) - set(order)
    assert bool(left) == bool(graph.cycles())
    for cycle in graph.cycles():
        assert cycle[0] == cycle[-1]
        edges = {(f"T[{first}]", f"T[{then}]") for first, then in pairs}
        assert all(step in edges for step in zip(cycle, cycle[1:], strict=False))
