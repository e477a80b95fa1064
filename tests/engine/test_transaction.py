"""What is done to each resource at its turn, and what travels from one to the next."""

import json

import pytest

from bunraku.catalog.values import Deferred, Sensitive
from bunraku.engine import report
from bunraku.engine.transaction import Interrupted


def test_what_is_in_sync_is_left_alone(apply) -> None:
    run = apply({"a": {"value": "1"}, "b": {"value": "2"}}, present={"a": "1", "b": "old"})
    assert run.changed() == ["b"]
    assert [run.state("Thing[a]"), run.state("Thing[b]")] == ["unchanged", "changed"]
    (event,) = run.outcomes["Thing[b]"].events
    assert (event.property, event.previous, event.desired, event.words) == ("value", "old", "2", "value old → 2")


def test_a_new_resource_has_one_event(apply) -> None:
    (event,) = apply({"a": {"value": "1"}}).outcomes["Thing[a]"].events
    assert (event.property, event.words) == ("ensure", "created")


def test_a_refresh_happens_once_at_its_turn(apply) -> None:
    run = apply({"a": {"notify": "Thing[c]"}, "b": {"notify": "Thing[c]"}, "c": {}})
    assert run.done == ["change a", "change b", "change c", "refresh c"]
    assert run.outcomes["Thing[c]"].events[-1].words == "refreshed, because Thing[a] and 1 other changed"
    assert run.outcomes["Thing[c]"].events[-1].message == "Triggered 'refresh' from 2 events"


def test_what_changed_nothing_notifies_nobody(apply) -> None:
    assert apply({"a": {"notify": "Thing[b]"}, "b": {}}, present={"a": "", "b": ""}).done == []


def test_what_was_refreshed_notifies_in_turn_and_what_cannot_be_refreshed_does_not(apply) -> None:
    present = dict.fromkeys("bcde", "")
    run = apply(
        {
            "a": {"notify": ["Thing[b]", "Deaf[d]"]},
            "b": {"notify": "Thing[c]"},
            "c": {},
            "Deaf[d]": {"notify": "Thing[e]"},
            "e": {},
        },
        present=present,
    )
    assert run.refreshed() == ["b", "c"]


def test_a_notified_class_refreshes_what_it_holds_and_passes_its_own_changes_on(apply) -> None:
    things = {"a": {"notify": "Class[Box]"}, "Class[Box]": {"notify": "Thing[z]"}, "b": {}, "z": {}}
    run = apply(things, {"Class[Box]": ["b"]}, present={"b": "", "z": ""})
    assert run.refreshed() == ["b", "z"]


def test_a_change_that_does_what_a_refresh_would_do_takes_it_up(apply) -> None:
    assert apply({"a": {"notify": "Thing[b]"}, "b": {"absorbs": True}}).refreshed() == []


@pytest.mark.parametrize("breaks", ["read", "change", "refresh"])
def test_what_depends_on_a_failure_is_skipped_with_its_reason(apply, breaks) -> None:
    run = apply(
        {
            "source": {"notify": "Thing[a]"},
            "a": {"breaks": breaks},
            "Class[Box]": {"require": "Thing[a]"},
            "b": {},
            "c": {"require": "Thing[b]"},
            "free": {},
        },
        {"Class[Box]": ["b"]},
    )
    assert run.state("Thing[a]") == "failed"
    assert [run.outcomes[f"Thing[{t}]"].skipped for t in "bc"] == ["Thing[a] failed"] * 2
    assert run.state("Thing[free]") == "changed"


def test_a_bad_parameter_fails_its_resource_only(apply) -> None:
    run = apply({"a": {"ensure": "maybe"}, "b": {}})
    assert "Parameter ensure failed: Invalid value maybe" in run.outcomes["Thing[a]"].events[0].message
    assert run.changed() == ["b"]


def test_noop_changes_nothing_and_simulates_what_would_follow(apply) -> None:
    run = apply({"a": {"notify": "Thing[b]"}, "b": {}}, present={"b": ""}, noop=True)
    assert run.done == []
    assert [e.message for e in run.outcomes["Thing[a]"].events] == [
        "current_value 'absent', should be 'present' (noop)"
    ]
    assert [e.message for e in run.outcomes["Thing[b]"].events] == ["Would have triggered 'refresh' from 1 event"]


def test_the_noop_of_a_resource_wins_in_both_directions(apply) -> None:
    assert apply({"a": {"noop": True}, "b": {}}).changed() == ["b"]
    assert apply({"a": {"noop": False}, "b": {}}, noop=True).changed() == ["a"]


def test_tags_choose(apply) -> None:
    assert apply({"a": {"tags": ["x"]}, "b": {"tags": ["y"]}}, tags=("y",)).changed() == ["b"]
    assert apply({"a": {"tags": ["x"]}, "b": {"tags": ["y"]}}, skip_tags=("y",)).changed() == ["a"]


def test_a_deferred_value_is_made_at_its_turn(apply) -> None:
    calls = []

    def resolve(call: Deferred) -> object:
        calls.append((call.name, call.arguments))
        return Sensitive("made") if call.name == "outer" else 7

    things = {"a": {"value": Deferred("outer", [1, Deferred("inner")])}}
    run = apply(things, present={"a": "old"}, resolve=resolve)
    assert calls == [("inner", []), ("outer", [1, 7])]
    (event,) = run.outcomes["Thing[a]"].events
    assert (event.previous, event.desired) == ("[sensitive]", "[sensitive]")
    assert "made" not in event.message + event.words


def test_a_deferred_value_without_a_door_is_a_clear_error(apply) -> None:
    run = apply({"a": {"value": Deferred("f")}})
    assert "deferred call of 'f'" in run.outcomes["Thing[a]"].events[0].message


def test_an_interruption_is_told_of_and_nothing_more_is_done(apply) -> None:
    with pytest.raises(Interrupted):
        apply({"a": {"breaks": "interrupt"}, "b": {}})


def test_the_report_has_puppets_form(apply) -> None:
    run = apply({"a": {"notify": "Thing[b]"}, "b": {"breaks": "refresh"}, "c": {"require": "Thing[b]"}})
    made = report.build(
        run.transaction.plan.catalog, run.outcomes.values(), started=0.0, seconds={"total": 1.0}, noop=False
    )
    made = json.loads(json.dumps(made))
    assert (made["report_format"], made["status"], made["noop"]) == (12, "failed", False)
    assert {r: (s["changed"], s["failed"], s["skipped"]) for r, s in made["resource_statuses"].items()} == {
        "Thing[a]": (True, False, False),
        "Thing[b]": (True, True, False),
        "Thing[c]": (False, False, True),
    }
    totals = {name: value for name, _, value in made["metrics"]["resources"]["values"]}
    assert (totals["total"], totals["changed"], totals["failed"], totals["skipped"]) == (3, 1, 1, 1)
    assert made["resource_statuses"]["Thing[b]"]["failed_to_restart"] is True
    assert [line["level"] for line in made["logs"]] == ["notice", "notice", "err", "warning"]
