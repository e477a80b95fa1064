"""Paths inside a folder that nothing leads out of.

A path is taken as a process chrooted to the folder would take it: `/` is the folder, `..` stops there, and a symbolic
link is followed inside it. Each step is made from an open descriptor without following links, so a link that is
swapped in meanwhile leads nowhere else.
"""

from __future__ import annotations

import errno
import os
from types import TracebackType

from bunraku.system.paths import HOPS

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Rooted:
    """The folder `root` as the root of all paths. Raises OSError where it is none."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._last: tuple[str, int] | None = None

    def __enter__(self) -> Rooted:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()
        os.close(self._descriptor)

    def _forget(self) -> None:
        if self._last is not None:
            os.close(self._last[1])
            self._last = None

    def parent(self, path: str, *, make: bool = False) -> tuple[int, str]:
        """The folder that `path` is in, and its name there: a descriptor that is good until the next call.

        The name itself may be anything, also a link or missing. make: make the folders that are missing (0755).
        Raises OSError: FileNotFoundError, NotADirectoryError, or ELOOP for too many links.
        """
        folder, _, name = path.strip("/").rpartition("/")
        if self._last is None or self._last[0] != folder:
            found = self._walk(folder, make)
            self._forget()
            self._last = (folder, found)
        return self._last[1], name or "."

    def place(self, path: str, *, folder: bool) -> str:
        """A path, good until the next call, to the folder or file at `path`, made where it is missing.

        All links are followed inside the root, the last one too: for a mount. Raises OSError.
        """
        if folder:
            return f"/proc/self/fd/{self.parent(f'{path}/.', make=True)[0]}"
        for _ in range(HOPS):
            parent, name = self.parent(path, make=True)
            try:
                target = os.readlink(name, dir_fd=parent)
            except FileNotFoundError:
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644, dir_fd=parent))
                return f"/proc/self/fd/{parent}/{name}"
            except OSError:  # no link
                return f"/proc/self/fd/{parent}/{name}"
            path = target if target.startswith("/") else f"{path.rpartition('/')[0]}/{target}"
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)

    def open(self, path: str) -> int:
        """A descriptor of the regular file at `path`, links followed inside the root. Raises OSError."""
        for _ in range(HOPS):
            folder, name = self.parent(path)
            try:
                return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
            except OSError as error:
                if error.errno != errno.ELOOP:
                    raise
                target = os.readlink(name, dir_fd=folder)
                path = target if target.startswith("/") else f"{path.rpartition('/')[0]}/{target}"
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)

    def _walk(self, path: str, make: bool) -> int:
        """A descriptor of the folder at `path`."""
        ahead = path.split("/")[::-1]
        behind: list[str] = []
        here = os.dup(self._descriptor)
        hops = 0
        try:
            while ahead:
                part = ahead.pop()
                if part in ("", "."):
                    continue
                if part == "..":
                    here, behind = self._from_root(here, behind[:-1])
                    continue
                try:
                    below = os.open(part, _FOLDER, dir_fd=here)
                except FileNotFoundError:
                    if not make:
                        raise
                    os.mkdir(part, 0o755, dir_fd=here)
                    ahead.append(part)
                    continue
                except OSError as error:
                    if error.errno not in (errno.ELOOP, errno.ENOTDIR):
                        raise
                    hops += 1
                    target = self._target(part, here, path, hops)
                    ahead += target.split("/")[::-1]
                    if target.startswith("/"):
                        here, behind = self._from_root(here, [])
                    continue
                os.close(here)
                here = below
                behind.append(part)
        except BaseException:
            os.close(here)
            raise
        return here

    def _target(self, name: str, folder: int, path: str, hops: int) -> str:
        if hops > HOPS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        try:
            return os.readlink(name, dir_fd=folder)
        except OSError:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from None

    def _from_root(self, here: int, parts: list[str]) -> tuple[int, list[str]]:
        """Go to the folder `parts` below the root, none of which was a link, in place of `here`."""
        there = os.dup(self._descriptor)
        for part in parts:
            below = os.open(part, _FOLDER, dir_fd=there)
            os.close(there)
            there = below
        os.close(here)
        return there, parts
