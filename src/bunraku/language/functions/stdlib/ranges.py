"""Ranges of numbers and strings, elements by their indices, the middle of three numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.regex import compiled
from bunraku.language.functions.stdlib import wrong_count

_RANGE: Final = r"^(\w+)(\.\.\.?|-)(\w+)$"
_INDICES: Final = r"^(\d+)(\.\.\.?|-)(\d+)$"
_LONGEST_RANGE: Final = 1_000_000


@legacy("range", -1)
def range_(scope: Any, *arguments: Any) -> list[Any]:
    """The numbers, or strings as `succ` makes them, from one to another, by steps; "a..c" is read too."""
    if not arguments:
        raise CompileError("range(): Wrong number of arguments given (0 for 1)")
    first: Any
    if len(arguments) > 1:
        first, last, step = (*arguments, 1)[:3]
        step, exclusive = abs(ruby.to_i(step)), False
        if step == 0:
            raise CompileError("range(): 3rd arg (step size) must be a non zero integer (e.g. 1 or -1)")
    else:
        value = arguments[0]
        if not isinstance(value, str):
            raise CompileError(f"undefined method `match' for {ruby.described(value)}")
        match = compiled(_RANGE).search(value)
        if match is None:
            problem = (
                "Unable to compute range from the value" if compiled("^.+$").search(value) else "Unknown range format"
            )
            raise CompileError(f"range(): {problem}: {value}")
        (first, kind, last), step = match.groups(), 1
        exclusive = kind == "..."
    if compiled(r"^\d+$").search(ruby.to_s(first)):
        start, stop = ruby.to_i(first), ruby.to_i(last) - exclusive
        return list(range(start, min(stop, start + step * _LONGEST_RANGE - 1) + 1, step))
    return _text_range(ruby.to_s(first), ruby.to_s(last), exclusive)[::step]


def _text_range(first: str, last: str, exclusive: bool) -> list[str]:
    """Ruby's range of strings: the first, and its successors up to `last` while they are not longer than it."""
    if len(first) == len(last) == 1:
        return [chr(c) for c in range(ord(first), ord(last) + (not exclusive))]
    if first > last or (exclusive and first == last):
        return []
    result: list[str] = []
    text, beyond = first, successor(last)
    while text != beyond and len(result) < _LONGEST_RANGE:
        result.append(text)
        text = successor(text)
        if (exclusive and text == last) or len(text) > len(last) or not text:
            break
    return result


def successor(text: str) -> str:
    """Ruby's `String#succ`: the rightmost letter or digit is counted up, with a carry to those left of it."""
    chars = list(text)
    places = [i for i, c in enumerate(chars) if c.isascii() and c.isalnum()]
    if not places:
        return text[:-1] + chr(ord(text[-1]) + 1) if text else ""
    for n, i in enumerate(reversed(places)):
        first, last = ("a", "z") if chars[i].islower() else ("A", "Z") if chars[i].isupper() else ("0", "9")
        if chars[i] != last:
            chars[i] = chr(ord(chars[i]) + 1)
            return "".join(chars)
        chars[i] = first
        left = places[-n - 2] if n + 1 < len(places) else None
        if left is None or (i - left > 1 and not any(chars[j].isalnum() for j in range(left + 1, i))):
            if left is None:
                chars.insert(i, "1" if first == "0" else first)
                return "".join(chars)
    return "".join(chars)


@legacy("values_at", -1)
def values_at(scope: Any, *arguments: Any) -> list[Any]:
    """The elements at indices and ranges of indices ("1-3")."""
    if len(arguments) < 2:
        raise wrong_count("values_at", arguments, "2")
    array = arguments[0]
    if not isinstance(array, list):
        raise CompileError("values_at(): Requires array to work with")
    wanted = ruby.flattened([arguments[1]])
    if not wanted:
        raise CompileError("values_at(): You must provide at least one positive index to collect")
    indices = [i for text in map(ruby.to_s, wanted) for i in _indices(text, len(array))]
    return [array[i] for i in indices if array[i] is not None]


def _indices(text: str, size: int) -> Iterable[int]:
    match = compiled(_INDICES).search(text)
    if match:
        start, stop = int(match[1]), int(match[3])
        if start > stop:
            raise CompileError("values_at(): Stop index in given indices range is smaller than the start index")
        if stop > size - 1:
            raise CompileError("values_at(): Stop index in given indices range exceeds array size")
        return range(start, stop + (match[2] != "..."))
    if not compiled(r"^\d+$").search(text):
        raise CompileError("values_at(): Unknown format of given index")
    if ruby.to_i(text) > size - 1:
        raise CompileError("values_at(): Given index exceeds array size")
    return (ruby.to_i(text),)


@legacy("clamp", -2)
def clamp(scope: Any, *arguments: Any) -> int:
    """The middle one of three numbers."""
    values = ruby.flattened(arguments)
    if len(values) != 3:
        raise CompileError("clamp(): Wrong number of arguments, need three to clamp")
    for value in values:
        if isinstance(value, str) and not compiled(r"^\d+$").search(value):
            raise CompileError(f"clamp(): Required explicit numeric ({value}:String)")
        if isinstance(value, dict):
            raise CompileError(f"clamp(): The Hash type is not allowed ({ruby.to_s(value)})")
    return sorted(map(ruby.to_i, values))[1]
