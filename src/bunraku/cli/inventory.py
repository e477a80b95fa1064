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
    who = serve.add_argument_group("who may ask")
    who.add_argument("--token-file", metavar="FILE", help="tokens, one a line; a request needs one (X-Authentication)")
    who.add_argument("--tls-cert", metavar="FILE", help="speak TLS with this certificate (PEM)")
    who.add_argument("--tls-key", metavar="FILE", help="and its key")
    who.add_argument("--tls-ca", metavar="FILE", help="clients need a certificate that this authority signed")
    lives = serve.add_argument_group("how long things are kept (a number with d, h, m or s; 0: for ever)")
    lives.add_argument("--node-ttl", default="7d", metavar="TIME", help="a silent node counts as expired after (7d)")
    lives.add_argument("--node-purge-ttl", default="14d", metavar="TIME", help="a node that is gone is forgotten (14d)")
    lives.add_argument("--report-ttl", default="14d", metavar="TIME", help="a report is forgotten (14d)")


def run(args: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    from bunraku.inventory.access import read_tokens
    from bunraku.inventory.errors import InventoryError
    from bunraku.inventory.expiry import Lifetimes, duration, kept_clean
    from bunraku.inventory.store import Store

    host, _, port = args.listen.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        print(f"Error: --listen is HOST:PORT, such as 127.0.0.1:8080, not '{args.listen}'", file=sys.stderr)
        return 1
    if bool(args.tls_cert) != bool(args.tls_key) or (args.tls_ca and not args.tls_cert):
        print("Error: --tls-cert and --tls-key go together, and --tls-ca goes with them", file=sys.stderr)
        return 1
    try:
        tokens = read_tokens(args.token_file) if args.token_file else []
        lifetimes = Lifetimes(*map(duration, (args.node_ttl, args.node_purge_ttl, args.report_ttl)))
        store = Store(args.database or default_database())
    except (InventoryError, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    try:
        with kept_clean(store, lifetimes, lambda problem: print(f"Error: {problem}", file=sys.stderr, flush=True)):
            return _serve(args, store, tokens, host.strip("[]") or "127.0.0.1", int(port))
    finally:
        store.close()


def default_database() -> str:
    """The inventory of this host's state folder, which is made where it is missing."""
    from bunraku.engine.apply import state_folder

    folder = state_folder()
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return str(folder / "inventory.db")


def _serve(args: argparse.Namespace, store: Any, tokens: list[str], host: str, port: int) -> int:
    import ssl

    import uvicorn

    from bunraku.inventory.access import Guarded
    from bunraku.inventory.server import application, listening

    inner: Any = application(store)
    config = uvicorn.Config(
        Guarded(inner, tokens) if tokens else inner,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ssl_certfile=args.tls_cert,
        ssl_keyfile=args.tls_key,
        ssl_ca_certs=args.tls_ca,
        ssl_cert_reqs=ssl.CERT_REQUIRED if args.tls_ca else ssl.CERT_NONE,
    )
    try:
        config.load()
    except OSError as error:  # ssl's errors are among them
        files = ", ".join(file for file in (args.tls_cert, args.tls_key, args.tls_ca) if file)
        print(f"Error: TLS cannot be had with {files}: {error.strerror or error}", file=sys.stderr)
        return 1
    try:
        server = listening(host, port)
    except OSError as error:
        print(f"Error: cannot listen on {host}:{port}: {error.strerror or error}", file=sys.stderr)
        return 1
    with server:
        scheme, where = "https" if args.tls_cert else "http", f"[{host}]" if ":" in host else host
        print(f"inventory listening url={scheme}://{where}:{server.getsockname()[1]} database={store.path}", flush=True)
        uvicorn.Server(config).run(sockets=[server])
    return 0
