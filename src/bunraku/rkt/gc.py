"""Pods stopped and removed.

Removing takes two steps: a mark (the pod is renamed to a garbage folder) and, a grace period later, the sweep. Nothing
of a pod is mounted once its supervisor is gone, so the sweep is a plain removal.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from bunraku.rkt import container, network
from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import AFTER_RUN, EXITED_GARBAGE, GARBAGE, PREPARE, PREPARED, RUN, Pod, Pods

GRACE = 30 * 60.0
"""Seconds between mark and sweep."""

EXPIRY = 24 * 3600.0
"""Seconds after which a prepared pod that nobody ran is given up."""

STOP_WAIT = 20.0
"""Seconds that a pod has to end."""


def stop(pod: Pod, *, force: bool = False) -> bool:
    """End a running pod; False where it had ended already. force: at once. Raises PodError."""
    state = pod.state()
    if state in AFTER_RUN:
        return False
    pid = pod.pid()
    if state != "running" or pid is None:
        raise PodError(f"pod {pod.uuid} is {state}, not running")
    if force:
        container.clear(pod)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL if force else signal.SIGTERM)
    if not pod.wait(STOP_WAIT, until=AFTER_RUN):
        raise PodError(f"pod {pod.uuid} still runs after {STOP_WAIT:.0f} s: `rkt stop --force` ends it at once")
    return True


def remove(pod: Pod) -> None:
    """Remove all that is left of a pod that does not run. Raises PodError, OSError."""
    state = pod.state()
    if state not in ("exited", "exited garbage", "garbage", "prepared", "aborted prepare"):
        raise PodError(f"pod {pod.uuid} is {state}: it cannot be removed now")
    pod.lock()
    if pod.place in (PREPARE, PREPARED):
        pod.move(GARBAGE)
    elif pod.place == RUN:
        pod.move(EXITED_GARBAGE)
    _sweep(pod)


def _sweep(pod: Pod) -> None:
    container.clear(pod)
    network.release(pod)
    pod.remove()


def collect(
    pods: Pods, *, grace: float, expiry: float, mark_only: bool, say: Callable[[str], None], note: Callable[[str], None]
) -> None:
    """Mark what has ended or expired and, unless mark_only, sweep what was marked `grace` seconds ago.

    say, note: take lines about what is removed, and about what is marked or kept. Raises PodError, OSError.
    """
    for pod in pods.all(RUN):
        if pod.state() == "exited":
            note(f'moving pod "{pod.uuid}" to garbage')
            pod.move(EXITED_GARBAGE)
    for pod in pods.all(PREPARE):
        if pod.state() == "aborted prepare":
            note(f'moving failed prepare "{pod.uuid}" to garbage')
            pod.move(GARBAGE)
    if mark_only:
        return
    now = time.time()
    for pod in pods.all(PREPARED):
        if now - pod.marked() > expiry:
            note(f'moving expired prepared pod "{pod.uuid}" to garbage')
            pod.move(GARBAGE)
    for pod in pods.all(EXITED_GARBAGE, GARBAGE):
        if pod.place == EXITED_GARBAGE and now - pod.marked() <= grace:
            note(f'pod "{pod.uuid}" not removed: still within grace period ({span(grace)})')
            continue
        with suppress(PodError):  # another process is at it
            pod.lock()
            say(f'Garbage collecting pod "{pod.uuid}"')
            _sweep(pod)


def span(seconds: float) -> str:
    """A span of time as Go writes it: 30m0s, 24h0m0s, 1.5s."""
    whole, rest = divmod(seconds, 1)
    hours, minutes, last = int(whole) // 3600, int(whole) // 60 % 60, int(whole) % 60 + rest
    text = f"{last:g}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{hours}h{text}" if hours else text
