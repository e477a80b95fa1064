"""Digests of strings, and the order of versions."""

from __future__ import annotations

import hashlib
from typing import Any

from bunraku.language.functions import legacy
from bunraku.language.functions.ruby_text import text_of


def _digest(name: str, algorithm: str) -> None:
    @legacy(name, 1)
    def hexadecimal(scope: Any, text: Any) -> str:
        """The text's checksum in hexadecimal: the one that the name tells, for `digest` SHA-256."""
        return hashlib.new(algorithm, text_of(text).encode(), usedforsecurity=False).hexdigest()


_digest("md5", "md5")
_digest("sha1", "sha1")
_digest("sha256", "sha256")
_digest("digest", "sha256")  # after the setting digest_algorithm, whose default this is
