"""Where a path leads when others than root have a hand in it.

Who may write to a folder can put a symbolic link in the place of what is in it, at any moment, and so have root work
somewhere else. Everything here that changes files goes by these rules:

1. A path is taken step by step, from open folder to open folder, and the work is done relative to the last one:
   what is swapped afterwards leads nowhere else.
2. A link belongs to its owner and to the owner of the folder that it stands in. In a folder that anybody may write to
   (without the sticky bit) it belongs to anybody.
3. A link that belongs to nobody but root, or the user that we run as, is followed wherever it leads, as `/var/run` is.
4. Any other link is followed only into a folder of him whom it belongs to: what is done there he could do himself.
5. Where the caller has seen a folder (`no_links`), no link is followed, whoever it belongs to.
6. A link at the end of a path is what the path means, unless it is to be followed; then by the same rules.
7. A link that must not be followed is an error, which names it: nothing is done.

systemd keeps rules 3 and 4 in a like manner (its "unsafe transitions", tmpfiles.d(5)).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import NamedTuple

HOPS = 40
"""Symbolic links on one path, as many as Linux allows (path_resolution(7))."""

ANYBODY = -1

_STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_DIRECTORY | os.O_CLOEXEC


class UnsafeLink(OSError):
    """A link on the way that must not be followed. filename: the link; strerror: why."""

    def __init__(self, link: str, why: str) -> None:
        super().__init__(errno.ELOOP, why, link)


def open_folder(path: str, *, no_links: Container[str] = (), access: int = os.O_RDONLY) -> int:
    """A descriptor of the folder at `path` ("" is the working folder). Raises OSError, UnsafeLink among them.

    no_links: absolute paths where no link is followed. access: O_PATH where the folder need not be readable.
    """
    path = path or "."
    descriptor = os.open(path, access | _FOLDER)
    if _is_at(descriptor, path):
        return descriptor
    os.close(descriptor)
    return _walk(f"{path}/.", no_links, access)[0]


def locate(
    path: str, *, follow: bool = False, no_links: Container[str] = (), access: int = os.O_RDONLY
) -> tuple[int, str]:
    """The folder that `path` is in, as a descriptor, and the name there, which may be missing.

    follow: go on where the name is a link. Otherwise as `open_folder`.
    """
    folder, name = os.path.split(path)
    descriptor = open_folder(folder, no_links=no_links, access=access)
    if not (follow and _is_link(name, descriptor)):
        return descriptor, name
    os.close(descriptor)
    return _walk(path, no_links, access)


@contextmanager
def located(
    path: str, *, follow: bool = False, no_links: Container[str] = (), access: int = os.O_RDONLY
) -> Iterator[tuple[int, str]]:
    """`locate` for the time of a block; an OSError that names no whole path is given this one."""
    folder, name = locate(path, follow=follow, no_links=no_links, access=access)
    try:
        yield folder, name
    except OSError as error:
        raise with_path(error, path) from None
    finally:
        os.close(folder)


class Folder:
    """The folder that was looked into last, kept open: the files of one are mostly looked at one after the other."""

    __slots__ = ("_descriptor", "_path")

    def __init__(self) -> None:
        self._path = ""
        self._descriptor = -1

    def locate(self, path: str, *, follow: bool = False, no_links: Container[str] = ()) -> tuple[int, str]:
        """As the function `locate`, to look only; the descriptor is good until the next call."""
        folder, name = os.path.split(path)
        # Still there, and no link on the way to it: as good as opened anew.
        if folder != self._path or path_of(self._descriptor) != folder:
            self.close()
            self._descriptor = open_folder(folder, no_links=no_links, access=os.O_PATH)
            self._path = folder
        if follow and _is_link(name, self._descriptor):
            self.close()
            self._descriptor, name = _walk(path, no_links, os.O_PATH)
        return self._descriptor, name

    def close(self) -> None:
        """Let go of it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._path, self._descriptor = "", -1


def with_path(error: OSError, path: str) -> OSError:
    """The error of work relative to a folder, told of `path`; as it is where it is of another file."""
    if isinstance(error.filename, str) and error.filename.startswith("/"):
        return error
    return OSError(error.errno, error.strerror, path)


def path_of(descriptor: int) -> str:
    """Where an open folder is, links resolved; "" where nobody can tell."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


def _is_at(descriptor: int, path: str) -> bool:
    """Whether the open folder is at `path` itself: no link, nothing like `..` was on the way.

    Below /proc nobody but the kernel makes links.
    """
    if path.startswith("/proc/"):
        return True
    return path_of(descriptor) == path  # without /proc every step is looked at


def _is_link(name: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode)
    except FileNotFoundError:
        return False


class _Link(NamedTuple):
    """A link that is being followed. strangers: whom it belongs to, other than root and ourselves."""

    path: str
    strangers: set[int]

    def check(self, reached: int) -> None:
        """Rule 4, in the folder that the link led to. Raises UnsafeLink."""
        owner = os.fstat(reached).st_uid
        if not self.strangers <= {owner}:
            whose = _named(min(self.strangers - {owner}))
            raise UnsafeLink(self.path, f"a link that {whose} can change leads to a folder of {_named(owner)}")


class _Walk:
    """The way along a path. here: the folder reached (O_PATH). ahead: the parts to come, the next one last; a link
    stands where what it stood for ends. asked: how far the path itself was followed."""

    def __init__(self, path: str, no_links: Container[str]) -> None:
        self.path = path
        self.no_links = no_links
        self.here = os.open("/" if path.startswith("/") else ".", os.O_PATH | _FOLDER)
        self.ahead: list[str | _Link] = [*reversed(path.split("/"))]
        self.asked = "/" if path.startswith("/") else ""
        self.hops = 0

    def to_end(self) -> str:
        """Go to the folder that the path is in; the name there, which is no link ("." where the path ends so)."""
        name = "."
        while self.ahead:
            part = self.ahead.pop()
            if isinstance(part, _Link):
                part.check(self.here)
            elif part not in ("", "."):
                name = self._step(part)
        return name

    def _step(self, part: str) -> str:
        """Go into `part`, or along it where it is a link; the name where it is the last one, and else "."."""
        in_path = not any(isinstance(other, _Link) for other in self.ahead)
        is_last = part != ".." and not any(isinstance(other, str) for other in self.ahead)
        if in_path:
            self.asked = os.path.join(self.asked, part)
        try:
            below = os.open(part, _STEP, dir_fd=self.here)
        except FileNotFoundError:
            if is_last:
                return part
            raise
        status = os.fstat(below)
        if stat.S_ISLNK(status.st_mode):
            target = os.readlink("", dir_fd=below)
            os.close(below)
            if in_path and self.asked in self.no_links:
                raise UnsafeLink(self.asked, "a link is in the place of a managed folder")
            self._follow(target, _Link(self.asked, _strangers(status, os.fstat(self.here))))
        elif is_last:
            os.close(below)
            return part
        else:
            self._go_to(below)
        return "."

    def _follow(self, target: str, link: _Link) -> None:
        self.hops += 1
        if self.hops > HOPS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        self.ahead += [link, *reversed(target.split("/"))]
        if target.startswith("/"):
            self._go_to(os.open("/", os.O_PATH | _FOLDER))

    def _go_to(self, folder: int) -> None:
        os.close(self.here)
        self.here = folder


def _walk(path: str, no_links: Container[str], access: int) -> tuple[int, str]:
    """The folder that `path` is in, and the name there, which is no link. Raises OSError."""
    walk = _Walk(path, no_links)
    try:
        name = walk.to_end()
        return os.open(".", access | _FOLDER, dir_fd=walk.here), name
    except UnsafeLink:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, path.removesuffix("/.")) from None
    finally:
        os.close(walk.here)


def _strangers(link: os.stat_result, folder: os.stat_result) -> set[int]:
    """Whom a link belongs to (rule 2), other than root and ourselves."""
    owners = {link.st_uid, folder.st_uid}
    if folder.st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
        owners.add(ANYBODY)
    return owners - {0, os.geteuid()}


def _named(uid: int) -> str:
    from bunraku.system import accounts

    return "anybody" if uid == ANYBODY else accounts.user_name(uid)
