"""Template resources: the files of conf.d, each read into a `Resource` or a reason why not.

One bad file stops nobody else: it stands in `Folder.errors`, in the status and in the exit code.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from bunraku.confd.settings import ConfigError, Settings, Warn, from_table, nearest, read_toml, with_backend
from bunraku.system import accounts

FORMATS = ("json", "yaml", "yml", "toml", "xml")


@dataclass(frozen=True, slots=True)
class Resource:
    """One template and where it goes. `path` is the file of conf.d; `settings` are those that hold for it.

    for_each: a pattern of keys, each of which makes a file; `dest` is then a template, and the pair its dot.
    when: a template; where it renders to nothing or "false", no file is written.
    """

    path: str
    src: str
    dest: str
    keys: tuple[str, ...]
    settings: Settings = field(repr=False)
    prefix: str = "/"
    mode: int | None = None
    uid: int | None = None
    gid: int | None = None
    check_cmd: str = ""
    reload_cmd: str = ""
    output_format: str = ""
    for_each: str = ""
    when: str = ""

    @property
    def name(self) -> str:
        """The name that messages use."""
        return name_of(self.path)

    @property
    def varies(self) -> bool:
        """Whether it depends on the keys which files there are."""
        return bool(self.for_each or self.when or "{{" in self.dest)

    @property
    def source(self) -> str:
        """The template's path."""
        return os.path.join(self.settings.confdir, "templates", self.src)

    @property
    def watched(self) -> tuple[str, ...]:
        """The keys, whole: prefix and key."""
        return tuple(posixpath.normpath(f"{self.prefix}/{key}").replace("//", "/", 1) for key in self.keys)


def name_of(path: str) -> str:
    """What messages call the resource in the file `path`: the file's name, without .toml."""
    return os.path.basename(path).removesuffix(".toml")


@dataclass(slots=True)
class Folder:
    """What stands in conf.d: the resources, and for each file that cannot be used why not."""

    resources: list[Resource] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def load_folder(settings: Settings, warn: Warn = lambda message: None) -> Folder:
    """Read all of conf.d. Raises ConfigError only if the folder itself cannot be read."""
    folder = Folder()
    confd = os.path.join(settings.confdir, "conf.d")
    if not os.path.isdir(confd):
        raise ConfigError(f"{confd}: no such folder; --confdir names the one that holds conf.d and templates")
    for path in _toml_files(confd):
        try:
            folder.resources.append(load_resource(path, settings, warn))
        except ConfigError as error:
            folder.errors[path] = str(error)
    _refuse_shared_destinations(folder)
    return folder


def _toml_files(confd: str) -> Iterator[str]:
    """The files that confd reads: *toml, in all folders, in order."""
    for root, folders, files in os.walk(confd, followlinks=True):
        folders.sort()
        yield from (os.path.join(root, name) for name in sorted(files) if fnmatch(name, "*toml"))


def _refuse_shared_destinations(folder: Folder) -> None:
    """Two resources with one destination would replace each other's file for ever: the later one is an error."""
    first: dict[str, Resource] = {}
    for resource in list(folder.resources):
        other = first.setdefault(os.path.normpath(resource.dest), resource)
        if other is not resource and "{{" not in resource.dest and not (resource.when or other.when):
            folder.resources.remove(resource)
            folder.errors[resource.path] = f"{resource.path}: {resource.dest} is the dest of {other.path} already"


def load_resource(path: str, settings: Settings, warn: Warn = lambda message: None) -> Resource:
    """Read one file of conf.d. Raises ConfigError."""
    document = read_toml(path)
    table = document.get("template")
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: has no [template] table")
    for key in document.keys() - {"template", "backend"}:
        warn(f"{path}: unknown table '{key}'{nearest(key, ('template', 'backend'))}")
    settings = _own_settings(path, table, document.get("backend"), settings, warn)
    return _Reader(path, {_canonical(key): value for key, value in table.items()}, warn).resource(settings)


def _canonical(key: str) -> str:
    # TOML's keys have their case; confd's library takes Dest and SRC as well.
    return key.lower().replace("-", "_")


_OWN = (
    *("check_cmd_timeout", "reload_cmd_timeout", "render_timeout", "debounce", "min_reload_interval"),
    *("rollback", "on_drift", "symlinks"),
)
"""Settings that a resource may have for itself."""


def _own_settings(path: str, table: Mapping[str, Any], backend: Any, settings: Settings, warn: Warn) -> Settings:
    own = {key: table[key] for key in table if _canonical(key) in _OWN}
    settings = from_table(own, path, settings, warn)
    if backend is None:
        return settings
    if not isinstance(backend, dict) or "backend" not in backend:
        raise ConfigError(f"{path}: [backend] must be a table that names its backend")
    return with_backend(settings, backend, path, warn)


class _Reader:
    """Takes what a resource may have out of a table, each of its type."""

    known = (
        *("src", "dest", "keys", "prefix", "mode", "uid", "gid", "owner", "group", "check_cmd", "reload_cmd"),
        *("output_format", "for_each", "when", *_OWN),
    )

    def __init__(self, path: str, table: dict[str, Any], warn: Warn) -> None:
        self.path = path
        self.table = table
        for key in table.keys() - set(self.known):
            warn(f"{path}: unknown key '{key}'{nearest(key, self.known)}")

    def fail(self, key: str, wanted: str) -> ConfigError:
        return ConfigError(f"{self.path}: {key} must be {wanted}, not {self.table.get(key)!r}")

    def text(self, key: str, *, needed: bool = False) -> str:
        value = self.table.get(key, "")
        if not isinstance(value, str):
            raise self.fail(key, "a text in quotes")
        if needed and not value:
            raise ConfigError(f"{self.path}: {key} is missing")
        return value

    def keys(self) -> tuple[str, ...]:
        keys = self.table.get("keys", [])
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise self.fail("keys", "a list of texts")
        return tuple(keys)

    def mode(self) -> int | None:
        text = self.text("mode")
        if not text:
            return None
        try:
            # Octal with a leading 0, as Go reads it; without one people mean octal too, and 644 decimal means nothing.
            mode = int(text.removeprefix("0o"), 8)
        except ValueError:
            raise self.fail("mode", 'octal digits, such as "0644"') from None
        if mode > 0o7777:
            raise self.fail("mode", 'octal digits, such as "0644"')
        return mode

    def account(self, number: str, name: str) -> int | None:
        value = self.table.get(number)
        if value is not None:
            if not isinstance(value, int) or isinstance(value, bool):
                raise self.fail(number, "a number")
            return None if value < 0 else value
        who = self.text(name)
        if not who:
            return None
        found = accounts.user_id(who) if name == "owner" else accounts.group_id(who)
        if found is None:
            raise ConfigError(f"{self.path}: {name} '{who}' is not known on this host")
        return found

    def resource(self, settings: Settings) -> Resource:
        source = self.text("src", needed=True)
        if os.path.isabs(source) or ".." in source.split("/"):
            raise self.fail("src", "a path below templates/")
        output_format = self.text("output_format")
        if output_format and output_format not in FORMATS:
            raise self.fail("output_format", f"one of {', '.join(FORMATS)}")
        return Resource(
            path=self.path,
            src=source,
            dest=self.text("dest", needed=True),
            keys=self.keys(),
            settings=settings,
            prefix="/" + (settings.prefix or self.text("prefix")).lstrip("/"),
            mode=self.mode(),
            uid=self.account("uid", "owner"),
            gid=self.account("gid", "group"),
            check_cmd=self.text("check_cmd"),
            reload_cmd=self.text("reload_cmd"),
            output_format=output_format,
            for_each=self.text("for_each"),
            when=self.text("when"),
        )
