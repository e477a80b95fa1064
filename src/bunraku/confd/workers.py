"""A few threads for what may take its time: writing files and running commands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Task = Callable[[], None]


class Workers:
    """At most `count` tasks at a time, each begun as soon as a thread is free; threads are made when needed."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._tasks: SimpleQueue[Task] = SimpleQueue()
        self._threads = 0
        self._idle = threading.Semaphore(0)

    def do(self, task: Task) -> None:
        """Have `task` done; it must not raise."""
        if not self._idle.acquire(blocking=False) and self._threads < self._count:
            self._threads += 1
            threading.Thread(target=self._work, name=f"confd-worker-{self._threads}", daemon=True).start()
        self._tasks.put(task)

    def _work(self) -> None:
        while True:
            self._tasks.get()()
            self._idle.release()
