"""A large file, or a folder, that is at its path whole or not at all: made beside it under a temporary name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from bunraku.system import files


@contextmanager
def whole_file(path: str) -> Iterator[IO[bytes]]:
    """A file for writing that takes the place of what is at `path` when the block ends well. Raises OSError."""
    target = os.path.abspath(path)
    temporary = _beside(target)
    try:
        with open(temporary, "xb") as file:
            yield file
        files.flush_file(temporary)
        files.move(temporary, target)
    except BaseException:
        files.remove(temporary)
        raise


@contextmanager
def whole_folder(path: str) -> Iterator[str]:
    """An empty folder that takes the place of what is at `path` when the block ends well. Raises OSError."""
    target = os.path.abspath(path)
    temporary, old = _beside(target), _beside(target)
    try:
        os.mkdir(temporary, 0o755)
        yield temporary
        there = os.path.lexists(target)
        if there:
            files.move(target, old)
        try:
            files.move(temporary, target)
        except BaseException:
            if there:
                files.move(old, target)
            raise
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    if there:
        files.remove_tree(old) if os.path.isdir(old) and not os.path.islink(old) else files.remove(old)


def _beside(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name}{files.TEMPORARY}{os.urandom(4).hex()}")
