"""acbuild: what it writes is what actool, skopeo and umoci take, and always the same for the same input."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bunraku.images import aci, oci
from bunraku.images.build import Build, NothingToRemove, app_of, put, take
from bunraku.images.errors import ImageError

COMMANDS = [
    "set-name example.com/web",
    "set-exec -- /bin/web --port 80",
    "set-user www",
    "set-group 33",
    "set-supp-groups 7 8",
    "set-working-directory /srv",
    "label add version 1.2",
    "environment add GREETING hello",
    "environment add GONE soon",
    "environment remove GONE",
    "mount add data /data --read-only",
    "mount add html /srv/html",
    "mount remove /srv/html",
    "port add http tcp 80",
    "port add many udp 5000 --count 10",
    "annotation add homepage https://example.com/",
    "set-event-handler pre-start -- /bin/prepare",
    "dependency add example.com/base --label os=linux --size 22",
    "dependency remove example.com/base",
]


def host_files(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "web").write_text("#!/bin/sh\necho served\n")
    (folder / "bin" / "web").chmod(0o755)
    (folder / "bin" / "alias").symlink_to("web")
    return folder


def test_a_whole_build_is_valid_for_actool(need, acbuild, tmp_path: Path) -> None:
    need("actool")
    host_files(tmp_path / "host")
    acbuild("begin")
    acbuild("copy", str(tmp_path / "host" / "bin"), "/bin")
    acbuild("copy-to-dir", str(tmp_path / "host" / "bin" / "web"), "/srv/")
    script = tmp_path / "steps"
    script.write_text("# the rest\n" + "\n".join(COMMANDS) + f"\nwrite {tmp_path}/web.aci\n")
    acbuild("script", str(script))
    assert not (tmp_path / ".acbuild").exists(), "a script ends its build"
    done = subprocess.run(["actool", "validate", str(tmp_path / "web.aci")], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    manifest = aci.check(str(tmp_path / "web.aci"))
    assert manifest["app"] == {
        "exec": ["/bin/web", "--port", "80"],
        "user": "www",
        "group": "33",
        "supplementaryGIDs": [7, 8],
        "workingDirectory": "/srv",
        "environment": [{"name": "GREETING", "value": "hello"}],
        "mountPoints": [{"name": "data", "path": "/data", "readOnly": True}],
        "ports": [
            {"name": "http", "protocol": "tcp", "port": 80, "count": 1, "socketActivated": False},
            {"name": "many", "protocol": "udp", "port": 5000, "count": 10, "socketActivated": False},
        ],
        "eventHandlers": [{"name": "pre-start", "exec": ["/bin/prepare"]}],
    }
    assert "dependencies" not in manifest
    with tarfile.open(tmp_path / "web.aci") as tar:
        assert tar.getnames()[:2] == ["manifest", "rootfs"]
        assert tar.getmember("rootfs/bin/alias").linkname == "web"
        assert tar.getmember("rootfs/srv/web").mode == 0o755


def written(folder: Path, mode: str, name: str) -> Path:
    """An image of the same files and settings, built in a folder of its own."""
    folder.mkdir(exist_ok=True)
    build = Build(str(folder))
    build.begin(mode)
    build.copy(str(host_files(folder / "host")), "/")
    build.edit(lambda manifest: manifest.update(name="example.com/web"))
    build.edit(lambda manifest: app_of(manifest).update(exec=["/bin/web"]))
    build.write(str(folder / name), overwrite=False)
    return folder / name


@pytest.mark.parametrize(("mode", "name"), [("appc", "web.aci"), ("oci", "web.tar")])
def test_the_same_input_gives_the_same_digest(tmp_path: Path, mode: str, name: str) -> None:
    first, second = (written(tmp_path / which, mode, name) for which in ("one", "two"))
    os.utime(tmp_path / "two" / "host" / "bin" / "web", (1, 1))
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (first, second)}
    assert len(digests) == 1
    (tmp_path / "two" / "host" / "bin" / "web").write_text("other")
    shutil.rmtree(tmp_path / "two" / ".acbuild")
    shutil.rmtree(tmp_path / "two" / "host")
    os.environ["SOURCE_DATE_EPOCH"] = "1000"
    try:
        (tmp_path / "two" / name).unlink()
        assert hashlib.sha256(written(tmp_path / "two", mode, name).read_bytes()).hexdigest() not in digests
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]


def test_skopeo_and_umoci_read_the_oci_image(need, tmp_path: Path) -> None:
    need("skopeo", "umoci")
    layout = written(tmp_path / "one", "oci", "layout")
    seen = subprocess.run(["skopeo", "inspect", "--config", f"oci:{layout}:latest"], capture_output=True, timeout=30)
    config = json.loads(seen.stdout)
    assert config["config"]["Entrypoint"] == ["/bin/web"]
    assert config["created"] == "1970-01-01T00:00:00Z"
    archive = written(tmp_path / "two", "oci", "layout.tar")
    command = ["skopeo", "copy", f"oci-archive:{archive}:latest", f"oci:{tmp_path}/copied:latest"]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    bundle = tmp_path / "bundle"
    command = ["umoci", "unpack", "--rootless", "--image", f"{tmp_path}/copied:latest", str(bundle)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    assert (bundle / "rootfs" / "bin" / "web").read_text() == "#!/bin/sh\necho served\n"
    assert os.readlink(bundle / "rootfs" / "bin" / "alias") == "web"


def test_an_image_of_umoci_s_with_layers_and_whiteouts_is_read(need, tmp_path: Path) -> None:
    need("umoci")
    layout, bundle = tmp_path / "layout", tmp_path / "bundle"

    def umoci(*words: str) -> None:
        subprocess.run(["umoci", *words], check=True, capture_output=True, timeout=30)

    umoci("init", "--layout", str(layout))
    umoci("new", "--image", f"{layout}:v1")
    umoci("unpack", "--rootless", "--image", f"{layout}:v1", str(bundle))
    host_files(bundle / "rootfs" / "usr")
    umoci("repack", "--image", f"{layout}:v1", str(bundle))
    (bundle / "rootfs" / "usr" / "bin" / "web").unlink()
    (bundle / "rootfs" / "usr" / "new").write_text("second layer")
    umoci("repack", "--image", f"{layout}:v1", str(bundle))
    umoci("config", "--image", f"{layout}:v1", "--config.user", "33:44", "--config.entrypoint", "/usr/new")
    rootfs = tmp_path / "rootfs"
    rootfs.mkdir()
    manifest = oci.unpack_image(str(layout), str(rootfs), "v1")
    assert sorted(os.listdir(rootfs / "usr")) == ["bin", "new"]
    assert os.listdir(rootfs / "usr" / "bin") == ["alias"]
    assert (manifest["app"]["user"], manifest["app"]["group"]) == ("33", "44")
    assert manifest["app"]["exec"] == ["/usr/new"]


def test_a_build_can_start_from_what_it_wrote(acbuild, tmp_path: Path) -> None:
    for start in (written(tmp_path / "a", "appc", "web.aci"), written(tmp_path / "b", "oci", "web.tar")):
        acbuild("begin", str(start))
        assert json.loads(acbuild("cat-manifest").stdout)["app"]["exec"] == ["/bin/web"]
        assert (tmp_path / ".acbuild" / "currentaci" / "rootfs" / "bin" / "web").exists()
        acbuild("end")
    acbuild("begin", str(tmp_path / "a" / "host"))
    assert (tmp_path / ".acbuild" / "currentaci" / "rootfs" / "bin" / "alias").is_symlink()


def test_mistakes_have_acbuild_s_exit_codes_and_say_what_to_do(acbuild, tmp_path: Path) -> None:
    assert "`acbuild begin` begins one" in acbuild("cat-manifest", code=1).stderr
    acbuild("begin")
    assert "`acbuild end` ends it" in acbuild("begin", code=1).stderr
    assert "has no label 'nope'" in acbuild("label", "remove", "nope", code=2).stderr
    assert "invalid choice: 'frob'" in acbuild("frob", code=3).stderr
    assert "`acbuild set-name NAME`" in acbuild("write", str(tmp_path / "x.aci"), code=1).stderr
    assert "'Upper' is no name" in acbuild("set-name", "Upper", code=1).stderr
    assert "not an absolute path" in acbuild("set-working-directory", "srv", code=1).stderr
    assert "not between 1 and 65535" in acbuild("port", "add", "http", "tcp", "70000", code=1).stderr
    assert "is not there" in acbuild("copy", str(tmp_path / "missing"), "/x", code=1).stderr
    acbuild("set-name", "example.com/x")
    (tmp_path / "x.aci").write_text("precious")
    assert "--overwrite replaces it" in acbuild("write", str(tmp_path / "x.aci"), code=1).stderr
    assert (tmp_path / "x.aci").read_text() == "precious"
    assert os.listdir(tmp_path).count("x.aci") == len([n for n in os.listdir(tmp_path) if "x.aci" in n])


def test_copying_follows_no_link_of_the_image_out_of_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    start, files = tmp_path / "start", host_files(tmp_path / "files")
    start.mkdir()
    (start / "etc").symlink_to(outside)
    (start / "up").symlink_to("../../../../../../../../tmp")
    build = Build(str(tmp_path))
    build.begin("appc", str(start))
    build.copy(str(files / "bin"), "/etc/bin")
    build.copy(str(files / "bin" / "web"), "/up/web")
    assert list(outside.iterdir()) == []
    rootfs = Path(build.rootfs)
    assert (rootfs / str(outside).lstrip("/") / "bin" / "web").exists(), "the link leads inside the image"
    assert (rootfs / "tmp" / "web").exists()


def test_the_lists_of_a_manifest() -> None:
    holder: dict[str, list[dict[str, str]]] = {}
    put(holder, "labels", {"name": "a", "value": "1"})
    put(holder, "labels", {"name": "a", "value": "2"})
    assert holder == {"labels": [{"name": "a", "value": "2"}]}
    with pytest.raises(NothingToRemove, match="no label 'b'"):
        take(holder, "labels", lambda item: item["name"] == "b", "label 'b'")
    take(holder, "labels", lambda item: item["name"] == "a", "label 'a'")
    assert holder == {}


@pytest.fixture
def namespaces(need) -> None:
    """Skip where no namespaces can be made."""
    if os.geteuid() != 0:
        pytest.skip("acbuild run needs root")
    need("unshare")
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True, timeout=30
    )
    if tried.returncode:
        pytest.skip(f"no namespaces can be made here: {tried.stderr.strip()}")


def test_run_keeps_what_the_command_changed_and_nothing_of_how_it_ran(
    need, namespaces: None, acbuild, tmp_path: Path
) -> None:
    need("busybox")
    acbuild("begin")
    acbuild("copy", shutil.which("busybox") or "", "/bin/sh")
    done = acbuild(
        "run", "--", "/bin/sh", "-c", "echo $$ > /made; test -c /dev/null && test -d /proc/1 && exit 7", code=7
    )
    rootfs = tmp_path / ".acbuild" / "currentaci" / "rootfs"
    assert (rootfs / "made").read_text() == "1\n", f"it is the first process of its namespace: {done.stderr}"
    assert sorted(os.listdir(rootfs)) == ["bin", "made"]
    # Others on this machine may mount what they like meanwhile.
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()


def test_run_says_what_it_cannot_run(namespaces: None, acbuild, tmp_path: Path) -> None:
    acbuild("begin")
    assert "No such file" in acbuild("run", "--", "/bin/nothing", code=127).stderr
    with pytest.raises(ImageError, match="no build is in progress"):
        Build(str(tmp_path / "elsewhere")).run(["true"], "/")


def test_unprivileged_run_is_refused(acbuild: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    from bunraku.images.chamber import run_inside

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ImageError, match="needs root"):
        run_inside("/nowhere", ["true"], "/")


def test_an_image_is_changed_without_a_build(acbuild, tmp_path: Path) -> None:
    image = written(tmp_path / "one", "appc", "web.aci")
    acbuild("--modify-appc", str(image), "set-user", "www")
    acbuild("--modify-appc", str(image), "copy", str(tmp_path / "one" / "host" / "bin" / "web"), "/srv/web")
    assert aci.check(str(image))["app"]["user"] == "www"
    with tarfile.open(image) as tar:
        assert {"rootfs/bin/web", "rootfs/srv/web"} <= set(tar.getnames())
    layout = written(tmp_path / "two", "oci", "layout.tar")
    acbuild("--modify-oci", str(layout), "set-tag", "v2")
    acbuild("--modify-oci", str(layout), "label", "add", "team", "one")
    acbuild("--modify-oci", str(layout), "annotation", "add", "authors", "Ann")
    manifest = json.loads(acbuild("--modify-oci", str(layout), "cat-manifest").stdout)
    assert manifest["labels"][-2:] == [{"name": "version", "value": "v2"}, {"name": "team", "value": "one"}]
    assert {"name": "authors", "value": "Ann"} in manifest["annotations"]
    before = image.read_bytes()
    assert "no label 'nope'" in acbuild("--modify-appc", str(image), "label", "rm", "nope", code=2).stderr
    assert "do not go with begin" in acbuild("--modify-appc", str(image), "begin", code=1).stderr
    missing = tmp_path / "missing.aci"
    assert f"{missing}: No such file" in acbuild("--modify-appc", str(missing), "set-user", "x", code=1).stderr
    assert image.read_bytes() == before
    assert not (tmp_path / ".acbuild").exists()


def test_commands_go_by_all_of_acbuild_s_names(acbuild, tmp_path: Path) -> None:
    acbuild("begin")
    acbuild("volume", "add", "data", "/data")
    acbuild("set-wd", "/srv")
    acbuild("set-eh", "post-stop", "/bin/after")
    acbuild("dependency", "add", "example.com/base:1.2,os=linux", "--label", "arch=amd64")
    command = [sys.executable, "-m", "bunraku.cli.main", "acbuild", "--work-path", str(tmp_path)]
    command += ["isolator", "add", "resource/memory", "-"]
    subprocess.run(command, input=b'{"limit": "64M"}', check=True, timeout=60)
    manifest = json.loads(acbuild("cat-manifest").stdout)
    assert manifest["app"]["mountPoints"] == [{"name": "data", "path": "/data"}]
    assert manifest["app"]["workingDirectory"] == "/srv"
    assert manifest["app"]["eventHandlers"] == [{"name": "post-stop", "exec": ["/bin/after"]}]
    assert manifest["app"]["isolators"] == [{"name": "resource/memory", "value": {"limit": "64M"}}]
    labels = [
        {"name": name, "value": value} for name, value in (("version", "1.2"), ("os", "linux"), ("arch", "amd64"))
    ]
    assert manifest["dependencies"] == [{"imageName": "example.com/base", "labels": labels}]
    acbuild("dependency", "rm", "example.com/base:1.2")
    acbuild("volume", "rm", "/data")
    manifest = json.loads(acbuild("cat-manifest").stdout)
    assert not manifest.get("dependencies")
    assert not manifest["app"].get("mountPoints")
    assert acbuild("version").stdout.splitlines()[1] == "appc version 0.8.11"


def test_a_build_begins_with_a_tar_of_files(acbuild, tmp_path: Path) -> None:
    host_files(tmp_path / "host")
    with tarfile.open(tmp_path / "files.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "host", ".")
    acbuild("begin", str(tmp_path / "files.tar.gz"))
    assert (tmp_path / ".acbuild" / "currentaci" / "rootfs" / "bin" / "alias").is_symlink()
    assert "acbuild-unnamed" in acbuild("cat-manifest").stdout


def test_a_script_s_lines_may_go_on_and_its_mistakes_are_named(acbuild, tmp_path: Path) -> None:
    script = tmp_path / "steps"
    script.write_text("begin\nset-name \\\n  example.com/web # its name\nset-exec -- 'unclosed\n")
    assert f"{script}:4: no closing quotation" in acbuild("script", str(script), code=1).stderr
    assert not (tmp_path / ".acbuild").exists(), "a script ends its build"
    script.write_text(f"begin\nset-name \\\n  example.com/web # its name\nwrite {tmp_path}/web.aci\n")
    acbuild("script", str(script))
    assert aci.check(str(tmp_path / "web.aci"))["name"] == "example.com/web"
