"""hiera.yaml, version 5: reading, checking, and the entries of its hierarchy for one scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bunraku.hiera.entries import Entry
from bunraku.hiera.errors import HieraError
from bunraku.hiera.interpolation import interpolate
from bunraku.hiera.locations import below, locations

if TYPE_CHECKING:
    from bunraku.hiera.invocation import Invocation
    from bunraku.hiera.layers import Layer

FILE_NAME = "hiera.yaml"

FUNCTIONS = ("data_hash", "lookup_key", "data_dig", "hiera3_backend")
"""The kinds of data functions; an entry has one of them."""

PLACES = ("path", "paths", "glob", "globs", "uri", "uris", "mapped_paths")
"""How an entry says where its data is; it has one of them, or none."""

_NAME = "String[1]"
_OPTIONS = r"Hash[Pattern[/\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\z/],Data]"
_HIERARCHY = (
    f"Array[Struct[{{name=>{_NAME},Optional[options]=>{_OPTIONS},Optional[data_hash]=>{_NAME},"
    f"Optional[lookup_key]=>{_NAME},Optional[hiera3_backend]=>{_NAME},Optional[v4_data_hash]=>{_NAME},"
    f"Optional[data_dig]=>{_NAME},Optional[path]=>{_NAME},Optional[paths]=>Array[{_NAME},1,default],"
    f"Optional[glob]=>{_NAME},Optional[globs]=>Array[{_NAME},1,default],Optional[uri]=>{_NAME},"
    f"Optional[uris]=>Array[{_NAME},1,default],Optional[mapped_paths]=>Array[{_NAME},3,3],Optional[datadir]=>{_NAME}}}]]"
)
_CONFIG = (
    f"Struct[{{version=>Integer[5,5],Optional[defaults]=>Struct[{{Optional[data_hash]=>{_NAME},"
    f"Optional[lookup_key]=>{_NAME},Optional[data_dig]=>{_NAME},Optional[datadir]=>{_NAME},"
    f"Optional[options]=>{_OPTIONS}}}],Optional[hierarchy]=>{_HIERARCHY},Optional[plan_hierarchy]=>{_HIERARCHY},"
    f"Optional[default_hierarchy]=>{_HIERARCHY}}}]"
)

_DEFAULTS = {"datadir": "data", "data_hash": "yaml_data"}
_COMMON = [{"name": "Common", "path": "common.yaml"}]


class Config:
    """What a hiera.yaml says. path: the file, None where there is none and the defaults hold."""

    def __init__(self, layer: Layer, folder: str, path: str | None, loaded: Mapping[Any, Any], text: str = "") -> None:
        self.layer = layer
        self.folder = folder
        self.path = path
        self._text = text
        self._config = self._checked(loaded)

    @property
    def has_default_hierarchy(self) -> bool:
        """Whether there is a hierarchy for what no other has."""
        return "default_hierarchy" in self._config

    def entries(self, invocation: Invocation, hierarchy: str = "hierarchy") -> list[Entry]:
        """The entries of the hierarchy, their locations filled in from the scope. Raises HieraError."""
        try:
            return self._entries(invocation, hierarchy)
        except HieraError as error:
            if error.at_config and error.file is None:
                error.file = self.path
            raise

    def _entries(self, invocation: Invocation, hierarchy: str) -> list[Entry]:
        found: dict[str, Entry] = {}
        defaults = self._config["defaults"]
        for details in self._config.get(hierarchy, ()):
            name = details["name"]
            if name in found:
                self._refuse_double(name)
            kind, function = self._function(details, defaults)
            datadir = interpolate(details.get("datadir") or defaults.get("datadir") or "data", invocation, False)
            places = locations(below(self.folder, datadir), details, invocation, self.path is None)
            if self.path is None and places == []:
                continue
            options = details.get("options") or defaults.get("options") or {}
            options = interpolate(options, invocation, False)
            found[name] = Entry(self.layer, name, kind, function, options, places)
        return list(found.values())

    def _function(self, details: Mapping[str, Any], defaults: Mapping[str, Any]) -> tuple[str, str]:
        for source in (details, defaults):
            for kind in FUNCTIONS:
                if kind in source:
                    return kind, source[kind]
        raise AssertionError("an entry without a function passed the check")

    # ---- checking

    def _checked(self, loaded: Mapping[Any, Any]) -> dict[str, Any]:
        from bunraku.language import types

        config = {**loaded}
        if "defaults" not in config:
            config["defaults"] = _DEFAULTS
        if "hierarchy" not in config:
            config["hierarchy"] = _COMMON
        types.assert_instance(f"The Lookup Configuration at '{self.path or ''}'", types.parse(_CONFIG), config)
        defaults = config["defaults"]
        if sum(kind in defaults for kind in FUNCTIONS) > 1:
            self._fail(f"Only one of {_listed(FUNCTIONS)} can be defined in defaults")
        for reserved in ("path", "uri"):
            if reserved in defaults.get("options", ()):
                self._fail(f"Option key '{reserved}' used in defaults is reserved by Puppet")
        if "default_hierarchy" in config and self.layer.module is None:
            self._fail("'default_hierarchy' is only allowed in the module layer", r"(?:^|\s+)default_hierarchy:")
        for hierarchy in ("hierarchy", "plan_hierarchy", "default_hierarchy"):
            for details in config.get(hierarchy, ()):
                self._check_entry(details, defaults)
        return config

    def _check_entry(self, details: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        name = details["name"]
        count = sum(kind in details for kind in (*FUNCTIONS, "v4_data_hash"))
        if count == 0 and not any(kind in defaults for kind in FUNCTIONS):
            self._fail(f"One of {_listed(FUNCTIONS)} must be defined in hierarchy '{name}'")
        if count > 1:
            self._fail(f"Only one of {_listed(FUNCTIONS)} can be defined in hierarchy '{name}'")
        if "hiera3_backend" in details:
            self._fail(
                f"hierarchy '{name}' uses a back end for Hiera 3, which bunraku cannot run; a data_hash, lookup_key or"
                " data_dig function can take its place",
                r"\s+hiera3_backend:",
            )
        if sum(place in details for place in PLACES) > 1:
            self._fail(f"Only one of {_listed(PLACES)} can be defined in hierarchy '{name}'")
        for reserved in ("path", "uri"):
            if reserved in details.get("options", ()):
                self._fail(f"Option key '{reserved}' used in hierarchy '{name}' is reserved by Puppet")

    def _refuse_double(self, name: str) -> None:
        pattern = rf"\s+name:\s+['\"]?{re.escape(name)}(?:[^\w]|$)"
        lines = [number for number, line in enumerate(self._text.splitlines(True), 1) if re.search(pattern, line)]
        first = f" First defined at (line: {lines[0]})" if len(lines) > 1 else ""
        raise HieraError(
            f"Hierarchy name '{name}' defined more than once.{first}",
            at_config=True,
            file=self.path,
            line=lines[1] if len(lines) > 1 else None,
        )

    def _fail(self, message: str, pattern: str | None = None) -> None:
        line = None
        if pattern is not None:
            lines = enumerate(self._text.splitlines(True), 1)
            line = next((number for number, text in lines if re.search(pattern, text)), None)
        raise HieraError(message, at_config=True, file=self.path, line=line)


def read(layer: Layer, path: str) -> Config:
    """The configuration at `path`, or the default one where there is no such file. Raises HieraError."""
    folder = path.rpartition("/")[0]
    surroundings = layer.hiera.surroundings
    if not surroundings.exists(path):
        return Config(layer, folder, None, {"version": 5})
    from bunraku.formats.yaml import YamlError, load  # costs more than a small compilation

    try:
        text = surroundings.read_text(path)
        loaded = load(text, path)
    except YamlError as error:
        raise HieraError(str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise HieraError(f"{path} cannot be read: {error}") from None
    version = _version(loaded)
    if version != 5:
        if version in (3, 4):
            raise HieraError(
                f"hiera.yaml version {version} is not supported; convert it to version 5", at_config=True, file=path
            )
        raise HieraError(f"This runtime does not support hiera.yaml version {version}", at_config=True, file=path)
    return Config(layer, folder, path, loaded, text)


def _version(loaded: Any) -> int:
    if not isinstance(loaded, dict):
        return 3  # as the reference has it: a file without content is a version 3 of defaults
    try:
        return int(loaded.get("version", 3))
    except (TypeError, ValueError):
        return 0


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)}, or {last}"
