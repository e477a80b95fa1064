"""What a manifest may say: the rules, and actool asked about each."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bunraku.images.errors import ImageError
from bunraku.images.manifest import as_identifier, as_name, image_manifest, pod_manifest, quantity

APP = {"exec": ["/bin/a"], "user": "0", "group": "0"}


def image(**fields: Any) -> dict[str, Any]:
    return {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "example.com/a", "app": APP} | fields


def app(**fields: Any) -> dict[str, Any]:
    return image(app=APP | fields)


def labels(**found: str) -> dict[str, Any]:
    return image(labels=[{"name": name, "value": value} for name, value in found.items()])


def pod(**fields: Any) -> dict[str, Any]:
    return {"acKind": "PodManifest", "acVersion": "0.8.11", "apps": []} | fields


GOOD = {
    "plain": image(),
    "without an app": {"acKind": "ImageManifest", "acVersion": "0.8.11", "name": "a"},
    "a pre-release": image(acVersion="0.8.11+git"),
    "labels": labels(os="linux", arch="aarch64", version="1"),
    "an os alone": labels(os="freebsd"),
    "an arch alone": labels(arch="anything"),
    "dates": image(annotations=[{"name": "created", "value": "2026-11-22T07:41:03.25+01:00"}]),
    "a page": image(annotations=[{"name": "homepage", "value": "https://example.com/"}]),
    "ports": app(ports=[{"name": "p", "protocol": "tcp", "port": 65535}]),
    "limits": app(isolators=[{"name": "resource/memory", "value": {"limit": "16Mi"}}]),
    "half a processor": app(isolators=[{"name": "resource/cpu", "value": {"limit": "500m"}}]),
    "double dashes": image(name="a--b"),
    "handlers": app(eventHandlers=[{"name": "pre-start", "exec": ["/a"]}, {"name": "post-stop", "exec": ["/b"]}]),
    "further fields": image(more="of this"),
    "volumes": pod(volumes=[{"name": "a", "kind": "host", "source": "/a"}, {"name": "b", "kind": "empty"}]),
}
BAD = {
    "upper case": (image(name="Example.com/a"), "is no name"),
    "no name": (image(name=""), "is no name"),
    "a dash at the end": (image(name="a-"), "is no name"),
    "unknown isolators": (app(isolators=[{"name": "example.com/x", "value": {}}]), "none of the spec's isolators"),
    "another kind": (image(acKind="Image"), "acKind"),
    "no version": (image(acVersion="1"), "acVersion"),
    "no user": (app(user=""), "user: is needed"),
    "no group": (image(app={"exec": ["/a"], "user": "0"}), "group"),
    "relative folder": (app(workingDirectory="srv"), "not an absolute path"),
    "port 0": (app(ports=[{"name": "p", "protocol": "tcp", "port": 0}]), "not between"),
    "port 65536": (app(ports=[{"name": "p", "protocol": "tcp", "port": 65536}]), "not between"),
    "ports beyond": (app(ports=[{"name": "p", "protocol": "tcp", "port": 65535, "count": 2}]), "go beyond"),
    "unknown handler": (app(eventHandlers=[{"name": "main", "exec": ["/a"]}]), "neither pre-start"),
    "two handlers": (app(eventHandlers=[{"name": "pre-start", "exec": ["/a"]}] * 2), "two called"),
    "two variables": (app(environment=[{"name": "A", "value": ""}] * 2), "two called"),
    "a variable's name": (app(environment=[{"name": "1A", "value": ""}]), "no name of a variable"),
    "a mount's name": (app(mountPoints=[{"name": "A", "path": "/a"}]), "is no name"),
    "a mount's path": (app(mountPoints=[{"name": "a", "path": ""}]), "path"),
    "two labels": (image(labels=[{"name": "a", "value": ""}] * 2), "two called"),
    "the label name": (labels(name="a"), "may be called 'name'"),
    "unknown os": (labels(os="plan9"), "none of"),
    "unknown arch": (labels(os="linux", arch="x86"), "none of"),
    "a date": (image(annotations=[{"name": "created", "value": "yesterday"}]), "no date"),
    "a page": (image(annotations=[{"name": "homepage", "value": "ftp://example.com"}]), "neither an http"),
    "a quantity": (app(isolators=[{"name": "resource/memory", "value": {"limit": "lots"}}]), "no quantity"),
    "a dependency": (image(dependencies=[{"imageName": "A"}]), "is no name"),
    "an ID": (image(dependencies=[{"imageName": "a", "imageID": "md5-1"}]), "no image ID"),
    "a list": (image(labels={"os": "linux"}), "a list is expected"),
    "a string": (app(exec=[1]), "a string is expected"),
    "host volume without source": (pod(volumes=[{"name": "a", "kind": "host"}]), "needs an absolute path"),
    "kind of volume": (pod(volumes=[{"name": "a", "kind": "nfs"}]), "neither host nor empty"),
    "two volumes": (pod(volumes=[{"name": "a", "kind": "empty"}] * 2), "two called"),
}


def check(manifest: dict[str, Any]) -> None:
    parse: Callable[[bytes], object] = image_manifest if manifest["acKind"] != "PodManifest" else pod_manifest
    parse(json.dumps(manifest).encode())


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_taken(name: str) -> None:
    check(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_refused(name: str) -> None:
    manifest, message = BAD[name]
    with pytest.raises(ImageError, match=message):
        check(manifest)


LAXER = {"a mount's path", "two volumes"}
"""Where actool says yes although the spec says no, as observed with 0.8.11."""


def test_actool_says_the_same(need: Callable[..., None], tmp_path: Path) -> None:
    need("actool")
    differing = {}
    for name, manifest in (GOOD | {n: m for n, (m, _) in BAD.items()}).items():
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps(manifest))
        done = subprocess.run(["actool", "validate", str(file)], capture_output=True, text=True, timeout=20)
        if (done.returncode == 0) != any(manifest is good for good in GOOD.values()):
            differing[name] = done.stderr
    assert differing.keys() <= LAXER, differing


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", 0.5), ("16Mi", 16 << 20), ("50M", 50e6), ("1G", 1e9), ("2", 2), ("1e3", 1000), ("1.5k", 1500)],
)
def test_quantities(text: str, value: float) -> None:
    assert quantity(text) == value


def test_names_made_of_others() -> None:
    assert as_identifier("localhost:5000/My_App") == "localhost-5000/my_app"
    assert as_name("example.com/redis.server") == "redis-server"
    with pytest.raises(ImageError, match="no name can be made"):
        as_identifier("//")
