"""Somebody who puts a link in the place of his folder, and the folder back, as fast as he can."""

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NOBODY = 65534
AT_FDCWD, RENAME_EXCHANGE = -100, 2
"""linux/fcntl.h, linux/fs.h"""


@contextmanager
def swapping(folder: Path, elsewhere: Path, uid: int) -> Iterator[None]:
    """Meanwhile `folder` is now itself, now a link to `elsewhere`, by the hand of user `uid`."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.chdir(folder.parent)  # before the change of user, who may not be able to go there
            if os.geteuid() != uid:
                os.setgid(NOBODY)
                os.setuid(uid)
            _swap(folder.name, str(elsewhere))
        os._exit(0)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _swap(name: str, elsewhere: str) -> None:
    libc = ctypes.CDLL(None)
    os.symlink(elsewhere, "link")
    while os.getppid() != 1:
        libc.renameat2(AT_FDCWD, name.encode(), AT_FDCWD, b"link", RENAME_EXCHANGE)
