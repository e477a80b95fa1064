"""The start of a pod, from the command to its app's exit, beside runc alone and podman.

Needs root. Each runs /bin/true of the same image, without a network; podman in a network namespace of its own, since it
changes the host's. What `rkt run` does beside runc: a UUID, a manifest, locks, an overlay, logs, exit codes.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pair import BUNRAKU, need

RUNS = 15


def build(folder: Path, bunraku: str) -> Path:
    """An image with nothing but a static busybox."""
    (folder / "files" / "bin").mkdir(parents=True)
    shutil.copy(need(shutil.which("busybox"), "busybox-static"), folder / "files" / "bin" / "true")
    acbuild = [bunraku, "acbuild", f"--work-path={folder}"]
    steps = [["begin", "--build-mode=oci", f"{folder}/files"], ["set-name", "example.com/true"]]
    steps += [["set-exec", "--", "/bin/true"], ["write", f"{folder}/layout"], ["end"]]
    for step in steps:
        subprocess.run([*acbuild, *step], check=True)
    return folder / "layout"


def bundle(folder: Path, runc: str) -> Path:
    """The bundle that runc makes itself, for the same files."""
    place = folder / "bundle"
    place.mkdir()
    shutil.copytree(folder / "files", place / "rootfs")
    subprocess.run([runc, "spec"], cwd=place, check=True)
    config = json.loads((place / "config.json").read_text())
    config["process"] |= {"terminal": False, "args": ["/bin/true"]}
    (place / "config.json").write_text(json.dumps(config))
    return place


def took(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    if os.geteuid() != 0:
        sys.exit("pods: root is needed")
    runc = need(shutil.which("runc"), "runc")
    podman = shutil.which("podman")
    with tempfile.TemporaryDirectory(prefix="bunraku-pods-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        layout = build(folder, BUNRAKU)
        place = bundle(folder, runc)
        rkt = [BUNRAKU, "rkt", f"--dir={folder}/data", "--insecure-options=image"]
        key = subprocess.run([*rkt, "fetch", "--full", str(layout)], check=True, capture_output=True, text=True)
        peers = {
            "rkt run, container": lambda n: [*rkt, "run", "--net=none", key.stdout.strip()],
            "rkt run, fly": lambda n: [*rkt, "run", "--stage1-name=fly", key.stdout.strip()],
            "runc run": lambda n: [runc, "--root", f"{folder}/runc", "run", "--bundle", str(place), f"bench-{n}"],
        }
        if podman:
            # Nothing of podman's own settings or images is touched.
            own = [podman, f"--root={folder}/podman", f"--runroot={folder}/podman-run", "--cgroup-manager=cgroupfs"]
            own += ["--runtime", runc, "--events-backend=none", "--storage-driver=overlay"]
            subprocess.run([*own, "pull", "-q", f"oci:{layout}"], check=True, stdout=subprocess.DEVNULL)
            image = subprocess.run([*own, "images", "-q"], check=True, capture_output=True, text=True).stdout.split()[0]
            alone = [
                "unshare",
                "--net",
                "--mount",
                *own,
                "run",
                "--rm",
                "--network=none",
                "--log-driver=none",
                "--ulimit=nofile=1024:1024",
                "--ulimit=nproc=1024:1024",
                image,
            ]
            peers["podman run"] = lambda n: alone
        times: dict[str, list[float]] = {name: [] for name in peers}
        for number in range(RUNS):
            for name, command in peers.items():
                times[name].append(took(command(number)))
        subprocess.run([*rkt, "gc", "--grace-period=0s"], check=True, capture_output=True)
        if podman:
            subprocess.run([*own, "system", "reset", "--force"], capture_output=True)
    base = statistics.median(times["rkt run, container"])
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:<20} {1000 * median:6.0f} ms   {median / base:5.2f} × rkt run, container")


if __name__ == "__main__":
    main()
