"""The inputs door: every fact, datum, file and Ruby call that an evaluation reads comes through one `Inputs`.

It records what was read (`reads`), so that one can tell why a catalog is as it is, and what has to change before it
is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from bunraku.catalog.signature import Registry, TypeSignature
from bunraku.language.cache import ProgramCache
from bunraku.language.errors import CompileError

if TYPE_CHECKING:
    from bunraku.language.scope import Scope

NOT_FOUND: Final = object()
"""What a look-up gives where no data has the key."""


class Data(Protocol):
    """Where data comes from: a Hiera hierarchy."""

    def bind(self, key: str, scope: Scope) -> Any:
        """What the data binds to a class's parameter (`class::parameter`), or NOT_FOUND. Raises CompileError."""

    def lookup(self, names: str | Sequence[str], scope: Scope, **options: Any) -> Any:
        """The value of the function `lookup`.

        options, where they were given: value_type, merge, default, block (called with the names), overrides and
        defaults (by name), older (it is one of the `hiera` functions). Raises CompileError where there is no value.
        """


class Ruby(Protocol):
    """The worker that runs the Ruby of modules."""

    def find_function(self, name: str) -> Any:
        """A function out of a module, with `call(scope, arguments, block)`, or None."""

    def find_type(self, name: str) -> TypeSignature | None:
        """The surface of a resource type out of a module, or None."""

    def render(self, text: str, path: str | None, scope: Scope) -> str:
        """What the ERB template `text` gives. path: where it was read, for messages."""

    def end(self) -> None:
        """End the worker, if it runs."""


class Inputs:
    """What one compilation may read.

    facts: by name; a fact may be worked out when it is first read. modulepath: folders of modules, the first one that
    has a module wins. environment_folder: a module, too, called `environment`; None where it has none. registry: the
    native types. data, ruby: made on first use, None where there is none. command: runs a command (its words) and
    gives what it prints; None where commands may not be run. settings: `$settings::name`. programs: parses code, or
    finds it parsed. trusted, server_facts: the hashes of these names.
    """

    def __init__(
        self,
        *,
        facts: Mapping[str, Any],
        certname: str,
        registry: Registry,
        modulepath: Sequence[Path] = (),
        environment: str = "production",
        environment_folder: Path | None = None,
        data: Callable[[Inputs], Data] | None = None,
        ruby: Callable[[Inputs], Ruby] | None = None,
        command: Callable[[list[str]], str] | None = None,
        settings: Mapping[str, Any] | None = None,
        programs: ProgramCache | None = None,
    ) -> None:
        self.facts = facts
        self.certname = certname
        self.registry = registry
        self.programs = ProgramCache() if programs is None else programs
        self.modulepath = list(modulepath)
        self.environment = environment
        self.environment_folder = environment_folder
        self.settings = dict(settings or {})
        self.reads: dict[tuple[str, str], None] = {}
        self._make_data, self._make_ruby, self._command = data, ruby, command
        self._data: Data | None = None
        self._ruby: Ruby | None = None
        self._modules: dict[str, Path] | None = None
        self._texts: dict[str, str] = {}
        self._found: dict[tuple[str, str], Path | None] = {}

    # ---- the host

    def fact(self, name: str) -> Any:
        """A fact's value, or NOT_FOUND."""
        self.reads["fact", name] = None
        return self.facts.get(name, NOT_FOUND)

    @property
    def server_facts(self) -> dict[str, Any]:
        """What the side that compiles says about itself."""
        facts = {"serverversion": "7.23.0", "servername": self.certname}
        address = self.facts.get("ipaddress") or (self.facts.get("networking") or {}).get("ip")
        if address is not None:
            facts["serverip"] = address
        return {**facts, "environment": self.environment}

    @property
    def trusted(self) -> dict[str, Any]:
        """What is known of the host beyond its own word."""
        hostname, _, domain = self.certname.partition(".")
        return {
            "authenticated": "remote",
            "certname": self.certname,
            "extensions": {},
            "hostname": hostname,
            "domain": domain or None,
            "external": {},
        }

    # ---- files

    def read_text(self, path: Path | str) -> str:
        """The text of a file, read once. Raises OSError, and CompileError for what is not UTF-8."""
        name = str(path)
        found = self._texts.get(name)
        if found is None:
            self.reads["file", name] = None
            try:
                found = self._texts[name] = Path(name).read_bytes().decode()
            except UnicodeDecodeError as error:
                raise CompileError(f"{path} is not UTF-8 (byte {error.start})") from None
        return found

    def read_bytes(self, path: Path | str) -> bytes:
        """What a file holds. Raises OSError."""
        self.reads["file", str(path)] = None
        return Path(path).read_bytes()

    def exists(self, path: Path | str) -> bool:
        """Whether there is a file or folder."""
        self.reads["path", str(path)] = None
        return Path(path).exists()

    def glob(self, pattern: str) -> list[str]:
        """The files that a pattern matches, sorted."""
        from glob import glob

        self.reads["path", pattern] = None
        found = glob(pattern, recursive=True)  # noqa: PTH207 - the pattern is the whole path
        return sorted(path for path in found if Path(path).is_file())

    def run(self, command: list[str]) -> str:
        """What a command prints. Raises CompileError where it fails, or commands may not be run."""
        self.reads["command", " ".join(command)] = None
        if self._command is None:
            raise CompileError(f"commands may not be run here: {' '.join(command)}")
        return self._command(command)

    @property
    def modules(self) -> dict[str, Path]:
        """The folder of each module, by name."""
        if self._modules is None:
            self._modules = {}
            for folder in self.modulepath:
                for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
                    if entry.is_dir():
                        self._modules.setdefault(entry.name, entry)
        return self._modules

    def module_file(self, kind: str, name: str) -> Path | None:
        """The file `name` (`module/path`) in a module's folder `kind` (`files`, `templates`); None where it is not.

        A name that leads out of that folder is none of the module's files.
        """
        try:
            return self._found[kind, name]
        except KeyError:
            found = self._found[kind, name] = self._find(kind, name)
            return found

    def _find(self, kind: str, name: str) -> Path | None:
        module, _, rest = name.partition("/")
        folder = self.modules.get(module)
        if folder is None or not rest or ".." in rest.split("/"):
            return None
        path = folder / kind / rest
        return path if path.exists() else None

    def find_template(self, name: str) -> str | None:
        """The path of a template, `module/path` or absolute; None where it is not."""
        path = Path(name) if name.startswith("/") else self.module_file("templates", name)
        return str(path) if path is not None and path.is_file() else None

    # ---- data and Ruby

    def bind(self, key: str, scope: Scope) -> Any:
        """What data binds to a class's parameter, or NOT_FOUND."""
        self.reads["data", key] = None
        return NOT_FOUND if self.data is None else self.data.bind(key, scope)

    @property
    def data(self) -> Data | None:
        """The data, or None where there is none."""
        if self._data is None and self._make_data is not None:
            self._data = self._make_data(self)
        return self._data

    @property
    def ruby(self) -> Ruby | None:
        """The Ruby worker, or None where there is none."""
        if self._ruby is None and self._make_ruby is not None:
            self._ruby = self._make_ruby(self)
        return self._ruby

    def expect_ruby(self) -> None:
        """Let Ruby get ready, since it is going to be needed."""
        self._ruby = self.ruby

    def find_type(self, name: str) -> TypeSignature | None:
        """The surface of a native type: ours, else one out of a module, else what little is known of Puppet's."""
        found = self.registry.find(name)
        if (found is None or found.is_surface) and self.ruby is not None:
            found = self.ruby.find_type(name) or found
        return found

    def has_ruby_type(self, name: str) -> bool:
        """Whether a module has a native type of the name, written in Ruby."""
        return any((folder / "lib" / "puppet" / "type" / f"{name}.rb").is_file() for folder in self.modules.values())

    def close(self) -> None:
        """Give back what was taken: the Ruby worker ends."""
        if self._ruby is not None:
            self._ruby.end()
