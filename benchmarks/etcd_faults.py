"""What becomes of writes and watches when members are harmed: a steady load, fault after fault.

    python benchmarks/etcd_faults.py [--members 3] [--kills 20] [--stop 20]

A writer counts up and notes every write that was acknowledged; a watcher notes every event. After each fault both are
held against what etcd stores. Lost, missed and repeated must be 0; the gap is the longest time without an acknowledged
write. Members run in network namespaces where that is allowed (root), so that cables can be cut; else the cuts are left
out, and the table says so.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "etcd"))

from load import Load
from local import LocalCluster, Member, wait_until

from bunraku.cli.table import table


class NamespaceMember(Member):
    """A member in a network namespace of its own, on a cable that can be cut."""

    def __init__(self, name: str, folder: Path, extra: list[str], number: int) -> None:
        super().__init__(name, folder, extra)
        self.space, self.cable = f"bunraku-{os.getpid()}-{number}", f"bkr{os.getpid() % 100000}n{number}"
        address = f"10.213.{os.getpid() % 250}.{number + 1}"
        self.client_url, self.peer_url = f"http://{address}:2379", f"http://{address}:2380"
        ip(f"netns add {self.space}")
        ip(f"link add {self.cable} type veth peer name eth0 netns {self.space}")
        ip(f"link set {self.cable} master {bridge()} up")
        ip(f"-n {self.space} address add {address}/24 dev eth0")
        ip(f"-n {self.space} link set eth0 up")
        ip(f"-n {self.space} link set lo up")
        self.prefix = ["ip", "netns", "exec", self.space]

    def cut(self) -> None:
        ip(f"link set {self.cable} down")

    def mend(self) -> None:
        ip(f"link set {self.cable} up")


def ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True, timeout=10)


def bridge() -> str:
    return f"bkrb{os.getpid() % 100000}"


class NamespaceCluster(LocalCluster):
    """Members that hang on one bridge."""

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(folder, 0)
        ip(f"link add {bridge()} type bridge")
        ip(f"address add 10.213.{os.getpid() % 250}.1/24 dev {bridge()}")
        ip(f"link set {bridge()} up")
        self.members = [NamespaceMember(f"m{n}", folder, self.extra, n) for n in range(1, size + 1)]
        self.initial = ",".join(f"{m.name}={m.peer_url}" for m in self.members)

    def __exit__(self, *words: object) -> None:
        super().__exit__(*words)
        for member in self.members:
            ip(f"netns delete {member.space}")  # type: ignore[attr-defined]
        ip(f"link delete {bridge()}")


def faults(cluster: LocalCluster, kills: int, stop: float) -> dict[str, Callable[[Load], None]]:
    """Each fault by name; when it returns, the cluster is whole again."""

    def kill_leader(load: Load) -> None:
        for _ in range(kills):
            victim = cluster.leader()
            victim.kill()
            time.sleep(1)
            cluster.restart(victim)
            whole(cluster)
            # A gap is one leader's: the next is killed when writes go on.
            before = len(load.acknowledged)
            wait_until(lambda seen=before: len(load.acknowledged) > seen, 30)

    def hang(victim: Member) -> None:
        victim.signal(signal.SIGSTOP)
        time.sleep(stop)
        victim.signal(signal.SIGCONT)

    def cut(victim: NamespaceMember) -> None:
        victim.cut()
        time.sleep(8)
        victim.mend()

    def replace_disk(load: Load) -> None:
        victim = follower(cluster)
        victim.lose_disk()
        with cluster.client(deadline=20) as client:
            known = next(m for m in client.members.list() if m.name == victim.name)
            client.members.remove(known.number)
            client.members.add([victim.peer_url])
        victim.start(cluster.initial, state="existing")

    found = {
        f"leader killed {kills} times": kill_leader,
        f"leader hangs for {stop:g} s": lambda load: hang(cluster.leader()),
        f"follower hangs for {stop:g} s": lambda load: hang(follower(cluster)),
        "a member's disk is replaced": replace_disk,
    }
    if isinstance(cluster, NamespaceCluster):
        found["leader cut off for 8 s"] = lambda load: cut(cluster.leader())  # type: ignore[arg-type]
        found["follower cut off for 8 s"] = lambda load: cut(follower(cluster))  # type: ignore[arg-type]
    return found


def follower(cluster: LocalCluster) -> Member:
    leader = cluster.leader()
    return next(member for member in cluster.members if member is not leader)


def whole(cluster: LocalCluster) -> None:
    """Wait until every member answers and knows the same leader."""

    def agreed() -> bool:
        with cluster.client(deadline=1) as client:
            found = client.maintenance.statuses().values()
            return len({getattr(status, "leader", 0) for status in found}) == 1 and all(
                hasattr(s, "leader") for s in found
            )

    wait_until(agreed, 30)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=3)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--stop", type=float, default=20)
    args = parser.parse_args()
    kind = NamespaceCluster if os.geteuid() == 0 else LocalCluster
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder, kind(Path(folder), args.members) as cluster:
        for number, (name, harm) in enumerate(faults(cluster, args.kills, args.stop).items()):
            whole(cluster)
            with Load(cluster, f"/fault/{number}/") as load:
                time.sleep(1)
                harm(load)
                whole(cluster)
                time.sleep(1)
            lost, missed, repeated = load.losses(cluster)
            rows.append(
                (name, len(load.acknowledged), len(load.uncertain), lost, missed, repeated, f"{load.longest_gap:.1f} s")
            )
            print(f"  {name}: done", file=sys.stderr)
    print(table(("fault", "acknowledged", "uncertain", "lost", "missed", "repeated", "longest gap"), rows))
    if kind is LocalCluster:
        print("Cables were not cut: that takes root.")
    return 1 if any(any(row[3:6]) for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
