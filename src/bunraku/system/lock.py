"""One apply at a time on a host: a file lock that names its owner and goes with it.

The lock is the kernel's (`flock`), so a process that dies, however it dies, holds it no longer; the file's content
(process id and start time) is for the message that the next one prints.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from types import TracebackType


class Locked(Exception):
    """Somebody else holds the lock. pid: who (0 if unknown). age: seconds since it was taken."""

    def __init__(self, path: str, pid: int, age: float) -> None:
        self.path = path
        self.pid = pid
        self.age = age
        who = f"process {pid}, for {age:.0f} s" if pid else "another process"
        super().__init__(f"{path} is held by {who}")


class Lock:
    """A lock on a file, held from `with Lock(path):` to the block's end.

    wait: seconds to wait for whoever holds it. Raises Locked after that, and OSError where the file cannot be made.
    """

    def __init__(self, path: str, *, wait: float = 0.0) -> None:
        self.path = path
        self.wait = wait
        self._descriptor = -1

    def __enter__(self) -> Lock:
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        end = time.monotonic() + self.wait
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    pid, since = self._owner()
                    os.close(self._descriptor)
                    raise Locked(self.path, pid, max(0.0, time.time() - since)) from None
                time.sleep(0.05)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps({"pid": os.getpid(), "since": time.time()}).encode(), 0)
        return self

    def _owner(self) -> tuple[int, float]:
        try:
            owner = json.loads(os.pread(self._descriptor, 4096, 0))
            return int(owner["pid"]), float(owner["since"])
        except (ValueError, KeyError, TypeError):
            return 0, time.time()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The file stays: removing it would let a third process lock a name that a second one still waits on.
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def hold_folder(path: str, *, shared: bool = False) -> int | None:
    """Lock a folder itself; the open descriptor that holds the lock until it is closed, or None where another does.

    It moves with the folder when that is renamed. Raises OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
