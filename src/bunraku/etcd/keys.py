"""What is stored under a key, and how keys and prefixes are written on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A key as etcd holds it. `revision` is that of its last change; `version` counts changes since it was created."""

    key: str
    value: bytes
    revision: int
    create_revision: int
    version: int
    lease: int

    @classmethod
    def of(cls, kv: Any) -> KeyValue:
        """From the wire's message."""
        return cls(decode(kv.key), kv.value, kv.mod_revision, kv.create_revision, kv.version, kv.lease)


def encode(text: str | bytes) -> bytes:
    """A key or value as bytes; the inverse of `decode`."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """A key as str; bytes that are not UTF-8 become surrogate escapes, so that nothing is lost."""
    return data.decode("utf-8", "surrogateescape")


def prefix_range(prefix: str | bytes) -> tuple[bytes, bytes]:
    """(key, range_end) for all keys that begin with `prefix`; the empty prefix means every key."""
    start = encode(prefix)
    return start or b"\0", after_prefix(start)


def after_prefix(prefix: bytes) -> bytes:
    """The first key behind all those that begin with `prefix`; b"\\0" (etcd: no end) if there is none."""
    head = prefix.rstrip(b"\xff")
    return head[:-1] + bytes([head[-1] + 1]) if head else b"\0"


def widest(prefixes: Iterable[str]) -> list[str]:
    """`prefixes` without those that another one covers, sorted: together they name each key once."""
    kept: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not (kept and prefix.startswith(kept[-1])):
            kept.append(prefix)
    return kept
