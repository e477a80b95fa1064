"""file: files, folders and symbolic links: what they hold, who owns them, what may be done with them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import Any

from bunraku.catalog.catalog import Resource
from bunraku.catalog.values import Binary
from bunraku.resources.base import (
    Changes,
    Param,
    Property,
    ResourceType,
    State,
    absolute_path,
    boolean,
    integer,
    quoted,
    text,
)
from bunraku.resources.file.content import Content, diff
from bunraku.resources.file.mode import mode, octal, wanted
from bunraku.system import accounts

KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo"}
KINDS |= {stat.S_IFSOCK: "socket", stat.S_IFBLK: "blockSpecial", stat.S_IFCHR: "characterSpecial"}


def _ensure(value: Any) -> str:
    """One of the words, or a path: a link that leads there."""
    if value == "false":
        return "absent"
    if isinstance(value, str) and value:
        return value
    raise ValueError(f"Invalid value {value!r}. Valid values are absent, file, present, directory, link, or a path.")


def _content(value: Any) -> Content:
    if isinstance(value, Binary):
        return Content(value.data)
    if isinstance(value, (str, int, float)):
        return Content(str(value).encode("utf-8", "surrogateescape"))
    raise ValueError("Content must be a String or Binary")


def _sources(value: Any) -> list[str]:
    from bunraku.resources.file import source

    return [source.check(url) for url in value]


def _recurse(value: Any) -> str | bool:
    from bunraku.resources.file import tree

    return tree.depth(value)


def _backup(value: Any) -> str:
    """`false`, a suffix that begins with a dot, or a bucket's name."""
    return "false" if value in (False, "false") else "puppet" if value in (True, "true") else text(value)


ALGORITHMS = ("md5", "md5lite", "sha1", "sha1lite", "sha224", "sha256", "sha256lite", "sha384", "sha512")


class File(ResourceType):
    """Manages a file, a folder or a symbolic link.

    A file is replaced as a whole: readers see the old one or the new one, never a part, and never under a wrong
    owner or mode. What was there is kept in the file bucket (`backup`), from where `bunraku filebucket` restores it.
    """

    title_patterns = ((r"(/|.+:/|.*[^/])/*\Z", ("path",)),)
    only_provider = "posix"
    ensure_events = {"file": "file_created", "directory": "directory_created", "link": "link_created"}
    unprinted = frozenset(["content", "checksum_value"])
    accepted = (
        *("seluser", "selrole", "seltype", "selrange", "selinux_ignore_defaults", "type", "ctime", "mtime"),
        *("provider", "staging_location"),
    )

    path = Param("The full path; the title unless given.", namevar=True, munge=absolute_path)
    ensure = Property(
        "present (there, of any kind), absent, file, directory, link, or the path that a link shall lead to.",
        values=("present", "absent", "file", "directory", "link"),
        munge=_ensure,
    )
    content = Property("What the file shall hold.", munge=_content)
    source = Param(
        "What to copy: a path, or a puppet, file, http or https URL; of several the first that is there.",
        many=True,
        munge=_sources,
    )
    checksum_value = Property("The checksum that the content shall have.", munge=lambda v: text(v).lower())
    target = Property("Where a link shall lead.")
    owner = Property("The user who owns it, by name or number.", munge=str)
    group = Property("The group that owns it, by name or number.", munge=str)
    mode = Property("Its permissions: '0644', or symbolic such as 'u=rw,g+r'.", munge=mode)
    replace = Param("Whether an existing file's content may be replaced.", munge=boolean, default=True)
    force = Param("Whether a folder may be removed or replaced by something else.", munge=boolean, default=False)
    links = Param("What to do with a link at the path.", values=("manage", "follow"), default="manage")
    backup = Param(
        "Where the old content is kept: a file bucket (puppet), a copy with this suffix (.bak), or nowhere (false).",
        munge=_backup,
        default="puppet",
    )
    checksum = Param(
        "How contents are compared: an algorithm, mtime (a newer source is copied), or none (never replaced).",
        values=(*ALGORITHMS, "mtime", "ctime", "none"),
    )
    recurse = Param("Whether what is below a folder is managed too; remote: only what its source has.", munge=_recurse)
    recurselimit = Param("How many levels down.", munge=integer)
    max_files = Param("More files than this below a folder are an error; 0: any number.", munge=integer, default=0)
    ignore = Param("Patterns of names that recursion leaves alone.", many=True, default=[])
    purge = Param("Whether what is below a folder and not managed is removed.", munge=boolean, default=False)
    sourceselect = Param("Whether the first source counts, or all.", values=("first", "all"), default="first")
    source_permissions = Param(
        "Whether owner, group and mode that are not declared are the source's: always, for a new file, or never.",
        values=("use", "use_when_creating", "ignore"),
        default="ignore",
    )
    show_diff = Param("Whether changes of content are shown.", munge=boolean, default=True)
    validate_cmd = Param("A command that must accept the new content first; % stands for the file that holds it.")
    validate_replacement = Param("What stands for the file in `validate_cmd`.", default="%")

    def validate(self) -> None:
        """`ensure => /a/path` is a link; a link has no content."""
        ensure = self.ensure
        if isinstance(ensure, str) and ensure not in self.parameters["ensure"].values:
            self.values["target"], self.values["ensure"] = ensure, "link"
        creators = [name for name in ("content", "source", "target") if self.values.get(name) is not None]
        if len(creators) > 1:
            raise ValueError(f"You cannot specify more than one of {', '.join(creators)}")
        if self.recurse == "remote" and self.source is None:
            raise ValueError("You cannot specify a remote recursion without a source")
        if self.checksum == "none" and self.source is not None:
            raise ValueError("You cannot specify source when using checksum 'none'")
        if self.checksum in ("mtime", "ctime", "none") and self.content is not None:
            raise ValueError(f"You cannot specify content when using checksum '{self.checksum}'")
        if self.checksum_value is not None and self.checksum in ("mtime", "ctime", "none"):
            raise ValueError(f"checksum_value goes with a checksum algorithm, not with '{self.checksum}'")
        self._ignored = self.content is None and self.source is None and self.values.pop("checksum_value", None)
        self.found: Any = None
        """The source that is there, once it was looked for."""
        self.modified = 0.0
        """When the content was changed last, as it was read."""

    def desired(self) -> State:
        """With content it is a file, with a target a link, with a source what that is, though nobody says so."""
        desired = super().desired()
        found = self.found
        if found is not None and desired.get("ensure") in (None, "present", "file", "directory", "link"):
            desired = {**desired, "ensure": found.kind}
            if found.kind == "link":
                desired["target"] = found.target
            elif found.kind == "file":
                desired["content"] = found
        elif "ensure" not in desired:
            if self.content is not None:
                desired = {"ensure": "file", **desired}
            elif self.target is not None:
                desired = {"ensure": "link", **desired}
        if "checksum_value" in desired:
            # It says what the content shall be, and is compared as that.
            value = desired.pop("checksum_value")
            desired.setdefault("content", value)
        return {name: desired[name] for name in self.properties if name in desired}

    def algorithm(self) -> str:
        """The algorithm that checksums of the content are of."""
        lengths = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
        return self.checksum or lengths.get(len(self.checksum_value or ""), "sha256")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The nearest folder above that is managed, the owner and the group."""
        folder = os.path.dirname(self.path)
        while folder != "/" and self.run.find("file", folder) is None:
            folder = os.path.dirname(folder)
        if folder != self.path:
            yield "file", folder
        for kind, name in (("user", self.owner), ("group", self.group)):
            if isinstance(name, str):
                yield kind, name

    # Reading -------------------------------------------------------------------------------------------------------

    def read(self) -> State:
        """One look at the inode; the content is read only where it has to be compared."""
        if self._ignored:
            self.run.log("warning", "Checksum value is ignored unless content or source are specified", self.ref)
        if self.source is not None and self.ensure != "absent":
            from bunraku.resources.file import source

            self.found = source.first(self.source, self.run.source, follow=self.links == "follow")
            self._take_permissions()
        try:
            folder, name = self._locate()
            status = os.lstat(name, dir_fd=folder)
        except (FileNotFoundError, NotADirectoryError):
            return {"ensure": "absent"}
        kind = KINDS.get(stat.S_IFMT(status.st_mode), "other")
        state = {
            "ensure": kind,
            "mode": stat.S_IMODE(status.st_mode),
            "owner": status.st_uid,
            "group": status.st_gid,
        }
        if kind == "file":
            state["content"] = Content.of_file(self.path, status.st_size, self._open)
        elif kind == "link":
            state["target"] = os.readlink(name, dir_fd=folder)
        elif kind == "directory" and self.links != "follow" and self.desired().get("ensure") == kind:
            self.run.folders.add(self.path)
        self.modified = status.st_mtime
        return state

    def _take_permissions(self) -> None:
        """What `source_permissions` asks for (deprecated, and still in use)."""
        status = self.found.status
        wanted = self.source_permissions
        if status is None or wanted == "ignore" or wanted == "use_when_creating" and os.path.lexists(self.path):
            return
        for name, value in (("owner", status.st_uid), ("group", status.st_gid)):
            self.values.setdefault(name, str(value))
        self.values.setdefault("mode", stat.S_IMODE(status.st_mode))

    def _locate(self) -> tuple[int, str]:
        return self.run.folder.locate(self.path, follow=self.links == "follow", no_links=self.run.folders)

    def _open(self) -> int:
        folder, name = self._locate()
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Compare by meaning: numbers of owners, bits of modes, bytes of content."""
        if name == "ensure":
            if desired == "present":
                return bool(current != "absent")
            if desired == "file" and self.ensure is None and current not in ("absent", "directory"):
                return True
            return bool(current == desired)
        kind = self.current["ensure"]
        if name == "content":
            # A link is replaced by the file, as Puppet does; a device or a pipe is left as it is.
            differs = kind == "link" or kind == "file" and not self._same_content(current, desired)
            return not (self.replace and differs)
        if name == "mode":
            return kind == "link" or bool(current == wanted(desired, current, kind == "directory"))
        if name == "owner":
            return bool(current == accounts.user_id(desired))
        if name == "group":
            return bool(current == accounts.group_id(desired))
        return super().in_sync(name, current, desired)

    def _same_content(self, current: Content, desired: Any) -> bool:
        if self.checksum_value is not None:
            return bool(current.digest(self.algorithm()) == self.checksum_value)
        if self.found is None:
            return current.same_as(desired)
        if self.checksum == "none":
            return True
        if self.checksum in ("mtime", "ctime"):
            return bool(self.modified >= self.found.modified)
        if self.found.checksum is not None:
            algorithm, digest = self.found.checksum
            return bool(current.digest(algorithm) == digest)
        return current.same_as(self.new_content())

    def new_content(self) -> Content:
        """What the file shall hold; from the web it is fetched here, once."""
        if self.content is not None:
            return self.content  # type: ignore[no-any-return]
        if self.found is None:
            return Content(b"")
        if self.found.content is None:
            from bunraku.resources.file import source

            self.found = self.found._replace(content=Content(source.download(self.found.url)))
        return self.found.content  # type: ignore[no-any-return]

    def generate(self) -> Iterable[Resource]:
        """What is below a folder."""
        if not self.recurse or self.desired().get("ensure") not in ("directory", None, "present"):
            return ()
        from bunraku.resources.file import tree

        return tree.below(self)

    # Changing ------------------------------------------------------------------------------------------------------

    def change(self, changes: Changes) -> None:
        """Make it so."""
        from bunraku.resources.file import writing

        ensure = changes.get("ensure")
        if ensure == "absent":
            writing.remove(self)
        elif ensure is not None:
            writing.create(self, ensure)
        elif "content" in changes:
            writing.back_up(self)
            writing.write(self)
        elif "target" in changes:
            writing.link(self, changes["target"])
        else:
            writing.set_attributes(self, changes)

    # Showing -------------------------------------------------------------------------------------------------------

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """Modes in octal, owners by name, a new file with its mode and owner."""
        if name == "ensure":
            if desired == "absent":
                return "removed"
            how = self._attributes(desired)
            return f"created{how}" if current == "absent" else f"{current} → {desired}{how}"
        if name == "content":
            return "content"
        if name == "mode":
            bits = wanted(desired, current, self.current["ensure"] == "directory")
            return f"mode {octal(current)} → {octal(bits)}"
        if name == "owner":
            return f"owner {accounts.user_name(current)} → {desired}"
        if name == "group":
            return f"group {accounts.group_name(current)} → {desired}"
        return super().describe(name, current, desired)

    def _attributes(self, kind: str) -> str:
        """The declared mode and owner, as they stand after "created"."""
        bits = (
            ""
            if self.mode is None or kind == "link"
            else f"  {octal(self.mode) if isinstance(self.mode, int) else self.mode}"
        )
        owner = f" {self.owner or ''}:{self.group or ''}" if self.owner or self.group else ""
        return bits + owner

    def reported(self, name: str, value: Any) -> Any:
        """Modes in octal, content by its checksum."""
        if name == "content" and value is not None:
            if isinstance(value, Content):
                return f"{{sha256}}{value.digest('sha256')}"
            if self.checksum_value is not None:
                return f"{{{self.algorithm()}}}{self.checksum_value}"
            return f"{{sha256}}{self.new_content().digest('sha256')}"
        if name == "mode" and isinstance(value, int):
            return octal(value)
        if name == "owner" and isinstance(value, int):
            return accounts.user_name(value)
        if name == "group" and isinstance(value, int):
            return accounts.group_name(value)
        return value

    def told(self, name: str, previous: Any, desired: Any) -> str:
        """A new file is told of by its content, where that is known by now and no secret."""
        if name == "ensure" and previous == "absent" and desired in ("file", "present"):
            if "content" in self.sensitive:
                return "created"
            known = self.content is not None or self.found is not None and self.found.content is not None
            return f"defined content as {quoted(self.reported('content', self.new_content()))}" if known else "created"
        return super().told(name, previous, desired)

    def diff(self, name: str, current: Any, desired: Any) -> list[str]:
        """The changed lines of the content, where they may be shown."""
        if name != "content" or not self.show_diff or current is None:
            return []
        return diff(current, self.new_content())
