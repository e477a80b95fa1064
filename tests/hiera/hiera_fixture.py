"""The fixture's files as a compilation would offer them, with the Ruby functions of its modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from glob import glob
from pathlib import Path
from typing import Any

from bunraku.language import types
from bunraku.language.errors import CompileError
from bunraku.ruby.errors import RubyError
from bunraku.ruby.worker import Worker

FIXTURE = Path(__file__).parent / "fixture"


class FixtureScope:
    """Variables, and the functions `new` and those of modules."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.key = id(self)
        self.values = values

    def lookup(self, name: str) -> Any:
        return self.values.get(name.removeprefix("::"))

    def fact(self, name: str) -> Any:
        return self.values.get("facts", {}).get(name)

    def has(self, name: str) -> bool:
        return name.removeprefix("::") in self.values

    def call_function(self, name: str, arguments: list[Any], block: Any = None) -> Any:
        assert name == "new"
        kind, value = arguments
        if str(kind) == "Array":
            return [[key, item] for key, item in value.items()]
        try:
            return int(value, 0)
        except ValueError:
            raise CompileError(f"The string '{value}' cannot be converted to Integer") from None


class FixtureSurroundings:
    def __init__(self, folder: Path = FIXTURE) -> None:
        self.folder = folder
        self.hiera_config: str | None = str(folder / "hiera.yaml")
        self.environment = "production"
        self.environment_folder: str | None = None
        self.modules = {path.name: str(path) for path in sorted((folder / "modules").glob("*"))}
        self.worker = Worker(self.modules)
        self.warnings: list[str] = []
        self.reads: list[str] = []

    def read_text(self, path: str) -> str:
        self.reads.append(path)
        return Path(path).read_text()

    def exists(self, path: str) -> bool:
        return Path(path).exists()

    def glob(self, pattern: str) -> list[str]:
        return sorted(path for path in glob(pattern) if Path(path).is_file())

    def find_function(self, name: str, scope: FixtureScope) -> Callable[..., Any] | None:
        module, _, simple = name.partition("::")
        path = Path(self.modules.get(module, "/none"), "lib/puppet/functions", module, f"{simple}.rb")
        if not path.exists():
            return None
        function = self.worker.load_function(name, str(path), path.read_text(), scope)  # type: ignore[arg-type]

        def call(*arguments: Any) -> Any:
            try:
                return self.worker.call(function, 0, list(arguments), scope)  # type: ignore[arg-type]
            except RubyError as error:
                raise CompileError(error.message) from None

        return call

    def parse_type(self, text: str) -> Any:
        return types.parse(text)

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def fresh() -> Iterator[FixtureSurroundings]:
    made = FixtureSurroundings()
    yield made
    made.worker.end()
