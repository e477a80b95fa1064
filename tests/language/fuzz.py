"""Broken code by the thousand: mutations of the recorded cases, and what must hold for every one of them.

Whatever the input, parsing gives a program or a `CompileError` whose place is in the text, within the time limit.
`scripts/fuzz COUNT [SEED]` runs it; a failure prints the input and the seed that made it.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator

from cases import load

from bunraku.language.cache import dump
from bunraku.language.cache import load as read_back
from bunraku.language.errors import CompileError
from bunraku.language.parser import parse, parse_epp

TIME_LIMIT = 60.0
"""Seconds for one small input: a hang, not slowness, is what this finds."""

_SCRAPS = """
{ } ( ) [ ] | || << >> <<| |>> <| |> -> ~> <- <~ => +> = == =~ != !~ ! ? : :: ; , . .. * + - / % @ @@ $ $x $::a::b
" ' "${ ${ } # /* */ \\ \\u{41} \\u @(A) @("B"/nt) @(C:json) A|- | \n \r\n \t \0 \ufeff é 日 \u2028 0x 08 1.5e3 99999999
if else elsif unless case default class define node function type inherits and or in undef true false attr private
notice include File file Foo::Bar foo::bar foo-bar _x Integer[1,2] <% <%= <%- -%> %> <%# <%% %%>
"""
SCRAPS = _SCRAPS.split(" ")


def mutations(seed: int, count: int) -> Iterator[tuple[str, bool]]:
    """`count` inputs, each with whether it is a template; the same for the same seed."""
    chance = random.Random(seed)
    cases = [(str(case["code"]), bool(case.get("epp"))) for case in load()]
    for _ in range(count):
        text, is_template = chance.choice(cases)
        if chance.random() < 0.3:
            text += chance.choice(["\n", " ", ""]) + chance.choice(cases)[0]
        for _ in range(chance.randint(1, 6)):
            text = _mutated(text, chance)
        yield text, is_template ^ (chance.random() < 0.05)


def _mutated(text: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    end = min(len(text), at + chance.randint(1, 12))
    match chance.randrange(7):
        case 0:
            return text[:at] + text[end:]
        case 1:
            return text[:at] + text[at:end] * chance.randint(2, 9) + text[end:]
        case 2:
            return text[:at] + chance.choice(SCRAPS) + text[at:]
        case 3:
            return text[:at] + chr(chance.choice((chance.randrange(128), chance.randrange(0xD7FF)))) + text[end:]
        case 4:
            return text[:at]
        case 5:
            other = chance.randint(0, len(text))
            return text[:at] + text[other : other + 20] + text[at:]
        case _:
            # As bytes, what is no UTF-8 replaced: how a damaged file reaches the parser.
            octets = bytearray(text.encode())
            if octets:
                octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
            return octets.decode(errors="replace")


def check(text: str, *, is_template: bool = False) -> bool:
    """Hold one input to what must hold for all; whether it is a program. Raises AssertionError, or what parsing did."""
    start = time.monotonic()
    try:
        program = (parse_epp if is_template else parse)(text, "fuzz.pp")
    except CompileError as error:
        lines = text.split("\n")
        for each in (error, *error.others):
            assert each.message
            assert each.line is None or 1 <= each.line <= len(lines)
            assert each.column is None or 1 <= each.column <= len(lines[(each.line or 1) - 1]) + 2
        return False
    finally:
        assert time.monotonic() - start < TIME_LIMIT
    assert read_back(dump(program)) is not None
    return True


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
    programs = 0
    for number, (text, is_template) in enumerate(mutations(seed, count)):
        try:
            programs += check(text, is_template=is_template)
        except BaseException:
            print(f"input {number} of seed {seed}: {text!r} (template: {is_template})", file=sys.stderr)
            raise
    print(f"{count} inputs (seed {seed}): {programs} programs, {count - programs} errors with a place, nothing else")


if __name__ == "__main__":
    main()
