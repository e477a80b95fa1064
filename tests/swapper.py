"""Somebody who puts a link in the place of his folder, and the folder back, as fast as he can."""

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

NOBODY = 65534
LIBC = ctypes.CDLL(None)
AT_FDCWD, RENAME_EXCHANGE = -100, 2
"""linux/fcntl.h, linux/fs.h"""


@contextmanager
def swapping(folder: Path, elsewhere: Path, uid: int) -> Iterator[None]:
    """Meanwhile `folder` is now itself, now a link to `elsewhere`, by the hand of user `uid`."""
    link = folder.with_name("link")
    link.symlink_to(elsewhere)
    os.chown(link, uid, -1, follow_symlinks=False)
    if not (_exchange(str(folder), str(link)) and _exchange(str(folder), str(link))):
        pytest.skip("two files cannot be exchanged here (renameat2): nobody can swap them in one step")
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.chdir(folder.parent)  # before the change of user, who may not be able to go there
            if os.geteuid() != uid:
                os.setgid(NOBODY)
                os.setuid(uid)
            while os.getppid() != 1:
                _exchange(folder.name, link.name)
        os._exit(0)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _exchange(one: str, other: str) -> bool:
    if not hasattr(LIBC, "renameat2"):
        return False
    return bool(LIBC.renameat2(AT_FDCWD, one.encode(), AT_FDCWD, other.encode(), RENAME_EXCHANGE) == 0)
