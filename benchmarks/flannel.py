"""The overlay's daemon on a host in a network namespace: how long until its subnet is there, and until a route is.

    python benchmarks/flannel.py       (as root)

Start: from the command to subnet.env, with vxlan and masquerade; beside it a Python that only imports what speaks to
etcd and to the kernel, the floor of it. Route: from a lease's put to the route as the kernel tells of it; beside it the
put alone.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bunraku.etcd.txn import put

sys.path.insert(0, str(Path(__file__).parent.parent / "tests/flannel"))
from overlay_hosts import PREFIX, Host, Switch, until, vtep, why_not

TIMES = 9


def main() -> None:
    if reason := why_not():
        sys.exit(f"left out: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        switch = Switch(Path(folder))
        try:
            switch.configure({"Type": "vxlan"})
            host = switch.host()
            imports = [sys.executable, "-c", "import bunraku.etcd.client, pyroute2"]
            floor = median(lambda: subprocess.run(imports, check=True))
            took = statistics.median(start(host) for _ in range(TIMES))
            print(f"start → subnet.env   {took * 1000:6.0f} ms  {took / floor:5.1f} × a Python that only imports")
            memory = Path(f"/proc/{host.daemon.pid}/status").read_text().partition("VmRSS:")[2].split()[0]
            print(f"resident             {int(memory) / 1024:6.1f} MiB")
            routes(switch, host)
            burst(switch, host)
        finally:
            switch.remove()


def median(act: Callable[[], object]) -> float:
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def start(host: Host) -> float:
    """Seconds from the start to the subnet file; the daemon before it is ended first."""
    if host.daemon is not None:
        host.end()
    host.subnet_file.unlink(missing_ok=True)
    started = time.perf_counter()
    host.begin("-ip-masq")
    while not host.subnet_file.exists():
        time.sleep(0.001)
    return time.perf_counter() - started


def routes(switch: Switch, host: Host) -> None:
    """Leases one by one."""
    monitor = subprocess.Popen(host.namespace.command("ip", "monitor", "route"), stdout=subprocess.PIPE)
    assert monitor.stdout is not None
    time.sleep(1)  # until it listens
    alone, took = [], []
    for number in range(100, 140):
        started = time.perf_counter()
        switch.put_lease(f"10.50.{number}.0-24", f"10.99.0.{number}", BackendType="vxlan", **vtep(number))
        alone.append(time.perf_counter() - started)
        monitor.stdout.readline()
        took.append(time.perf_counter() - started)
    monitor.kill()
    one, floor = statistics.median(took), statistics.median(alone)
    print(f"put → route          {one * 1000:6.1f} ms  {one / floor:5.1f} × the put alone")


def burst(switch: Switch, host: Host) -> None:
    """Fifty leases of one transaction."""
    before = len(host.routes())
    value = json.dumps({"PublicIP": "10.99.0.9", "BackendType": "vxlan"} | vtep(1))
    started = time.perf_counter()
    switch.client.txn().then(*(put(f"{PREFIX}/subnets/10.50.{n}.0-24", value) for n in range(150, 200))).commit()
    until(lambda: len(host.routes()) >= before + 50)
    print(f"50 puts → 50 routes  {(time.perf_counter() - started) * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
