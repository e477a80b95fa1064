"""Images that lie or attack: a clear error, nothing escaped, nothing half-made."""

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bunraku.images import aci, compression, oci
from bunraku.images.compression import reading
from bunraku.images.errors import ImageError
from bunraku.images.manifest import blank, dump
from bunraku.images.unpack import unpack
from bunraku.system.rooted import Rooted

Entry = tuple[str, dict[str, Any]]


def entry(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", **fields: Any) -> Entry:
    return name, {"type": kind, "content": content, **fields}


def image(path: Path, *entries: Entry, manifest: bytes | None = None) -> str:
    """A file with an ACI of these entries beside a good manifest."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, fields in [entry("manifest", content=manifest or dump(blank("example.com/x"))), *entries]:
            info = tarfile.TarInfo(name)
            info.mode = 0o755
            content = fields.pop("content")
            info.size = len(content)
            for field, value in fields.items():
                setattr(info, field, value)
            tar.addfile(info, io.BytesIO(content))
    return str(path)


def link(name: str, target: str) -> Entry:
    return entry(name, tarfile.SYMTYPE, linkname=target)


ATTACKS = {
    "climbs": ([entry("rootfs/../../escaped", content=b"x")], "leads out of the image"),
    "is absolute": ([entry("/tmp/escaped", content=b"x")], "leads out of the image"),
    "passes through its own link": (
        [link("rootfs/out", "/OUTSIDE"), entry("rootfs/out/escaped", content=b"x")],
        "passes through the link 'rootfs/out'",
    ),
    "passes through a relative link": (
        [link("rootfs/out", "../../.."), entry("rootfs/out/escaped", content=b"x")],
        "passes through the link",
    ),
    "links to the host": (
        [entry("rootfs/passwd", tarfile.LNKTYPE, linkname="/etc/passwd")],
        "leads out of the image",
    ),
    "links above the rootfs": ([entry("rootfs/m", tarfile.LNKTYPE, linkname="manifest")], "outside"),
    "links to a link": (
        [link("rootfs/l", "/etc/passwd"), entry("rootfs/h", tarfile.LNKTYPE, linkname="rootfs/l")],
        "to what is no file",
    ),
    "links to nothing": ([entry("rootfs/h", tarfile.LNKTYPE, linkname="rootfs/none")], "which is not there"),
    "is a device": ([entry("rootfs/sda", tarfile.BLKTYPE, devmajor=8, devminor=0)], "is a device"),
    "makes the rootfs a link": ([link("rootfs", "/OUTSIDE")], "is not a folder"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_attacks_is_refused_and_nothing_escapes(name: str, tmp_path: Path) -> None:
    entries, message = ATTACKS[name]
    outside = tmp_path / "outside"
    outside.mkdir()
    aimed = [
        (n, f | ({"linkname": f["linkname"].replace("/OUTSIDE", str(outside))} if "linkname" in f else {}))
        for n, f in entries
    ]
    target = tmp_path / "deep" / "er" / "target"
    target.mkdir(parents=True)
    path = image(tmp_path / "x.aci", *aimed)
    with pytest.raises(ImageError, match=message) as told:
        aci.check(path)
        aci.unpack_rootfs(path, str(target))
    assert path in str(told.value)
    assert list(outside.iterdir()) == []
    assert list(tmp_path.rglob("escaped")) == []
    assert not (target / "passwd").exists()


def test_devices_below_dev_are_left_out(tmp_path: Path) -> None:
    path = image(tmp_path / "x.aci", entry("rootfs/dev/null", tarfile.CHRTYPE, devmajor=1, devminor=3))
    aci.unpack_rootfs(path, str(tmp_path))
    assert list((tmp_path / "dev").iterdir()) == []


def test_a_link_of_a_lower_layer_is_followed_inside_the_root(tmp_path: Path) -> None:
    (tmp_path / "root" / "usr" / "bin").mkdir(parents=True)
    (tmp_path / "root" / "bin").symlink_to("/usr/bin")
    (tmp_path / "root" / "up").symlink_to("../../../usr")
    path = image(tmp_path / "x.tar", entry("rootfs/bin/tool", content=b"1"), entry("rootfs/up/lib", content=b"2"))
    aci.unpack_rootfs(path, str(tmp_path / "root"))
    assert (tmp_path / "root" / "usr" / "bin" / "tool").read_bytes() == b"1"
    assert (tmp_path / "root" / "usr" / "lib").read_bytes() == b"2"


def test_links_in_a_circle_have_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with Rooted(str(tmp_path)) as root:
        with pytest.raises(OSError, match="Too many levels"):
            root.parent("a/file")
        with pytest.raises(OSError, match="Too many levels"):
            root.open("a")


def sparse(path: Path, size: int) -> str:
    """A tar whose one file is `size` bytes long and holds none of them (GNU's sparse format 1.0 by pax headers)."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "rootfs/big"}
    headers["GNU.sparse.realsize"] = str(size)
    info = tarfile.TarInfo("rootfs/GNUSparseFile.0/big")
    info.pax_headers = headers
    block = f"1\n{size}\n0\n".encode().ljust(512, b"\0")
    info.size = len(block)
    manifest = tarfile.TarInfo("manifest")
    content = dump(blank("example.com/x"))
    manifest.size = len(content)
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(manifest, io.BytesIO(content))
        tar.addfile(info, io.BytesIO(block))
    return str(path)


def test_a_sparse_file_without_end_is_refused_and_a_small_one_keeps_its_holes(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="'rootfs/big' it is longer than 8 GiB"):
        aci.unpack_rootfs(sparse(tmp_path / "big.aci", 10 << 30), str(tmp_path))
    assert not (tmp_path / "big").exists()
    aci.unpack_rootfs(sparse(tmp_path / "small.aci", 32 << 20), str(tmp_path))
    found = (tmp_path / "big").stat()
    assert found.st_size == 32 << 20
    assert found.st_blocks * 512 < 1 << 20


def test_what_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "LARGEST", 1 << 20)
    bomb = tmp_path / "bomb.aci"
    bomb.write_bytes(
        gzip.compress(Path(image(tmp_path / "x", entry("rootfs/zeros", content=bytes(4 << 20)))).read_bytes())
    )
    with pytest.raises(ImageError, match="unpacks to more than"):
        aci.check(str(bomb))


LIES: dict[str, tuple[Callable[[Path], str], str]] = {
    "no manifest": (lambda p: _bare(p, "rootfs/x"), "has no manifest"),
    "no rootfs": (lambda p: image(p), "has no rootfs"),
    "files beside the rootfs": (lambda p: image(p, entry("rootfs/x"), entry("etc/x")), "neither the manifest nor in"),
    "an entry twice": (lambda p: image(p, entry("rootfs/x"), entry("./rootfs/x")), "two entries 'rootfs/x'"),
    "no JSON": (lambda p: image(p, entry("rootfs/x"), manifest=b"{"), "manifest is not JSON"),
    "another kind": (lambda p: image(p, entry("rootfs/x"), manifest=b'{"acKind":"PodManifest"}'), "acKind"),
    "cut off": (lambda p: _cut(image(p, entry("rootfs/x", content=os.urandom(90000)))), "damaged"),
    "cut off in gzip": (lambda p: _cut(_packed(image(p, entry("rootfs/x", content=os.urandom(90000))))), "damaged"),
    "no tar": (lambda p: _text(p), "damaged"),
    "zstd": (lambda p: _text(p, b"\x28\xb5\x2f\xfd" + bytes(100)), "zstd"),
}


def _bare(path: Path, name: str) -> str:
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    return str(path)


def _cut(path: str) -> str:
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])
    return path


def _packed(path: str) -> str:
    Path(path).write_bytes(gzip.compress(Path(path).read_bytes()))
    return path


def _text(path: Path, content: bytes = b"not an image, but long enough to be one" * 40) -> str:
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("name", LIES)
def test_an_image_that_lies_is_refused(name: str, tmp_path: Path) -> None:
    make, message = LIES[name]
    with pytest.raises(ImageError, match=message):
        aci.check(make(tmp_path / "x.aci"))


def layout(folder: Path, change: Callable[[dict[str, Any]], None] = lambda documents: None) -> str:
    """An OCI layout of one file, after `change` had its way with its documents."""
    layer = gzip.compress(Path(image(folder / "t", entry("etc/x", content=b"x"))).read_bytes())
    documents: dict[str, Any] = {
        "layer": layer,
        "config": {"os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64]}},
        "size": len(layer),
        "digest": f"sha256:{hashlib.sha256(layer).hexdigest()}",
        "written": layer,
        "index": {},
    }
    change(documents)
    blobs = folder / "layout" / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"digest": f"sha256:{digest}", "size": len(content)}

    (blobs / hashlib.sha256(layer).hexdigest()).write_bytes(documents["written"])
    described = {"digest": documents["digest"], "size": documents["size"]}
    manifest = put(
        json.dumps({"config": put(json.dumps(documents["config"]).encode()), "layers": [described]}).encode()
    )
    (folder / "layout" / "index.json").write_text(json.dumps({"manifests": [manifest]} | documents["index"]))
    (folder / "layout" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return str(folder / "layout")


OCI_LIES: dict[str, tuple[dict[str, Any], str]] = {
    "a tampered layer": ({"written": b"other"}, "bytes where"),
    "a wrong size": ({"size": 5}, "where 5 are declared"),
    "a size that is none": ({"size": "5"}, "without a size"),
    "a digest that climbs": ({"digest": "sha256:../../../etc/passwd"}, "is no digest"),
    "a blob that is missing": ({"digest": "sha256:" + "0" * 64}, "is missing"),
    "another number of layers": ({"config": {"rootfs": {"diff_ids": []}}}, "names 0 layers"),
    "no images": ({"index": {"manifests": []}}, "'manifests' is not a list"),
    "an image for others": (
        {"index": {"manifests": "PLATFORM"}},
        "not there for linux/",
    ),
}


@pytest.mark.parametrize("name", OCI_LIES)
def test_an_oci_image_that_lies_is_refused(name: str, tmp_path: Path) -> None:
    changes, message = OCI_LIES[name]
    (tmp_path / "rootfs").mkdir()
    path = layout(tmp_path, lambda documents: documents.update(changes))
    if "PLATFORM" in str(changes):
        index = json.dumps({"manifests": [{"digest": "sha256:" + "0" * 64, "size": 1, "platform": {"os": "plan9"}}]})
        digest = hashlib.sha256(index.encode()).hexdigest()
        (Path(path) / "blobs" / "sha256" / digest).write_text(index)
        (Path(path) / "index.json").write_text(
            json.dumps({"manifests": [{"digest": f"sha256:{digest}", "size": len(index)}]})
        )
    with pytest.raises(ImageError, match=message), reading(path):
        oci.unpack_image(path, str(tmp_path / "rootfs"))
    assert list((tmp_path / "rootfs").iterdir()) == []


def test_whiteouts_remove_what_lower_layers_left(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("keep/a", "gone/b", "opaque/old", "opaque/deep/old"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    archive = tmp_path / "layer.tar"
    with tarfile.open(archive, "w") as tar:
        for name in (".wh.gone", "opaque/new", "opaque/.wh..wh..opq"):
            tar.addfile(tarfile.TarInfo(name))
    with open(archive, "rb") as file:
        unpack(file, str(root), "layer", layer=True)
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) == ["keep/a", "opaque/new"]


@pytest.mark.parametrize("name", [".wh.", ".wh...", "x/.wh..."])
def test_a_whiteout_that_names_nothing_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    with tarfile.open(tmp_path / "layer.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with open(tmp_path / "layer.tar", "rb") as file, pytest.raises(ImageError, match="is no whiteout"):
        unpack(file, str(tmp_path / "root"), "layer", layer=True)
