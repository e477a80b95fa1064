"""The life of a cluster under load, by the class etcd alone: grown, shrunk, moved to TLS, destroyed and restored.

    python benchmarks/etcd_life.py

Each host is a folder with an etcd of its own, and does nothing but `bunraku apply` of the same lines of code. A writer
notes every write that was acknowledged, a watcher every event; both are held against what etcd stores. Lost, missed and
repeated must be 0; the gap is the longest time without an acknowledged write.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "etcd"))

from cluster_hosts import Host, Hosts, cluster, make_tls, with_tls
from load import Load
from local import wait_until

from bunraku.cli.main import main as bunraku
from bunraku.cli.table import table

Row = tuple[object, ...]


def quietly(does: Callable[[], int], *expected: int) -> int:
    """Run a command; what it prints is shown only if its exit code is none of the expected."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = does()
    if code not in expected:
        raise SystemExit(said.getvalue())
    return code


def under_load(name: str, hosts: Hosts, prefix: str, change: Callable[[], int]) -> Row:
    """A row of the table: what became of writes and events during `change`, which gives the number of applies."""
    started = time.monotonic()
    with Load(hosts, prefix) as load:
        time.sleep(1)
        applies = change()
        time.sleep(1)
    took = time.monotonic() - started
    counts = load.losses(hosts)
    return (name, applies, f"{took:.0f} s", len(load.acknowledged), len(load.uncertain), *counts, load.longest_gap)


def settle(hosts: Hosts, more: Callable[[Host], str] = lambda host: "") -> int:
    """Apply on every host, again and again until nothing changes; gives the number of applies."""
    applies = 0
    while True:
        codes = [quietly(lambda h=host: h.apply(cluster(*hosts), parameters=more(h)), 0, 2) for host in hosts]
        applies += len(hosts)
        if not any(codes):
            return applies
        if applies > 12 * len(hosts):
            raise SystemExit("it does not settle")


def grow(hosts: Hosts, everyone: list[Host], size: int) -> int:
    """Bring in hosts one after the other, each by an apply of its own, until there are `size`; then all apply."""
    applies = 0
    while len(hosts) < size:
        new = everyone[len(hosts)]
        hosts.append(new)
        quietly(lambda h=new: h.apply(cluster(*hosts)), 2)
        applies += 1
    return applies + settle(hosts)


def shrink(hosts: Hosts, size: int) -> int:
    """Take out the last host, again and again: those that stay remove its member, which ends by itself."""
    applies = 0
    while len(hosts) > size:
        gone = hosts.pop()
        quietly(lambda: hosts[0].apply(cluster(*hosts)), 2)
        quietly(lambda h=gone: h.stop() or 0, 0)
        shutil.rmtree(gone.folder / "data")  # a member that was removed does not come back with its data
        applies += 1
    return applies + settle(hosts)


def restore(hosts: Hosts, folder: Path) -> Row:
    """Snapshot, destroy all, restore every member; the row tells how many keys were there before and after."""
    url, tls = hosts[0].urls["client"].replace("http:", "https:"), hosts.tls
    assert tls is not None
    words = ["--cacert", str(tls.ca_file), "--cert", str(tls.cert_file), "--key", str(tls.key_file)]
    with hosts.client() as client:
        before = client.snapshot([""])[1]
    started = time.monotonic()
    quietly(lambda: bunraku(["etcd", "snapshot", str(folder / "all.db"), "--endpoints", url, *words]), 0)
    for host in hosts:
        quietly(lambda h=host: h.stop(with_tls(h, folder)) or 0, 0)
        shutil.rmtree(host.folder / "data" / "member")
    peers = {host.name: host.urls["peer"].replace("http:", "https:") for host in hosts}
    for host in hosts:
        argv = ["etcd", "restore", str(folder / "all.db"), "--data-dir", str(host.folder / "data"), "--name", host.name]
        argv += ["--initial-cluster", ",".join(f"{name}={peer}" for name, peer in peers.items())]
        argv += ["--initial-advertise-peer-urls", peers[host.name]]
        quietly(lambda words=argv: bunraku(words), 0)
    applies = settle(hosts, lambda host: with_tls(host, folder))
    with hosts.client() as client:
        wait_until(lambda: client.revision() > 0)
        after = client.snapshot([""])[1]
    lost = len(before.keys() - after.keys()) + sum(after[key] != before[key] for key in before.keys() & after.keys())
    return (
        "snapshot, all destroyed, restored",
        applies,
        f"{time.monotonic() - started:.0f} s",
        len(before),
        0,
        lost,
        0,
        0,
        0.0,
    )


def main() -> int:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        everyone = [Host(folder, f"n{n}") for n in range(1, 6)]
        hosts = Hosts(everyone[:1])
        try:
            quietly(lambda: hosts[0].apply(cluster(*hosts)), 2)
            reached = Hosts(everyone)  # the load knows all addresses from the start
            for words, change in (
                ("grown 1 → 3", lambda: grow(hosts, everyone, 3)),
                ("grown 3 → 5", lambda: grow(hosts, everyone, 5)),
                ("shrunk 5 → 3", lambda: shrink(hosts, 3)),
                ("shrunk 3 → 1", lambda: shrink(hosts, 1)),
                ("grown 1 → 3 again", lambda: grow(hosts, everyone, 3)),
            ):
                rows.append(under_load(words, reached, f"/life/{len(rows)}/", change))
                print(f"  {words}: done", file=sys.stderr)
            hosts.tls = make_tls(folder)
            move = under_load("moved to TLS", hosts, "/life/tls/", lambda: settle(hosts, lambda h: with_tls(h, folder)))
            rows += [move, restore(hosts, folder)]
        finally:
            for host in everyone:
                quietly(lambda h=host: h.stop() or 0, 0)
    head = ("what", "applies", "took", "acknowledged", "uncertain", "lost", "missed", "repeated", "longest gap")
    print(table(head, [(*row[:-1], f"{row[-1]:.1f} s") for row in rows]))
    return 1 if any(any(row[5:8]) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
