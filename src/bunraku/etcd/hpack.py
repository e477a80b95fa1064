"""Header blocks of HTTP/2 (HPACK, RFC 7541), without the table of earlier headers.

- We allow the server a table of no entries (SETTINGS_HEADER_TABLE_SIZE 0), so what it sends stands for itself:
  literals, Huffman-coded or not, and the entries of the fixed table.
- What we send are literals alone, which every decoder takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

Field = tuple[str, str]


class BadBlock(ValueError):
    """A header block that cannot be read."""


def encode(fields: Iterable[Field]) -> bytes:
    """The block of these fields (names in lower case)."""
    out = bytearray()
    for name, value in fields:
        out += b"\0" + _literal(name) + _literal(value)
    return bytes(out)


def _literal(text: str) -> bytes:
    data = text.encode("latin-1")
    return _integer(len(data)) + data


def _integer(number: int) -> bytes:
    """A length after a zero bit (section 5.1)."""
    if number < 127:
        return bytes((number,))
    out = bytearray((127,))
    number -= 127
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def decode(block: bytes) -> list[Field]:
    """The fields of a block, in order. Raises `BadBlock`."""
    reader = _Reader(block)
    fields: list[Field] = []
    while reader.at < len(block):
        first = block[reader.at]
        if first & 0x80:
            fields.append(_fixed(reader.integer(7)))
        elif first & 0xE0 == 0x20:
            reader.integer(5)  # the size of a table that stays empty
        else:
            index = reader.integer(6 if first & 0x40 else 4)
            name = _fixed(index)[0] if index else reader.text()
            fields.append((name, reader.text()))
    return fields


def _fixed(index: int) -> Field:
    if not 0 < index <= len(FIXED):
        raise BadBlock(f"no header has the number {index}")
    return FIXED[index - 1]


class _Reader:
    """Takes a block apart, from `at` on."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self.at = 0

    def integer(self, bits: int) -> int:
        """A number in the last `bits` of the next byte, and in the bytes after it where it is larger."""
        most = (1 << bits) - 1
        number = self._byte() & most
        if number < most:
            return number
        for shift in range(0, 35, 7):
            byte = self._byte()
            number += (byte & 127) << shift
            if byte < 128:
                return number
        raise BadBlock("a number is too large")

    def text(self) -> str:
        """A name or a value."""
        coded = self.at < len(self._block) and self._block[self.at] & 0x80
        length = self.integer(7)
        data = self._block[self.at : self.at + length]
        if len(data) < length:
            raise BadBlock("the block ends too early")
        self.at += length
        return (_huffman(data) if coded else data).decode("latin-1")

    def _byte(self) -> int:
        if self.at >= len(self._block):
            raise BadBlock("the block ends too early")
        byte = self._block[self.at]
        self.at += 1
        return byte


def _huffman(data: bytes) -> bytes:
    """What a string says that is written in the code of appendix B; it is filled up with ones to whole bytes."""
    symbols = _symbols()
    out = bytearray()
    code, length = 0, 0
    for byte in data:
        for shift in range(7, -1, -1):
            code = code << 1 | byte >> shift & 1
            length += 1
            symbol = symbols.get((length, code))
            if symbol is not None:
                out.append(symbol)
                code, length = 0, 0
    if length > 7 or code != (1 << length) - 1:
        raise BadBlock("a string does not end with a whole letter")
    return bytes(out)


LENGTHS = (
    "ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXXBFFHIBDGFFDGDBBBAAABBBBBBBCDKBHFIBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJB"
    "KABABABBBACCBBBABCBAABCCCCCKGJIXPRPPRRRSRSSSSSTSTTRSTSSSSQRSRSSTRQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS"
    "VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWWPTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV"
)
"""Bits of the code of each byte, A for 5. Codes count up, shorter ones first, and equally long ones by byte; so the
lengths say it all."""


@cache
def _symbols() -> dict[tuple[int, int], int]:
    """Bytes by the length and the bits of their codes."""
    symbols: dict[tuple[int, int], int] = {}
    code, before = 0, 0
    for length, symbol in sorted((ord(letter) - ord("A") + 5, symbol) for symbol, letter in enumerate(LENGTHS)):
        code <<= length - before
        symbols[length, code] = symbol
        code, before = code + 1, length
    return symbols


FIXED: tuple[Field, ...] = (
    (":authority", ""),
    *((":method", method) for method in ("GET", "POST")),
    *((":path", path) for path in ("/", "/index.html")),
    *((":scheme", scheme) for scheme in ("http", "https")),
    *((":status", status) for status in ("200", "204", "206", "304", "400", "404", "500")),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    *(
        (name, "")
        for name in (
            *("accept-language", "accept-ranges", "accept", "access-control-allow-origin", "age", "allow"),
            *("authorization", "cache-control", "content-disposition", "content-encoding", "content-language"),
            *("content-length", "content-location", "content-range", "content-type", "cookie", "date", "etag"),
            *("expect", "expires", "from", "host", "if-match", "if-modified-since", "if-none-match", "if-range"),
            *("if-unmodified-since", "last-modified", "link", "location", "max-forwards", "proxy-authenticate"),
            *("proxy-authorization", "range", "referer", "refresh", "retry-after", "server", "set-cookie"),
            *("strict-transport-security", "transfer-encoding", "user-agent", "vary", "via", "www-authenticate"),
        )
    ),
)
"""The fixed table (appendix A), from number 1 on."""
