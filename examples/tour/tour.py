"""The tour: what bunraku does, shown on real programs, each step checked.

    tour.py [--bunraku PATH] [--keep]

It works in a scratch folder on free loopback ports, ends everything that it started (also on Ctrl-C and on failure),
and changes nothing else. Exit code: 0 if every step held.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import overlay
import pods

HERE = Path(__file__).parent
MODULES = HERE / "modules"
NEEDED = {"etcd": "etcd-server", "etcdctl": "etcd-client", "nginx": "nginx-light", "start-stop-daemon": "dpkg"}
LIMIT = 20.0
"""Seconds that the tour waits for anything."""


class Failed(Exception):
    """A step that did not hold, and how."""


class Shown(NamedTuple):
    """A row of the closing table."""

    step: str
    what: str
    seconds: float
    held: bool


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def until(what: str, holds: Callable[[], object], limit: float = LIMIT) -> float:
    """Wait until `holds()`; the moment (time.monotonic) at which it did."""
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"waited {limit:.0f} s in vain for {what}")
        time.sleep(0.0005)
    return time.monotonic()


class Tour:
    """The programs of one tour and what was shown of them."""

    def __init__(self, bunraku: str, root: Path) -> None:
        self.bunraku = bunraku
        self.root = root
        self.conf = root / "nginx.conf"
        self.rows: list[Shown] = []
        self.watcher: subprocess.Popen[bytes] | None = None
        self.overlay: overlay.Overlay | None = None
        self.pods: pods.Pods | None = None
        self.inventory = root / "inventory.db"
        etcd, peer, self.web, first, second, self.third = free_ports(6)
        self.ports = (first, second)
        self.etcd = f"http://127.0.0.1:{etcd}"
        self.env = os.environ | {
            "PATH": os.pathsep.join([str(Path(bunraku).parent), os.environ["PATH"], "/usr/sbin", "/sbin"]),
            "XDG_STATE_HOME": str(root / "state"),
            "FACTER_tour_root": str(root),
            "FACTER_tour_etcd_port": str(etcd),
            "FACTER_tour_peer_port": str(peer),
            "FACTER_tour_web_port": str(self.web),
            "FACTER_tour_backend_ports": f"{first},{second}",
            "ETCDCTL_API": "3",
        }

    # ------------------------------------------------------------ what the steps are made of

    def apply(self, *flags: str) -> tuple[int, str]:
        """Run `bunraku apply` on the tour's manifest, its output shown as it comes. The exit code and the output."""
        command = [self.bunraku, "apply", "--modulepath", str(MODULES), "--statedir", str(self.root / "state")]
        command += ["--detailed-exitcodes", *flags, str(HERE / "site.pp")]
        print(f"$ bunraku apply {' '.join([*flags, 'examples/tour/site.pp'])}", flush=True)
        lines = []
        with subprocess.Popen(
            command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            assert run.stdout is not None
            try:
                for line in run.stdout:
                    lines.append(line)
                    print("  " + line, end="", flush=True)
            except KeyboardInterrupt:
                # It must be over before what it started is ended, or it would start more.
                run.terminate()
                run.communicate(timeout=LIMIT)
                raise
        print(flush=True)
        return run.returncode, "".join(lines)

    def etcdctl(self, *words: str) -> None:
        """Run a real etcdctl against the tour's etcd."""
        print(f"$ etcdctl {' '.join(words)}", flush=True)
        command = ["etcdctl", "--endpoints", self.etcd, *words]
        subprocess.run(command, env=self.env, check=True, stdout=subprocess.DEVNULL, timeout=LIMIT)

    def answer(self) -> str:
        """The name of the back end that answers a request to nginx, or "" where none does."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}/", timeout=2) as response:
                return str(response.read().decode().strip())
        except OSError:
            return ""

    def answers(self, names: set[str]) -> None:
        """Hold that soon each of these back ends answers through nginx, and no other."""
        until(f"answers of {sorted(names)}", lambda: {self.answer() for _ in range(4 * len(names))} == names)

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """One step: a heading, then what the block shows; its row says whether it held."""
        print(f"\n── {name} " + "─" * max(3, 96 - len(name)), flush=True)
        shown: list[str] = []
        start = time.monotonic()
        try:
            yield shown.append
        except (Failed, subprocess.SubprocessError) as error:
            print(f"did not hold: {error}", flush=True)
            self.rows.append(Shown(name, str(error), time.monotonic() - start, False))
        else:
            self.rows.append(Shown(name, "; ".join(shown), time.monotonic() - start, True))

    # ------------------------------------------------------------ the steps

    def run(self) -> bool:
        """Take the tour; whether every step held."""
        steps = [self.bring_up, self.apply_again, self.show_drift, self.repair_drift]
        steps += [self.add_a_back_end, self.refuse_a_broken_value, self.recover]
        reason = overlay.why_not()
        if not reason:
            steps += [self.join_two_hosts, self.ask_the_inventory]
        no_pods = pods.why_not()
        if not no_pods:
            steps.append(self.run_a_pod)
        for step in steps:
            step()
            if not self.rows[-1].held:
                break
        self.table()
        if reason:
            print(f"left out: the overlay network of two hosts ({reason})", flush=True)
        if no_pods:
            print(f"left out: the pod ({no_pods})", flush=True)
        return len(self.rows) == len(steps) and all(row.held for row in self.rows)

    def bring_up(self) -> None:
        """1: one manifest brings up everything."""
        with self.step("1 apply: etcd, keys, nginx, two back ends") as shown:
            code, _ = self.apply()
            if code != 2:
                raise Failed(f"exit code {code}, where 2 (changed) was expected")
            self.answers({"backend1", "backend2"})
            shown("nginx is answered by backend1 and backend2")

    def apply_again(self) -> None:
        """2: a second apply has nothing to do."""
        with self.step("2 apply again: nothing to do") as shown:
            code, output = self.apply()
            if code != 0 or "0 changed" not in output:
                raise Failed(f"the second apply was not idle (exit code {code})")
            shown("exit code 0, nothing changed")

    def show_drift(self) -> None:
        """2: --noop shows a drift and leaves it."""
        with self.step("3 --noop shows a hand-made drift") as shown:
            template = self.root / "confd/templates/nginx.conf.tmpl"
            template.write_text(template.read_text().replace("worker_processes 1;", "worker_processes 7;"))
            drifted = template.read_bytes()
            code, output = self.apply("--noop")
            if "+worker_processes 1;" not in output or template.read_bytes() != drifted or code != 0:
                raise Failed("--noop did not show the diff, or it changed the file")
            shown("the diff is shown, the file is as it was")

    def repair_drift(self) -> None:
        """2: the next apply repairs it."""
        with self.step("4 apply repairs the drift") as shown:
            code, _ = self.apply()
            if code != 2 or "worker_processes 1;" not in (self.root / "confd/templates/nginx.conf.tmpl").read_text():
                raise Failed(f"the drift is still there (exit code {code})")
            shown("the file is as declared")

    def add_a_back_end(self) -> None:
        """3: a key put by hand reaches the web server."""
        with self.step("5 a key is put, nginx serves the new back end") as shown:
            self.start_third_back_end()
            self.start_watcher()
            before = self.conf.stat().st_ino
            start = time.monotonic()
            self.etcdctl("put", "/nginx/upstream/01/backend3", f"127.0.0.1:{self.third}")
            acknowledged = time.monotonic()
            replaced = until("the rendered file", lambda: self.conf.stat().st_ino != before)
            answered = until("an answer of backend3", lambda: self.answer() == "backend3")
            self.answers({"backend1", "backend2", "backend3"})
            shown(f"put → file {1000 * (replaced - start):.0f} ms, → backend3 {1000 * (answered - start):.0f} ms")
            shown(f"of them etcdctl itself {1000 * (acknowledged - start):.0f} ms")
            print(f"  put → file checked and replaced  {1000 * (replaced - start):4.0f} ms", flush=True)
            print(f"  put → first answer of backend3   {1000 * (answered - start):4.0f} ms", flush=True)

    def refuse_a_broken_value(self) -> None:
        """4: a value that nginx refuses changes nothing."""
        with self.step("6 a broken value is refused, nginx keeps serving") as shown:
            log = self.root / "log/confd.log"
            seen = log.stat().st_size
            before = self.conf.read_bytes()
            self.etcdctl("put", "/nginx/upstream/01/backend3", "not a server;")
            until("confd's complaint", lambda: b"[emerg]" in log.read_bytes()[seen:])
            error = log.read_bytes()[seen:].decode(errors="replace").strip()
            print("\n".join("  " + line for line in error.splitlines()[:4]), flush=True)
            if self.conf.read_bytes() != before:
                raise Failed("the refused file was put in place")
            self.answers({"backend1", "backend2", "backend3"})
            shown("check_cmd failed, the old file stays, all three answer")

    def recover(self) -> None:
        """4: the right value follows."""
        with self.step("7 the right value follows, and it recovers") as shown:
            before = self.conf.stat().st_ino
            self.etcdctl("del", "/nginx/upstream/01/backend2")
            self.etcdctl("put", "/nginx/upstream/01/backend3", f"127.0.0.1:{self.third}")
            until("the rendered file", lambda: self.conf.stat().st_ino != before)
            self.answers({"backend1", "backend3"})
            shown("backend1 and backend3 answer")

    def join_two_hosts(self) -> None:
        """5: containers of two hosts reach each other."""
        with self.step("8 two hosts join an overlay network") as shown:
            self.overlay = overlay.Overlay(self.bunraku, self.root, self.env)
            self.overlay.wire()
            for host in self.overlay.hosts:
                self.apply_on(host)
                self.overlay.start_daemon(host)
            until("both hosts' subnets", lambda: all(map(self.overlay.has_subnet, self.overlay.hosts)))
            first, second = map(self.overlay.run_container, self.overlay.hosts)
            until("containers that reach each other", lambda: self.overlay.reaches("host1", "host2"))
            until("the way back", lambda: self.overlay.reaches("host2", "host1"))
            print(f"  containers at {first} and {second} greet each other", flush=True)
            shown(f"containers {first} and {second} greet each other through vxlan")

    def apply_on(self, host: str) -> None:
        """Apply the overlay's manifest on one of its hosts, and store what there is to know in the inventory."""
        command = [self.bunraku, "apply", "--certname", host, "--inventory", str(self.inventory)]
        command += ["--statedir", str(self.root / host / "state"), str(HERE / "overlay.pp")]
        print(f"{host}$ bunraku apply --inventory inventory.db examples/tour/overlay.pp", flush=True)
        here = self.overlay.hosts[host].command(*command)
        done = subprocess.run(here, env=self.env, capture_output=True, text=True, timeout=3 * LIMIT)
        print("".join(f"  {line}\n" for line in done.stdout.splitlines()), flush=True)
        if done.returncode:
            raise Failed(f"apply on {host} ended with {done.returncode}: {done.stderr.strip()}")

    def ask_the_inventory(self) -> None:
        """6: what the hosts said of themselves can be asked."""
        with self.step("9 the inventory is asked about both hosts") as shown:
            query = 'inventory[certname, facts.networking.ip] { resources { type = "Class" and title = "Flannel" } }'
            print(f"$ bunraku query --inventory inventory.db '{query}'", flush=True)
            command = [self.bunraku, "query", "--inventory", str(self.inventory), query]
            done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=LIMIT)
            print("".join(f"  {line}\n" for line in (done.stdout + done.stderr).splitlines()), flush=True)
            if not all(word in done.stdout for word in ("host1", "10.99.0.11", "host2", "10.99.0.12")):
                raise Failed("the inventory does not know both hosts by their addresses")
            shown("both hosts, each with its own address")

    def run_a_pod(self) -> None:
        """7: an image is built, and a manifest runs it."""
        with self.step("10 an image is built, and a manifest runs it as a pod") as shown:
            self.pods = pods.Pods(self.bunraku, self.root, self.env)
            self.pods.build()
            apply = ["apply", "--statedir", str(self.root / "state"), "--detailed-exitcodes", str(HERE / "pods.pp")]
            if self.pods.bunraku_here(*apply).returncode != 2:
                raise Failed("the pod was not launched")
            listed = self.pods.bunraku_here("resource", "rkt_pod").stdout
            if not re.search(r"ensure +=> 'running',\n +app +=> 'hello',\n +image_name => 'hello'", listed):
                raise Failed("the pod does not run")
            if self.pods.bunraku_here(*apply).returncode != 0:
                raise Failed("the pod was not as declared")
            shown(f"it runs, isolated as {self.pods.isolation}; a second apply has nothing to do")

    # ------------------------------------------------------------ programs beside the manifest

    def start_third_back_end(self) -> None:
        """A back end that the manifest does not know: a copy of the first."""
        program = self.root / "backend3"
        text = (self.root / "backend1").read_text()
        program.write_text(text.replace("backend1", "backend3").replace(str(self.ports[0]), str(self.third)))
        program.chmod(0o755)
        pidfile = self.root / "run/backend3.pid"
        command = ["start-stop-daemon", "--start", "--background", "--make-pidfile", "--pidfile", str(pidfile)]
        subprocess.run([*command, "--startas", str(program)], env=self.env, check=True, timeout=LIMIT)

    def start_watcher(self) -> None:
        """`bunraku confd --watch`, its log in a file."""
        confdir = self.root / "confd"
        command = [self.bunraku, "confd", "--watch", "--confdir", str(confdir)]
        command += ["--config-file", str(confdir / "confd.toml"), "--log-level", "debug"]
        print("$ bunraku confd --watch &", flush=True)
        log = self.root / "log/confd.log"
        with log.open("wb") as file:
            self.watcher = subprocess.Popen(command, env=self.env, stdout=file, stderr=file, start_new_session=True)
        until("bunraku confd to watch", lambda: b"watching" in log.read_bytes() or self.watcher.poll() is not None)
        if self.watcher.poll() is not None:
            raise Failed(f"bunraku confd ended: {log.read_text()}")

    def end(self) -> None:
        """End all that the tour started."""
        pids = [int(f.read_text()) for f in (self.root / "run").glob("*.pid") if f.read_text().strip().isdigit()]
        pids += [self.watcher.pid] if self.watcher else []
        stop(pids)
        if self.overlay is not None:
            self.overlay.end(stop)
        if self.pods is not None:
            self.pods.end()

    def table(self) -> None:
        """The closing table."""
        width = max(len(row.step) for row in self.rows)
        print("\n" + "═" * 100)
        for row in self.rows:
            print(f"{'✓' if row.held else '✗'} {row.step:<{width}}  {row.seconds:6.2f} s  {row.what}")
        print(flush=True)


def stop(pids: list[int]) -> None:
    """End processes: kindly, and after three seconds not so."""
    for name in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, name)
        end = time.monotonic() + 3
        while time.monotonic() < end and any(alive(pid) for pid in pids):
            time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs; our own children that have ended are reaped on the way."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def missing_programs() -> list[str]:
    """Which programs of the tour are not installed, with the Debian package of each."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return [
        f"{name} (Debian package {package})" for name, package in NEEDED.items() if not shutil.which(name, path=path)
    ]


def interrupted(*_: object) -> None:
    """SIGTERM, or a terminal that is closed, ends the tour as Ctrl-C does: through the clean-up."""
    raise KeyboardInterrupt


def main() -> int:
    """Take the tour and clean up behind it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bunraku", default=shutil.which("bunraku"), help="the program to show (default: on PATH)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder for a look")
    args = parser.parse_args()
    if not args.bunraku:
        print("tour: no bunraku on PATH; name one with --bunraku", file=sys.stderr)
        return 1
    if missing := missing_programs():
        print(f"tour: not installed: {', '.join(missing)}", file=sys.stderr)
        return 1
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupted)
    root = Path(tempfile.mkdtemp(prefix="bunraku-tour-"))
    tour = Tour(str(Path(args.bunraku).absolute()), root)
    try:
        return 0 if tour.run() else 1
    except KeyboardInterrupt:
        print("\ntour: interrupted; ending what was started", file=sys.stderr)
        return 130
    finally:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        tour.end()
        if args.keep:
            print(f"kept: {root}")
        else:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
