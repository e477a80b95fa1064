"""The daemon as a process: its signals, its status socket, its metrics."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack

from bunraku.confd import status
from bunraku.confd.loop import Daemon
from bunraku.confd.settings import Settings
from bunraku.system.log import Log


def run_forever(settings: Settings, log: Log, resettle: Callable[[], Settings]) -> int:
    """Run the daemon until SIGTERM or SIGINT; its exit code. Raises ConfigError if it cannot begin."""
    daemon = Daemon(settings, log, resettle)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.post(daemon.end))
    signal.signal(signal.SIGHUP, lambda *_: daemon.post(daemon.reread))
    _wake_on_signals(daemon)
    with ExitStack() as services:
        try:
            services.callback(status.serve(settings.socket, daemon.ask))
        except status.StatusError as error:
            log.warn(str(error))
        if settings.metrics_addr:
            from bunraku.confd import metrics

            services.callback(metrics.serve(settings.metrics_addr, daemon.ask))
        daemon.run()
    return 0


def _wake_on_signals(daemon: Daemon) -> None:
    """Have a signal end the wait for events: one that comes just before the wait begins would not by itself."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)

    def wake() -> None:
        while reader.recv(64):
            daemon.post(lambda: None)

    threading.Thread(target=wake, name="confd-signals", daemon=True).start()
