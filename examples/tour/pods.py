"""The tour's pod: an image built by `bunraku acbuild`, run by a manifest.

Images and pods are in the tour's scratch folder, which stands in the place of /var/lib/rkt for what runs in here, and
only for that: each command has mounts of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

PLACE = Path("/var/lib/rkt")
SCRIPT = 'echo "$GREETING"; exec sleep 300'


def why_not() -> str:
    """Why there can be no pod here; "" if there can."""
    if os.geteuid() != 0:
        return "pods need root"
    probe = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "true"]
    done = subprocess.run(probe, capture_output=True, text=True, timeout=20)
    return f"this kernel refuses: {done.stderr.strip()}" if done.returncode else ""


def with_libraries(program: str) -> list[Path]:
    """A program and the shared libraries that it needs."""
    path = Path(shutil.which(program) or f"/bin/{program}").resolve()
    done = subprocess.run(["ldd", str(path)], capture_output=True, text=True, timeout=20)
    return [path, *(Path(found) for found in re.findall(r"(?:=> )?(/\S+) \(0x", done.stdout))]


class Pods:
    """What the step about pods is made of."""

    def __init__(self, bunraku: str, root: Path, env: dict[str, str]) -> None:
        self.bunraku = bunraku
        self.image = root / "hello.aci"
        self.work = root
        self.data = root / "rkt"
        self.data.mkdir()
        self.made_place = not PLACE.exists()
        PLACE.mkdir(parents=True, exist_ok=True)
        # A container's limits are control groups.
        can_contain = shutil.which("runc", path=f"{env['PATH']}:/usr/sbin") and os.access("/sys/fs/cgroup", os.W_OK)
        isolation = "container" if can_contain else "fly"
        self.env = env | {"FACTER_tour_image": str(self.image), "FACTER_tour_isolation": isolation}
        self.isolation = isolation

    def build(self) -> None:
        """An image with a shell and sleep."""
        steps = [["begin"], ["set-name", "example.com/hello"]]
        shell, *libraries = with_libraries("sh")
        for file in dict.fromkeys([shell, *libraries, *with_libraries("sleep")]):
            # What a link leads to, under the link's name: the image has no other folder for it.
            steps.append(["copy", str(file.resolve()), str(file)])
        steps += [
            ["set-exec", "--", str(shell), "-c", SCRIPT],
            ["write", str(self.image)],
            ["end"],
        ]
        for step in steps:
            self.show("acbuild", *step)
            command = [self.bunraku, "acbuild", "--work-path", str(self.work), *step]
            subprocess.run(command, env=self.env, check=True, timeout=60)

    def bunraku_here(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of bunraku, for which the scratch folder is /var/lib/rkt, and which sees no systemd."""
        self.show(*words)
        hide = "if test -d /run/systemd; then mount -t tmpfs none /run/systemd; fi"
        script = f'mount --bind "$0" {PLACE} && {hide} && exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", script, str(self.data), self.bunraku, *words]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=60)
        print("".join(f"  {line}\n" for line in (done.stdout + done.stderr).splitlines()), flush=True)
        return done

    def show(self, *words: str) -> None:
        """Show a command as one would type it, paths of the tour shortened."""
        shown = " ".join(f"'{word}'" if " " in word else word for word in words)
        print(f"$ bunraku {shown}".replace(f"{self.work}/", "").replace(str(Path(__file__).parent), "examples/tour"))

    def end(self) -> None:
        """Remove the pod and what it ran on."""
        words = ["resource", "--statedir", str(self.work / "state"), "rkt_pod", "hello", "ensure=absent"]
        self.bunraku_here(*words)
        if self.made_place:
            PLACE.rmdir()
