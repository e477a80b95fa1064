"""File modes as Puppet code writes them: octal digits, or symbolic changes as chmod takes them."""

from __future__ import annotations

import re
import stat
from typing import Any

_SYMBOLIC = re.compile(r"[ugoa]*([-+=][rwxXst]*[ugo]?)+\Z")
_BITS = {"r": 0o4, "w": 0o2, "x": 0o1}
_SHIFT = {"u": 6, "g": 3, "o": 0}


def mode(value: Any) -> int | str:
    """`"0644"` as a number, `"u=rw,g+r"` as it is. Raises ValueError for anything else."""
    if isinstance(value, str):
        if re.fullmatch(r"(?:0o)?[0-7]{1,4}|0[0-7]{4}", value):
            return int(value, 8)
        if value and all(_SYMBOLIC.match(clause) for clause in value.split(",")):
            return value
    if not isinstance(value, str):
        raise ValueError("The file mode specification must be a string, not a number; write '0644'")
    raise ValueError(f"The file mode specification is invalid: '{value}'; write it as a string such as '0644'")


def wanted(mode: int | str, current: int, is_folder: bool) -> int:
    """The bits that `mode` asks for on a file that has the bits `current`.

    In a folder whoever may read may search too, where the mode is in digits (as Puppet documents it).
    """
    if isinstance(mode, int):
        return mode | (mode & 0o444) >> 2 if is_folder else mode
    for clause in mode.split(","):
        who, changes = re.fullmatch(r"([ugoa]*)(.*)", clause).groups()  # type: ignore[union-attr]
        for operator, what in re.findall(r"([-+=])([rwxXstugo]*)", changes):
            current = _changed(current, who.replace("a", "ugo") or "ugo", operator, what, is_folder)
    return current


def _changed(current: int, who: str, operator: str, what: str, is_folder: bool) -> int:
    bits = mask = 0
    for letter in who:
        shift = _SHIFT[letter]
        mask |= 0o7 << shift
        for char in what:
            if char in _BITS:
                bits |= _BITS[char] << shift
            elif char == "X" and (is_folder or current & 0o111):
                bits |= 0o1 << shift
            elif char in _SHIFT:
                bits |= (current >> _SHIFT[char] & 0o7) << shift
    if "s" in what:
        bits |= (stat.S_ISUID if "u" in who else 0) | (stat.S_ISGID if "g" in who else 0)
    if "t" in what:
        bits |= stat.S_ISVTX
    if operator == "+":
        return current | bits
    if operator == "-":
        return current & ~bits
    return current & ~mask | bits


def octal(mode: int) -> str:
    """A mode as messages have it: `0644`."""
    return f"{mode:04o}"
