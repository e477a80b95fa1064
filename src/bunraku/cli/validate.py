"""Check Puppet code without compiling it: every error of every file in one go.

  bunraku validate                      all manifests and templates below this folder
  bunraku validate site.pp modules/     these
  bunraku validate - < site.pp          code on standard input

Checked are *.pp and *.epp: syntax, and whatever can be told without facts and data. In a module (a folder with
metadata.json) also whether each definition stands where it would be looked for. Exit code: 0; 1 if there are errors.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunraku.language.errors import CompileError
    from bunraku.language.nodes import Program

_SKIPPED_FOLDERS = frozenset(["plans", "node_modules"])
"""Folders of a tree that hold other languages: plans are Bolt's."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku validate`."""
    parser.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="files and folders (default: this folder)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (text)")
    parser.add_argument(
        "--strict",
        choices=("off", "warning", "error"),
        default="warning",
        help="what doubtful code, such as a key given twice, is (warning)",
    )


def run(args: argparse.Namespace) -> int:
    """Check, and print what was found."""
    from bunraku import CompileError

    report = _JsonReport() if args.format == "json" else _TextReport()
    for name in args.paths:
        try:
            for path in _sources(name):
                _validate(path, args.strict, report)
        except OSError as error:
            problem = CompileError(f"cannot read {error.filename or name}: {error.strerror}")
            report.add("error", problem, None)
    report.end()
    return 1 if report.errors else 0


def _sources(name: str) -> Iterator[Path | None]:
    """The files that an argument means; None is standard input. Raises OSError."""
    if name == "-":
        yield None
        return
    root = Path(name)
    if not root.is_dir():
        yield root
        return
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED_FOLDERS and not each.startswith("."))
        for each in sorted(names):
            if each.endswith((".pp", ".epp")):
                yield Path(folder) / each


def _validate(path: Path | None, strict: str, report: _Report) -> None:
    """Check one file, and report what is wrong with it. Raises OSError."""
    from bunraku import CompileError
    from bunraku.language.parser import parse, parse_epp

    report.files += 1
    name = None if path is None else str(path)
    code = None
    try:
        code = _text(sys.stdin.buffer.read() if path is None else path.read_bytes(), name)
        program = parse_epp(code, name) if name and name.endswith(".epp") else parse(code, name)
    except CompileError as error:
        report.add("error", error, code)
        return
    for severity, message, pos in [*program.warnings, *_misplaced(program, path)]:
        level = strict if severity == "strict" else "error" if severity == "error" else "warning"
        if level != "off":
            line, column = program.place(pos)
            report.add(level, CompileError(message, file=name, line=line, column=column), code)


def _text(content: bytes, name: str | None) -> str:
    from bunraku import CompileError

    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CompileError(f"not UTF-8: byte {content[error.start]:#04x}", file=name, line=line) from None


def _misplaced(program: Program, path: Path | None) -> list[Any]:
    """Findings about definitions that stand in the wrong file of a module."""
    from bunraku.language.location import check_location

    if path is None or path.suffix != ".pp":
        return []
    path = path.absolute()
    for root in path.parents:
        if (root / "metadata.json").is_file():
            kind, *rest = path.relative_to(root).parts
            if kind not in ("manifests", "functions", "types"):
                return []
            return check_location(program, _namespace(root, rest))
    return []


def _namespace(root: Path, parts: list[str]) -> str:
    """What the names of definitions in a module's file begin with: `a::b` for a/manifests/b.pp."""
    *folders, leaf = parts
    stem = leaf.removesuffix(".pp")
    return "::".join([_module_name(root), *folders, *([] if parts == ["init.pp"] else [stem])]).lower()


def _module_name(root: Path) -> str:
    """A module's name: the last part of the name in its metadata.json, or else its folder's."""
    import json

    try:
        name = json.loads((root / "metadata.json").read_bytes())["name"]
    except (OSError, ValueError, LookupError, TypeError):
        return root.name
    return str(name).replace("-", "/").rpartition("/")[2]


class _Report:
    """Counts what is found; a subclass prints it."""

    def __init__(self) -> None:
        self.files = 0
        self.errors = 0
        self.warnings = 0

    def add(self, level: str, problem: CompileError, code: str | None) -> None:
        """Take in an error with the others of its file, or a warning. code: the file's text."""
        if level == "error":
            self.errors += 1 + len(problem.others)
        else:
            self.warnings += 1

    def end(self) -> None:
        """All files have been checked."""


class _TextReport(_Report):
    def add(self, level: str, problem: CompileError, code: str | None) -> None:
        from bunraku.cli.errors import render

        super().add(level, problem, code)
        print(render(problem, code, level=level.capitalize()), file=sys.stderr)

    def end(self) -> None:
        parts = [_count(self.files, "file"), _count(self.errors, "error"), _count(self.warnings, "warning")]
        print(" · ".join(parts))


class _JsonReport(_Report):
    def __init__(self) -> None:
        super().__init__()
        self._problems: list[dict[str, Any]] = []

    def add(self, level: str, problem: CompileError, code: str | None) -> None:
        super().add(level, problem, code)
        for each in (problem, *problem.others):
            place = {"file": each.file, "line": each.line, "column": each.column}
            self._problems.append({"severity": level, "message": each.message, **place, "hint": each.hint})

    def end(self) -> None:
        import json

        counts = {"files": self.files, "errors": self.errors, "warnings": self.warnings}
        print(json.dumps({**counts, "problems": self._problems}, indent=2))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
