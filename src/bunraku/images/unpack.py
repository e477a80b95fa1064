"""A tar unpacked into a folder, and into nothing else.

Refused: names that are absolute or climb with `..`, entries that pass through a link made by the same archive,
devices outside /dev (those below it are left out: every way to run an image brings its own /dev), files longer than
an image may be, sparse ones counted with their holes. Links of a lower layer are followed inside the folder.
Owners, modes, times and file capabilities are kept where the caller is root; elsewhere all belongs to the caller.
"""

from __future__ import annotations

import os
import stat
import tarfile
from contextlib import suppress
from typing import IO, Protocol, cast

from bunraku.images.compression import LARGEST
from bunraku.images.errors import ImageError
from bunraku.system.rooted import Rooted

MOST = 1_000_000
"""Entries that an archive may have."""

WHITEOUT = ".wh."
"""Begins the name of an entry that removes a lower layer's file (OCI image spec, "Whiteouts")."""

OPAQUE = ".wh..wh..opq"
"""The entry that empties a folder of what lower layers put there."""

XATTR = "SCHILY.xattr."
_KEPT = ("security.capability", "user.")
_CHUNK = 1 << 20


class Readable(Protocol):
    """What a tar is read from: only ever forward."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""


def unpack(archive: Readable, folder: str, what: str, *, below: str = "", layer: bool = False) -> None:
    """Unpack the tar stream `archive` into `folder`, which exists.

    what: the archive's name, for errors. below: take only what is in this folder of the archive, without it. layer:
    the archive is a layer of an OCI image: whiteouts remove what is there. Raises ImageError, OSError, tarfile's.
    """
    with tarfile.open(fileobj=cast(IO[bytes], archive), mode="r|") as tar, Rooted(folder) as root:
        _Unpacking(root, what, layer).run(tar, below)


def path_of(name: str, what: str) -> str:
    """An entry's name without `./` and slashes at the ends; "" is the archive's root. Raises ImageError."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts:
        raise ImageError(f"{what}: the entry '{name}' leads out of the image: refused")
    return "/".join(parts)


def is_device(member: tarfile.TarInfo) -> bool:
    """Whether an entry is a character or block device."""
    return member.ischr() or member.isblk()


class _Unpacking:
    def __init__(self, root: Rooted, what: str, layer: bool) -> None:
        self.root = root
        self.what = what
        self.layer = layer
        self.owned = os.geteuid() == 0
        self.room = LARGEST
        self.links: set[str] = set()
        self.made: set[str] = set()
        self.folders: dict[str, tarfile.TarInfo] = {}

    def run(self, tar: tarfile.TarFile, below: str) -> None:
        prefix = f"{below}/" if below else ""
        for count, member in enumerate(tar):
            if count >= MOST:
                raise ImageError(f"{self.what} has more than {MOST} entries: refused")
            path = path_of(member.name, self.what)
            if path == below and not member.isdir():
                raise ImageError(f"{self.what}: '{member.name}' is not a folder: refused")
            if path == below:
                self.folders["."] = member
            elif path.startswith(prefix):
                self._check(path.removeprefix(prefix), member, prefix)
                self._entry(tar, path.removeprefix(prefix), member, prefix)
        # Last and from below: what is written into a folder changes its time, and its mode may forbid it.
        for path in sorted(self.folders, reverse=True):
            self._finish(path, self.folders[path])

    def _check(self, path: str, member: tarfile.TarInfo, prefix: str) -> None:
        at = path.rpartition("/")[0]
        while at:
            if at in self.links:
                raise ImageError(f"{self.what}: '{member.name}' passes through the link '{prefix}{at}': refused")
            at = at.rpartition("/")[0]
        if is_device(member) and not path.startswith("dev/"):
            raise ImageError(f"{self.what}: '{member.name}' is a device: refused")
        if member.isreg() or member.issparse():
            self.room -= member.size
            if member.size < 0 or self.room < 0:
                raise ImageError(f"{self.what}: with '{member.name}' it is longer than {LARGEST >> 30} GiB: refused")

    def _entry(self, tar: tarfile.TarFile, path: str, member: tarfile.TarInfo, prefix: str) -> None:
        parent, name = self.root.parent(path, make=True)
        if self.layer and name.startswith(WHITEOUT):
            self._white_out(path, parent, name)
            return
        if is_device(member):
            return
        self.made.add(path)
        if member.isdir():
            self._folder(path, parent, name)
            self.folders[path] = member
            return
        self._clear(path, parent, name)
        if member.islnk():
            target = path_of(member.linkname, self.what)
            if not target.startswith(prefix):
                raise ImageError(f"{self.what}: '{member.name}' is a link to '{member.linkname}', outside: refused")
            self._hard_link(path, target.removeprefix(prefix), member)
            return
        if member.issym():
            os.symlink(member.linkname, name, dir_fd=parent)
            self.links.add(path)
        elif member.isfifo():
            os.mkfifo(name, 0o600, dir_fd=parent)
        elif member.isreg() or member.issparse():
            self._file(tar, parent, name, member)
        else:
            raise ImageError(f"{self.what}: '{member.name}' is of a kind that images do not hold: refused")
        self._attributes(parent, name, member)

    def _folder(self, path: str, parent: int, name: str) -> None:
        """A folder takes the place of anything but a folder."""
        try:
            os.mkdir(name, 0o700, dir_fd=parent)
        except FileExistsError:
            if stat.S_ISDIR(os.lstat(name, dir_fd=parent).st_mode):
                return
            self._clear(path, parent, name)
            os.mkdir(name, 0o700, dir_fd=parent)

    def _clear(self, path: str, parent: int, name: str) -> None:
        """Remove what is at `path`, of an earlier entry or a lower layer."""
        self.links.discard(path)
        try:
            os.unlink(name, dir_fd=parent)
        except FileNotFoundError:
            pass
        except IsADirectoryError:
            import shutil

            shutil.rmtree(name, dir_fd=parent)

    def _white_out(self, path: str, parent: int, name: str) -> None:
        folder = path.rpartition("/")[0]
        if name == OPAQUE:
            for other in os.listdir(parent):
                if f"{folder}/{other}".lstrip("/") not in self.made:
                    self._clear(f"{folder}/{other}".lstrip("/"), parent, other)
            return
        hidden = name.removeprefix(WHITEOUT)
        if hidden in ("", ".", ".."):
            raise ImageError(f"{self.what}: '{path}' is no whiteout: refused")
        self._clear(f"{folder}/{hidden}".lstrip("/"), parent, hidden)

    def _hard_link(self, path: str, target: str, member: tarfile.TarInfo) -> None:
        at, name = self.root.parent(target)
        source = os.dup(at)
        try:
            if not stat.S_ISREG(os.lstat(name, dir_fd=source).st_mode):
                raise ImageError(f"{self.what}: '{member.name}' is a hard link to what is no file: refused")
            parent, own = self.root.parent(path)
            os.link(name, own, src_dir_fd=source, dst_dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            raise ImageError(
                f"{self.what}: '{member.name}' is a link to '{member.linkname}', which is not there"
            ) from None
        finally:
            os.close(source)

    def _file(self, tar: tarfile.TarFile, parent: int, name: str, member: tarfile.TarInfo) -> None:
        source = tar.extractfile(member)
        assert source is not None
        target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=parent)
        with os.fdopen(target, "wb") as file:
            left = member.size
            while left:
                chunk = source.read(min(_CHUNK, left))
                if not chunk:
                    raise EOFError(f"'{member.name}' ends too early")
                left -= len(chunk)
                # A hole stays a hole.
                if member.issparse() and not any(chunk):
                    file.seek(len(chunk), os.SEEK_CUR)
                else:
                    file.write(chunk)
            file.truncate(member.size)

    def _finish(self, path: str, member: tarfile.TarInfo) -> None:
        # A later layer's entry may have taken the folder's place: then there is nothing to finish.
        with suppress(FileNotFoundError, NotADirectoryError):
            parent, name = self.root.parent(path)
            if stat.S_ISDIR(os.lstat(name, dir_fd=parent).st_mode):
                self._attributes(parent, name, member)

    def _attributes(self, parent: int, name: str, member: tarfile.TarInfo) -> None:
        if self.owned:
            os.chown(name, member.uid, member.gid, dir_fd=parent, follow_symlinks=False)
        if not member.issym():
            os.chmod(name, stat.S_IMODE(member.mode), dir_fd=parent)
            self._xattrs(parent, name, member)
        stamp = int(max(0, member.mtime))
        os.utime(name, (stamp, stamp), dir_fd=parent, follow_symlinks=False)

    def _xattrs(self, parent: int, name: str, member: tarfile.TarInfo) -> None:
        for key, value in member.pax_headers.items():
            if self.owned and key.startswith(XATTR) and key.removeprefix(XATTR).startswith(_KEPT):
                content = value.encode("utf-8", "surrogateescape")
                os.setxattr(f"/proc/self/fd/{parent}/{name}", key.removeprefix(XATTR), content)
