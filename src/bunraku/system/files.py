"""Atomic, durable file replacement: a reader sees the old file or the new one, whole, under its final owner and mode.

The new content is written to a temporary file in the same folder (created 0600, exclusive), given its owner and
mode, flushed to the disk, renamed over the target, and the folder is flushed. Killed at any moment, this leaves the
old file or the new one, and at worst a `.NAME.bunraku-…` file beside it, which `sweep` removes.

Symbolic links: a link *at* the target is replaced, not followed, unless `follow` is asked for. Every step is made
relative to the folder that was opened first, which is found by the rules of `paths`: nobody who may write to a folder
on the way leads it elsewhere. `no_links` is `paths`' everywhere.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress

from bunraku.system.paths import locate, located, open_folder, path_of, with_path

TEMPORARY = ".bunraku-"
"""What marks a temporary file of ours: `.NAME.bunraku-XXXXXXXX`."""

FLUSHERS = 8
"""How many files are flushed at the same time."""

LITTLE = 16 * 1024
"""KiB that wait for the disks of the whole machine: with no more than that, a file system is synced in no time."""

Busy = Callable[[str, OSError], bool]
"""Asked when the target cannot be renamed over because it is a mount point: write into it in place?"""


def replace(
    path: str,
    content: bytes | Iterable[bytes],
    *,
    mode: int | None = None,
    uid: int | None = None,
    gid: int | None = None,
    follow: bool = False,
    check: Callable[[str], None] | None = None,
    busy: Busy | None = None,
    durable: bool = True,
    flush: bool = True,
    no_links: Container[str] = (),
) -> None:
    """Make `path` a regular file that holds `content`.

    mode, uid, gid: as given; where None, those of the file that is replaced; for a new file 0644 less the umask and
    the process's own owner. follow: write to where a symbolic link at `path` leads. check: called with the path of
    the temporary file before it takes the target's place; an exception from it leaves the target as it was. busy:
    see `Busy`; in place is the only way onto a bind-mounted file, and it is not atomic. flush: False leaves it to the
    caller to flush the folder (`flush_folder`), once for many files: until then a power cut may bring the old file
    back, whole. durable: False flushes nothing, for what can be made again.
    Raises OSError; the target is then unchanged, except after a failed write in place.
    """
    with Replacement(path, content, mode=mode, uid=uid, gid=gid, follow=follow, no_links=no_links) as new:
        if check is not None:
            check(new.temporary_path)
        if durable:
            new.flush()
        new.commit(busy=busy, flush=durable and flush)


class Replacement:
    """A file's new content under its temporary name, with its final owner and mode, until `commit` or `drop`.

    The arguments are those of `replace`. `drop` ends it in either case; as a context manager it does so itself.
    """

    __slots__ = ("_file", "_name", "_old", "_parent", "_path", "_temporary")

    def __init__(
        self,
        path: str,
        content: bytes | Iterable[bytes],
        *,
        mode: int | None = None,
        uid: int | None = None,
        gid: int | None = None,
        follow: bool = False,
        no_links: Container[str] = (),
    ) -> None:
        self._path = path
        self._parent, self._name = locate(path, follow=follow, no_links=no_links)
        self._file = self._old = -1
        self._temporary = ""
        try:
            mode, uid, gid = _attributes(self._name, self._parent, mode, uid, gid)
            temporary = f".{self._name[:200]}{TEMPORARY}{os.urandom(4).hex()}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self._file = os.open(temporary, flags, 0o600, dir_fd=self._parent)
            self._temporary = temporary
            for chunk in [content] if isinstance(content, bytes) else content:
                view = memoryview(chunk)
                while view:
                    view = view[os.write(self._file, view) :]
            set_attributes(self._file, mode=mode, uid=uid, gid=gid)
        except OSError as error:
            self.drop()
            # The target is what people know, not the temporary name.
            raise with_path(error, path) from None
        except BaseException:
            self.drop()
            raise

    @property
    def temporary_path(self) -> str:
        """Where the content is, until it is committed."""
        return os.path.join(self.folder, self._temporary)

    @property
    def folder(self) -> str:
        """The folder that the file is in, links resolved."""
        return path_of(self._parent) or os.path.dirname(self._path)

    @property
    def descriptor(self) -> int:
        """The open temporary file; -1 when its content is flushed."""
        return self._file

    def flush(self, *, synced: bool = False) -> None:
        """See the content safe on the disk; done once. synced: the whole file system has been flushed since."""
        if self._file >= 0:
            if not synced:
                os.fsync(self._file)
            self._close_file()

    def commit(self, *, busy: Busy | None = None, flush: bool = True) -> None:
        """Take the target's place. busy, flush: as in `replace`."""
        with suppress(OSError):
            # While somebody holds the old file, the rename need not wait for its blocks to be freed: `drop` does.
            self._old = os.open(self._name, os.O_PATH | os.O_NOFOLLOW, dir_fd=self._parent)
        try:
            os.rename(self._temporary, self._name, src_dir_fd=self._parent, dst_dir_fd=self._parent)
        except OSError as error:
            if error.errno != errno.EBUSY or busy is None or not busy(self._path, error):
                raise
            _write_in_place(self._temporary, self._name, self._parent)
            os.unlink(self._temporary, dir_fd=self._parent)
        self._temporary = ""
        if flush:
            os.fsync(self._parent)

    def drop(self) -> None:
        """Remove the temporary file, if it is still there, and let everything go."""
        if self._temporary:
            with suppress(OSError):
                os.unlink(self._temporary, dir_fd=self._parent)
            self._temporary = ""
        self._close_file()
        for descriptor in (self._old, self._parent):
            if descriptor >= 0:
                os.close(descriptor)
        self._old = self._parent = -1

    def _close_file(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Replacement:
        return self

    def __exit__(self, *error: object) -> None:
        self.drop()


def flush_all(replacements: Sequence[Replacement]) -> None:
    """Flush many files' contents at once. Raises OSError.

    Where little else waits for the disk, one sync of the file system takes all of them in a single step of its
    journal. Where much does, that would wait for everybody's data: each file is flushed by itself, several at a time.
    """
    waiting = [new for new in replacements if new.descriptor >= 0]
    synced = len(waiting) > 1 and _little_waits() and _sync_file_systems(new.descriptor for new in waiting)
    if synced or len(waiting) < 2:
        for new in waiting:
            new.flush(synced=synced)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(FLUSHERS) as pool:
        list(pool.map(Replacement.flush, waiting))


def _little_waits() -> bool:
    """Whether the whole machine has little data that is not on its disks yet."""
    waiting = 0
    try:
        with open("/proc/meminfo", "rb") as meminfo:
            for line in meminfo:
                if line.startswith((b"Dirty:", b"Writeback:")):
                    waiting += int(line.split()[1])
    except OSError:
        return False
    return waiting <= LITTLE


def _sync_file_systems(files: Iterable[int]) -> bool:
    """syncfs(2) for each file system of the open files; False where it cannot be trusted. Raises OSError."""
    if tuple(map(int, os.uname().release.split(".")[:2])) < (5, 8):
        return False  # it did not tell of errors yet
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    for file in {os.fstat(file).st_dev: file for file in files}.values():
        if libc.syncfs(file) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def _attributes(
    name: str, parent: int, mode: int | None, uid: int | None, gid: int | None
) -> tuple[int, int | None, int | None]:
    """The attributes of the file to be: what is not given is taken from the file that it replaces."""
    if mode is not None and uid is not None and gid is not None:
        return mode, uid, gid
    try:
        old = os.lstat(name, dir_fd=parent)
    except FileNotFoundError:
        return (0o644 & ~current_umask() if mode is None else mode), uid, gid
    if stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a directory", name)
    regular = stat.S_ISREG(old.st_mode)
    if mode is None:
        mode = stat.S_IMODE(old.st_mode) if regular else 0o644 & ~current_umask()
    return mode, old.st_uid if uid is None else uid, old.st_gid if gid is None else gid


def set_attributes(
    target: int | str,
    *,
    mode: int | None = None,
    uid: int | None = None,
    gid: int | None = None,
    follow: bool = False,
    no_links: Container[str] = (),
) -> None:
    """Give a file (an open descriptor, or a path) its owner and then its mode; None leaves as it is.

    A symbolic link at the path is not followed (but by `follow`): it gets the owner, and has no mode. The owner comes
    first, since
    changing it clears the set-user-ID bits; one that is right already is not set, so that who is not root can keep
    its own files. Raises OSError.
    """
    if isinstance(target, int):
        _set_attributes(target, os.fstat(target), mode, uid, gid)
        return
    with located(target, follow=follow, no_links=no_links, access=os.O_PATH) as (parent, name):
        # A descriptor that only names the file: it cannot be swapped between the look and the change.
        descriptor = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
        try:
            now = os.fstat(descriptor)
            if stat.S_ISLNK(now.st_mode):
                wanted = (-1 if uid is None else uid, -1 if gid is None else gid)
                os.chown(name, *wanted, dir_fd=parent, follow_symlinks=False)
            else:
                _set_attributes(f"/proc/self/fd/{descriptor}", now, mode, uid, gid)
        finally:
            os.close(descriptor)


def _set_attributes(target: int | str, now: os.stat_result, mode: int | None, uid: int | None, gid: int | None) -> None:
    if uid not in (None, now.st_uid) or gid not in (None, now.st_gid):
        os.chown(target, -1 if uid is None else uid, -1 if gid is None else gid)
    if mode is not None:
        os.chmod(target, mode)


def _write_in_place(source: str, name: str, parent: int) -> None:
    reader = os.open(source, os.O_RDONLY, dir_fd=parent)
    with os.fdopen(reader, "rb") as new:
        writer = os.open(name, os.O_WRONLY | os.O_TRUNC, dir_fd=parent)
        with os.fdopen(writer, "wb") as old:
            while chunk := new.read(1 << 20):
                old.write(chunk)
            old.flush()
            os.fsync(old.fileno())


def open_to_read(path: str, *, follow: bool = False, no_links: Container[str] = ()) -> int:
    """A descriptor of the file at `path`. Raises OSError."""
    with located(path, follow=follow, no_links=no_links, access=os.O_PATH) as (parent, name):
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)


def flush_file(path: str) -> None:
    """Have the content of a file on the disk before anything is made of it. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: str) -> None:
    """Make the renames and removals that were made in `folder` survive a power cut."""
    descriptor = open_folder(folder)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(
    path: str,
    *,
    mode: int | None = None,
    uid: int | None = None,
    gid: int | None = None,
    no_links: Container[str] = (),
) -> None:
    """Make one folder whose parent exists; it is closed to others until it has its owner and mode.

    mode: default 0755 less the umask. Raises OSError (FileExistsError where something is there).
    """
    mode = 0o755 & ~current_umask() if mode is None else mode
    with located(path, no_links=no_links) as (parent, name):
        os.mkdir(name, 0o700, dir_fd=parent)
        folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        try:
            set_attributes(folder, mode=mode, uid=uid, gid=gid)
        finally:
            os.close(folder)
        os.fsync(parent)


def make_link(
    path: str, target: str, *, uid: int | None = None, gid: int | None = None, no_links: Container[str] = ()
) -> None:
    """Make `path` a symbolic link to `target`, atomically in the place of what was there (not of a folder)."""
    with located(path, no_links=no_links) as (parent, name):
        temporary = f".{name[:200]}{TEMPORARY}{os.urandom(4).hex()}"
        os.symlink(target, temporary, dir_fd=parent)
        try:
            if uid is not None or gid is not None:
                wanted = (-1 if uid is None else uid, -1 if gid is None else gid)
                os.chown(temporary, *wanted, dir_fd=parent, follow_symlinks=False)
            os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=parent)
            raise
        os.fsync(parent)


def move(source: str, target: str) -> None:
    """Rename `source` to `target` on the same file system, over what is there, durably."""
    with located(source) as (old, name), located(target) as (new, new_name):
        os.rename(name, new_name, src_dir_fd=old, dst_dir_fd=new)
        os.fsync(new)


def remove(path: str, *, no_links: Container[str] = ()) -> None:
    """Remove a file or a link; a missing one is fine. Raises OSError."""
    with suppress(FileNotFoundError), located(path, no_links=no_links) as (parent, name):
        os.unlink(name, dir_fd=parent)
        os.fsync(parent)


def remove_tree(path: str, *, no_links: Container[str] = ()) -> None:
    """Remove a folder and all that is in it, without following links and without leaving its file system root.

    Raises OSError. Uses descriptors relative to the folder, so a link swapped in meanwhile is not walked into.
    """
    import shutil

    with located(path.rstrip("/"), no_links=no_links) as (parent, name):
        shutil.rmtree(name, dir_fd=parent)
        os.fsync(parent)


def below(folder: str, *, no_links: Container[str] = ()) -> Iterator[tuple[str, int]]:
    """Every regular file below a folder: its path and its size in bytes. Links are not entered. Raises OSError."""
    with located(folder, no_links=no_links, access=os.O_PATH) as (parent, name):
        for place, _, names, opened in os.fwalk(name, dir_fd=parent):
            for file in names:
                status = os.lstat(file, dir_fd=opened)
                if stat.S_ISREG(status.st_mode):
                    yield os.path.join(os.path.dirname(folder), place, file), status.st_size


def is_temporary(name: str) -> bool:
    """Whether a file of this name is about to take another's place, or was when its process was killed."""
    return name.startswith(".") and TEMPORARY in name


def sweep(folder: str, *, age: float = 3600.0) -> list[str]:
    """Remove the temporary files that a killed process left in `folder`; the paths removed.

    age: seconds; a younger one may belong to a process that is at work.
    """
    removed = []
    oldest = time.time() - age
    with located(os.path.join(folder, ".")) as (opened, _), os.scandir(opened) as entries:
        for entry in entries:
            ours = is_temporary(entry.name) and entry.is_file(follow_symlinks=False)
            if ours and entry.stat(follow_symlinks=False).st_mtime <= oldest:
                os.unlink(entry.name, dir_fd=opened)
                removed.append(os.path.join(folder, entry.name))
    return removed


def current_umask() -> int:
    """The process's umask, read without changing it for a moment (Linux), else by setting it twice."""
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"Umask:"):
                    return int(line[6:], 8)
    except OSError:
        pass
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
