"""A question after our health: GET /healthz is answered 200 as long as the process lives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bunraku.flannel.settings import SettingsError


class _Health(BaseHTTPRequestHandler):
    timeout = 5

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        """Answer."""
        well = self.path == "/healthz"
        body = b"flanneld is running\n" if well else b"only /healthz is here\n"
        self.send_response(200 if well else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: it is asked every few seconds."""


def serve(address: str, port: int) -> Callable[[], None]:
    """Answer on `address`:`port` in a thread; what ends it. Raises SettingsError if that cannot be listened on."""
    try:
        server = ThreadingHTTPServer((address, port), _Health)
    except OSError as error:
        raise SettingsError(f"-healthz-port: cannot listen on {address}:{port}: {error.strerror or error}") from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="flannel-health", daemon=True).start()

    def close() -> None:
        server.shutdown()
        server.server_close()

    return close
