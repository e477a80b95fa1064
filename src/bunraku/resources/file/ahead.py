"""Writing ahead: files that come one after the other go to the disk together, and each takes its place at its turn.

Seeing a file safe on the disk means waiting for the disk's journal, which takes many files in the time of one. So
before a file is written, those whose turn could come next, with no other work between, are written along with it
under their temporary names. Nothing of them is visible before their turn; what never gets its turn is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bunraku.resources import _owners
from bunraku.resources.base import ResourceError
from bunraku.resources.file.content import Content
from bunraku.resources.file.mode import wanted
from bunraku.system import files
from bunraku.system.files import Replacement

if TYPE_CHECKING:
    from bunraku.resources.file import File

AT_ONCE = 256
LARGEST = 64 << 10
"""Bytes up to which a file is written ahead; a larger one keeps the disk busy by itself."""

_PATIENCE = 64
"""The most files that are written singly before it is tried again, where there was nothing to be written ahead."""


class _Staged:
    """The replacements of a run by path, and how long looking ahead is to be left alone."""

    def __init__(self) -> None:
        self.by_path: dict[str, Replacement] = {}
        self.pause = 0
        self.next_pause = 1

    def drop(self) -> None:
        for replacement in self.by_path.values():
            replacement.drop()


def take(file: File) -> Replacement | None:
    """The replacement of `file`, flushed, written now with its neighbours' or before; None: write it singly."""
    staged = file.run.shared.get("file ahead")
    if staged is None:
        staged = file.run.shared["file ahead"] = _Staged()
        file.run.at_end.append(staged.drop)
    if file.path not in staged.by_path and _can_be_written_ahead(file):
        _stage(file, staged)
    return staged.by_path.pop(file.path, None)


def _stage(file: File, staged: Any) -> None:
    if staged.pause:
        staged.pause -= 1
        return
    # Every file written ahead holds a descriptor until its turn: there are never more than AT_ONCE.
    room = AT_ONCE - 1 - len(staged.by_path)
    others = [other for other in file.run.ahead(file) if isinstance(other, type(file))] if room > 0 else []
    neighbours = [other for other in others if other.path not in staged.by_path][:room]
    new: dict[str, Replacement] = {}
    for neighbour in neighbours:
        written = _written_ahead(neighbour)
        if written is not None:
            new[neighbour.path] = written
    staged.by_path.update(new)
    if not new:
        staged.pause, staged.next_pause = staged.next_pause, min(_PATIENCE, 2 * staged.next_pause)
        return
    staged.next_pause = 1
    new[file.path] = staged.by_path[file.path] = replacement(file)
    files.flush_all(list(new.values()))


def _can_be_written_ahead(file: File) -> bool:
    """Whether the new content is at hand, small, and need not be looked at by anybody first."""
    content = file.content
    return isinstance(content, Content) and content.size <= LARGEST and not file.validate_cmd


def _written_ahead(file: File) -> Replacement | None:
    """The new file under its temporary name, if it will have to be written and can be now."""
    if not _can_be_written_ahead(file):
        return None
    try:
        file.current = file.read()
        desired = file.desired()
        due = file.current["ensure"] == "absent" or not file.in_sync(
            "content", file.current.get("content"), file.content
        )
        if (
            desired.get("ensure") not in ("file", "present")
            or file.current["ensure"] not in ("absent", "file")
            or not due
        ):
            return None
        return replacement(file)
    except (OSError, ResourceError):
        # Its turn will tell what is wrong, or it is put right until then.
        return None


def replacement(file: File) -> Replacement:
    """The new file under its temporary name. Raises OSError, ResourceError."""
    return Replacement(
        file.path,
        file.new_content().chunks(),
        mode=_mode(file),
        uid=_owners.uid(file.owner),
        gid=_owners.gid(file.group),
        follow=file.links == "follow",
        no_links=file.run.folders,
    )


def _mode(file: File) -> int:
    """The mode that the new file gets."""
    if isinstance(file.mode, int):
        return file.mode
    bits: int = file.current["mode"] if file.current["ensure"] == "file" else 0o644 & ~files.current_umask()
    return bits if file.mode is None else wanted(file.mode, bits, False)
