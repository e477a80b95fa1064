"""What is remembered from run to run: schedules and audits."""

import time
from pathlib import Path

import pytest

from bunraku.catalog.catalog import Resource
from bunraku.engine.memory import Memory
from bunraku.resources.base import Run
from bunraku.resources.schedule import Schedule


def at(text: str) -> float:
    return time.mktime(time.strptime(text, "%Y-%m-%d %H:%M"))


@pytest.mark.parametrize(
    ("parameters", "previous", "now", "allowed"),
    [
        ({"period": "never"}, "2026-01-01 00:00", "2026-06-01 00:00", False),
        ({"period": "daily"}, "2026-01-01 12:00", "2026-01-02 11:00", False),
        ({"period": "daily"}, "2026-01-01 12:00", "2026-01-02 12:00", True),
        ({"period": "daily", "periodmatch": "number"}, "2026-01-01 23:00", "2026-01-02 00:10", True),
        ({"period": "daily", "periodmatch": "number"}, "2026-01-01 00:10", "2026-01-01 23:00", False),
        ({"period": "daily", "repeat": 2}, "2026-01-01 12:00", "2026-01-02 00:00", True),
        # The clock was set back.
        ({"period": "daily"}, "2026-06-01 12:00", "2026-01-01 12:00", True),
        ({"period": "hourly"}, "2026-01-01 12:00", "2026-01-01 12:59", False),
        ({"period": "weekly", "periodmatch": "number"}, "2026-01-04 12:00", "2026-01-05 01:00", True),
        ({"period": "monthly", "periodmatch": "number"}, "2026-01-31 12:00", "2026-02-01 01:00", True),
        ({"range": "2:00 - 4:30"}, "2026-01-01 00:00", "2026-01-01 04:30", True),
        ({"range": "2:00 - 4:30"}, "2026-01-01 00:00", "2026-01-01 04:31", False),
        ({"range": ["1-2", "5-6"]}, "2026-01-01 00:00", "2026-01-01 05:30", True),
        ({"range": "22:00 - 04:00"}, "2026-01-01 00:00", "2026-01-01 23:00", True),
        ({"range": "22:00 - 04:00"}, "2026-01-01 00:00", "2026-01-01 03:00", True),
        ({"range": "22:00 - 04:00"}, "2026-01-01 00:00", "2026-01-01 12:00", False),
        # 2026-01-02 is a Friday; the small hours of Saturday belong to it.
        ({"range": "22:00 - 04:00", "weekday": "Friday"}, "2026-01-01 00:00", "2026-01-03 03:00", True),
        ({"weekday": ["Sat", "0"]}, "2026-01-01 00:00", "2026-01-02 03:00", False),
        ({"weekday": ["Sat", "0"]}, "2026-01-01 00:00", "2026-01-04 03:00", True),
    ],
)
def test_when_a_schedule_allows(tmp_path: Path, parameters, previous, now, allowed) -> None:
    schedule = Schedule(Resource("Schedule", "s", parameters), Run(tmp_path))
    assert schedule.allows(at(previous), at(now)) is allowed


def test_a_scheduled_resource_is_applied_once_in_its_period(apply) -> None:
    things = {"a": {"schedule": "daily"}, "b": {"schedule": "never"}, "c": {"schedule": "nope"}}
    run = apply({k: dict(v) for k, v in things.items()})
    assert run.changed() == ["a"]
    assert "Could not find schedule nope" in run.outcomes["Thing[c]"].events[0].message
    assert apply({"a": {"schedule": "daily"}}).changed() == []
    assert apply({"a": {"schedule": "daily"}}, ignore_schedules=True).changed() == ["a"]


def test_a_look_uses_no_turn_up(apply) -> None:
    assert apply({"a": {"schedule": "daily"}}, noop=True).state("Thing[a]") == "noop"
    assert apply({"a": {"schedule": "daily"}}).changed() == ["a"]


def test_an_audit_tells_of_what_somebody_else_changed(apply) -> None:
    apply({"a": {"audit": "value"}}, present={"a": "one"})
    assert apply({"a": {"audit": ["value"]}}, present={"a": "one"}).outcomes["Thing[a]"].events == []
    (event,) = apply({"a": {"audit": "all"}}, present={"a": "two"}).outcomes["Thing[a]"].events
    assert (event.status, event.words) == ("audit", "value was one and is now two")


def test_a_torn_memory_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "m").write_text('{"a":')
    memory = Memory(tmp_path / "m")
    assert memory.of("a") == {}
    memory.keep("a", managed=1.0)
    memory.save()
    assert Memory(tmp_path / "m").of("a") == {"managed": 1.0}


def corrective(run, ref: str = "Thing[a]") -> list[bool]:
    return [event.corrective for event in run.outcomes[ref].events]


def test_a_change_is_corrective_where_somebody_else_made_it_necessary(apply) -> None:
    declared = {"a": {"value": "1"}}
    assert corrective(apply(declared)) == [False]
    assert corrective(apply(declared, present={"a": "drift"})) == [True]
    # The code changed, the host did not; then the host did too.
    assert corrective(apply({"a": {"value": "2"}}, present={"a": "1"})) == [False]
    assert corrective(apply({"a": {"value": "3"}}, present={"a": "drift"})) == [True]
    # With noop, and after a failure, what was so last is what counts.
    assert corrective(apply({"a": {"value": "3"}}, present={"a": "drift"}, noop=True)) == [True]
    assert corrective(apply({"a": {"value": "4"}}, present={"a": "3"}, noop=True)) == [False]
    assert corrective(apply({"a": {"value": "4"}}, present={"a": "3"})) == [False]
    # What is forgotten, because the code does not have it any more, is begun anew.
    apply({"b": {}})
    assert corrective(apply({"a": {"value": "4"}}, present={"a": "drift"})) == [False]
