"""tidy: removes files by age, size and name."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable
from fnmatch import fnmatch
from typing import Any

from bunraku.catalog.catalog import Resource
from bunraku.resources.base import Changes, Param, ResourceType, State, absolute_path, boolean, integer

AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
SIZES = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def _age(value: Any) -> int:
    """`1d`, `2 weeks` … in seconds."""
    match = re.fullmatch(r"(\d+)\s*([smhdw])?\w*", str(value))
    if not match:
        raise ValueError(f"Invalid age '{value}'; write it as 10m, 5h, 1d or 2w")
    return int(match[1]) * AGES[match[2] or "d"]


def _size(value: Any) -> int:
    """`100k`, `3m` … in bytes."""
    match = re.fullmatch(r"(\d+)([bkmgt])?b?", str(value), re.IGNORECASE)
    if not match:
        raise ValueError(f"Invalid size '{value}'; write it as 100k, 3m or 1g")
    return int(match[1]) * SIZES[(match[2] or "k").lower()]


def _depth(value: Any) -> int:
    words = {"true": 1 << 30, "inf": 1 << 30, "false": 0}
    return words[str(value).lower()] if str(value).lower() in words else integer(value)


class Tidy(ResourceType):
    """Removes what is old enough, or big enough, below a path; with neither, whatever `matches` finds."""

    path = Param("A file or a folder.", namevar=True, munge=absolute_path)
    recurse = Param("Whether, or how deep, folders are looked through.", munge=_depth, default=0)
    max_files = Param("Accepted: any number of files is handled.", munge=integer, default=0)
    matches = Param("Patterns of the names to remove.", many=True)
    age = Param("How old files have to be: 10m, 5h, 1d, 2w.", munge=_age)
    size = Param("How big files have to be: 100k, 3m, 1g.", munge=_size)
    type = Param("Which time counts.", values=("atime", "mtime", "ctime"), default="atime")
    rmdirs = Param(
        "Whether folders are removed too, if they are due themselves and left empty.", munge=boolean, default=False
    )
    backup = Param("As the file's.")

    def read(self) -> State:
        """Nothing: what is to be removed is brought in."""
        return {}

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""

    def generate(self) -> Iterable[Resource]:
        """Every file to be removed, as absent; folders after what is in them."""
        extra = {} if self.backup is None else {"backup": self.backup}
        for path, is_folder in self._doomed(self.path, self.recurse)[0]:
            more = {"force": True} if is_folder else {}
            yield Resource("File", path, {"ensure": "absent", **extra, **more})

    def _doomed(self, path: str, depth: int) -> tuple[list[tuple[str, bool]], bool]:
        """What is to go at `path` and below it, each with whether it is a folder; and whether nothing is left.

        A folder goes (`rmdirs`) if it is due itself and all that is in it goes.
        """
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return [], True
        found: list[tuple[str, bool]] = []
        is_folder = stat.S_ISDIR(status.st_mode)
        if is_folder:
            names = sorted(os.listdir(path))
            below = [self._doomed(os.path.join(path, name), depth - 1) for name in names] if depth > 0 else []
            found = [entry for entries, _ in below for entry in entries]
            if not self.rmdirs or len(below) < len(names) or not all(all_go for _, all_go in below):
                return found, False
        if not self._is_due(path, status):
            return found, False
        return [*found, (path, is_folder)], True

    def _is_due(self, path: str, status: os.stat_result) -> bool:
        if self.matches and not any(fnmatch(os.path.basename(path), pattern) for pattern in self.matches):
            return False
        old = self.age is not None and int(time.time()) - int(getattr(status, f"st_{self.type}")) >= self.age
        big = self.size is not None and status.st_size >= self.size
        return old or big or (self.age is None and self.size is None)
