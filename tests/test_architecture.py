"""The house rules that can be read off the imports: which room may know which, and what only `system/` may call.

docs/architecture.md tells the same rules; its tables are held to what stands here and in pyproject.toml.
"""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "bunraku"

MAY_IMPORT = {
    "system": set(),
    "catalog": set(),
    "etcd": {"system"},
    "formats": {"catalog"},
    "language": {"catalog", "formats"},
    "ruby": {"catalog", "system"},
    "hiera": {"catalog", "formats", "language", "system"},
    "facts": {"formats", "system"},
    "resources": {"catalog", "system", "etcd", "rkt"},
    "engine": {"catalog", "resources", "system"},
    "confd": {"etcd", "system"},
    "flannel": {"etcd", "system"},
    "coreos": {"catalog"},
    "images": {"system"},
    "rkt": {"images", "system"},
    "inventory": {"catalog", "system"},
}
OPEN_ROOMS = {"cli", "api", "testing"}
"""The composing ends: `cli` and the library's face join the rooms; `testing` stands in for them."""

FILES = sorted(SOURCE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_rooms(tree: ast.AST) -> set[str]:
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    names += [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    return {n.split(".")[1] for n in names if n.startswith("bunraku.") and n.count(".")}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_room_imports_only_the_rooms_it_may(path: Path) -> None:
    room = room_of(path)
    if room in OPEN_ROOMS or path.name == "__init__.py" and path.parent == SOURCE:
        return
    assert room in MAY_IMPORT, f"{room} is a room that the house does not know"
    forbidden = imported_rooms(ast.parse(path.read_text())) - MAY_IMPORT[room] - {room}
    assert not forbidden, f"{room} may not import {sorted(forbidden)}"


def outside_calls(tree: ast.AST) -> list[str]:
    """Calls that only `system/` may make."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name == "subprocess"]
        if isinstance(node, ast.ImportFrom) and node.module == "subprocess":
            found.append("subprocess")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            if node.attr in ("rename", "replace", "fork", "system", "popen", "posix_spawn"):
                found.append(f"os.{node.attr}")
    return found


@pytest.mark.parametrize("path", [p for p in FILES if room_of(p) != "system"], ids=lambda p: str(p.relative_to(SOURCE)))
def test_only_system_forks_and_renames(path: Path) -> None:
    assert outside_calls(ast.parse(path.read_text())) == []


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of docs/architecture.md, without its head."""
    text = (ROOT / "docs" / "architecture.md").read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_table_of_rooms_says_what_is_held_here() -> None:
    told = {room.strip("`/"): set(may.split(", ")) - {"–", "standard library"} for room, _, may in rows("Rooms")}
    assert told.pop("cli") == {"any room"}
    assert told == MAY_IMPORT
    assert {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()} <= set(told) | OPEN_ROOMS


def test_the_table_of_dependencies_names_each() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    told = {name for row in rows("Dependencies") for name in row[0].split(", ")}
    assert told == {re.split("[<>=!~ ]", need)[0] for need in needed}
