"""Quoting for the shell."""

from __future__ import annotations

import re
from typing import Any, Final

from bunraku.language.errors import CompileError
from bunraku.language.functions import legacy
from bunraku.language.functions.ruby_text import described, flattened

_SAFE: Final = re.compile(r"[a-zA-Z0-9@%_+=:,./-]+")
_UNSAFE_IN_DOUBLE_QUOTES: Final = re.compile(r'[!"`$\\]')


@legacy("shellquote", -1)
def shellquote(scope: Any, *words: Any) -> str:
    """The words as one command line, each quoted where it has to be."""
    return " ".join(map(_quoted, flattened(words)))


def _quoted(word: Any) -> str:
    if not isinstance(word, str):
        raise CompileError(f"undefined method `length' for {described(word)}")
    if _SAFE.fullmatch(word):
        return word
    if not _UNSAFE_IN_DOUBLE_QUOTES.search(word):
        return f'"{word}"'
    if "'" not in word:
        return f"'{word}'"
    return '"' + _UNSAFE_IN_DOUBLE_QUOTES.sub(r"\\\g<0>", word) + '"'
