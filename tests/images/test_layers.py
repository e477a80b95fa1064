"""OCI images of several layers: what acbuild makes of them, seen by umoci, skopeo and a real registry."""

import json
import os
import re
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunraku.images import oci
from bunraku.images.build import Build
from bunraku.images.errors import ImageError
from bunraku.images.fetch import fetch
from bunraku.images.store import Store
from bunraku.images.trust import Trust


def tool(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


def layered(folder: Path) -> Path:
    """A layout of three layers: files; files removed, changed and put in their places; nothing but a mode."""
    host = folder / "host"
    (host / "etc" / "conf.d").mkdir(parents=True)
    (host / "srv" / "deep" / "er").mkdir(parents=True)
    for name in ("etc/a", "etc/conf.d/one", "etc/conf.d/two", "srv/deep/er/file", "etc/becomes-folder"):
        (host / name).write_text(name)
    build = Build(str(folder))
    build.begin("oci", str(host))
    build.edit(lambda manifest: manifest.update(name="example.com/layers"))
    build.finish_layer()
    build.finish_layer()  # of nothing: none is made
    rootfs = Path(build.rootfs)
    (rootfs / "etc" / "conf.d" / "one").unlink()
    (rootfs / "etc" / "a").write_text("2nd-a")
    (rootfs / "etc" / "becomes-folder").unlink()
    (rootfs / "etc" / "becomes-folder").mkdir()
    (rootfs / "etc" / "becomes-folder" / "in").write_text("it")
    shutil.rmtree(rootfs / "srv" / "deep")
    (rootfs / "srv" / "deep").write_text("a file now")
    build.finish_layer()
    (rootfs / "etc" / "conf.d").chmod(0o700)
    build.write(str(folder / "layout"), overwrite=False)
    build.end()
    return folder / "layout"


def manifest_of(layout: Path) -> dict[str, list[dict[str, str]]]:
    index = json.loads((layout / "index.json").read_text())
    blob = layout / "blobs" / index["manifests"][0]["digest"].replace(":", "/")
    found: dict[str, list[dict[str, str]]] = json.loads(blob.read_text())
    return found


def names(layout: Path, layer: dict[str, str]) -> list[str]:
    with tarfile.open(layout / "blobs" / layer["digest"].replace(":", "/")) as tar:
        return tar.getnames()


def tree(folder: Path) -> dict[str, object]:
    """What is in a folder: modes, and content of files."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        found[str(path.relative_to(folder))] = (mode, path.read_text() if path.is_file() else None)
    return found


LAST = {
    "etc/a": "2nd-a",
    "etc/becomes-folder/in": "it",
    "etc/conf.d/two": "etc/conf.d/two",
    "srv/deep": "a file now",
}


def test_a_layer_holds_what_has_changed(tmp_path: Path) -> None:
    layout = layered(tmp_path)
    first, second, third = manifest_of(layout)["layers"]
    assert "srv/deep/er/file" in names(layout, first)
    assert names(layout, second) == [
        "etc/conf.d/.wh.one",
        "etc/a",
        "etc/becomes-folder",
        "etc/becomes-folder/in",
        "srv/deep",
    ]
    assert names(layout, third) == ["etc/conf.d"]


def test_umoci_skopeo_and_we_unpack_the_same(need, tmp_path: Path) -> None:
    need("umoci", "skopeo")
    layout = layered(tmp_path)
    tool("skopeo", "copy", f"oci:{layout}:latest", f"oci:{tmp_path}/copied:latest")
    keep = [] if os.geteuid() == 0 else ["--rootless"]
    tool("umoci", "unpack", *keep, "--image", f"{tmp_path}/copied:latest", str(tmp_path / "bundle"))
    own = tmp_path / "own"
    own.mkdir()
    oci.unpack_image(str(layout), str(own))
    theirs = tree(tmp_path / "bundle" / "rootfs")
    assert tree(own) == theirs
    assert {path: text for path, (_, text) in theirs.items() if text is not None} == LAST  # type: ignore[misc]


def test_a_build_that_begins_with_layers_keeps_them(need, acbuild, tmp_path: Path) -> None:
    need("umoci")
    layout = layered(tmp_path / "base")
    before = manifest_of(layout)["layers"]
    acbuild("begin", "--build-mode=oci", str(layout))
    acbuild("set-exec", "--", "/bin/true")
    acbuild("write", str(tmp_path / "same"))
    assert manifest_of(tmp_path / "same")["layers"] == before, "no file has changed"
    (tmp_path / "new").write_text("new")
    acbuild("copy", str(tmp_path / "new"), "/srv/new")
    acbuild("layer")
    acbuild("write", str(tmp_path / "more"))
    after = manifest_of(tmp_path / "more")["layers"]
    assert after[:3] == before
    assert [names(tmp_path / "more", layer) for layer in after[3:]] == [["srv/new"]]
    tool("umoci", "stat", "--image", f"{tmp_path}/more:latest")


def test_layers_are_always_the_same(tmp_path: Path) -> None:
    one, two = (manifest_of(layered(tmp_path / name)) for name in ("one", "two"))
    assert one == two


def test_an_aci_has_no_layers(acbuild) -> None:
    acbuild("begin")
    assert "--build-mode=oci" in acbuild("layer", code=1).stderr


def test_a_layer_that_is_not_what_the_configuration_says_is_refused(tmp_path: Path) -> None:
    layout = layered(tmp_path)
    document = manifest_of(layout)
    config = layout / "blobs" / document["config"]["digest"].replace(":", "/")  # type: ignore[call-overload]
    told = json.loads(config.read_text())
    told["rootfs"]["diff_ids"][1] = told["rootfs"]["diff_ids"][0]
    content = json.dumps(told)

    def put(text: str) -> dict[str, object]:
        import hashlib

        digest = hashlib.sha256(text.encode()).hexdigest()
        (layout / "blobs" / "sha256" / digest).write_text(text)
        return {"digest": f"sha256:{digest}", "size": len(text.encode())}

    lying = put(json.dumps(document | {"config": put(content)}))
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [lying]}))
    with pytest.raises(ImageError, match="does not unpack to"):
        Build(str(tmp_path)).begin("oci", str(layout))
    assert not (tmp_path / ".acbuild").exists()


@pytest.fixture
def registry(need, tmp_path: Path) -> Iterator[str]:
    """HOST:PORT of a real registry."""
    need("docker-registry", "skopeo")
    settings, log = tmp_path / "registry.yml", tmp_path / "registry.log"
    settings.write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {tmp_path}/registry}}}}\n"
        "http: {addr: '127.0.0.1:0'}\n"
    )
    with log.open("wb") as output:
        server = subprocess.Popen(["docker-registry", "serve", str(settings)], stdout=output, stderr=output)
    try:
        for _ in range(600):
            if server.poll() is not None:
                pytest.skip(f"no registry: {log.read_text()[-300:]}")
            if found := re.search(r"listening on (127\.0\.0\.1:\d+)", log.read_text()):
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"the registry does not listen: {log.read_text()[-300:]}")
        yield found[1]
    finally:
        server.kill()
        server.wait()


def test_a_build_begins_with_an_image_of_a_registry(registry: str, acbuild, tmp_path: Path) -> None:
    layout = layered(tmp_path / "base")
    target = f"docker://{registry}/team/layers:v1"
    # As OCI, and as Docker has it: other media types, the same layers.
    for form in ("oci", "v2s2"):
        tool("skopeo", "copy", "--dest-tls-verify=false", f"--format={form}", f"oci:{layout}:latest", target)
        acbuild("begin", "--build-mode=oci", target)
        acbuild("set-name", "example.com/again")
        acbuild("write", "--overwrite", str(tmp_path / "again"))
        acbuild("end")
        assert manifest_of(tmp_path / "again")["layers"] == manifest_of(layout)["layers"]
    assert "404" in acbuild("begin", f"docker://{registry}/team/nothing", code=1).stderr


def test_a_registry_is_asked_as_the_pull_policy_says(registry: str, tmp_path: Path) -> None:
    store, trust = Store(str(tmp_path / "cas")), Trust(str(tmp_path), str(tmp_path))
    name = f"docker://{registry}/team/layers:v1"

    def fetched(policy: str) -> str:
        return fetch(store, name, trust, insecure=frozenset({"image"}), policy=policy)

    with pytest.raises(ImageError, match="--pull-policy=never"):
        fetched("never")
    layout = layered(tmp_path / "base")
    tool("skopeo", "copy", "--dest-tls-verify=false", f"oci:{layout}:latest", name)
    first = fetched("new")
    assert store.shown_name(first).endswith("/team/layers:v1")
    build = Build(str(tmp_path))
    build.begin("oci", str(layout))
    (Path(build.rootfs) / "newer").write_text("newer")
    build.write(str(tmp_path / "newer"), overwrite=False)
    tool("skopeo", "copy", "--dest-tls-verify=false", f"oci:{tmp_path}/newer:latest", name)
    assert fetched("never") == fetched("new") == first
    second = fetched("update")
    assert second != first
    assert fetched("new") == second, "of two, the one that came in last"
    assert (Path(store.rootfs(store.render(second))) / "newer").read_text() == "newer"
