"""Random numbers that a host gets again and again: seeded by its name.

Both Ruby and Python make them with the Mersenne Twister (MT19937), seeded alike by long integers. They differ in how
a number below a limit is made: Ruby takes the next 32 bits, masks them to the limit's length, and tries again while
the result is beyond the limit.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
from bunraku.language.functions.ruby_text import joined, to_i


class RubyRandom:
    """Ruby's `Random.new(seed)`, for seeds longer than 32 bits."""

    def __init__(self, seed: int) -> None:
        self._twister = random.Random(seed)

    def below(self, limit: int) -> int:
        """`rand(limit)`: an integer from 0 to limit - 1. Raises CompileError for a limit that is not positive."""
        if limit <= 0:
            raise CompileError(f"invalid argument - {limit}")
        most = limit - 1
        mask = (1 << most.bit_length()) - 1
        while True:
            value = self._bits(mask)
            if value <= most:
                return value

    def _bits(self, mask: int) -> int:
        if mask <= 0xFFFFFFFF:
            return self._twister.getrandbits(32) & mask if mask else 0
        high = self._twister.getrandbits(32) << 32
        return (high | self._twister.getrandbits(32)) & mask


def seeded(text: str) -> RubyRandom:
    """The generator that is seeded by the MD5 of `text`."""
    return RubyRandom(int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), 16))


def host_name(scope: Any) -> Any:
    """The host's fully qualified name, from its facts."""
    networking = (scope.lookup("facts") or {}).get("networking")
    return networking.get("fqdn") if isinstance(networking, dict) else None


@legacy("fqdn_rand", -2)
def fqdn_rand(scope: Any, limit: Any, seed: Any = None, downcase: Any = False, *rest: Any) -> int:
    """A number from 0 to limit - 1 that is the host's own; `seed` gives it another one."""
    name = host_name(scope)
    if downcase not in (None, False) and isinstance(name, str):
        name = name.lower()
    limit = to_i(limit)
    return seeded(joined([name, limit, seed], ":")).below(limit)
