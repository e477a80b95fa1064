"""Comparison of version numbers, as packages of no particular system have them."""

from __future__ import annotations

import re
from typing import Any, Final

from bunraku.language.functions import function

_PART: Final = re.compile(r"[-.]|\d+|[^-.\d]+", re.ASCII)


@function("versioncmp", "String a, String b, Boolean ?ignore_trailing_zeroes")
def versioncmp(scope: Any, a: str, b: str, ignore_trailing_zeroes: bool = False) -> int:
    """-1, 0 or 1: which of two versions is the newer. `-` comes before `.`, and both before anything else."""
    if ignore_trailing_zeroes:
        a, b = _without_trailing_zeroes(a), _without_trailing_zeroes(b)
    return compare_versions(a, b)


def compare_versions(a: str, b: str) -> int:
    """The order of two versions, part by part."""
    for x, y in zip(_PART.findall(a), _PART.findall(b), strict=False):
        if x != y:
            return _order(x, y)
    return (a > b) - (a < b)


def _order(x: str, y: str) -> int:
    for separator in "-.":
        if separator in (x, y):
            return -1 if x == separator else 1
    if x.isdigit() and y.isdigit() and not (x.startswith("0") or y.startswith("0")):
        return (int(x) > int(y)) - (int(x) < int(y))
    x, y = x.upper(), y.upper()
    return (x > y) - (x < y)


def _without_trailing_zeroes(version: str) -> str:
    release, dash, rest = version.partition("-")
    return re.sub(r"[.0]+\Z", "", release) + dash + rest
