"""Keep what is known about every node, and answer questions about it over PuppetDB's HTTP API.

bunraku inventory serve --database /var/lib/bunraku/inventory.db
bunraku apply --inventory http://inventory:8080 site.pp      each run's facts, catalog and report go there
bunraku query 'inventory[certname] { facts.os.name = "Debian" }'
"""

from __future__ import annotations

import argparse
import sys
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku inventory`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    serve = actions.add_parser("serve", help="answer over HTTP", description="Answer over HTTP until it is stopped.")
    serve.add_argument("--listen", default="127.0.0.1:8080", metavar="HOST:PORT", help="where (127.0.0.1:8080)")
    serve.add_argument("--database", default="", metavar="FILE", help="the file (inventory.db in the state folder)")


def run(args: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    from bunraku.inventory.errors import InventoryError
    from bunraku.inventory.store import Store

    host, _, port = args.listen.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        print(f"Error: --listen is HOST:PORT, such as 127.0.0.1:8080, not '{args.listen}'", file=sys.stderr)
        return 1
    try:
        store = Store(args.database or default_database())
    except InventoryError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    try:
        return _serve(store, host.strip("[]") or "127.0.0.1", int(port))
    finally:
        store.close()


def default_database() -> str:
    """The inventory of this host's state folder, which is made where it is missing."""
    from bunraku.engine.apply import state_folder

    folder = state_folder()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return str(folder / "inventory.db")


def _serve(store: Any, host: str, port: int) -> int:
    import uvicorn

    from bunraku.inventory.server import application, listening

    try:
        server = listening(host, port)
    except OSError as error:
        print(f"Error: cannot listen on {host}:{port}: {error.strerror or error}", file=sys.stderr)
        return 1
    with server:
        where = f"[{host}]" if ":" in host else host
        print(f"inventory listening url=http://{where}:{server.getsockname()[1]} database={store.path}", flush=True)
        config = uvicorn.Config(application(store), log_level="warning", access_log=False, lifespan="off")
        uvicorn.Server(config).run(sockets=[server])
    return 0
