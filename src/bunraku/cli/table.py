"""Tables for people: columns that line up, numbers to the right."""

from __future__ import annotations

from collections.abc import Sequence


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lines of columns under a header; a column whose cells are all numbers is set to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    right = [bool(rows) and all(isinstance(row[n], int) for row in rows) for n in range(len(header))]

    def line(words: Sequence[str]) -> str:
        padded = (w.rjust(width) if r else w.ljust(width) for w, width, r in zip(words, widths, right, strict=True))
        return "  ".join(padded).rstrip()

    return "\n".join([line(header), *map(line, cells)])


def size(count: int) -> str:
    """Bytes in human units: "20 KiB"."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
