"""What the next compilation of the same code will need: what the last one did."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from bunraku.system.cache import Cache


class Foresight:
    """What one compilation expects to need of Ruby, and what it tells the next one.

    about: the texts that tell one compilation from others (manifest, module path, host). cache: None keeps nothing.
    expected: what the last such compilation noted; none where that is not known.
    """

    def __init__(self, cache: Cache | None, *about: str) -> None:
        self._cache = cache
        self._key = blake2b("\0".join(about).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
        kept = cache.get(self._key) if cache is not None else None
        self.expected: list[str] = sorted(kept.decode("ascii", "replace").split()) if kept else []

    def note(self, needed: Collection[str]) -> None:
        """Keep what was needed, where it was not foreseen."""
        if self._cache is not None and sorted(needed) != self.expected:
            self._cache.put(self._key, " ".join(sorted(needed)).encode())
