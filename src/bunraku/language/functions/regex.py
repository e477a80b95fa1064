"""Ruby's methods that take a regular expression: `split`, `sub`, `gsub`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions.ruby_text import to_s
from bunraku.language.types.regexp import Regexp, compile_ruby

Pattern = re.Pattern[str]
_REFERENCE = re.compile(r"\\(?:k<([^>]+)>|([0-9&`'\\]))")


def compiled(pattern: Any) -> Pattern:
    """The pattern of a Regexp value, a `Regexp[…]` type, or of a text in Ruby's syntax.

    Raises CompileError for a text that Ruby refuses.
    """
    if isinstance(pattern, str):
        return compile_ruby(pattern)
    if isinstance(pattern, Regexp):
        return pattern.compiled
    return compile_ruby(pattern.pattern or "")


def split(text: str, pattern: Pattern) -> list[str]:
    """`String#split`: groups are among the parts, empty parts at the end are dropped.

    Where nothing but an empty match is found, and again right after, one character is split off.
    """
    parts: list[str] = []
    begin = start = 0
    empty_before = False
    while text and (match := pattern.search(text, start)):
        if match.start() == start == match.end():
            if not empty_before:
                start += 1
                empty_before = True
                if start > len(text):
                    break
                continue
            parts.append(text[begin : begin + 1])
            begin = start
        else:
            parts.append(text[begin : match.start()])
            begin = start = match.end()
        empty_before = False
        parts += [group for group in match.groups() if group is not None]
    if text:
        parts.append(text[begin:])
    while parts and not parts[-1]:
        parts.pop()
    return parts


def substitute(text: str, pattern: Pattern, replacement: str | Mapping[str, Any], *, every: bool) -> str:
    """`String#gsub` (`every`) or `String#sub`, with a replacement that may refer to groups, or a hash by match."""
    return pattern.sub(_replacer(replacement), text, count=0 if every else 1)


def _replacer(replacement: str | Mapping[str, Any]) -> Callable[[re.Match[str]], str]:
    if not isinstance(replacement, str):
        return lambda match: to_s(replacement.get(match[0]))
    if "\\" not in replacement:
        return lambda match: replacement
    return lambda match: _REFERENCE.sub(lambda reference: _referred(reference, match), replacement)


def _referred(reference: re.Match[str], match: re.Match[str]) -> str:
    """What `\\1`, `\\k<name>`, `\\&`, `` \\` ``, `\\'` and `\\\\` stand for in a replacement."""
    name, sign = reference.groups()
    if name is not None:
        if not name.isdigit() and name not in match.re.groupindex:
            raise CompileError(f"undefined group name reference: {name}")
        return match[int(name) if name.isdigit() else name] or ""
    if sign in "&0":
        return match[0]
    if sign == "`":
        return match.string[: match.start()]
    if sign == "'":
        return match.string[match.end() :]
    if sign == "\\":
        return "\\"
    # Where groups have names, their numbers stand for nothing.
    is_known = int(sign) <= match.re.groups and not match.re.groupindex
    return (match[int(sign)] or "") if is_known else ""
