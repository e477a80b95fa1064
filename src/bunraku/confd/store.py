"""The keys that a template sees: a snapshot of the back end, below the resource's prefix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bunraku.confd.template import FunctionError
from bunraku.confd.template.strings import to_bytes
from bunraku.confd.template.values import KVPair, KVPairs, Strings


class Store:
    """Keys (absolute paths) and their values, with the look-ups that templates know: `get`, `gets`, `ls` …"""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def exists(self, key: str) -> bool:
        """Whether there is such a key."""
        return key in self.values

    def get(self, key: str) -> KVPair:
        """The pair of `key`; FunctionError if there is none."""
        return KVPair(key, self.getv(key))

    def getv(self, key: str, *default: str) -> str:
        """The value of `key`, or the default; FunctionError if there is neither."""
        value = self.values.get(key)
        if value is not None:
            return value
        if default:
            return default[0]
        raise FunctionError(f"key does not exist: {key}")

    def gets(self, pattern: str) -> KVPairs:
        """The pairs whose keys match a pattern of Go's path.Match, by key; FunctionError if it is no pattern."""
        return KVPairs(KVPair(key, self.values[key]) for key in sorted(self._matching(pattern), key=to_bytes))

    def getvs(self, pattern: str) -> Strings:
        """The values of the matching keys, sorted."""
        return Strings(sorted((self.values[key] for key in self._matching(pattern)), key=to_bytes))

    def ls(self, path: str) -> Strings:
        """The names right below `path`: of keys and of folders alike. A key asked for itself gives its own name."""
        names = set()
        if path in self.values:
            names.add(path.rsplit("/", 1)[-1])
        names.update(rest.split("/", 1)[0] for rest in self._below(path))
        return Strings(sorted(names, key=to_bytes))

    def lsdir(self, path: str) -> Strings:
        """The names of the folders right below `path`."""
        return Strings(sorted({rest.split("/", 1)[0] for rest in self._below(path) if "/" in rest}, key=to_bytes))

    def _below(self, path: str) -> Iterator[str]:
        folder = path.rstrip("/") + "/"
        return (key[len(folder) :] for key in self.values if key.startswith(folder))

    def _matching(self, pattern: str) -> Iterator[str]:
        matches = path_pattern(pattern).fullmatch
        return (key for key in self.values if matches(key))


_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]", re.S)
_RANGE = re.compile(r"(\\.|[^\\\-])(?:-(\\.|[^\\\-]))?", re.S)


@lru_cache(1024)
def path_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of Go's path.Match: `*` and `?` stop at `/`, `[a-z]` and `[^a-z]`, a backslash takes the next as it is.

    Raises FunctionError for what is no pattern.
    """
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            match = _CLASS.match(pattern, at - 1)
            if match is None:
                raise FunctionError("syntax error in pattern")
            out.append(_class(match[1], match[2]))
            at = match.end()
        elif char == "\\":
            if at == len(pattern):
                raise FunctionError("syntax error in pattern")
            out.append(re.escape(pattern[at]))
            at += 1
        else:
            out.append(re.escape(char))
    return re.compile("".join(out), re.S)


def _class(negated: str, body: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(body):
        match = _RANGE.match(body, at)
        if match is None:
            raise FunctionError("syntax error in pattern")
        low, high = match[1][-1], (match[2] or match[1])[-1]
        if low <= high:
            out.append(f"{re.escape(low)}-{re.escape(high)}")
        at = match.end()
    if not out:
        return "[^/]" if negated else "(?!)"
    return f"[{negated}{''.join(out)}]"
