"""Several turns at once: the same outcome as one after the other, in less time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bunraku import resources
from bunraku.catalog.catalog import Catalog, Edge, Resource
from bunraku.engine import report
from bunraku.engine.transaction import Interrupted, Options, Transaction
from bunraku.resources.base import Run

from .conftest import Thing

NAMES = "abcdefgh"


class Free(Thing):
    """A thing that may be changed beside any other."""

    type_name = "free"
    lane = None


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    types = {"thing": Thing, "free": Free}
    load = resources.load
    monkeypatch.setattr(resources, "load", lambda name: types.get(name) or load(name))


def told(catalog: dict[str, Any], folder: Path, jobs: int, noop: bool) -> tuple[Any, ...]:
    """All that a run tells, in order, but for times."""
    made = Catalog("host")
    for ref, parameters in catalog["resources"].items():
        type_name, _, title = ref.partition("[")
        made.add(Resource(type_name, title[:-1], dict(parameters)))
    made.edges = [Edge("Class[Box]", ref) for ref in catalog["inside"]]
    run = Run(folder)
    run.shared["things"] = dict(catalog["present"])
    lines: list[Any] = []
    options = Options(
        noop=noop, jobs=jobs, on_outcome=lambda outcome: lines.append((outcome.resource.ref, outcome.state))
    )
    transaction = Transaction(made, run, options)
    transaction.prepare()
    transaction.run()
    stored = report.build(made, transaction.outcomes.values(), started=0.0, seconds={}, noop=noop)
    statuses = [
        (ref, status["skipped"], [(e["property"], e["status"], e["message"]) for e in status["events"]])
        for ref, status in stored["resource_statuses"].items()
    ]
    return lines, statuses, [(log["level"], log["message"], log["source"]) for log in stored["logs"]], stored["status"]


relation = st.sampled_from(["require", "before", "notify", "subscribe"])
parameters = st.fixed_dictionaries(
    {},
    optional={
        "value": st.sampled_from(["1", "2"]),
        "breaks": st.sampled_from(["", "", "read", "change", "refresh"]),
        "children": st.just(["x", "y"]),
    },
)


@st.composite
def catalogs(draw: st.DrawFn) -> dict[str, Any]:
    refs = [f"{draw(st.sampled_from(['Thing', 'Free']))}[{name}]" for name in NAMES]
    made: dict[str, Any] = {"Class[Box]": {}} | {ref: draw(parameters) for ref in refs}
    for ref in refs:
        if ref.startswith("Free"):
            made[ref].pop("children", None)
    for ref in refs:
        others = draw(st.lists(st.sampled_from([*made]), max_size=2))
        if others:
            made[ref][draw(relation)] = [other for other in others if other != ref]
    inside = draw(st.lists(st.sampled_from(refs), unique=True, max_size=3))
    present = draw(st.dictionaries(st.sampled_from(NAMES), st.just("1")))
    return {"resources": made, "inside": inside, "present": present}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(catalogs(), st.booleans(), st.integers(2, 5))
def test_any_catalog_is_told_the_same_way(tmp_path: Path, catalog: dict[str, Any], noop: bool, jobs: int) -> None:
    together, in_sequence = Path(mkdtemp(dir=tmp_path)), Path(mkdtemp(dir=tmp_path))
    assert told(catalog, together, jobs, noop) == told(catalog, in_sequence, 1, noop)


def test_turns_of_one_lane_never_overlap_and_keep_their_order(apply) -> None:
    things = {f"{name}": {} for name in NAMES}
    assert apply(things, jobs=4).changed() == list(NAMES)


def test_independent_turns_overlap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two turns that each wait for the other to begin: one after the other they would never end."""
    meeting = threading.Barrier(2, timeout=180)
    monkeypatch.setattr(Free, "change", lambda self, changes: meeting.wait())
    catalog = {"resources": {"Free[a]": {}, "Free[b]": {}}, "inside": [], "present": {}}
    lines, *_ = told(catalog, tmp_path, 2, False)
    assert lines == [("Free[a]", "changed"), ("Free[b]", "changed")]


def test_what_depends_on_another_waits_for_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "\n".join(
        [
            "Exec { path => '/bin:/usr/bin' }",
            f"exec {{ 'sleep 0.2; echo first >> {log}': }} ~> exec {{ 'echo second >> {log}': refreshonly => true }}",
            f"exec {{ 'echo beside > {tmp_path}/beside': }}",
            "exec { 'false': } -> notify { 'never': }",
        ]
    )
    argv = [sys.executable, "-m", "bunraku.cli.main", "apply", "--jobs", "4", "--statedir", str(tmp_path / "state")]
    result = subprocess.run([*argv, "-e", code], capture_output=True, text=True, timeout=180)
    assert result.returncode == 1, result.stderr
    assert log.read_text() == "first\nsecond\n"
    assert (tmp_path / "beside").exists()
    assert "skipped: Exec[false] failed" in result.stdout


def test_the_deadline_lets_what_is_under_way_end(apply) -> None:
    with pytest.raises(Interrupted, match="deadline"):
        apply({name: {} for name in NAMES}, jobs=3, deadline=0.0)


def test_an_interrupt_ends_the_commands_of_all_turns(tmp_path: Path) -> None:
    code = "\n".join(
        f"exec {{ '/bin/sh -c \"echo $$ > {tmp_path}/pid{number}; exec sleep 600\"': }}" for number in (1, 2)
    )
    argv = [sys.executable, "-m", "bunraku.cli.main", "apply", "--jobs", "2", "--statedir", str(tmp_path / "state")]
    process = subprocess.Popen([*argv, "-e", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    pids = []
    try:
        for number in (1, 2):
            path = tmp_path / f"pid{number}"
            for _ in range(12_000):
                if path.exists() and path.read_text().endswith("\n"):
                    break
                threading.Event().wait(0.01)
            pids.append(int(path.read_text()))
        process.terminate()
        out, err = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 130, out + err
    assert out.count("interrupted") == 2
    assert not [
        pid for pid in pids if Path(f"/proc/{pid}").exists() and os.readlink(f"/proc/{pid}/exe").endswith("sleep")
    ]
