"""`bunraku etcd dev`: a throw-away member for development."""

from __future__ import annotations

import argparse
import signal
import tempfile
import threading
from pathlib import Path


def add_arguments(name: str, action: argparse.ArgumentParser) -> None:
    """The flags of the action `name`."""
    action.add_argument("--port", type=int, help="where clients are served (default: 2379 if it is free, else any)")
    action.add_argument("--import", dest="file", metavar="FILE", help="a YAML tree of keys to begin with")


def dev(args: argparse.Namespace) -> int:
    """Run a member in a folder that goes with it, until Ctrl-C or SIGTERM."""
    from bunraku.cli.etcd_data import read_tree
    from bunraku.etcd.server import free_port, local_member

    values = read_tree(args.file) if args.file else {}
    client_url, peer_url = f"http://127.0.0.1:{args.port or free_port(2379)}", f"http://127.0.0.1:{free_port()}"
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: done.set())
    with tempfile.TemporaryDirectory(prefix="bunraku-etcd-") as folder:
        flags = {
            "name": "dev",
            "data-dir": f"{folder}/data",
            "listen-client-urls": client_url,
            "advertise-client-urls": client_url,
            "listen-peer-urls": peer_url,
            "initial-advertise-peer-urls": peer_url,
            "initial-cluster": f"dev={peer_url}",
        }
        argv = [word for flag, value in flags.items() for word in (f"--{flag}", value)]
        with local_member(Path(folder), argv, client_url) as client:
            for key, value in values.items():
                client.put(key, value)
            print(f"etcd is at {client_url}; its data goes with it on Ctrl-C", flush=True)
            done.wait()
    return 0
