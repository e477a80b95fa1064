"""Killed at any moment, the destination is a whole rendering of some revision, and never goes back.

BUNRAKU_KILLS sets how many times (default 10; a full proof is 200).
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confd_world import Confdir, Program, until

from bunraku.etcd.txn import put

KILLS = int(os.environ.get("BUNRAKU_KILLS", "10"))


class Writer(threading.Thread):
    """Puts two keys together, about 200 times a second."""

    def __init__(self, client: Any) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.number = 0
        self.going_on = True

    def run(self) -> None:
        while self.going_on:
            number = self.number + 1
            self.client.txn().then(put("/app/x", str(number)), put("/app/y", str(number))).commit()
            self.number = number
            time.sleep(0.005)


class Reader(threading.Thread):
    """Reads the destination all the time; keeps what is not whole, or older than what was seen before."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.seen = 0
        self.wrong: list[str] = []
        self.going_on = True

    def run(self) -> None:
        while self.going_on:
            text = self.path.read_text()
            words = text.split()
            if len(words) != 3 or words[0] != words[1] or words[2] != "end" or int(words[0]) < self.seen:
                self.wrong.append(f"{text!r} after {self.seen}")
            else:
                self.seen = int(words[0])
            time.sleep(0.0005)


def test_kill_9_at_random_moments(confdir: Confdir, etcd: Any, start: Callable[..., Program]) -> None:
    chance = random.Random(9)
    dest = confdir.resource("a", '{{getv "/app/x"}} {{getv "/app/y"}} end\n', check_cmd="grep -q end {{.src}}")
    flags = ("--watch", "-backend", "etcdv3", "-node", etcd.endpoints[0])
    with etcd.client() as client:
        client.txn().then(put("/app/x", "0"), put("/app/y", "0")).commit()
        program = start(*flags)
        until(dest.exists)
        writer, reader = Writer(client), Reader(dest)
        writer.start()
        reader.start()
        for _ in range(KILLS):
            before = reader.seen
            until(lambda b=before: reader.seen > b)
            time.sleep(chance.random() * 0.1)
            program.end(signal.SIGKILL)
            program = start(*flags)
        until(lambda b=reader.seen: reader.seen > b)
        writer.going_on = False
        writer.join()
        until(lambda: reader.seen == writer.number)
        reader.going_on = False
        reader.join()
    assert reader.wrong == []


def in_own_mounts(script: str, confdir: Confdir, after: str = "true") -> subprocess.CompletedProcess[str]:
    """Run `confd --onetime` where `script` has mounted something, and then `after`; the exit code is confd's."""
    command = [sys.executable, "-m", "bunraku.cli.main", "confd", "--onetime", "--confdir", str(confdir.root)]
    command += ["--config-file", "/none", "--statedir", str(confdir.root / "state"), "-backend", "file"]
    command += ["-file", str(confdir.root / "data.yaml")]
    wrapped = ["unshare", "--mount", "sh", "-c", f'{script}; "$@"; code=$?; {after}; exit $code', "sh", *command]
    return subprocess.run(wrapped, capture_output=True, text=True, timeout=60, check=False)


can_mount = pytest.mark.skipif(
    os.geteuid() != 0
    or not shutil.which("unshare")
    or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0,
    reason="mounting needs root and its own mount namespace",
)


@can_mount
def test_a_bind_mounted_destination_is_written_in_place(confdir: Confdir) -> None:
    confdir.data("app: {v: new}")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    dest.write_text("old")
    source = confdir.root / "source"
    source.write_text("old")
    ran = in_own_mounts(f"mount --bind {source} {dest}", confdir)
    assert ran.returncode == 0, ran.stderr
    assert source.read_text() == "new" and [p.name for p in confdir.out.iterdir()] == ["a"]


@can_mount
@pytest.mark.parametrize(
    ("options", "problem"), [("size=8k", "No space left on device"), ("size=1m,ro", "Read-only file system")]
)
def test_a_full_or_read_only_disk_leaves_the_old_file(confdir: Confdir, options: str, problem: str) -> None:
    confdir.data(f"app: {{v: {'x' * 100_000}}}")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    size = options.partition(",")[0]
    script = f"mount -t tmpfs -o {size} none {confdir.out}; echo old > {dest}; mount -o remount,{options} {confdir.out}"
    ran = in_own_mounts(script, confdir, after=f"cat {dest}; ls -A {confdir.out}")
    assert ran.returncode == 1 and f"a: {dest} cannot be written: {problem}" in ran.stderr
    assert ran.stdout == "old\na\n"
