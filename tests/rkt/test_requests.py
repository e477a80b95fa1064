"""What rkt's flags mean, and the pod manifest that is made of them."""

from typing import Any

import pytest

from bunraku.cli.rkt_apps import parse
from bunraku.cli.rkt_flags import insecure, span, waiting
from bunraku.cli.rkt_table import ago, table
from bunraku.images.errors import ImageError
from bunraku.images.manifest import blank, dump, pod_manifest
from bunraku.rkt import request
from bunraku.rkt.errors import PodError
from bunraku.rkt.prepare import manifest_of
from bunraku.rkt.request import AppRequest, PodRequest


def image(name: str = "example.com/web", **app: Any) -> dict[str, Any]:
    return blank(name) | {"app": {"exec": ["/bin/web"], "user": "0", "group": "0"} | app}


def test_each_image_has_flags_and_arguments_of_its_own() -> None:
    line = (
        "web.aci --name=front --memory 64M --environment=A=b=c --environment D=e --mount volume=data,target=/data "
        "--caps-retain=CAP_KILL,CAP_CHOWN --readonly-rootfs -- --name=argument --- db:1.2,arch=amd64 --user=7 -- -x"
    )
    first, second = parse(line.split())
    assert first == AppRequest(
        "web.aci",
        name="front",
        memory="64M",
        environment={"A": "b=c", "D": "e"},
        mounts=[{"volume": "data", "path": "/data"}],
        caps_retain=["CAP_KILL", "CAP_CHOWN"],
        readonly_rootfs=True,
        args=["--name=argument"],
    )
    assert second == AppRequest("db:1.2,arch=amd64", user="7", args=["-x"])
    assert parse(["web.aci", "--user=7", "---", "db"]) == [AppRequest("web.aci", user="7"), AppRequest("db")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--name=x"], "belongs to an image"),
        (["--", "x"], "belong to an image"),
        (["web", "--environment=x"], "NAME=VALUE"),
        (["web", "--mount", "volume=x"], "volume=NAME,target=/PATH"),
        (["web", "--mount", "volume=x,target=/x,more=1"], "'more' is none of"),
    ],
)
def test_flags_that_make_no_sense(words: list[str], message: str) -> None:
    with pytest.raises(PodError, match=message):
        parse(words)


def test_an_unknown_flag_ends_with_rkt_s_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["web", "--frob=1"])
    assert ended.value.code == 254
    assert "--frob" in capsys.readouterr().err


def test_volumes_and_ports() -> None:
    host = request.volume("data,kind=host,source=/srv,readOnly=true")
    assert host == {"name": "data", "kind": "host", "source": "/srv", "readOnly": True}
    empty = request.volume("tmp,kind=empty,mode=0700,uid=5")
    assert empty == {"name": "tmp", "kind": "empty", "mode": "0700", "uid": 5, "gid": 0}
    assert request.port("web:80") == {"name": "web", "hostPort": 80}
    assert request.port("web:127.0.0.1:80") == {"name": "web", "hostPort": 80, "hostIP": "127.0.0.1"}
    for text in ("data", "data,kind=nfs", "data,kind=host", "data,kind=host,source=/x,frob=1", "d,kind=empty,uid=x"):
        with pytest.raises(PodError):
            request.volume(text)
    for text in ("web", ":80", "web:0", "web:70000", "web:host:80"):
        with pytest.raises(PodError):
            request.port(text)


@pytest.mark.parametrize(
    ("name", "flavour"),
    [
        ("fly", "fly"),
        ("container", "container"),
        ("coreos.com/rkt/stage1-fly:1.30.0", "fly"),
        ("coreos.com/rkt/stage1-coreos", "container"),
    ],
)
def test_flavours_by_rkt_s_names_too(name: str, flavour: str) -> None:
    assert request.flavour(name) == flavour


def test_virtual_machines_are_refused_with_the_reason() -> None:
    with pytest.raises(PodError, match="not there yet: it needs a kernel and a hypervisor"):
        request.flavour("coreos.com/rkt/stage1-kvm:1.30.0")
    with pytest.raises(PodError, match="there are container and fly"):
        request.flavour("jail")


def made(asked: PodRequest, *images: dict[str, Any]) -> dict[str, Any]:
    manifest = manifest_of(asked, ["sha512-" + "0" * 64] * len(images), list(images))
    return pod_manifest(dump(manifest))


def test_a_pod_manifest_of_a_request() -> None:
    points = [{"name": "data", "path": "/data", "readOnly": True}, {"name": "tmp", "path": "/tmp"}]
    ports = [{"name": "http", "protocol": "tcp", "port": 80}]
    app = AppRequest("x", exec="/bin/other -v", args=["1"], memory="16Mi", cpu="500m", environment={"A": "app"})
    asked = PodRequest(
        [app],
        volumes=[request.volume("data,kind=host,source=/srv")],
        ports=[request.port("http:8080")],
        environment={"A": "pod", "B": "pod"},
        net="none",
    )
    manifest = made(asked, image(mountPoints=points, ports=ports, environment=[{"name": "B", "value": "image"}]))
    (found,) = manifest["apps"]
    assert (found["name"], found["app"]["exec"]) == ("web", ["/bin/other", "-v", "1"])
    assert found["app"]["environment"] == [{"name": "A", "value": "app"}, {"name": "B", "value": "image"}]
    assert found["mounts"] == [{"volume": "data", "path": "/data"}, {"volume": "tmp", "path": "/tmp"}]
    assert [(v["name"], v["kind"]) for v in manifest["volumes"]] == [("data", "host"), ("tmp", "empty")]
    limits = {item["name"]: item["value"] for item in found["app"]["isolators"]}
    assert limits == {"resource/memory": {"limit": "16Mi"}, "resource/cpu": {"limit": "500m"}}


@pytest.mark.parametrize(
    ("asked", "images", "message"),
    [
        (PodRequest([AppRequest("x")] * 2), [image(), image()], "two apps are called 'web'"),
        (PodRequest([AppRequest("x")], ports=[{"name": "p", "hostPort": 1}]), [image()], "no image has a port 'p'"),
        (PodRequest([AppRequest("x", mounts=[{"volume": "v", "path": "/v"}])]), [image()], "no volume 'v'"),
        (PodRequest([AppRequest("x")]), [blank("example.com/base")], "has no command to run"),
        (PodRequest([AppRequest("x", caps_retain=[], caps_remove=[])]), [image()], "not both"),
        (PodRequest([AppRequest("x", seccomp="mode=frob")]), [image()], "mode=retain"),
    ],
)
def test_requests_that_cannot_be_met(asked: PodRequest, images: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(PodError, match=message):
        made(asked, *images)


def test_a_memory_that_is_no_quantity() -> None:
    with pytest.raises(ImageError, match="'lots' is no quantity"):
        made(PodRequest([AppRequest("x", memory="lots")]), image())


def test_spans_and_words() -> None:
    assert [span(text) for text in ("0", "30m0s", "1h", "500ms", "1.5s")] == [0, 1800, 3600, 0.5, 1.5]
    assert [waiting(text) for text in ("true", "false", "10s")] == [None, 0, 10]
    for text in ("", "5", "5x", "s"):
        with pytest.raises(Exception, match="no span of time"):
            span(text)
    assert insecure("image,http") == {"image", "http"}
    assert insecure("none") == set()
    assert "seccomp" in insecure("all")
    with pytest.raises(Exception, match="'frob' is none of"):
        insecure("frob")


def test_tables_line_up_with_tabs_as_rkt_s_do() -> None:
    rows = [["UUID", "APP", "STATE"], ["5bc080ca", "redis", "running"], ["", "etcd", ""]]
    assert table(rows) == "UUID\t\tAPP\tSTATE\n5bc080ca\tredis\trunning\n\t\tetcd\t\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"),
        (1, "1 second ago"),
        (30, "30 seconds ago"),
        (60, "1 minute ago"),
        (150, "2 minutes ago"),
        (3600, "1 hour ago"),
        (7200, "2 hours ago"),
        (86400, "1 day ago"),
        (3 * 86400, "3 days ago"),
        (8 * 86400, "1 week ago"),
        (40 * 86400, "1 month ago"),
        (400 * 86400, "1 year ago"),
        (800 * 86400, "2 years ago"),
    ],
)
def test_times_in_words(seconds: int, words: str) -> None:
    assert ago(0, seconds) == words
