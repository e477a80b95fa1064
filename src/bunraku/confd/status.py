"""The status of a running daemon, over a unix socket: one JSON document a connection."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

TIMEOUT = 5.0
"""Seconds that a daemon gets to answer."""


class StatusError(Exception):
    """There is no status to be had, and why."""


def serve(path: str, status: Callable[[], dict[str, Any]]) -> Callable[[], None]:
    """Answer whoever connects to the socket `path`, in a thread; returns what ends it.

    Raises StatusError where the socket cannot be made, or another daemon answers there.
    """
    with suppress(StatusError):
        pid = ask(path).get("pid")
        raise StatusError(f"{path} is another daemon's (pid {pid}); --socket names another one")
    server = socket.socket(socket.AF_UNIX)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            os.unlink(path)
        old = os.umask(0o177)
        try:
            server.bind(path)
        finally:
            os.umask(old)
        server.listen()
    except OSError as error:
        server.close()
        raise StatusError(f"no status at {path}: {error.strerror or error}") from None
    threading.Thread(target=_answer, args=(server, status), name="confd-status", daemon=True).start()

    def end() -> None:
        server.close()
        with suppress(OSError):
            os.unlink(path)

    return end


def _answer(server: socket.socket, status: Callable[[], dict[str, Any]]) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client, suppress(OSError):
            client.settimeout(TIMEOUT)
            client.sendall(json.dumps(status()).encode())


def ask(path: str) -> dict[str, Any]:
    """The status of the daemon behind `path`. Raises StatusError."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(TIMEOUT)
            client.connect(path)
            data = b""
            while chunk := client.recv(1 << 16):
                data += chunk
        answer: dict[str, Any] = json.loads(data)
        return answer
    except (OSError, ValueError):
        raise StatusError(f"no daemon answers at {path}; is `bunraku confd` running, with this --statedir?") from None


def all_well(status: dict[str, Any]) -> bool:
    """Whether nothing in a status is amiss."""
    problems = [entry["problem"] for entry in (*status["stores"], *status["resources"], *status["reloads"])]
    return not (any(problems) or status["errors"])


def as_text(status: dict[str, Any]) -> str:
    """A status for people."""
    marks = {"ok": "∙", "failed": "✗", "drifted": "~", "waiting": "…"}
    width = max([len(entry["resource"]) for entry in status["resources"]], default=0)
    lines = [f"confd · pid {status['pid']} · {len(status['resources'])} resources"]
    for store in status["stores"]:
        lines.append(f"  {'✗' if store['problem'] else '∙'} {store['store']}  {store['problem'] or 'answers'}")
    lines.append("")
    for entry in sorted(status["resources"], key=lambda entry: str(entry["resource"])):
        told = entry["problem"] or ", ".join(entry["files"])
        since = f"  {_ago(entry['since'])}" if entry["since"] else ""
        lines.append(f"  {marks[entry['state']]} {entry['resource']:<{width}}  {_indented(told)}{since}")
    lines += [f"  ✗ {error}" for error in status["errors"]]
    for owed in status["reloads"]:
        state = "running" if owed["running"] else _indented(owed["problem"]) or "about to run"
        lines.append(f"  ↻ {owed['command']}  {state}")
    return "\n".join(lines)


def _indented(text: str) -> str:
    return text.replace("\n", "\n      ")


def _ago(moment: float) -> str:
    seconds = int(time.time() - moment)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
