"""The folder of pods: states by folder and lock, what is kept, what is removed."""

import os
import time
from pathlib import Path

import pytest

from bunraku.images.manifest import dump
from bunraku.rkt import gc
from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import STATES, Pod, Pods

APP = {"name": "a", "image": {"id": "sha512-ab", "name": "example.com/a"}}
MANIFEST = {"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [APP]}


@pytest.fixture
def pods(tmp_path: Path) -> Pods:
    return Pods(str(tmp_path))


@pytest.mark.parametrize("place", STATES)
def test_a_state_is_a_folder_and_a_lock(pods: Pods, place: str) -> None:
    pod = pods.new()
    pod.move(place)
    (other,) = pods.all(place)
    assert other.state() == STATES[place][0]
    pod.unlock()
    assert other.state() == STATES[place][1]


def test_a_pod_that_moves_while_one_looks_is_found_again(pods: Pods) -> None:
    pod = pods.new()
    (seen,) = pods.all("prepare")
    pod.move("prepared")
    pod.move("run")
    assert seen.state() == "running"
    pod.remove()
    assert seen.state() == "gone"


def test_a_pod_is_found_by_the_beginning_of_its_uuid(pods: Pods) -> None:
    pod = pods.new()
    assert pods.find(pod.uuid[:8]).uuid == pod.uuid
    with pytest.raises(PodError, match="no UUID of a pod"):
        pods.find("../../etc")
    with pytest.raises(PodError, match="there is no pod"):
        pods.find("0" * 8 + "-0000")
    twin = Pod(pods, pod.uuid[:-1] + ("0" if pod.uuid[-1] != "0" else "1"), "run")
    os.mkdir(twin.path)
    with pytest.raises(PodError, match="the beginning of 2 pods' UUIDs"):
        pods.find(pod.uuid[:8])


def test_two_cannot_hold_a_pod(pods: Pods) -> None:
    pods.new()
    (other,) = pods.all("prepare")
    with pytest.raises(PodError, match="is preparing: another process holds it"):
        other.lock()


def test_what_a_pod_s_folder_says(pods: Pods) -> None:
    pod = pods.new()
    with pytest.raises(PodError, match="no such file"):
        pod.manifest()
    pod.put("pod", dump(MANIFEST))
    pod.put("pid", "42")
    pod.put("stage1/rootfs/rkt/status/a", "7")
    pod.put("net-info.json", "not JSON")
    assert pod.manifest() == MANIFEST
    assert (pod.pid(), pod.exit_code("a"), pod.exit_code("b"), pod.networks()) == (42, 7, None, [])
    assert abs((pod.started() or 0) - time.time()) < 60
    assert pod.created() is None


def of(pods: Pods, place: str) -> str:
    """A pod in this folder that nobody holds."""
    pod = pods.new()
    pod.put("pod", dump(MANIFEST))
    pod.move(place)
    pod.unlock()
    return pod.uuid


def collect(
    pods: Pods, grace: float = gc.GRACE, expiry: float = gc.EXPIRY, mark_only: bool = False
) -> tuple[list[str], list[str]]:
    said: list[str] = []
    noted: list[str] = []
    gc.collect(pods, grace=grace, expiry=expiry, mark_only=mark_only, say=said.append, note=noted.append)
    return said, noted


def test_gc_marks_and_later_sweeps(pods: Pods) -> None:
    ran, failed, ready = (of(pods, place) for place in ("run", "prepare", "prepared"))
    running = pods.new()
    running.move("run")
    _, noted = collect(pods, mark_only=True)
    assert noted == [f'moving pod "{ran}" to garbage', f'moving failed prepare "{failed}" to garbage']
    said, noted = collect(pods)
    assert said == [f'Garbage collecting pod "{failed}"']
    assert noted == [f'pod "{ran}" not removed: still within grace period (30m0s)']
    said, _ = collect(pods, grace=-1, expiry=-1)
    assert sorted(said) == sorted(f'Garbage collecting pod "{uuid}"' for uuid in (ran, ready))
    assert [pod.uuid for pod in pods.all()] == [running.uuid]


def test_what_runs_is_not_removed_and_what_ended_is(pods: Pods, tmp_path: Path) -> None:
    pod = pods.new()
    pod.move("run")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("kept")
    os.symlink(tmp_path / "precious", os.path.join(pod.path, "link"))
    (seen,) = pods.all("run")
    with pytest.raises(PodError, match="is running: it cannot be removed now"):
        gc.remove(seen)
    pod.unlock()
    gc.remove(seen)
    assert pods.all() == []
    assert (tmp_path / "precious" / "file").read_text() == "kept"


def test_stopping_what_does_not_run(pods: Pods) -> None:
    pod = pods.new()
    with pytest.raises(PodError, match="is preparing, not running"):
        gc.stop(pod)
    pod.move("run")
    pod.unlock()
    assert gc.stop(pod) is False


def test_spans_as_go_writes_them() -> None:
    assert [gc.span(s) for s in (0, 1.5, 90, 1800, 86400)] == ["0s", "1.5s", "1m30s", "30m0s", "24h0m0s"]
