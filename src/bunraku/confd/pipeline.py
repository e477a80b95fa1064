"""One resource, from its keys to a replaced file.

1. render; nothing on the disk has changed if this fails;
2. compare content, mode and owner with what is there: in sync ends here;
3. stage beside the destination, run check_cmd on the staged file;
4. flush it and rename it over the destination (a file that is a mount point is written in place);
5. flush the folder, once for all files of a batch: a power cut before that brings the old file back, never a torn one.
What must be reloaded is told to the caller: one reload may be for many files.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from bunraku.confd.commands import CommandFailed, command_line, run_command
from bunraku.confd.formats import FormatError, check_format
from bunraku.confd.resource import Resource
from bunraku.confd.store import Store
from bunraku.confd.template import FunctionError, TemplateError
from bunraku.confd.template.strings import to_bytes
from bunraku.confd.template.values import Value
from bunraku.confd.templates import TemplateFileError, Templates
from bunraku.system import files

BATCH = 256
"""Files that are staged at a time; each holds two descriptors, of the 1,024 that a process has by default."""


class ResourceFailed(Exception):
    """Why a resource is not as it should be."""


class File(NamedTuple):
    """A file as it is or should be. `content` is None where there is none."""

    path: str
    content: bytes | None
    mode: int = 0o644
    uid: int = -1
    gid: int = -1

    @classmethod
    def at(cls, path: str) -> File:
        """The file at `path` as it is now. Raises ResourceFailed if it cannot be read."""
        try:
            with open(path, "rb", buffering=0) as file:
                status = os.fstat(file.fileno())
                return cls(path, file.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
        except FileNotFoundError:
            return cls(path, None)
        except OSError as error:
            raise ResourceFailed(f"{path} cannot be read: {error.strerror}") from None


class Change(NamedTuple):
    """A destination that was, or under noop would be, brought from `old` to `new`."""

    resource: Resource
    old: File
    new: File

    def reload_line(self) -> str:
        """The reload command that this change asks for. Raises CommandFailed."""
        return command_line("reload_cmd", self.resource.reload_cmd, src=self.new.path, dest=self.new.path)


Changed = Callable[[Change], None]


def render(resource: Resource, store: Store, templates: Templates) -> list[File]:
    """The files that the keys ask for. Raises ResourceFailed."""
    return list(_render(resource, store, templates))


def _render(resource: Resource, store: Store, templates: Templates) -> Iterator[File]:
    try:
        for dot in store.gets(resource.for_each) if resource.for_each else [None]:
            if resource.when and templates.render_text("when", resource.when, dot).strip() in ("", "false"):
                continue
            path = _destination(resource, templates, dot)
            if path:
                text = templates.render(resource.source, dot, seconds=resource.settings.render_timeout)
                yield _wanted(resource, path, to_bytes(text))
    except (TemplateError, TemplateFileError, FunctionError) as error:
        raise ResourceFailed(str(error)) from None


def _destination(resource: Resource, templates: Templates, dot: Value) -> str:
    """Where a file goes; a key cannot lead it out of the folder that `dest` begins with."""
    path = templates.render_text("dest", resource.dest, dot).strip()
    if path and "{{" in resource.dest:
        root = os.path.dirname(resource.dest.partition("{{")[0]) or "."
        if os.path.commonpath([os.path.abspath(root), os.path.abspath(path)]) != os.path.abspath(root):
            raise ResourceFailed(f"dest: {path} would be outside of {root}")
        if "\0" in path:
            raise ResourceFailed("dest: a file name cannot hold a NUL")
    if path and resource.settings.symlinks == "follow" and os.path.islink(path):
        return os.path.realpath(path)
    return path


def _wanted(resource: Resource, path: str, content: bytes) -> File:
    if resource.output_format:
        try:
            check_format(resource.output_format, content)
        except FormatError as error:
            raise ResourceFailed(f"what {resource.src} renders for {path} {error}") from None
    mode = resource.mode
    if mode is None:
        try:
            mode = stat.S_IMODE(os.stat(path).st_mode)
        except OSError:
            mode = 0o644
    uid = os.geteuid() if resource.uid is None else resource.uid
    gid = os.getegid() if resource.gid is None else resource.gid
    return File(path, content, mode, uid, gid)


@dataclass(slots=True)
class Placing:
    """A file on its way into its place. `change` is None where it was there already; `problem` is why it failed."""

    resource: Resource
    wanted: File
    change: Change | None = None
    problem: str = ""
    staged: files.Replacement | None = None

    @property
    def replaced(self) -> bool:
        """Whether a new file stands in the place."""
        return self.change is not None and not self.problem and not self.resource.settings.noop

    @contextmanager
    def step(self) -> Iterator[None]:
        """What fails in here is this file's problem, and of no other of its batch."""
        try:
            yield
        except (ResourceFailed, CommandFailed) as error:
            self.problem = str(error)
        except OSError as error:
            self.problem = _why_not(self.wanted.path, error)
        if self.problem:
            self.drop()

    def drop(self) -> None:
        """Let go of what was staged."""
        if self.staged is not None:
            self.staged.drop()
            self.staged = None


def place(wanted: Iterable[tuple[Resource, File]], about_to: Changed) -> list[Placing]:
    """Put files in their places, flushing their contents together; what became of each.

    `about_to` is told of each change right before the rename; noop changes nothing. A file that fails is as it was.
    """
    placings = [Placing(resource, file) for resource, file in wanted]
    for start in range(0, len(placings), BATCH):
        _place_batch(placings[start : start + BATCH], about_to)
    return placings


def _place_batch(batch: Sequence[Placing], about_to: Changed) -> None:
    for placing in batch:
        with placing.step():
            _prepare(placing)
    staged = [placing for placing in batch if placing.staged is not None]
    with suppress(OSError):
        # A content that cannot be flushed shows below, where each is flushed that has not been.
        files.flush_all([placing.staged for placing in staged if placing.staged is not None])
    for placing in staged:
        with placing.step():
            _commit(placing, about_to)
    for placing in staged:
        placing.drop()


def _prepare(placing: Placing) -> None:
    """Compare, stage and check. Raises ResourceFailed, CommandFailed, OSError."""
    resource, wanted = placing.resource, placing.wanted
    present = File.at(wanted.path)
    if resource.settings.keep_stage_file:
        _stage(wanted)
    if present == wanted and not _is_replaceable_link(resource, wanted.path):
        return
    placing.change = Change(resource, present, wanted)
    _refuse_commands_of_keys(resource, wanted.path)
    if resource.settings.noop:
        return
    assert wanted.content is not None
    placing.staged = files.Replacement(wanted.path, wanted.content, mode=wanted.mode, uid=wanted.uid, gid=wanted.gid)
    if resource.check_cmd and not resource.settings.sync_only:
        line = command_line("check_cmd", resource.check_cmd, src=placing.staged.temporary_path, dest=wanted.path)
        run_command("check_cmd", line, timeout=resource.settings.check_cmd_timeout)


def _refuse_commands_of_keys(resource: Resource, path: str) -> None:
    """Whoever may write a key must not run commands by it: what a key makes of a path has to be a word to the shell."""
    written, templated, _ = resource.dest.partition("{{")
    if templated and "{{" in resource.check_cmd + resource.reload_cmd:
        if re.search(r"[^\w@%+:,./-]", path.removeprefix(written)):
            raise ResourceFailed(f"dest: {path!r} is not one word to the shell that runs check_cmd and reload_cmd")


def _commit(placing: Placing, about_to: Changed) -> None:
    assert placing.staged is not None and placing.change is not None
    placing.staged.flush()
    about_to(placing.change)
    placing.staged.commit(busy=lambda *_: True, flush=False)


def _is_replaceable_link(resource: Resource, path: str) -> bool:
    return resource.settings.symlinks == "replace" and os.path.islink(path)


def put(file: File) -> None:
    """Write `file` (or remove it), atomically unless it is a mount point. Raises ResourceFailed."""
    if file.content is None:
        files.remove(file.path)
        return
    try:
        files.replace(file.path, file.content, mode=file.mode, uid=file.uid, gid=file.gid, busy=lambda *_: True)
    except OSError as error:
        raise ResourceFailed(_why_not(file.path, error)) from None


def _why_not(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} cannot be written: the folder {os.path.dirname(path) or '.'} is missing"
    doing = "written or given its owner" if isinstance(error, PermissionError) else "written"
    return f"{path} cannot be {doing}: {error.strerror}"


def flush_folders(paths: Iterable[str]) -> None:
    """Have the renames of these files on the disk."""
    for folder in {os.path.dirname(path) for path in paths}:
        with suppress(OSError):
            files.flush_folder(folder or ".")


def _stage(file: File) -> None:
    """Leave the rendered file beside its destination, as confd's -keep-stage-file does."""
    folder, name = os.path.split(file.path)
    put(File(os.path.join(folder, f".{name}{os.urandom(4).hex()}"), file.content, file.mode, file.uid, file.gid))


def unified_diff(change: Change) -> str:
    """What a change does to the content, as a unified diff; attributes in a line of their own.

    What only its owner may read is not shown.
    """
    from difflib import unified_diff as diff

    lines = []
    if change.old.content != change.new.content:
        old, new = (_lines(file.content) for file in (change.old, change.new))
        if not change.new.mode & 0o077:
            lines.append(f"{change.new.path}: content differs (not shown: mode {change.new.mode:04o})")
        elif old is None or new is None:
            lines.append(f"{change.new.path}: binary content differs")
        else:
            lines += diff(old, new, change.new.path, f"{change.new.path} (rendered)", lineterm="")
    if change.old.content is not None:
        if change.old.mode != change.new.mode:
            lines.append(f"{change.new.path}: mode {change.old.mode:04o} → {change.new.mode:04o}")
        if (change.old.uid, change.old.gid) != (change.new.uid, change.new.gid):
            lines.append(
                f"{change.new.path}: owner {change.old.uid}:{change.old.gid} → {change.new.uid}:{change.new.gid}"
            )
    return "\n".join(lines)


def _lines(content: bytes | None) -> list[str] | None:
    try:
        return (content or b"").decode().splitlines()
    except UnicodeDecodeError:
        return None
