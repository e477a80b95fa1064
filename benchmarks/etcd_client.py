"""What bunraku's etcd client costs, beside a bare stub of grpcio and beside etcdctl, on one real member.

    python benchmarks/etcd_client.py [--keys 10000]     (pip install grpcio)

Prints medians of the same run: from the call of put to the event in the reader's hands; and 10,000 `etcd_key` resources
that are in sync, applied by the engine, beside one `etcdctl get` for each key (timed on a part of them).
"""

from __future__ import annotations

import argparse
import os
import queue
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "etcd"))

from local import LocalCluster

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.cli.table import table
from bunraku.engine.transaction import Options, Transaction
from bunraku.etcd import Client
from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.txn import put
from bunraku.resources.base import Run

TURNS, ROUNDS = 10, 100
"""How often the two are measured in turn, and puts in each turn."""
SAMPLE = 200
"""Keys that etcdctl is timed on; the rest is reckoned."""


def latencies(write: Callable[[int], None], event: Callable[[], object]) -> list[float]:
    """Milliseconds from a put's begin to its event, one after another."""
    found = []
    for number in range(ROUNDS):
        started = time.perf_counter()
        write(number)
        event()
        found.append((time.perf_counter() - started) * 1000)
    return found


def of_bunraku(client: Client) -> list[float]:
    with client.watch(["/latency/"]) as watch:
        return latencies(lambda n: void(client.put("/latency/a", str(n))), lambda: watch.get(5))


def of_bare_stub(cluster: LocalCluster) -> list[float]:
    """The least that grpcio allows: a stub, a stream, a thread that reads it into a queue."""
    import grpc

    channel = grpc.insecure_channel(cluster.endpoints[0].removeprefix("http://"))
    raw_put = channel.unary_unary("/etcdserverpb.KV/Put", pb.PutRequest.SerializeToString, pb.PutResponse.FromString)
    raw_watch = channel.stream_stream(
        "/etcdserverpb.Watch/Watch", pb.WatchRequest.SerializeToString, pb.WatchResponse.FromString
    )
    requests: queue.SimpleQueue[pb.WatchRequest | None] = queue.SimpleQueue()
    events: queue.SimpleQueue[object] = queue.SimpleQueue()
    requests.put(pb.WatchRequest(create_request=pb.WatchCreateRequest(key=b"/latency/", range_end=b"/latency0")))
    stream = raw_watch(iter(requests.get, None))
    next(stream)

    def read() -> None:
        try:
            for response in stream:
                for event in response.events:
                    events.put(event)
        except grpc.RpcError:
            return

    threading.Thread(target=read, daemon=True).start()
    found = latencies(lambda n: void(raw_put(pb.PutRequest(key=b"/latency/a", value=b"%d" % n))), events.get)
    requests.put(None)
    stream.cancel()
    channel.close()
    return found


def void(result: object) -> None:
    """A call's result is not wanted."""


def apply(cluster: LocalCluster, prefix: str, keys: int, state: str) -> float:
    """Seconds that the engine takes over `keys` resources, which all come out as `state`."""
    catalog = Catalog("host")
    for n in range(keys):
        catalog.add(Resource("Etcd_key", f"{prefix}{n:06}", {"value": str(n), "peers": cluster.endpoints}))
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        transaction = Transaction(catalog, Run(Path(folder)), Options())
        transaction.prepare()
        transaction.run()
        took = time.perf_counter() - started
    assert {outcome.state for outcome in transaction.outcomes.values()} == {state}
    return took


def etcdctl_loop(cluster: LocalCluster, *words: str) -> float:
    """Seconds that one `etcdctl` takes, over `SAMPLE` keys; NUMBER in `words` is the key's."""
    command = ["etcdctl", "--endpoints", cluster.endpoints[0], *words]
    started = time.perf_counter()
    for n in range(SAMPLE):
        argv = [word.replace("NUMBER", f"{n:06}") for word in command]
        subprocess.run(argv, env={**os.environ, "ETCDCTL_API": "3"}, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) / SAMPLE


def memory_of_watches(client: Client, count: int) -> float:
    """KiB that each of `count` watches adds to the process."""
    before = resident()
    watches = [client.watch([f"/memory/{n}/"], 1) for n in range(count)]
    time.sleep(1)
    grown = resident() - before
    for watch in watches:
        watch.close()
    return grown / count


def resident() -> float:
    """KiB of memory that the process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=10_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalCluster(Path(folder)) as cluster, cluster.client() as client:
        for at in range(0, args.keys, 128):
            some = range(at, min(at + 128, args.keys))
            client.txn().then(*(put(f"/sync/{n:06}", str(n)) for n in some)).commit()
        ours, bare = list[float](), list[float]()
        for _ in range(TURNS):  # in turns, so that what else the machine does meets both
            ours += of_bunraku(client)
            bare += of_bare_stub(cluster)
        rows = []
        for name, pick in (("p50", statistics.median), ("p99", lambda found: sorted(found)[len(found) * 99 // 100])):
            a, b = pick(ours), pick(bare)
            rows.append((f"put → event, {name}", f"{a:.2f} ms", f"{b:.2f} ms bare stub", f"{a / b:.2f}×"))
        loops = etcdctl_loop(cluster, "put", "/loop/NUMBER", "x"), etcdctl_loop(cluster, "get", "/sync/NUMBER")
        created = statistics.median(apply(cluster, f"/new/{turn}/", args.keys, "changed") for turn in range(3))
        in_sync = statistics.median(apply(cluster, "/sync/", args.keys, "unchanged") for _ in range(3))
        for what, seconds, loop in (("created", created, loops[0]), ("in sync", in_sync, loops[1])):
            loop *= args.keys
            rows.append(
                (
                    f"{args.keys} keys {what}",
                    f"{seconds:.2f} s",
                    f"{loop:.0f} s etcdctl loop",
                    f"1/{loop / seconds:.0f}",
                )
            )
        rows.append(("a watch's memory", f"{memory_of_watches(client, 1000):.1f} KiB", "", ""))
        print(table(("what", "bunraku", "beside", "ratio"), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
