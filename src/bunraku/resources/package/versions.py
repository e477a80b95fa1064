"""Orders of versions: Debian's, RPM's and Python's, and ranges such as `>=1.2 <2.0` over any of them.

An order is a function of two versions: negative, 0 or positive, as the first is older, equal or newer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cmp_to_key
from typing import Any, TypeAlias

Order: TypeAlias = Callable[[str, str], int]

_TESTS: dict[str, Callable[[int], bool]] = {
    "<": lambda c: c < 0,
    "<=": lambda c: c <= 0,
    ">": lambda c: c > 0,
    ">=": lambda c: c >= 0,
}


def is_range(wanted: str) -> bool:
    """Whether a version is said as a range: `>=1.2 <2`."""
    return re.match(r"\s*[<>]", wanted) is not None


def in_range(version: str, wanted: str, order: Order) -> bool:
    """Whether `version` lies in a range of comparisons that all have to hold."""
    parts = re.findall(r"([<>]=?)\s*(\S+)", wanted)
    return bool(parts) and all(_TESTS[operator](order(version, bound)) for operator, bound in parts)


def best(versions: Iterable[str], wanted: str, order: Order) -> str | None:
    """The newest of `versions` that lies in the range `wanted`."""
    return newest((version for version in versions if in_range(version, wanted, order)), order)


def newest(versions: Iterable[str], order: Order) -> str | None:
    """The newest of `versions`; None of none."""
    return max(versions, key=cmp_to_key(order), default=None)


# Debian --------------------------------------------------------------------------------------------------------------


def debian(a: str, b: str) -> int:
    """Debian's order (deb-version(7))."""
    (epoch_a, a), (epoch_b, b) = _epoch(a), _epoch(b)
    if epoch_a != epoch_b:
        return epoch_a - epoch_b
    upstream_a, _, revision_a = a.rpartition("-") if "-" in a else (a, "", "0")
    upstream_b, _, revision_b = b.rpartition("-") if "-" in b else (b, "", "0")
    return _debian_part(upstream_a, upstream_b) or _debian_part(revision_a, revision_b)


def _epoch(version: str) -> tuple[int, str]:
    epoch, colon, rest = version.partition(":")
    return (int(epoch), rest) if colon and epoch.isdigit() else (0, version)


def _debian_part(a: str, b: str) -> int:
    words_a, words_b = re.findall(r"(\D*)(\d*)", a), re.findall(r"(\D*)(\d*)", b)
    for index in range(max(len(words_a), len(words_b))):
        letters_a, digits_a = words_a[index] if index < len(words_a) else ("", "")
        letters_b, digits_b = words_b[index] if index < len(words_b) else ("", "")
        key_a, key_b = [*map(_weight, letters_a), 0], [*map(_weight, letters_b), 0]
        if key_a != key_b:
            return -1 if key_a < key_b else 1
        difference = int(digits_a or 0) - int(digits_b or 0)
        if difference:
            return difference
    return 0


def _weight(char: str) -> int:
    """`~` sorts before the end of a part, letters before everything else."""
    return -1 if char == "~" else ord(char) if char.isalpha() else ord(char) + 256


# RPM -----------------------------------------------------------------------------------------------------------------


def rpm(a: str, b: str) -> int:
    """RPM's order (rpm-version(7)) of `[epoch:]version[-release]`; a release that one side lacks is not compared."""
    (epoch_a, a), (epoch_b, b) = _epoch(a), _epoch(b)
    if epoch_a != epoch_b:
        return epoch_a - epoch_b
    version_a, dash_a, release_a = a.partition("-")
    version_b, dash_b, release_b = b.partition("-")
    return _rpm_part(version_a, version_b) or (_rpm_part(release_a, release_b) if dash_a and dash_b else 0)


def _rpm_part(a: str, b: str) -> int:
    """Segments of digits or letters, compared in turn; `~` is older than nothing, `^` newer than nothing."""
    words_a, words_b = re.findall(r"\d+|[A-Za-z]+|[~^]", a), re.findall(r"\d+|[A-Za-z]+|[~^]", b)
    for index in range(max(len(words_a), len(words_b))):
        word_a = words_a[index] if index < len(words_a) else ""
        word_b = words_b[index] if index < len(words_b) else ""
        if word_a != word_b:
            kind_a, kind_b = _rpm_kind(word_a), _rpm_kind(word_b)
            if kind_a != kind_b:
                return kind_a - kind_b
            if word_a.isdigit():
                if int(word_a) != int(word_b):
                    return int(word_a) - int(word_b)
                continue
            return -1 if word_a < word_b else 1
    return 0


def _rpm_kind(word: str) -> int:
    if word in ("~", "", "^"):
        return ("~", "", "^").index(word)
    return 4 if word.isdigit() else 3


# Python --------------------------------------------------------------------------------------------------------------

_PYTHON = re.compile(
    r"v?(?:(\d+)!)?(\d+(?:\.\d+)*)"
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?"
    r"(?:(?:[-_.]?(?:post|rev|r)[-_.]?(\d*))|-(\d+))?"
    r"(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\Z",
    re.IGNORECASE,
)
_STAGES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_ENDLESS = float("inf")


def python(a: str, b: str) -> int:
    """Python's order (PEP 440); what is no version of that kind is older than all that is."""
    key_a, key_b = _python_key(a), _python_key(b)
    return (key_a > key_b) - (key_a < key_b)


def is_prerelease(version: str) -> bool:
    """Whether Python's installers pass a version over unless asked."""
    match = _PYTHON.match(version.strip())
    return match is not None and (match[3] is not None or match[7] is not None)


def _python_key(version: str) -> tuple[Any, ...]:
    match = _PYTHON.match(version.strip())
    if match is None:
        return (-1,)
    epoch, release, stage, number, post, dash, dev, dev_number, local = match.groups()
    numbers = [int(part) for part in release.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    has_post = post is not None or dash is not None
    if stage is not None:
        before = (_STAGES[stage.lower()], int(number or 0))
    else:
        # A development release of the version itself comes before its previews.
        before = (-1, 0) if dev is not None and not has_post else (3, 0)
    after = int(post or dash or 0) if has_post else -1
    under_way = int(dev_number or 0) if dev is not None else _ENDLESS
    parts = tuple((int(p), "") if p.isdigit() else (-1, p) for p in re.split(r"[-_.]", local or "") if p)
    return (int(epoch or 0), numbers, before, after, under_way, parts)
