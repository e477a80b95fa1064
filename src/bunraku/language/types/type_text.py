"""The plain part of type expressions in text, read without the parser: names, literals, brackets and braces.

A catalog out of the program cache needs no parser, and loading it takes longer than reading all signatures of
functions. What is not plain (escapes, comments, operators, mistakes too) is left to the parser.
"""

from __future__ import annotations

import re
from typing import Any

from bunraku.catalog.values import DEFAULT
from bunraku.language import nodes
from bunraku.language.keywords import KEYWORDS

_TOKEN = re.compile(
    r"""(?P<space>\s*)(?:
      (?:
        (?P<type> [A-Z]\w*(?:::[A-Z]\w*)* )
      | (?P<word> [a-z]\w* )
      | (?P<float> (?:0|[1-9]\d{0,8})\.\d{1,9} )
      | (?P<integer> 0|[1-9]\d{0,17} )
      ) (?!\w|::)
    | '(?P<single> [^'\\]* )'
    | "(?P<double> [^"\\$]* )"
    | /(?P<regex> (?:[^/\\\n]|\\[^/\n])+ )/
    | (?P<mark> => | [][{},-] )
    )""",
    re.VERBOSE | re.ASCII,
)
_LITERALS = {"default": DEFAULT, "undef": None, "true": True, "false": False}


class _NotPlainError(Exception):
    """The text is for the parser."""


def read(text: str) -> nodes.Node | None:
    """The node of a type, array or hash; None where the text is not plain. All places are 0."""
    try:
        reader = _Reader(text)
        if reader.kind in ("type", "[", "{"):
            node = reader.value()
            return None if reader.kind else node
    except (_NotPlainError, RecursionError):
        pass
    return None


class _Reader:
    """One walk over a text.

    kind: of the token that comes next: a name of `_TOKEN`'s, or the mark itself; "" at the end. token: its text.
    spaced: whether there is white space before it.
    """

    def __init__(self, text: str) -> None:
        self._text = text.rstrip()
        self._at = 0
        self.step()

    def step(self) -> None:
        """Go on to the next token."""
        self.kind = self.token = ""
        if self._at < len(self._text):
            found = _TOKEN.match(self._text, self._at)
            if found is None:
                raise _NotPlainError
            name = found.lastgroup or ""
            self.token = found[name]
            self.kind = self.token if name == "mark" else name
            self.spaced = bool(found["space"])
            self._at = found.end()

    def value(self) -> nodes.Node:
        """The value that begins here, with the parameters behind a type's name."""
        kind, token = self.kind, self.token
        if kind == "[":
            return nodes.Array(0, self._list())
        if kind == "{":
            return self._hash()
        self.step()
        if kind == "-" and self.kind in ("integer", "float"):
            return nodes.Unary(0, "-", self.value())
        if kind == "type":
            name = nodes.TypeName(0, token)
            return nodes.Access(0, name, self._list()) if self.kind == "[" and not self.spaced else name
        if kind == "word" and token not in KEYWORDS and token not in _LITERALS:
            return nodes.Name(0, token)
        if kind == "regex":
            return nodes.Regex(0, token)
        return nodes.Literal(0, self._literal(kind, token))

    def _literal(self, kind: str, token: str) -> Any:
        if kind in ("single", "double"):
            return token
        if kind in ("integer", "float"):
            return int(token) if kind == "integer" else float(token)
        if kind == "word" and token in _LITERALS:
            return _LITERALS[token]
        raise _NotPlainError

    def _list(self) -> list[nodes.Node]:
        items: list[nodes.Node] = []
        while self.kind != "]":
            self.step()  # over the bracket, or a comma
            items.append(self.value())
            self._expect(",", "]")
        self.step()
        return items

    def _hash(self) -> nodes.Hash:
        pairs: list[tuple[nodes.Node, nodes.Node]] = []
        self.step()
        while self.kind != "}":
            key = self._key()
            self._expect("=>")
            self.step()
            pairs.append((key, self.value()))
            self._expect(",", "}")
            if self.kind == ",":
                self.step()
        self.step()
        return nodes.Hash(0, pairs)

    def _key(self) -> nodes.Node:
        """The key of a hash: `type` and `function` are strings there."""
        if self.token not in ("type", "function"):
            return self.value()
        word = nodes.Literal(0, self.token)
        self.step()
        return word

    def _expect(self, *kinds: str) -> None:
        if self.kind not in kinds:
            raise _NotPlainError
