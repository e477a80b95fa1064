"""The surface of resource types that modules write in Ruby, remembered on disk.

A remembered surface holds as long as every file that was read for it (the type's, and the module's files that it
requires) is what it was; then no Ruby is started.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from bunraku.catalog.signature import ParameterSignature, TypeSignature
from bunraku.ruby.worker import Worker
from bunraku.system.cache import Cache

_FORM = "3"
"""Changes when what is remembered changes its form."""


def find(name: str, modules: Iterable[str]) -> str | None:
    """The file of the type `name` (lower case) in the first of the modules' folders that has one."""
    for module in modules:
        path = f"{module}/lib/puppet/type/{name}.rb"
        if Path(path).is_file():
            return path
    return None


def read(name: str, path: str, worker: Worker, modules: Iterable[str], cache: Cache | None = None) -> TypeSignature:
    """The signature of the type `name`, declared in the file at `path`. Raises RubyError, RubyMissing."""
    key = _key(path)
    surface = _remembered(key, cache)
    if surface is None:
        surface = worker.read_type(name, path)
        if cache is not None:
            reads = {file: _digest(file) for file in surface["reads"]}
            cache.put(key, orjson.dumps({"reads": reads, "surface": surface}))
    return _signature(name, surface, _has_provider(name, modules))


def _signature(name: str, surface: dict[str, Any], has_provider: bool) -> TypeSignature:
    parameters = {
        attribute: ParameterSignature(attribute, doc, is_property)
        for attribute, is_property, doc in surface["parameters"]
    }
    if has_provider:
        parameters.setdefault("provider", ParameterSignature("provider"))
    return TypeSignature(
        name,
        parameters,
        tuple(surface["namevars"]),
        tuple((pattern, tuple(attributes)) for pattern, attributes in surface["title_patterns"]),
        isomorphic=surface["isomorphic"],
        doc=surface["doc"],
    )


def _has_provider(name: str, modules: Iterable[str]) -> bool:
    """Whether a provider's file in some module gives the type its `provider` parameter."""
    for module in modules:
        providers = Path(module, "lib", "puppet", "provider", name).glob("*.rb")
        if any(b".provide" in _content(provider) for provider in providers):
            return True
    return False


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _digest(path: str) -> str:
    return sha256(_content(Path(path))).hexdigest()


def _key(path: str) -> str:
    return sha256(f"{_FORM}\0{Path(path).absolute()}".encode()).hexdigest()


def _remembered(key: str, cache: Cache | None) -> dict[str, Any] | None:
    """The surface, where every file that it was read from is what it was."""
    entry = None if cache is None else cache.get(key)
    if entry is None:
        return None
    try:
        known = orjson.loads(entry)
        if all(_digest(path) == digest for path, digest in known["reads"].items()):
            surface: dict[str, Any] = known["surface"]
            return surface
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # not of this form
    return None
