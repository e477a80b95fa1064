"""What can be managed: one file a resource type, its name the type's name.

`base` says what a type is and how one is added; `find` and `load` are how the compiler and the engine get at them.
A type is imported when it is first asked for. Helpers that several types share have a name with a leading
underscore.
May import: catalog, system, etcd.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bunraku.catalog.signature import TypeSignature
    from bunraku.resources.base import ResourceType

_HERE = Path(__file__).parent


@cache
def load(name: str) -> type[ResourceType] | None:
    """The type called `name` (lower case), or None where bunraku has none of that name."""
    if not name.isidentifier() or not ((_HERE / f"{name}.py").exists() or (_HERE / name / "__init__.py").exists()):
        return None
    from bunraku.resources.base import TYPES

    import_module(f"bunraku.resources.{name}")
    return TYPES.get(name)


@cache
def find(name: str) -> TypeSignature | None:
    """The surface of the type called `name` (lower case), for the compiler, or None where there is no such type.

    A type of Puppet's that is left to Puppet has its surface in `signatures`.
    """
    found = load(name)
    if found is not None:
        return found.signature()
    from bunraku.resources import signatures

    return signatures.find(name)


def names() -> list[str]:
    """The names of all types that can be applied, sorted."""
    files = [p.stem for p in _HERE.glob("*.py")] + [p.parent.name for p in _HERE.glob("*/__init__.py")]
    return sorted(name for name in files if not name.startswith("_") and load(name) is not None)
