"""Random numbers and strings that are the same for the same seed, or for the same host."""

from __future__ import annotations

import hashlib
import random
from typing import Any, Final

from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.randomness import RubyRandom, fqdn_rand, host_name, seeded
from bunraku.language.functions.stdlib import renamed, wrong_count

_DIGITS: Final = "0123456789"
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@function("stdlib::seeded_rand", "Integer[1] max, String seed")
def seeded_rand(scope: Any, limit: int, seed: str) -> int:
    """A number from 0 to limit - 1."""
    return seeded(seed).below(limit)


@function("stdlib::seeded_rand_string", "Integer[1] length, String seed, String[2] ?charset")
def seeded_rand_string(scope: Any, length: int, seed: str, charset: str = _DIGITS + _UPPER.lower() + _UPPER) -> str:
    """A string of `length` characters out of `charset`."""
    generator = RubyRandom(int(hashlib.sha256(seed.encode()).hexdigest(), 16))
    return "".join(charset[generator.below(len(charset))] for _ in range(length))


@function("stdlib::fqdn_rand_string", "Integer[1] length, Optional[String] ?charset, Any *seed")
def fqdn_rand_string(scope: Any, length: int, charset: str | None = None, *seeds: Any) -> str:
    """A string of `length` characters out of `charset` that is the host's own."""
    chars = charset or _DIGITS + _UPPER + _UPPER.lower()
    picks = (fqdn_rand(scope, len(chars), ruby.joined([*seeds, i + 1], ":")) for i in range(length))
    return "".join(chars[pick] for pick in picks)


@function("stdlib::fqdn_rotate", "String input, Variant[Integer,String] *seeds")
def fqdn_rotate_text(scope: Any, text: str, *seeds: Any) -> str:
    """The string, turned round by a number of characters that is the host's own."""
    return "".join(_rotated(scope, list(text), [list(seeds)]))


@function("stdlib::fqdn_rotate", "Array input, Variant[Integer,String] *seeds")
def fqdn_rotate_array(scope: Any, array: list[Any], *seeds: Any) -> list[Any]:
    """The array, turned round by a number of elements that is the host's own."""
    return _rotated(scope, array, list(seeds))


def _rotated(scope: Any, values: list[Any], seeds: list[Any]) -> list[Any]:
    if len(values) <= 1:
        return values
    offset = seeded(ruby.joined([host_name(scope), seeds], ":")).below(len(values))
    return values[offset:] + values[:offset]


for _name in ("seeded_rand", "seeded_rand_string", "fqdn_rand_string", "fqdn_rotate"):
    renamed(_name)


@legacy("shuffle", -1)
def shuffle(scope: Any, *arguments: Any) -> Any:
    """The elements or characters in another order at every call."""
    if not arguments:
        raise wrong_count("shuffle", arguments, "1")
    value = arguments[0]
    if not isinstance(value, list | str):
        raise CompileError("shuffle(): Requires either array or string to work with")
    shuffled = random.SystemRandom().sample(list(value), len(value))
    return "".join(shuffled) if isinstance(value, str) else shuffled
