"""Parsed programs kept between runs: reading one back is several times quicker than parsing it.

Rules:
- The key is a digest of the code, of bunraku's version and of the tree's classes: what changes any of them is parsed
  anew. The file's name is no part of it.
- Only code without errors is kept; its warnings are kept with it.
- What comes from a store is data: only nodes and plain values are read back, whatever it says.
- This room touches no host: where the bytes are kept is the `Store` that it is given.
"""

from __future__ import annotations

import gc
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from io import BytesIO
from typing import Any, Protocol

import bunraku
from bunraku.catalog import values
from bunraku.language import nodes
from bunraku.language.nodes import Program


class Store(Protocol):
    """Where bytes are kept. Neither call raises; what was put may be gone when it is asked for."""

    def get(self, key: str) -> bytes | None:
        """The bytes of a key, or None."""

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes under a key."""


class ProgramCache:
    """Parses code, or finds the program that the same code gave before. store: None keeps nothing."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store

    def parse(self, text: str, file: str | None = None) -> Program:
        """The program of a manifest. Raises CompileError, as `parser.parse` does."""
        return self._program(text, file, "manifest")

    def parse_epp(self, text: str, file: str | None = None) -> Program:
        """The program of an EPP template. Raises CompileError, as `parser.parse_epp` does."""
        return self._program(text, file, "template")

    def _program(self, text: str, file: str | None, kind: str) -> Program:
        if self._store is None:
            return _parser(kind)(text, file)
        key = blake2b(f"{_EDITION}\0{kind}\0{text}".encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
        kept = self._store.get(key)
        program = kept and load(kept)
        if not program:
            program = _parser(kind)(text, file)
            with suppress(RecursionError):  # nested too deeply to be written down: it will be parsed again
                self._store.put(key, dump(program))
        program.file = file
        return program


def _parser(kind: str) -> Callable[[str, str | None], Program]:
    # Where every file is found in the cache, the parser is not even loaded.
    from bunraku.language.parser import parse, parse_epp

    return parse if kind == "manifest" else parse_epp


def _shape() -> str:
    """The names and fields of all nodes: a program of other ones cannot be read back."""
    return " ".join(f"{name}({' '.join(cls.fields())})" for name, cls in sorted(_NODES.items()))


_NODES = {name: cls for name, cls in vars(nodes).items() if isinstance(cls, type) and issubclass(cls, nodes.Node)}
_EDITION = f"{bunraku.__version__} {sys.version_info[:2]} {_shape()}"


def dump(program: Program) -> bytes:
    """A program as bytes. Raises RecursionError for one that is nested too deeply."""
    file, program.file = program.file, None
    try:
        return pickle.dumps(program, 5)
    finally:
        program.file = file


def load(content: bytes) -> Program | None:
    """The program that `dump` made bytes of; None for other bytes."""
    # A tree has no cycles, and the collector would walk all of the trees so far again and again while this one grows:
    # that would take twice as long as the reading itself.
    collecting = gc.isenabled()
    gc.disable()
    try:
        program = _Reader(BytesIO(content)).load()
    except Exception:  # noqa: BLE001 - bytes can be wrong in any way
        return None
    finally:
        if collecting:
            gc.enable()
    return program if isinstance(program, Program) else None


class _Reader(pickle.Unpickler):
    """Reads nodes and plain values, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if module == nodes.__name__ and name in _NODES:
            return _NODES[name]
        if module == values.__name__ and name == "DEFAULT":
            return values.DEFAULT
        raise pickle.UnpicklingError(f"{module}.{name}")
