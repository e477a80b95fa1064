"""Quoting for the shell."""

from __future__ import annotations

import re
from typing import Any, Final

from bunraku.language.functions import legacy
from bunraku.language.functions.ruby_text import flattened, text_of

_SAFE: Final = re.compile(r"[a-zA-Z0-9@%_+=:,./-]+")
_UNSAFE_IN_DOUBLE_QUOTES: Final = re.compile(r'[!"`$\\]')


@legacy("shellquote", -1)
def shellquote(scope: Any, *words: Any) -> str:
    """The words as one command line, each quoted where it has to be."""
    return " ".join(_quoted(text_of(word)) for word in flattened(words))


def _quoted(word: str) -> str:
    if _SAFE.fullmatch(word):
        return word
    if not _UNSAFE_IN_DOUBLE_QUOTES.search(word):
        return f'"{word}"'
    if "'" not in word:
        return f"'{word}'"
    return '"' + _UNSAFE_IN_DOUBLE_QUOTES.sub(r"\\\g<0>", word) + '"'
