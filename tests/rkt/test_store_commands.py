"""`rkt image` and `rkt export`: images taken out of the store and of pods, checked, removed when nobody needs them."""

import json
import os
import subprocess
import tarfile
from pathlib import Path

from bunraku.images import aci
from bunraku.images.build import Build
from tests.rkt.conftest import LIMIT, Rkt, need


def names(path: Path) -> set[str]:
    with tarfile.open(path) as tar:
        return set(tar.getnames())


def trees(rkt: Rkt) -> list[Path]:
    return list((rkt.folder / "data" / "cas" / "tree").iterdir())


def test_an_image_is_taken_out_of_the_store(rkt: Rkt, image: Path, tmp_path: Path) -> None:
    need("actool")
    key = rkt("fetch", "--full", str(image)).strip()
    out = tmp_path / "out.aci"
    rkt("image", "export", "example.com/hello", str(out))
    subprocess.run(["actool", "validate", str(out)], check=True, timeout=LIMIT)
    assert rkt("fetch", "--full", str(out)).strip() == key, "it is the same image"
    assert "--overwrite replaces it" in rkt.error("image", "export", key, str(out))
    out.write_text("other")
    rkt("image", "export", "--overwrite", key, str(out))
    assert aci.check(str(out))["name"] == "example.com/hello"

    rkt("image", "extract", key, str(tmp_path / "extracted"))
    assert sorted(os.listdir(tmp_path / "extracted")) == ["manifest", "rootfs"]
    assert (tmp_path / "extracted" / "rootfs" / "etc" / "passwd").exists()
    assert "--overwrite replaces it" in rkt.error("image", "extract", key, str(tmp_path / "extracted"))
    rkt("image", "extract", "--overwrite", "--rootfs-only", key, str(tmp_path / "extracted"))
    assert sorted(os.listdir(tmp_path / "extracted")) == ["bin", "etc"]
    assert "a file system of its own" in rkt.error("image", "extract", "--overwrite", key, "/")
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == [], "nothing half-made is left"


def test_rendered_files_hold_what_an_image_depends_on(rkt: Rkt, image: Path, tmp_path: Path) -> None:
    rkt("fetch", str(image))
    build = Build(str(tmp_path))
    (tmp_path / "file").write_text("above")
    build.begin("appc")
    build.edit(lambda manifest: manifest.update(name="example.com/above"))
    build.edit(lambda manifest: manifest.update(dependencies=[{"imageName": "example.com/hello"}]))
    build.copy(str(tmp_path / "file"), "/above")
    build.write(str(tmp_path / "above.aci"), overwrite=False)
    rkt("fetch", str(tmp_path / "above.aci"))
    rkt("image", "render", "example.com/above", str(tmp_path / "rendered"))
    assert sorted(os.listdir(tmp_path / "rendered" / "rootfs")) == ["above", "bin", "etc"]
    assert json.loads((tmp_path / "rendered" / "manifest").read_text())["name"] == "example.com/above"
    rkt("image", "extract", "--rootfs-only", "example.com/above", str(tmp_path / "extracted"))
    assert os.listdir(tmp_path / "extracted") == ["above"]
    rkt("image", "rm", "example.com/hello")
    rkt("image", "rm", "example.com/above")  # though nobody knows what it was unpacked with any more
    assert rkt("image", "list", "--no-legend") == ""


def test_a_tree_that_was_changed_is_found_and_made_anew(rkt: Rkt, image: Path) -> None:
    key = rkt("fetch", "--full", str(image)).strip()
    assert "not rendered" in rkt("image", "verify", key)
    rkt("prepare", str(image))
    assert "successfully verified" in rkt("image", "verify", key)
    (tree,) = trees(rkt)
    (tree / "rootfs" / "etc" / "passwd").write_text("sly:x:0:0::/:\n")
    assert rkt("image", "verify", key).endswith("rebuilt\n")
    assert "sly" not in (tree / "rootfs" / "etc" / "passwd").read_text()
    assert "successfully verified" in rkt("image", "verify", key)
    (blob,) = (rkt.folder / "data" / "cas" / "blob").rglob("sha512-*")
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    assert "is damaged" in rkt.error("image", "verify", key)


def test_what_nobody_uses_is_collected(rkt: Rkt, image: Path) -> None:
    pod = rkt("prepare", "--net=none", str(image)).strip()
    assert rkt.run("image", "gc").stderr == ""
    assert len(trees(rkt)) == 1, "the pod needs it"
    rkt("image", "rm", "example.com/hello")
    assert len(trees(rkt)) == 1, "the pod still needs it"
    assert rkt("run-prepared", pod, code=3) == "hello\n"
    rkt("rm", pod)
    rkt("fetch", str(image))
    said = rkt.run("image", "gc").stderr
    assert said.startswith('removed treestore "deps-sha512-')
    assert trees(rkt) == []
    assert "example.com/hello" in rkt("image", "list", "--no-legend"), "it was used a moment ago"
    said = rkt.run("image", "gc", "--grace-period=0s").stderr
    assert said.endswith("1 image(s) successfully removed\n")
    assert rkt("image", "list", "--no-legend") == ""


def test_lists_show_and_sort_what_is_asked_for(rkt: Rkt, image: Path, tmp_path: Path) -> None:
    rkt("fetch", str(image))
    build = Build(str(tmp_path))
    build.begin("appc")
    build.edit(lambda manifest: manifest.update(name="example.com/empty"))
    build.write(str(tmp_path / "empty.aci"), overwrite=False)
    rkt("fetch", str(tmp_path / "empty.aci"))
    fields = ["image", "list", "--fields=name", "--no-legend"]
    assert rkt(*fields).split() == ["example.com/hello:1.0", "example.com/empty"]
    assert rkt(*fields, "--sort=size").split() == ["example.com/empty", "example.com/hello:1.0"]
    assert rkt(*fields, "--order=desc", "--sort=name").split() == ["example.com/hello:1.0", "example.com/empty"]
    assert rkt("image", "list", "--fields=size,id").splitlines()[0].split() == ["SIZE", "ID"]
    assert "'colour' is none of" in rkt.error("image", "list", "--fields=colour")


def test_an_app_that_has_ended_becomes_an_image(rkt: Rkt, image: Path, flavour: str, tmp_path: Path) -> None:
    need("actool")
    for overlay in ([], ["--no-overlay"]):
        words = ["run", flavour, "--net=none", *overlay, str(image), "--exec", "/bin/sh", "--", "-c"]
        rkt(*words, "echo kept > /made")
        pod = json.loads(rkt("list", "--format=json"))[0]["name"]
        out = tmp_path / f"out{len(overlay)}.aci"
        rkt("export", pod, str(out))
        subprocess.run(["actool", "validate", str(out)], check=True, timeout=LIMIT)
        assert {"rootfs/made", "rootfs/bin/busybox", "rootfs/etc/passwd"} <= names(out)
        assert "--overwrite replaces it" in rkt.error("export", pod, str(out))
        assert "ends in .aci" in rkt.error("export", pod, str(tmp_path / "out.tar"))
        assert "has no app 'x'" in rkt.error("export", "--app=x", pod, str(tmp_path / "x.aci"))
        rkt("rm", pod)
        again = ["run", flavour, "--net=none", str(out), "--exec", "/bin/cat", "--", "/made"]
        assert rkt(*again) == "kept\n"
        rkt("gc", "--grace-period=0s")


def test_commands_that_are_not_there_say_what_does_instead(rkt: Rkt) -> None:
    assert "--format=json" in rkt.error("api-service", "--listen=localhost:15441")
    assert "not there yet" in rkt.error("metadata-service")
    assert "is no image here" in rkt.error("run", "--stage1-hash=sha512-00", "x")
    assert json.loads(rkt("config"))["stage0"][0] == {"rktVersion": "v1", "rktKind": "paths", "data": rkt.data}
