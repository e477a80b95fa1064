"""Pods run on the real runc and the real kernel: isolation, limits, networks, how they end and what is left."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bunraku.images.build import Build, app_of
from bunraku.rkt.pods import Pods
from tests.rkt.conftest import LIMIT, Rkt, Shell


def wait_for(what: str, holds: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def test_a_pod_runs_and_everything_about_it_is_kept(rkt: Rkt, image: Path, flavour: str) -> None:
    key = rkt("fetch", "--full", str(image)).strip()
    assert rkt("fetch", str(image)).strip() == key[:19]
    assert rkt("run", flavour, "--net=none", key, "--", "you", code=3) == "hello you\n"
    (pod,) = json.loads(rkt("list", "--format=json"))
    assert (pod["state"], pod["app_names"]) == ("exited", ["hello"])
    assert (pod["apps"][0]["state"], pod["apps"][0]["exit_code"], pod["apps"][0]["image_id"]) == ("exited", 3, key)
    lines = rkt("list").splitlines()
    assert lines[0].split() == ["UUID", "APP", "IMAGE", "NAME", "STATE", "CREATED", "STARTED", "NETWORKS"]
    assert lines[1].startswith(f"{pod['name'][:8]}\thello\texample.com/hello:1.0\texited\t")
    assert rkt("list", "--no-legend").count("\n") == 1
    assert key[:19] in rkt("list", "--full")
    status = dict(line.split("=", 1) for line in rkt("status", pod["name"][:8]).splitlines())
    assert (status["state"], status["exited"], status["app-hello"]) == ("exited", "true", "3")
    assert rkt("logs", pod["name"]) == "hello you\n"
    assert json.loads(rkt("cat-manifest", pod["name"]))["apps"][0]["image"]["id"] == key
    assert rkt("rm", pod["name"]) == f'"{pod["name"]}"\n'
    assert rkt("list", "--no-legend") == ""
    assert "example.com/hello:1.0" in rkt("image", "list", "--no-legend")
    rkt("image", "rm", "example.com/hello:1.0")
    assert rkt("image", "list", "--no-legend") == ""
    assert list((rkt.folder / "data" / "cas" / "tree").iterdir()) == []


def shell(rkt: Rkt, image: Path, script: str, *flags: str, pod: tuple[str, ...] = (), code: int = 0) -> str:
    """What a shell script prints in a container without a network."""
    return rkt("run", "--net=none", *pod, str(image), "--exec", "/bin/sh", *flags, "--", "-c", script, code=code)


STATUS = "while read key value; do test $key = {}: && echo $value; done </proc/self/status; "


def test_a_container_is_a_world_of_its_own(rkt: Rkt, image: Path) -> None:
    (rkt.folder / "secret").write_text("the host's")
    script = f"hostname; test -e {rkt.folder}/secret || echo hidden; ls /sys/class/net; "
    script += STATUS.format("CapEff") + STATUS.format("Seccomp")
    script += "(echo 1 >/proc/sys/kernel/hostname) 2>/dev/null || echo refused"
    said = shell(rkt, image, script, pod=("--hostname=box",))
    assert said.splitlines() == ["box", "hidden", "lo", "00000000a80425fb", "2", "refused"]


def test_users_groups_capabilities_and_folders(rkt: Rkt, image: Path) -> None:
    script = "id -u; id -g; " + STATUS.format("CapBnd") + "echo $A $B $AC_APP_NAME; ls passwd"
    flags = ["--user=web", "--group=www", "--caps-retain=CAP_KILL", "--environment=A=1", "--working-dir=/etc"]
    said = shell(rkt, image, script, *flags, pod=("--set-env=B=2",))
    assert said.splitlines() == ["33", "44", "0000000000000020", "1 2 hello", "passwd"]
    refused = rkt.error("run", "--net=none", str(image), "--user=nobody")
    assert "the user 'nobody' is not in /etc/passwd of the image" in refused


def test_what_cannot_be_run_is_told_and_leaves_nothing_behind(rkt: Rkt, image: Path, flavour: str) -> None:
    words = ["run", flavour, "--net=none", str(image)]
    assert "/bin/nothing" in rkt.error(*words, "--exec", "/bin/nothing")
    (pod,) = json.loads(rkt("list", "--format=json"))
    assert pod["state"] == "exited"
    assert "no closing quotation" in rkt.error(*words, "--exec", "/bin/sh 'x")
    assert "is needed" not in rkt.error("run", "--net=none", "--stage1-path=/bin/nope", str(image))
    assert "default only" in rkt.error("run", flavour, "--net=none", "--port=web:80", str(image))
    assert len(json.loads(rkt("list", "--format=json"))) == 1, "no pod stays that could not begin"


def test_the_first_process_of_a_pod_tells_nothing_of_the_host(rkt: Rkt, image: Path) -> None:
    said = shell(rkt, image, "cd /proc/1; cat cmdline; ls root/ 2>&1", code=1, pod=("--set-env=SECRET=hush",))
    assert said.startswith("sleep\0infinity\0")
    assert "Permission denied" in said and "hush" not in said


def test_the_pod_s_view_of_names_and_ipc(rkt: Rkt, image: Path) -> None:
    (rkt.folder / "volume").mkdir()
    said = shell(
        rkt,
        image,
        "cat /etc/resolv.conf; ls /proc/self/ns/ipc -l; cat /proc/self/oom_score_adj; ls -d /v",
        "--oom-score-adjust=17",
        "--user-annotation=a=1",
        pod=(
            "--dns=10.1.1.1,10.1.1.2",
            "--dns-search=example.com",
            "--dns-opt=ndots:2",
            "--dns-domain=example.org",
            "--ipc=parent",
            "--hosts-entry=host",
            "--user-label=b=2",
            f"--volume=v,kind=host,source={rkt.folder}/volume",
            "--mount=volume=v,target=/v",
        ),
    )
    lines = said.splitlines()
    assert lines[:4] == ["domain example.org", "search example.com", "nameserver 10.1.1.1", "nameserver 10.1.1.2"]
    assert lines[4] == "options ndots:2"
    assert lines[5].endswith(os.readlink("/proc/self/ns/ipc"))
    assert lines[6:] == ["17", "/v"]
    pod = json.loads(rkt("cat-manifest", json.loads(rkt("list", "--format=json"))[0]["name"]))
    assert pod["userLabels"] == {"b": "2"}
    assert pod["apps"][0]["app"]["userAnnotations"] == {"a": "1"}


def test_volumes_are_shared_and_may_be_read_only(rkt: Rkt, image: Path, flavour: str) -> None:
    source = rkt.folder / "volume"
    source.mkdir()
    (source / "given").write_text("by the host\n")
    pod = ["run", flavour, "--net=none"]
    volume = f"--volume=v,kind=host,source={source}"
    app = [str(image), "--mount", "volume=v,target=/deep/v", "--exec", "/bin/sh", "--", "-c"]
    assert rkt(*pod, volume, *app, "cat /deep/v/given; echo back > /deep/v/made") == "by the host\n"
    assert (source / "made").read_text() == "back\n"
    rkt(*pod, f"{volume},readOnly=true", *app, "echo no > /deep/v/made", code=1)
    assert (source / "made").read_text() == "back\n"
    missing = rkt.error(*pod, "--volume=v,kind=host,source=/nowhere/x", *app, "true")
    assert "the volume v is /nowhere/x, which is not there" in missing


def test_a_mount_follows_no_link_of_the_image_to_the_host(rkt: Rkt, image: Path, flavour: str) -> None:
    outside = rkt.folder / "outside"
    outside.mkdir()
    build = Build(str(rkt.folder))
    build.begin("appc", str(image))
    os.symlink(outside, os.path.join(build.rootfs, "sly"))
    build.write(f"{rkt.folder}/sly.aci", overwrite=False)
    words = ["run", flavour, "--net=none", "--volume=v,kind=empty", f"{rkt.folder}/sly.aci"]
    said = rkt(*words, "--mount", "volume=v,target=/sly", "--exec", "/bin/sh", "--", "-c", "echo 1 > /sly/x; ls /sly")
    assert said == "x\n"
    assert list(outside.iterdir()) == []


def test_changes_stay_in_the_pod(rkt: Rkt, image: Path, flavour: str) -> None:
    for overlay in ([], ["--no-overlay"]):
        words = ["run", flavour, "--net=none", *overlay, str(image), "--exec", "/bin/sh", "--"]
        assert rkt(*words, "-c", "test ! -e /made && echo 1 > /made && cat /made") == "1\n"
    read_only = ["run", flavour, "--net=none", str(image), "--readonly-rootfs", "--exec", "/bin/sh", "--"]
    assert "Read-only file system" in rkt(*read_only, "-c", "echo 1 > /x", code=1)


Running = tuple["subprocess.Popen[str]", str]


def started(rkt: Rkt, *words: str) -> Running:
    """A pod whose app runs: its supervisor, and its UUID."""
    file = rkt.folder / f"uuid-{time.monotonic_ns()}"
    process = rkt.start("run", f"--uuid-file-save={file}", *words)

    def runs() -> bool:
        assert process.poll() is None, process.communicate()[0]
        found = [pod for pod in Pods(rkt.data).all("run") if file.exists() and pod.uuid == file.read_text()]
        return bool(found) and found[0].app_pid("hello") is not None

    wait_for("the pod", runs)
    return process, file.read_text()


def test_stop_enter_and_wait(rkt: Rkt, image: Path, flavour: str) -> None:
    process, uuid = started(rkt, flavour, "--net=none", str(image), "--exec", "/bin/sleep", "--", "300")
    assert "state=running" in rkt("status", "--wait-ready=10s", uuid)
    script = "echo $AC_APP_NAME; test -e /bin/busybox && exit 9"
    assert rkt("enter", uuid, "/bin/sh", "-c", script, code=9) == "hello\n"
    assert "is running: it cannot be removed now" in rkt.error("rm", uuid)
    assert "is still running" in rkt.error("status", "--wait=100ms", uuid)
    assert rkt("stop", uuid) == f'"{uuid}"\n'
    assert process.wait(LIMIT) == 143
    assert "app-hello=143" in rkt("status", "--wait", uuid)
    assert "is already stopped" in rkt("stop", uuid)
    assert "only what runs can be entered" in rkt.error("enter", uuid)


@pytest.mark.parametrize("how", ["stop --force", "kill -9"])
def test_a_forced_end_leaves_nothing(rkt: Rkt, image: Path, how: str) -> None:
    process, uuid = started(rkt, "--net=none", str(image), "--exec", "/bin/sleep", "--", "300")
    pod = Pods(rkt.data).find(uuid)
    app = pod.app_pid("hello")
    if how == "kill -9":
        os.kill(pod.pid() or 0, signal.SIGKILL)
    else:
        rkt("stop", "--force", uuid)
    process.wait(LIMIT)
    wait_for("the app to end", lambda: _ended(app))
    assert "state=exited" in rkt("status", "--wait=20s", uuid)
    rkt("rm", uuid)
    groups = Path("/sys/fs/cgroup")
    assert [*groups.glob(f"rkt-{uuid}*"), *groups.glob(f"*/rkt-{uuid}*")] == []


def _ended(pid: int | None) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_memory_and_processor_time_are_limited(rkt: Rkt, image: Path) -> None:
    limits = ["--memory=16Mi", "--cpu=500m"]
    process, uuid = started(rkt, "--net=none", str(image), *limits, "--exec", "/bin/sleep", "--", "300")
    groups = Path(f"/proc/{Pods(rkt.data).find(uuid).app_pid('hello')}/cgroup").read_text().splitlines()
    found = {
        name: path.strip("/") for line in groups for names, path in [line.split(":")[1:]] for name in names.split(",")
    }
    top = Path("/sys/fs/cgroup")
    if (top / "memory").is_dir():
        assert (top / "memory" / found["memory"] / "memory.limit_in_bytes").read_text() == f"{16 << 20}\n"
        assert (top / "cpu" / found["cpu"] / "cpu.cfs_quota_us").read_text() == "50000\n"
    else:
        assert (top / found[""] / "memory.max").read_text() == f"{16 << 20}\n"
        assert (top / found[""] / "cpu.max").read_text() == "50000 100000\n"
    rkt("stop", uuid)
    process.wait(LIMIT)


def test_apps_of_a_pod_share_its_network_and_one_that_fails_ends_the_others(rkt: Rkt, image: Path) -> None:
    serve = "echo served > /index.html; exec httpd -f -p 8080 -h /"
    ask = "until wget -q -O - http://127.0.0.1:8080/; do sleep 0.1; done; exit 5"
    first = [str(image), "--name=server", "--exec", "/bin/sh", "--", "-c", serve, "---"]
    second = [str(image), "--name=client", "--exec", "/bin/sh", "--", "-c", ask]
    assert "client: served\n" in rkt("run", "--net=none", *first, *second, code=5)
    (pod,) = json.loads(rkt("list", "--format=json"))
    assert {app["name"]: app["exit_code"] for app in pod["apps"]} == {"server": 143, "client": 5}
    rows = rkt("list", "--no-legend").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("\t\tclient\t"), "the pod's own columns are blank"


def test_handlers_run_before_and_after(rkt: Rkt, image: Path, flavour: str) -> None:
    build = Build(str(rkt.folder))
    build.begin("appc", str(image))
    events = [("pre-start", "before"), ("post-stop", "after")]
    handlers = [{"name": name, "exec": ["/bin/sh", "-c", f"echo {said}"]} for name, said in events]
    build.edit(lambda manifest: app_of(manifest).update(eventHandlers=handlers))
    build.write(f"{rkt.folder}/handlers.aci", overwrite=False)
    said = rkt("run", flavour, "--net=none", f"{rkt.folder}/handlers.aci", code=3)
    assert said.splitlines() == ["before", "hello", "after"]


def test_the_default_network(place: list[str], at: Shell, tmp_path: Path, image: Path) -> None:
    rkt = Rkt(tmp_path, place)
    web = "echo served > /index.html; exec httpd -f -p 8080 -h /"
    process, uuid = started(rkt, "--port=web:80", str(image), "--exec", "/bin/sh", "--", "-c", web)
    assert "default:ip4=172.16.28.2" in rkt("list")
    (known,) = json.loads(rkt("list", "--format=json"))[0]["networks"]
    assert (known["netName"], known["ifName"], known["ip"]) == ("default", "eth0", "172.16.28.2")
    ask = "busybox wget -q -O - http://"
    wait_for("the server", lambda: at(f"{ask}172.16.28.2:8080/") == "served\n")
    assert at(f"{ask}127.0.0.1:80/") == "served\n", "the host's port leads to the app's"
    other = rkt("run", str(image), "--exec", "/bin/wget", "--", "-q", "-O", "-", "http://172.16.28.2:8080/")
    assert other == "served\n", "pods reach one another"
    assert at("cat /var/lib/cni/networks/default/172.16.28.2") == uuid
    rkt("stop", uuid)
    process.wait(LIMIT)
    assert "rkt" not in at("iptables -t nat -S")
    assert at("ls /var/lib/cni/networks/default") == ""
    wait_for("the cable to go", lambda: "veth" not in at("ip link"))


@pytest.mark.parametrize("sign", ["pid", "net-info.json", "stage1/etc/hosts", "stage1/rootfs/rkt/pids/hello"])
def test_a_pod_that_is_told_to_end_while_it_starts_gives_all_back(
    place: list[str], at: Shell, tmp_path: Path, image: Path, sign: str
) -> None:
    rkt = Rkt(tmp_path, place)
    process = rkt.start("run", str(image), "--exec", "/bin/sh", "--", "-c", "exec sleep 300")

    def begun() -> bool:
        assert process.poll() is None, process.communicate()[0]
        return bool(list(Path(rkt.data).glob(f"pods/run/*/{sign}")))

    wait_for(sign, begun)
    process.terminate()
    # Whoever is hit by it ends: the supervisor, the runtime, or the app.
    assert process.wait(LIMIT) != 0, process.communicate()[0]
    assert "rkt" not in at("iptables -t nat -S")
    assert at("find /var/lib/cni -type f") == ""
    assert json.loads(rkt("list", "--format=json"))[0]["state"] == "exited"


def test_prepared_pods(rkt: Rkt, image: Path, flavour: str) -> None:
    uuid = rkt("prepare", "--quiet", flavour, str(image)).strip()
    assert "prepared" in rkt("list")
    assert "is prepared, not running" in rkt.error("stop", uuid)
    assert rkt("run-prepared", "--net=none", uuid[:8], code=3) == "hello\n"
    assert "is exited, not prepared" in rkt.error("run-prepared", uuid)


def test_a_pod_manifest_is_run(rkt: Rkt, image: Path) -> None:
    key = rkt("fetch", "--full", str(image)).strip()
    manifest = {"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "a", "image": {"id": key}}]}
    (rkt.folder / "pod.json").write_text(json.dumps(manifest))
    assert rkt("run", "--net=none", f"--pod-manifest={rkt.folder}/pod.json", code=3) == "hello\n"


def test_clear_errors(rkt: Rkt, image: Path) -> None:
    assert "not there yet: it needs a kernel" in rkt.error("run", "--stage1-name=kvm", str(image))
    assert "apt-get install runc" in rkt.error("run", "--stage1-path=/no/runc", str(image))
    assert "there is no image 'example.com/none'" in rkt.error("run", "example.com/none")
    assert "is not there" in rkt.error("run", "./none.aci")
    assert "an image is needed" in rkt.error("run")
    assert "the network 'flannel' is not there" in rkt.error("run", "--net=flannel", str(image))
    assert "on the network default only" in rkt.error("run", "--net=host", "--port=web:80", str(image))
    assert "'/bin/none'" in rkt.error("run", "--stage1-name=fly", str(image), "--exec", "/bin/none")
    assert "there is no pod" in rkt.error("status", "abcdef")
    assert "invalid choice: 'frob'" in rkt.error("frob")
