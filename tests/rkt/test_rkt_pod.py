"""rkt_pod: declared pods launched, kept, changed and removed, on the real runtime; and what is listed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.engine.outcome import Outcome
from bunraku.engine.transaction import Options, Transaction
from bunraku.resources.base import Run
from bunraku.rkt.launch import has_systemd, how_it_ended, request_of, unit
from bunraku.rkt.pods import Pods
from bunraku.rkt.request import AppRequest
from tests.rkt.conftest import LIMIT


class Host:
    """Applies rkt_pod resources to a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pods = Pods(f"{folder}/data")

    def apply(self, name: str, noop: bool = False, **parameters: Any) -> Outcome:
        settings = {"dir": f"{self.folder}/data", "insecure_options": ["image"]}
        catalog = Catalog("host")
        catalog.add(Resource("Rkt_pod", name, settings | parameters))
        transaction = Transaction(catalog, Run(self.folder, noop=noop), Options(noop=noop))
        transaction.prepare()
        transaction.run()
        (outcome,) = transaction.outcomes.values()
        return outcome

    def said(self, name: str, noop: bool = False, **parameters: Any) -> list[str]:
        return [event.words for event in self.apply(name, noop, **parameters).events]

    def states(self) -> list[str]:
        return [pod.state() for pod in self.pods.all()]


@pytest.fixture
def host(tmp_path: Path, can_run: None) -> Iterator[Host]:
    if has_systemd():
        pytest.skip("systemd runs this host: pods would become units of it")
    made = Host(tmp_path)
    yield made
    made.apply("web", ensure="absent")


def app(image: Path, *args: str, **more: Any) -> dict[str, Any]:
    return {"image": str(image), "exec": "/bin/sleep", "args": list(args) or ["300"]} | more


def test_a_pod_is_launched_kept_changed_stopped_and_removed(host: Host, image: Path) -> None:
    declared = {"ensure": "running", "apps": [app(image)], "net": "none"}
    assert host.said("web", noop=True, **declared) == ["launched"]
    assert host.states() == []
    assert host.said("web", **declared) == ["launched"]
    first = host.pods.all("run")[0].uuid
    assert host.said("web", **declared) == [], "it is as declared"
    declared["apps"] = [app(image, memory="32Mi")]
    assert host.said("web", **declared) == ["launched anew: its apps changed"]
    (second,) = host.pods.all("run")
    assert second.uuid != first
    os.kill(second.app_pid("hello") or 0, 9)
    assert second.wait(LIMIT, until=("exited",))
    assert host.said("web", **declared) == ["launched"], "what ended is launched again"
    assert host.said("web", ensure="stopped") == ["stopped"]
    assert host.states() == ["exited"]
    assert host.said("web", ensure="stopped") == []
    assert host.said("web", ensure="absent") == ["removed"]
    assert host.states() == []


def test_several_apps_volumes_and_variables(host: Host, image: Path) -> None:
    (host.folder / "shared").mkdir()
    script = "echo $GREETING > /data/said; exec sleep 300"
    writer = app(image, "-c", script, exec="/bin/sh", environment={"GREETING": "hi"}, mounts={"data": "/data"})
    apps = [writer | {"name": "writer"}, app(image) | {"name": "other"}]
    volumes = {"data": str(host.folder / "shared")}
    host.apply("web", ensure="running", apps=apps, volumes=volumes, net="none", isolation="container")
    (pod,) = host.pods.all("run")
    assert [a["name"] for a in pod.manifest()["apps"]] == ["writer", "other"]
    said = host.folder / "shared" / "said"
    from tests.rkt.test_running import wait_for

    wait_for("what the app writes", lambda: said.exists() and said.read_text() == "hi\n")


def test_what_ends_at_once_is_a_failure_that_says_how(host: Host, image: Path) -> None:
    apps = [{"image": str(image), "exec": "/bin/none"}]
    (event,) = host.apply("web", ensure="running", apps=apps, isolation="fly").events
    assert event.status == "failure"
    assert "the pod ended at once: hello: '/bin/none' cannot be run: no such file or directory" in event.words


def test_how_a_pod_ended(rkt: Any, image: Path) -> None:
    rkt("run", "--net=none", str(image), code=3)
    assert how_it_ended(Pods(rkt.data).all()[0]) == "hello: exit code 3, 'hello'"


def test_isolation_goes_by_rkt_s_names_too() -> None:
    from bunraku.resources.rkt_pod import RktPod

    isolation = RktPod.parameters["isolation"]
    assert isolation.munge is not None
    assert isolation.munge("coreos.com/rkt/stage1-fly:1.30.0") == "fly"
    with pytest.raises(ValueError, match="virtual machine is not there yet: it needs a kernel"):
        isolation.munge("vm")


def test_clear_errors(host: Host, image: Path) -> None:
    for parameters, message in (
        ({"image": "/nowhere.aci"}, "/nowhere.aci is not there"),
        ({"image": str(image), "insecure_options": []}, "is not signed"),
        ({"apps": [{"image": str(image), "frob": 1}]}, "an app has no 'frob'"),
    ):
        (event,) = host.apply("web", ensure="running", net="none", **parameters).events
        assert event.status == "failure"
        assert message in event.words
    assert host.states() == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ensure": "running"}, "needs an image, or apps"),
        ({"ensure": "running", "image": "a", "apps": [{"image": "a"}]}, "either image or apps"),
        ({"ensure": "running", "apps": [{"exec": "a"}]}, "each app is a hash with an image"),
        ({"ensure": "running", "image": "a", "app": "b"}, "app is read only"),
        ({"ensure": "frozen"}, "Valid values are running, stopped, absent"),
    ],
)
def test_declarations_that_make_no_sense(parameters: dict[str, Any], message: str, tmp_path: Path) -> None:
    from bunraku.resources.rkt_pod import RktPod

    with pytest.raises(ValueError, match=message):
        RktPod(Resource("Rkt_pod", "web", parameters), Run(tmp_path))
    with pytest.raises(ValueError, match="no name of a pod"):
        RktPod(Resource("Rkt_pod", "../web", {"ensure": "absent"}), Run(tmp_path))


def test_pods_are_shown_as_puppet_code(rkt: Any, image: Path) -> None:
    rkt("run", "--net=none", str(image), code=3)
    (pod,) = Pods(rkt.data).all()
    from bunraku.cli.resource import code
    from bunraku.resources.rkt_pod import RktPod

    shown = code(RktPod(Resource("Rkt_pod", pod.uuid[:8], {"dir": rkt.data}), Run(rkt.folder)))
    assert shown.splitlines() == [
        f"rkt_pod {{ '{pod.uuid[:8]}':",
        "  ensure     => 'exited',",
        "  app        => 'hello',",
        "  image_name => 'hello',",
        "}",
    ]


def test_bunraku_resource_lists_them() -> None:
    command = [sys.executable, "-m", "bunraku.cli.main", "resource", "rkt_pod"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr


def test_what_a_declaration_asks_for() -> None:
    asked = request_of(
        {
            "isolation": "fly",
            "net": "host",
            "volumes": {"a": "/srv", "b": {"kind": "empty"}, "c": {"source": "/c", "read_only": True}},
            "ports": {"web": 80, "tls": "127.0.0.1:443"},
            "apps": [{"image": "x", "user": 33, "mounts": {"a": "/data"}, "environment": {"N": 1}, "cpu": None}],
        }
    )
    assert asked.apps == [AppRequest("x", user="33", mounts=[{"volume": "a", "path": "/data"}], environment={"N": "1"})]
    assert [(v["name"], v["kind"], v.get("readOnly")) for v in asked.volumes] == [
        ("a", "host", None),
        ("b", "empty", None),
        ("c", "host", True),
    ]
    assert [(p["name"], p["hostPort"], p.get("hostIP")) for p in asked.ports] == [
        ("web", 80, None),
        ("tls", 443, "127.0.0.1"),
    ]


def test_a_unit_follows_rkt_s_advice_and_systemd_takes_it(tmp_path: Path) -> None:
    text = unit("web", ["/usr/bin/true", "--dir=/var/lib/rkt"], ["run", '--declaration=/x y/100%/$A"b"'], "always")
    for line in ("Slice=machine.slice", "KillMode=mixed", "Delegate=true", "Restart=always"):
        assert line in text.splitlines()
    assert '"--declaration=/x y/100%%/$$A\\"b\\""' in text
    path = tmp_path / "rkt-web.service"
    path.write_text(text)
    import shutil

    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    done = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, timeout=LIMIT)
    assert "rkt-web.service" not in done.stderr, done.stderr


def test_a_declaration_that_is_no_json(rkt: Any) -> None:
    (rkt.folder / "web.json").write_text(json.dumps({"apps": []})[:-1])
    assert "is not JSON" in rkt.error("run", f"--declaration={rkt.folder}/web.json")
