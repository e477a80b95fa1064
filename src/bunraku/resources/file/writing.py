"""Making a file, folder or link as declared, in one step: content, owner and mode become visible together."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from bunraku.resources import _owners
from bunraku.resources.base import Changes, ResourceError
from bunraku.resources.file import ahead
from bunraku.resources.file.content import Content
from bunraku.resources.file.mode import wanted
from bunraku.system import files

if TYPE_CHECKING:
    from bunraku.resources.file import File

VALIDATE_DEADLINE = 300.0


def create(file: File, ensure: str) -> None:
    """Make what `ensure` says (file, directory, link) in the place of what is there. Raises OSError, ResourceError."""
    _check_parent(file.path)
    was = file.current["ensure"]
    if was == "directory":
        if not file.force:
            raise ResourceError(f"{file.path} is a folder; it is replaced by a {ensure} only with force => true")
        back_up(file)
        files.remove_tree(file.path, no_links=file.run.folders)
    elif was == "file":
        back_up(file)
        file.run.folders.discard(file.path)
    uid, gid = _owners.uid(file.owner), _owners.gid(file.group)
    if ensure == "directory":
        if was != "absent":
            files.remove(file.path, no_links=file.run.folders)
        bits = None if file.mode is None else wanted(file.mode, 0o755, True)
        files.make_folder(file.path, mode=bits, uid=uid, gid=gid, no_links=file.run.folders)
        file.run.folders.add(file.path)
    elif ensure == "link":
        target = file.target if file.found is None else file.found.target
        if target is None:
            raise ResourceError(f"{file.path} shall be a link, but it is not said where to: add target => …")
        files.make_link(file.path, target, uid=uid, gid=gid, no_links=file.run.folders)
    else:
        write(file)


def _check_parent(path: str) -> None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise ResourceError(f"Cannot create {path}; parent directory {folder} does not exist")


def write(file: File) -> None:
    """Put the new content in place. Raises OSError, ResourceError."""
    content = file.new_content()
    if file.checksum_value is not None and content.digest(file.algorithm()) != file.checksum_value:
        found = content.digest(file.algorithm())
        raise ResourceError(f"The new content has the checksum {found}, not {file.checksum_value}: not written")
    with ahead.take(file) or ahead.replacement(file) as new:
        if file.validate_cmd:
            _check(file, new.temporary_path)
        new.flush()
        new.commit(flush=False)
        folder = new.folder
    if folder not in file.run.unflushed:
        file.run.unflushed.add(folder)
        with suppress(OSError):
            files.sweep(folder)


def _check(file: File, temporary: str) -> None:
    """Let `validate_cmd` look at the new content. Raises ResourceError where it refuses."""
    from bunraku.system import process

    command = file.validate_cmd.replace(file.validate_replacement, shlex.quote(temporary))
    result = process.run(["/bin/sh", "-c", command], deadline=VALIDATE_DEADLINE)
    if not result.ok:
        raise ResourceError(f"validate_cmd refused the new content: exit {result.code}", result.output)


def remove(file: File) -> None:
    """Remove what is there; a folder only with `force`. Raises OSError, ResourceError."""
    if file.current["ensure"] == "directory" and not file.force:
        raise ResourceError(f"{file.path} is a folder; it is removed only with force => true")
    back_up(file)
    if file.current["ensure"] == "directory":
        files.remove_tree(file.path, no_links=file.run.folders)
        file.run.folders.discard(file.path)
    else:
        files.remove(file.path, no_links=file.run.folders)


def back_up(file: File) -> None:
    """Keep what is about to go: a file's content, or that of every file in a folder."""
    if file.backup == "false":
        return
    kind = file.current["ensure"]
    if file.backup.startswith("."):
        if kind == "file":
            copy = file.path + file.backup
            files.replace(copy, file.current["content"].chunks(), mode=file.current["mode"], no_links=file.run.folders)
        return
    from bunraku.resources.filebucket import bucket_of

    bucket = bucket_of(file.backup, file.run)
    if kind == "file":
        bucket.keep(file.path, file.current["content"])
    elif kind == "directory":
        for path, size in files.below(file.path, no_links=file.run.folders):
            bucket.keep(path, Content.of_file(path, size, partial(files.open_to_read, path)))


def link(file: File, target: str) -> None:
    """Let the link lead to `target`. Raises OSError, ResourceError."""
    uid, gid = _owners.uid(file.owner), _owners.gid(file.group)
    files.make_link(file.path, target, uid=uid, gid=gid, no_links=file.run.folders)


def set_attributes(file: File, changes: Changes) -> None:
    """Give it the owner, group and mode that are in `changes`. Raises OSError, ResourceError."""
    now = file.current
    bits = wanted(file.mode, now["mode"], now["ensure"] == "directory") if "mode" in changes else None
    # A new owner clears the set-user-ID bits, so the mode is set again.
    if bits is None and now["mode"] & 0o6000 and now["ensure"] != "link":
        bits = now["mode"]
    uid = _owners.uid(file.owner) if "owner" in changes else None
    gid = _owners.gid(file.group) if "group" in changes else None
    follow = file.links == "follow"
    files.set_attributes(file.path, mode=bits, uid=uid, gid=gid, follow=follow, no_links=file.run.folders)
