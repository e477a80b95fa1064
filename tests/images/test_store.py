"""The store of images: whole or not at all, found by name, unpacked with what they depend on; and a registry."""

import hashlib
import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bunraku.images.build import Build, app_of, put
from bunraku.images.errors import ImageError
from bunraku.images.fetch import fetch
from bunraku.images.registry import parse
from bunraku.images.store import Store
from bunraku.images.trust import Trust

INSECURE = frozenset({"image"})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "cas"))


def build(folder: Path, name: str, *files: str, version: str = "1", mode: str = "appc", **fields: Any) -> Path:
    """An image with these files."""
    work = folder / f"{name.replace('/', '-')}-{version}"
    work.mkdir(parents=True)
    made = Build(str(work))
    made.begin(mode)
    for path in files:
        (work / "file").write_text(f"{name} {version}")
        made.copy(str(work / "file"), path)
    made.edit(lambda manifest: manifest.update(name=name, **fields))
    made.edit(lambda manifest: put(manifest, "labels", {"name": "version", "value": version}))
    made.edit(lambda manifest: app_of(manifest).update(exec=["/bin/x"]))
    made.write(str(work / "image"), overwrite=False)
    return work / "image"


def take(store: Store, path: Path) -> str:
    return fetch(store, str(path), Trust("/nowhere", "/nowhere"), insecure=INSECURE)


def test_an_image_is_named_by_half_of_its_digest(store: Store, tmp_path: Path) -> None:
    import gzip

    path = build(tmp_path, "example.com/a", "/x")
    key = take(store, path)
    assert key == f"sha512-{hashlib.sha512(gzip.decompress(path.read_bytes())).hexdigest()[:64]}"
    assert os.path.exists(tmp_path / "cas" / "blob" / "sha512" / key[7:9] / key)
    assert os.listdir(tmp_path / "cas" / "tmp") == []


def test_images_are_found_by_id_name_version_and_label(store: Store, tmp_path: Path) -> None:
    first = take(store, build(tmp_path, "example.com/a", "/x", version="1"))
    second = take(store, build(tmp_path, "example.com/a", "/x", version="2"))
    assert store.find(first[:20]) == first
    assert store.find("example.com/a") == second, "the last one in"
    assert store.find("example.com/a:1") == first
    assert store.find("example.com/a,version=1,os=linux") == first
    for name in ("example.com/a:3", "example.com/b", "sha512-00000000", "example.com/a,os=plan9"):
        with pytest.raises(ImageError, match="`rkt fetch` it"):
            store.find(name)
    store.remove(first)
    assert [info.key for info in store.images()] == [second]


def test_a_broken_image_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = build(tmp_path, "example.com/a", "/x")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ImageError, match="damaged"):
        take(store, path)
    assert store.images() == []
    assert [p for p in (tmp_path / "cas").rglob("*") if p.is_file()] == []


def test_what_an_image_depends_on_is_unpacked_below_it(store: Store, tmp_path: Path) -> None:
    base = take(store, build(tmp_path, "example.com/base", "/both", "/base"))
    needs = [{"imageName": "example.com/base", "imageID": base}]
    top = take(store, build(tmp_path, "example.com/top", "/both", "/top", dependencies=needs))
    rootfs = Path(store.rootfs(store.render(top)))
    assert (rootfs / "both").read_text() == "example.com/top 1"
    assert {path.name for path in rootfs.iterdir()} == {"both", "base", "top"}
    assert store.render(top) == store.render(top)
    lies = [{"imageName": "example.com/other", "imageID": base}]
    liar = take(store, build(tmp_path, "example.com/liar", "/x", dependencies=lies))
    with pytest.raises(ImageError, match="depends on example.com/other, but .* is example.com/base"):
        store.render(liar)
    own = take(store, build(tmp_path, "example.com/own", "/x", dependencies=[{"imageName": "example.com/own"}]))
    with pytest.raises(ImageError, match="more than 20 images in a row"):
        store.render(own)


def test_a_whitelist_keeps_only_what_it_names(store: Store, tmp_path: Path) -> None:
    path = build(tmp_path, "example.com/a", "/etc/keep", "/etc/drop", "/usr/bin/drop", pathWhitelist=["/etc/keep"])
    rootfs = Path(store.rootfs(store.render(take(store, path))))
    assert [str(p.relative_to(rootfs)) for p in sorted(rootfs.rglob("*"))] == ["etc", "etc/keep"]


class Handler(http.server.BaseHTTPRequestHandler):
    layout: Path

    def do_GET(self) -> None:
        kind, _, reference = self.path.removeprefix("/v2/team/web/").partition("/")
        index = json.loads((self.layout / "index.json").read_text())["manifests"][0]
        digest = index["digest"] if kind == "manifests" and reference == "1.0" else reference
        path = self.layout / "blobs" / digest.replace(":", "/")
        content = path.read_bytes() if path.is_file() else b""
        if reference == index["digest"] and kind == "blobs":
            content = b""
        self.send_response(200 if content else 404)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    Handler.layout = build(tmp_path, "example.com/web", "/x", version="1.0", mode="oci")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_image_of_a_registry(store: Store, registry: str) -> None:
    trust = Trust("/nowhere", "/nowhere")
    name = f"docker://{registry}/team/web:1.0"
    with pytest.raises(ImageError, match="carries no signature"):
        fetch(store, name, trust)
    key = fetch(store, name, trust, insecure=INSECURE)
    assert store.shown_name(key).endswith("/team/web:1.0")
    assert (Path(store.rootfs(store.render(key))) / "x").read_text() == "example.com/web 1.0"
    with pytest.raises(ImageError, match="404"):
        fetch(store, f"docker://{registry}/team/web:2.0", trust, insecure=INSECURE)
    assert os.listdir(os.path.join(store.folder, "tmp")) == []


def test_a_registry_that_lies_or_is_not_there(store: Store, registry: str) -> None:
    trust = Trust("/nowhere", "/nowhere")
    for blob in (Handler.layout / "blobs" / "sha256").iterdir():
        if blob.read_bytes().startswith(b"\x1f\x8b"):
            blob.write_bytes(blob.read_bytes()[:-1] + b"X")
    with pytest.raises(ImageError, match="tampered with or is damaged"):
        fetch(store, f"docker://{registry}/team/web:1.0", trust, insecure=INSECURE)
    with pytest.raises(ImageError, match="cannot be fetched"):
        fetch(store, "docker://127.0.0.1:1/team/web", trust, insecure=INSECURE)
    assert store.images() == []


def test_names_of_registries() -> None:
    assert parse("localhost:5000/team/web:1.2") == ("localhost:5000", "team/web", "1.2")
    assert parse("registry.example.com/web") == ("registry.example.com", "web", "latest")
    for name in ("web", "team/web", "localhost"):
        with pytest.raises(ImageError, match="names no registry"):
            parse(name)
