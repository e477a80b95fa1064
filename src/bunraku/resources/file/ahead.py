"""Writing ahead: files that come one after the other go to the disk together, and each takes its place at its turn.

Seeing a file safe on the disk means waiting for the disk's journal, which takes many files in the time of one. So
before a file is written, those whose turn could come next, with no other work between, are written along with it
under their temporary names. Nothing of them is visible before their turn; what never gets its turn is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    if file.path not in staged.by_path and file.can_be_written_ahead():
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
        replacement = neighbour.written_ahead()
        if replacement is not None:
            new[neighbour.path] = replacement
    staged.by_path.update(new)
    if not new:
        staged.pause, staged.next_pause = staged.next_pause, min(_PATIENCE, 2 * staged.next_pause)
        return
    staged.next_pause = 1
    new[file.path] = staged.by_path[file.path] = file.replacement()
    files.flush_all(list(new.values()))
