"""Files of modules and of the host that compiles: `file`, `find_file`, `generate` and the like."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import Binary
from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby


def found(scope: Any, kind: str, name: str) -> str | None:
    """The path of a file: `module/path` is in the module's folder `kind`, an absolute path is itself."""
    if name.startswith("/"):
        return name if scope.compiler.inputs.exists(name) else None
    path = scope.compiler.inputs.module_file(kind, name)
    return None if path is None else str(path)


def read(scope: Any, path: str) -> str:
    """The text of a file. Raises CompileError for one that cannot be read."""
    try:
        return str(scope.compiler.inputs.read_text(path))
    except OSError as error:
        raise CompileError(f"Could not read {path}: {error.strerror}") from None


@legacy("file", -2)
def file(scope: Any, *names: Any) -> str:
    """The text of the first of the files that exists."""
    for name in names:
        path = found(scope, "files", ruby.text_of(name))
        if path is not None:
            return read(scope, path)
    raise CompileError(f"Could not find any files from {ruby.joined(names, ', ')}")


@function("binary_file", "String path")
def binary_file(scope: Any, name: str) -> Binary:
    """The bytes of a file."""
    path = found(scope, "files", name)
    if path is None:
        raise CompileError(f"binary_file(): The given file '{name}' does not exist")
    try:
        return Binary(scope.compiler.inputs.read_bytes(path))
    except OSError as error:
        raise CompileError(f"Could not read {path}: {error.strerror}") from None


def _finds(name: str, kind: str) -> None:
    """Registers a function that gives the path of the first file that exists, or undef."""

    @function(name, "String *paths")
    def find_first(scope: Any, *names: str) -> str | None:
        return next(filter(None, (found(scope, kind, n) for n in names)), None)

    find_first.__doc__ = f"The path of the first of the {kind} (`MODULE/NAME`, or absolute) that exists, or undef."

    function(name, "Array[String] *paths_array")(lambda scope, names: find_first(scope, *names))


_finds("find_file", "files")
_finds("find_template", "templates")


@function("module_directory", "String *names")
def module_directory(scope: Any, *names: str) -> str | None:
    """The folder of the first of the modules that exists, or undef."""
    modules = scope.compiler.inputs.modules
    return next((str(modules[n]) for n in names if n in modules), None)


@function("module_directory", "Array[String] *names")
def module_directory_of_array(scope: Any, names: list[str]) -> str | None:
    """The same for the names in an array."""
    return module_directory(scope, *names)  # type: ignore[no-any-return]


@legacy("generate", -2)
def generate(scope: Any, *words: Any) -> str:
    """What a command of the compiling host prints; it is named with its path, and no shell sees it."""
    command = [ruby.to_s(word) for word in words]
    if not command[0].startswith("/"):
        raise CompileError("Generators must be fully qualified")
    if not all(c.isalnum() or c in "-/_.+" for c in command[0]):
        raise CompileError("Generators can only contain alphanumerics, file separators, and dashes")
    if ".." in command[0]:
        raise CompileError("Can not use generators with '..' in them.")
    return str(scope.compiler.inputs.run(command))
