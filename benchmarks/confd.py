"""The template loop on a real etcd: how soon a put is in the file, bursts, one-shot runs, memory; beside confd if it is
on PATH."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pair import BUNRAKU, ROOT, need

sys.path.insert(0, str(ROOT / "tests" / "etcd"))
from local import LocalCluster

from bunraku.etcd import Client
from bunraku.system.inotify import Inotify

CONFD = shutil.which("confd")
PUTS = 100
REST = 10.0
"""Seconds over which a daemon at rest is looked at."""


class Loop:
    """A daemon on `count` templates, each of one key or all of the same key."""

    def __init__(self, command: list[str], etcd: str, count: int, *, shared: bool) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="bench-confd-"))
        for folder in ("conf.d", "templates", "out"):
            (self.root / folder).mkdir()
        self.count = count
        (self.root / "templates/t").write_text('value {{getv "/v"}}\n')
        for number in range(count):
            prefix = "/bench/shared" if shared else f"/bench/{number}"
            (self.root / f"conf.d/{number}.toml").write_text(
                f'[template]\nsrc = "t"\ndest = "{self.root}/out/{number}"\nprefix = "{prefix}"\nkeys = ["/v"]\n'
            )
        self.command = [*command, "-backend", "etcdv3", "-node", etcd, "-confdir", str(self.root)]
        self.env = os.environ | {"XDG_STATE_HOME": str(self.root / "state")}
        self.inotify = Inotify()
        self.inotify.watch(str(self.root / "out"))
        self.events = self.inotify.read()

    def out(self, number: int) -> str:
        return (self.root / f"out/{number}").read_text()

    @contextmanager
    def watching(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.root / "log").open("wb") as log:
            daemon = subprocess.Popen(
                [*self.command, "-watch", "-log-level", "error"], env=self.env, stdout=log, stderr=log
            )
        try:
            until(lambda: len(list((self.root / "out").glob("[0-9]*"))) == self.count)
            time.sleep(0.5)
            yield daemon
        finally:
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
            shutil.rmtree(self.root)

    def replaced(self, wanted: set[str]) -> float:
        """When the last of the wanted destinations was renamed into place."""
        while wanted:
            for event in next(self.events) or []:
                if not event.is_new and event.name in wanted:
                    wanted.discard(event.name)
        return time.perf_counter()


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.01)


def latency(command: list[str], client: Client, etcd: str, count: int) -> list[float]:
    """Milliseconds from the moment a put is sent to its file's rename, one put at a time."""
    for number in range(count):
        client.put(f"/bench/{number}/v", "0")
    loop = Loop(command, etcd, count, shared=False)
    took = []
    with loop.watching():
        drain(loop)
        for turn in range(PUTS):
            number = turn % count
            start = time.perf_counter()
            client.put(f"/bench/{number}/v", f"{turn}-{time.time()}")
            took.append((loop.replaced({str(number)}) - start) * 1000)
            time.sleep(0.01)
    return took


def drain(loop: Loop) -> None:
    """Forget the events of the start."""
    (loop.root / "out/0").touch()
    time.sleep(0.1)
    next(loop.events)


def one_put_many(command: list[str], client: Client, etcd: str, count: int) -> list[float]:
    """Milliseconds from one put to the last of `count` renames."""
    client.put("/bench/shared/v", "0")
    loop = Loop(command, etcd, count, shared=True)
    took = []
    with loop.watching():
        drain(loop)
        for turn in range(20):
            start = time.perf_counter()
            client.put("/bench/shared/v", f"{turn}-{time.time()}")
            took.append((loop.replaced({str(n) for n in range(count)}) - start) * 1000)
            time.sleep(0.05)
    return took


def burst(command: list[str], client: Client, etcd: str, puts: int) -> tuple[float, float]:
    """Milliseconds from the last acknowledgement of a burst of puts over 100 templates to the last file being right."""
    for number in range(100):
        client.put(f"/bench/{number}/v", "0")
    loop = Loop(command, etcd, 100, shared=False)
    with loop.watching():
        began = time.perf_counter()
        for turn in range(puts):
            client.put(f"/bench/{turn % 100}/v", f"{turn}")
        last = time.perf_counter()
        until(lambda: all(loop.out(n) == f"value {puts - 100 + n}\n" for n in range(100)))
        return (last - began) * 1000, (time.perf_counter() - last) * 1000


def memory_and_idling(command: list[str], client: Client, etcd: str, count: int) -> tuple[float, float]:
    """Resident MiB of a daemon at rest, and the CPU milliseconds that it takes a second."""
    for number in range(count):
        client.put(f"/bench/{number}/v", "0")
    with Loop(command, etcd, count, shared=False).watching() as daemon:
        time.sleep(2)
        before = cpu(daemon.pid)
        time.sleep(REST)
        status = Path(f"/proc/{daemon.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(resident.split()[1]) / 1024, (cpu(daemon.pid) - before) / REST


def cpu(pid: int) -> float:
    """Milliseconds that the threads of a process have run (schedstat counts nanoseconds; stat only ticks of 10 ms)."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6


def onetime(command: list[str], client: Client, etcd: str, count: int) -> float:
    """Milliseconds of a one-shot run with everything in sync."""
    for number in range(count):
        client.put(f"/bench/{number}/v", "0")
    loop = Loop(command, etcd, count, shared=False)
    took = []
    for _ in range(8):
        start = time.perf_counter()
        subprocess.run([*loop.command, "-onetime", "-log-level", "error"], env=loop.env, check=True)
        took.append((time.perf_counter() - start) * 1000)
    shutil.rmtree(loop.root)
    return statistics.median(took[1:])


def row(what: str, figures: dict[str, float], unit: str = "ms") -> None:
    shown = "   ".join(f"{name} {value:8.2f} {unit}" for name, value in figures.items())
    ratio = f"   ratio {figures['bunraku'] / figures['confd']:.2f}" if figures.get("confd") else ""
    print(f"{what:<46} {shown}{ratio}", flush=True)


def main() -> None:
    need(shutil.which("etcd"), "etcd-server")
    programs = {"bunraku": [BUNRAKU, "confd"]} | ({"confd": [CONFD]} if CONFD else {})
    with LocalCluster(Path(tempfile.mkdtemp(prefix="bench-etcd-"))) as cluster, cluster.client() as client:
        etcd = cluster.endpoints[0]
        for count in (1, 100):
            took = {name: sorted(latency(command, client, etcd, count)) for name, command in programs.items()}
            row(f"put → rename, {count} templates, p50", {name: t[len(t) // 2] for name, t in took.items()})
            row(f"put → rename, {count} templates, p99", {name: t[len(t) * 99 // 100] for name, t in took.items()})
        took = {name: one_put_many(command, client, etcd, 100) for name, command in programs.items()}
        row("one put, 100 templates, p50", {name: statistics.median(t) for name, t in took.items()})
        row("one put, 100 templates, max", {name: max(t) for name, t in took.items()})
        bursts = {name: burst(command, client, etcd, 1000) for name, command in programs.items()}
        row("burst of 1000 puts: last put → all right", {name: b[1] for name, b in bursts.items()})
        for count in (5, 100):
            row(f"--onetime, {count} in sync", {n: onetime(c, client, etcd, count) for n, c in programs.items()})
        for count in (1, 100, 1000):
            rest = {n: memory_and_idling(c, client, etcd, count) for n, c in programs.items()}
            row(f"memory, {count} templates", {n: r[0] for n, r in rest.items()}, "MiB")
            row(f"CPU a second at rest, {count} templates", {n: r[1] for n, r in rest.items()})


if __name__ == "__main__":
    main()
