"""/metrics for Prometheus and /health for whoever balances load, over HTTP."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bunraku.confd.settings import ConfigError
from bunraku.confd.status import all_well


def serve(address: str, status: Callable[[], dict[str, Any]]) -> Callable[[], None]:
    """Serve at `address` (HOST:PORT, :PORT is all addresses); returns what ends it. Raises ConfigError."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - http.server calls it so
            now = status()
            if self.path == "/metrics":
                self._say(200, "text/plain; version=0.0.4", as_prometheus(now))
            elif self.path == "/health":
                self._say(200 if all_well(now) else 503, "application/json", json.dumps(now) + "\n")
            else:
                self._say(404, "text/plain", "/metrics and /health are here\n")

        def _say(self, code: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    host, _, port = address.rpartition(":")
    try:
        server = ThreadingHTTPServer((host.strip("[]"), int(port)), Handler)
    except (OSError, ValueError) as error:
        raise ConfigError(f"metrics_addr {address}: {error}; HOST:PORT is wanted") from None
    ended = threading.Event()

    def answer() -> None:
        # Not serve_forever, which wakes twice a second to see whether it shall end.
        while not ended.is_set():
            server.handle_request()

    def end() -> None:
        ended.set()
        server.socket.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=answer, name="confd-metrics", daemon=True).start()
    return end


def as_prometheus(status: dict[str, Any]) -> str:
    """A status in Prometheus' text format."""
    lines: list[str] = []

    def metric(name: str, kind: str, what: str, samples: list[tuple[str, float]]) -> None:
        lines.extend([f"# HELP confd_{name} {what}", f"# TYPE confd_{name} {kind}"])
        lines.extend(f"confd_{name}{labels} {value:g}" for labels, value in samples)

    for name, value in status["counters"].items():
        metric(f"{name}_total", "counter", _COUNTERS[name], [("", value)])
    resources = [({"resource": entry["resource"]}, entry) for entry in status["resources"]]
    metric(
        "resource_ok",
        "gauge",
        "Whether the resource is as its keys say.",
        [(_labels(labels), entry["state"] == "ok") for labels, entry in resources],
    )
    metric(
        "resource_last_success_timestamp_seconds",
        "gauge",
        "When the resource last succeeded.",
        [(_labels(labels), entry["since"]) for labels, entry in resources],
    )
    metric(
        "store_up",
        "gauge",
        "Whether the store answers.",
        [(_labels({"store": store["store"]}), not store["problem"]) for store in status["stores"]],
    )
    metric("reloads_owed", "gauge", "Reloads that have not succeeded yet.", [("", len(status["reloads"]))])
    metric("config_errors", "gauge", "Files of conf.d that cannot be used.", [("", len(status["errors"]))])
    return "\n".join(lines) + "\n"


_COUNTERS = {
    "renders": "Renderings of resources.",
    "replaced": "Files replaced.",
    "failures": "Renderings, checks and writes that failed.",
    "reloads": "Reload commands that succeeded.",
    "reload_failures": "Reload commands that failed.",
}


def _labels(labels: dict[str, str]) -> str:
    inside = ",".join(f"{name}={json.dumps(value)}" for name, value in labels.items())
    return "{" + inside + "}"
