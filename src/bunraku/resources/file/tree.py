"""The files below a folder that is managed with `recurse`: found on the disk and in the source, made resources of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.catalog.catalog import Resource
from bunraku.resources.base import ResourceError, Run
from bunraku.resources.file import source
from bunraku.system.files import is_temporary
from bunraku.system.paths import open_folder

if TYPE_CHECKING:
    from bunraku.resources.file import File

INHERITED = (
    *("owner", "group", "mode", "force", "backup", "links", "replace", "show_diff", "checksum"),
    *("validate_cmd", "validate_replacement", "source_permissions", "noop", "schedule", "loglevel"),
)
"""Parameters of the folder that hold for everything below it."""

FOREVER = 1 << 30


def below(folder: File) -> Iterator[Resource]:
    """A resource for everything below `folder` that it takes charge of, parents first.

    What the source has is made like the source; what only the disk has gets the folder's owner and mode, or is
    removed with `purge`. Raises ResourceError where there is more than `max_files`.
    """
    limit = folder.recurselimit or FOREVER
    inherited = {name: folder.resource.parameters[name] for name in INHERITED if name in folder.resource.parameters}
    remote = dict(_remote(folder, limit))
    local = {} if folder.recurse == "remote" else dict(_walk(folder, folder.path, partial(_enter, folder), limit))
    count = len(remote.keys() | local.keys())
    if 0 < folder.max_files < count:
        raise ResourceError(f"{folder.path} has {count} entries, more than max_files => {folder.max_files}")
    removed = "\0"
    managed = _managed(folder.run)
    for name in sorted(remote.keys() | local.keys(), key=lambda name: name.split("/")):
        path = f"{folder.path}/{name}"
        if path.startswith(removed) or path in managed.brought:
            continue
        if name in remote:
            yield Resource("File", path, {**inherited, "source": remote[name]})
        elif not folder.purge:
            yield Resource("File", path, inherited)
        elif not local[name] or _may_purge(folder, path, managed):
            removed = f"{path}/"
            yield Resource("File", path, {**inherited, "ensure": "absent"})


class _Managed(NamedTuple):
    """What other resources of the catalog manage. brought: files that they bring in at their turn. folders: every
    folder above a file: removing it would take that file along.
    """

    brought: frozenset[str]
    folders: frozenset[str]


def _managed(run: Run) -> _Managed:
    """Worked out once, and remembered for the run."""
    known: _Managed | None = run.shared.get("managed files")
    if known is None:
        brought = {path for resource in run.resources.values() for path in resource.files()}
        files = {name for type_name, name in run.resources if type_name == "file" and name.startswith("/")} | brought
        folders = set()
        for path in files:
            while (path := os.path.dirname(path)) not in folders:
                folders.add(path)
        known = run.shared["managed files"] = _Managed(frozenset(brought), frozenset(folders))
    return known


def _may_purge(folder: File, path: str, managed: _Managed) -> bool:
    """Whether the folder at `path` may be removed with what is in it."""
    if path in managed.folders:
        return False
    if not folder.force:
        folder.run.log("notice", f"{path} is a folder, which is removed only with force => true", folder.ref)
    return bool(folder.force)


def _remote(folder: File, limit: int) -> Iterator[tuple[str, str]]:
    """What the sources have: path below the folder, and URL. The first source that has a name gives it."""
    if folder.source is None:
        return
    seen = set()
    for url in folder.source:
        found = source.locate(url, folder.run.source, follow=folder.links == "follow")
        if found is None or found.kind != "directory":
            continue
        for name, _ in _walk(folder, found.path, lambda path: os.open(path, os.O_RDONLY | os.O_DIRECTORY), limit):
            if name not in seen:
                seen.add(name)
                yield name, f"{url}/{name}"
        if folder.sourceselect == "first":
            return


def _walk(
    folder: File,
    root: str,
    enter: Callable[[str], int],
    limit: int,
    prefix: str = "",
    above: tuple[tuple[int, int], ...] = (),
) -> Iterator[tuple[str, bool]]:
    """Everything below `root`, to a depth: its path from there, and whether it is a folder.

    enter: opens a folder. Links are entered where `folder` says that links are followed, but not in a circle.
    """
    if limit <= 0:
        return
    try:
        opened = enter(root)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        status = os.fstat(opened)
        here = (status.st_dev, status.st_ino)
        found = [] if here in above else _entries(opened, folder.ignore, follow=folder.links == "follow")
    finally:
        os.close(opened)
    for name, is_folder in found:
        yield prefix + name, is_folder
        if is_folder:
            yield from _walk(folder, f"{root}/{name}", enter, limit - 1, f"{prefix}{name}/", (*above, here))


def _enter(folder: File, path: str) -> int:
    """Open a folder of the host, which no link may take the place of from now on."""
    opened = open_folder(path, no_links=folder.run.folders)
    if folder.links != "follow":
        folder.run.folders.add(path)
    return opened


def _entries(opened: int, ignore: list[str], *, follow: bool) -> list[tuple[str, bool]]:
    """The names in a folder and whether each is a folder itself, sorted; but files that are being written, by this run
    or by another program of ours.
    """
    with os.scandir(opened) as entries:
        found = sorted((e.name, e.is_dir(follow_symlinks=follow)) for e in entries if not is_temporary(e.name))
    return [entry for entry in found if not any(fnmatch(entry[0], pattern) for pattern in ignore)]


def depth(value: Any) -> str | bool:
    """`recurse` as it is used: False, True or "remote"."""
    if value in ("remote", True, False):
        return value if isinstance(value, bool) else "remote"
    words = {"true": True, "inf": True, "false": False}
    if str(value) in words:
        return words[str(value)]
    raise ValueError(f"Invalid recurse value '{value}': true, false or remote is expected")
