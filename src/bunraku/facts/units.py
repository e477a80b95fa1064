"""Quantities as facter writes them."""

from __future__ import annotations

from math import floor, log2, log10


def readable_bytes(count: int) -> str:
    """A number of bytes for people: `"1023 bytes"`, `"23.54 GiB"`."""
    if count < 1024:
        return f"{count} bytes"
    power = int(log2(count) / 10)
    number = floor(100 * count / 1024**power + 0.5) / 100
    if number == 1024:
        number, power = 1.0, power + 1
    return f"{number:.2f} {('KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB')[power - 1]}"


def readable_hertz(count: int) -> str | None:
    """A frequency for people: `"2.60 GHz"`; None for 0, which stands for unknown."""
    if count <= 0:
        return None
    power = int(log10(count)) // 3
    return f"{count / 1000**power:.2f} {('', 'k', 'M', 'G', 'T')[power]}Hz"


def percentage(part: int, whole: int) -> str:
    """`part` of `whole`: `"22.35%"`, `"100%"`, `"0%"`."""
    if part == whole:
        return "100%"
    return f"{part / whole * 100:.2f}%" if part > 0 else "0%"
