"""The files below a folder that is managed with `recurse`: found on the disk and in the source, made resources of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
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
    local = {} if folder.recurse == "remote" else dict(_local(folder, folder.path, limit))
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
        for name, _ in _walk(found.path, folder.ignore, limit):
            if name not in seen:
                seen.add(name)
                yield name, f"{url}/{name}"
        if folder.sourceselect == "first":
            return


def _walk(root: str, ignore: list[str], limit: int, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Everything below `root`, to a depth: its path from there, and whether it is a folder. Links are not entered."""
    if limit <= 0 or not os.path.isdir(root):
        return
    for name, is_folder in _entries(root, ignore):
        yield prefix + name, is_folder
        if is_folder:
            yield from _walk(f"{root}/{name}", ignore, limit - 1, f"{prefix}{name}/")


def _local(folder: File, path: str, limit: int, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """What `_walk` gives for the host's own folder, of which no part may become a link meanwhile."""
    if limit <= 0:
        return
    try:
        opened = open_folder(path, no_links=folder.run.folders)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        found = list(_entries(opened, folder.ignore))
    finally:
        os.close(opened)
    if prefix or folder.links != "follow":
        folder.run.folders.add(path)
    for name, is_folder in found:
        yield prefix + name, is_folder
        if is_folder:
            yield from _local(folder, f"{path}/{name}", limit - 1, f"{prefix}{name}/")


def _entries(folder: str | int, ignore: list[str]) -> Iterator[tuple[str, bool]]:
    """The names in a folder and whether each is a folder itself (not a link to one), sorted; but files that are being
    written, by this run or by another program of ours.
    """
    with os.scandir(folder) as entries:
        found = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries if not is_temporary(e.name))
    return (entry for entry in found if not any(fnmatch(entry[0], pattern) for pattern in ignore))


def depth(value: Any) -> str | bool:
    """`recurse` as it is used: False, True or "remote"."""
    if value in ("remote", True, False):
        return value if isinstance(value, bool) else "remote"
    words = {"true": True, "inf": True, "false": False}
    if str(value) in words:
        return words[str(value)]
    raise ValueError(f"Invalid recurse value '{value}': true, false or remote is expected")
