"""Numbers that are none."""

from __future__ import annotations

import re

from bunraku.language.lexer.tokens import LexError


def check_number(value: str, start: int) -> None:
    """Refuse a number that is none in its base: `0x` hexadecimal, `0` octal, else decimal or floating point."""
    if value.isdigit() and (value[0] != "0" or value == "0"):
        return
    if value[:2] in ("0x", "0X"):
        if not re.fullmatch(r"0[xX][0-9A-Fa-f]+", value):
            raise LexError(f"Not a valid hex number {value}", start)
    elif re.match(r"0[^.]", value):
        if not re.fullmatch(r"0[0-7]+", value):
            raise LexError(f"Not a valid octal number {value}", start)
    elif re.match(r"\d+[eE.]", value):
        if not re.fullmatch(r"\d+(?:\.\d+)?(?:[eE]-?\d+)?", value):
            raise LexError(f"Not a valid decimal number {value}", start)
    elif not re.fullmatch(r"\d+", value):
        raise LexError(f"Illegal number '{value}'", start)
