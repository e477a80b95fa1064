"""Code: the loop that all tokens come from, and what takes more than one pattern."""

from __future__ import annotations

import re

from bunraku.language.keywords import KEYWORDS
from bunraku.language.lexer.heredocs import HeredocLexer
from bunraku.language.lexer.numbers import check_number
from bunraku.language.lexer.templates import TemplateLexer
from bunraku.language.lexer.tokens import BLANK, LexError, Tokens

_BEFORE_DIVISION = frozenset(
    [")", "]", "|>", "|>>", "NAME", "TYPE", "NUMBER", "STRING", "BOOLEAN", "END", "REGEX"] + ["VARIABLE", "WORD"]
)
"""The kinds after which a slash divides; elsewhere it begins a regular expression."""

_BARE = r"[a-z_](?:[\w-]*\w)?"

_TOKEN = rf"""
    (?: [{BLANK}\n]++ | \#[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+\*/ )*+
    (?:
      ((?:::)?+[a-z]\w*+(?:::[a-z]\w*+)*+(?!-+\w|::[a-z_]))        # 1 name or keyword
    | \$((?:::)?(?:\w+::)*\w+)                                     # 2 variable
    | '((?!'(?:\\\\)*')[^'\\]*+)'                                  # 3 single-quoted string without escapes
    | "((?!"(?:\\\\)*["$])[^"\\$]*+)"                              # 4 double-quoted string without escapes
    | (=>|[\]{{}}),;.] | :(?!:) | (?<![{BLANK}\n])(?<!\A)[\[(]            # 5 operators and brackets
      | \+>|\+=|\+ | ->|-=|-(?!%>) | ==|=~|= | != | !~ | ! | <<\||<<|<=|<\||<-|<~|< | >>|>=|>
      | \|>>|\|>|\| | ~>|~ | @@|@(?!\() | \? | \* | %(?!>) )
    | ((?:::)?[A-Z]\w*+(?:(?:::)?[A-Z]\w*+)*+(?!::))               # 6 type
    | ((?:::)?{_BARE}(?:::{_BARE})*)                               # 7 bare word
    | (\b(?:0[xX][0-9A-Fa-f]+|0?\d+(?:\.\d+)?(?:[eE]-?\d+)?)(?u:\b)) # 8 number
    | (.)                                                          # 9 what takes more than a pattern
    | \Z
    )
"""
_next_token = re.compile(_TOKEN, re.VERBOSE | re.ASCII | re.DOTALL).finditer

_NAME_PARTS, _VARIABLE, _SINGLE, _DOUBLE, _OPERATOR, _TYPE, _WORD, _NUMBER, _SPECIAL = range(1, 10)

_regex = re.compile(r"/((?:[^/\\]++|\\.)*+)/", re.DOTALL).match
_type_name = re.compile(r"(?:(?:::)?[A-Z]\w*)+", re.ASCII).match
_number_like = re.compile(r"\w+", re.ASCII).match
_blank_line_start = re.compile(rf"[{BLANK}]*\Z").match


def tokenize(text: str, *, template: bool = False) -> Tokens:
    """The tokens of a manifest, or of an EPP template. Never raises for what `text` holds."""
    tokens = Tokens()
    lexer = Lexer(text, tokens, template=template)
    try:
        lexer.lex()
        tokens.add("EOF", "", len(text))
    except LexError as error:
        tokens.add("ERROR", error.message, min(error.pos, len(text)))
    except RecursionError:
        tokens.add("ERROR", "Strings are nested too deeply", tokens.starts[-1])
    return tokens


class Lexer(HeredocLexer, TemplateLexer):
    """One pass over one text."""

    def lex(self) -> None:
        """Add the tokens of the whole text."""
        if not self.template:
            self.code(0, nested=False)
            return
        self.tokens.add("TEMPLATE", None, 0)
        pos = self.template_text(0, trim=False)
        if pos < len(self.text):
            self.code(pos, nested=False)
        if self.in_tag:
            raise LexError("Unbalanced epp tag, reached <eof> without closing tag.", len(self.text))

    def code(self, pos: int, *, nested: bool) -> int:
        """Add tokens from `pos` on: to the end, or if nested behind the `}` that closes an interpolation."""
        tokens = self.tokens
        kinds, values, starts = tokens.kinds, tokens.values, tokens.starts
        add_kind, add_value, add_start = kinds.append, values.append, starts.append
        keyword = KEYWORDS.get
        text = self.text
        depth = 0
        while True:
            end = len(text) if self.resume is None else self._line_end(pos)
            for match in _next_token(text, pos, end):
                group = match.lastindex
                if group is None:  # white space before the end
                    continue
                value = match[group]
                if group == _OPERATOR:
                    if nested:
                        if value == "{":
                            depth += 1
                        elif value == "}":
                            if not depth:
                                return match.end()
                            depth -= 1
                    add_kind(value)
                    add_value(value)
                    add_start(match.start(group))
                elif group == _NAME_PARTS:
                    kind = keyword(value, "NAME")
                    add_kind(kind)
                    add_value(value if kind != "BOOLEAN" else value == "true")
                    add_start(match.start(group))
                elif group == _VARIABLE:
                    add_kind("VARIABLE")
                    add_value(value)
                    add_start(match.start(group) - 1)
                elif group <= _DOUBLE:
                    add_kind("STRING")
                    add_value(value)
                    add_start(match.start(group) - 1)
                elif group == _TYPE:
                    add_kind("TYPE")
                    add_value(value)
                    add_start(match.start(group))
                elif group == _WORD:
                    add_kind("WORD")
                    add_value(value)
                    add_start(match.start(group))
                elif group == _NUMBER:
                    check_number(value, match.start(group))
                    add_kind("NUMBER")
                    add_value(value)
                    add_start(match.start(group))
                else:
                    pos = self._special(value, match.start(group))
                    break
            else:
                if end == len(text):
                    return end
                assert self.resume is not None
                pos, self.resume = self.resume, None
                continue
            if self.resume is not None and self.resume <= pos:  # a string that runs past a heredoc's text
                self.resume = None

    def _line_end(self, pos: int) -> int:
        """Where the line with a heredoc's tag ends; behind it stands the heredoc's text."""
        end = self.text.find("\n", pos)
        return len(self.text) if end < 0 else end

    def _special(self, char: str, start: int) -> int:
        """Add what begins with `char` at `start`, and say where it ends."""
        text, add = self.text, self.tokens.add
        if char == "[":
            add("LIST[", "[", start)
        elif char == "(":
            line = text.rfind("\n", 0, start) + 1
            add("WS(" if _blank_line_start(text, line, start) else "(", "(", start)
        elif char == "'":
            return self.single_quoted(start)
        elif char == '"':
            return self.interpolated(start)
        elif char == "/":
            return self._slash(start)
        elif char == "@":
            return self.heredoc(start)
        elif char == "$":
            add("VARIABLE", "", start)
        elif char in "-%":
            return self.tag_end(char, start)
        elif "0" <= char <= "9":
            self._bad_number(start)
        elif char == ":":
            self._bad_qualified_name(start)
        elif "A" <= char <= "Z":
            raise LexError("Illegal class reference", self._type_end(start) + 1)
        else:
            add("OTHER", "", start)
        return start + 1

    def _slash(self, start: int) -> int:
        text, tokens = self.text, self.tokens
        if text.startswith("*", start + 1):
            raise LexError("Unclosed multiline comment", start)
        if not tokens.kinds or tokens.kinds[-1] not in _BEFORE_DIVISION:
            match = _regex(text, start)
            if match:
                tokens.add("REGEX", match[1].replace("\\/", "/"), start)
                return match.end()
        tokens.add("/", "/", start)
        return start + 1

    # ------------------------------------------------------------ names and numbers

    def _bad_qualified_name(self, start: int) -> None:
        if "A" <= self.text[start + 2 : start + 3] <= "Z":
            raise LexError("Illegal fully qualified class reference", self._type_end(start) + 3)
        raise LexError("Illegal fully qualified name", start + 2)

    def _type_end(self, start: int) -> int:
        match = _type_name(self.text, start)
        return match.end() if match else start

    def _bad_number(self, start: int) -> None:
        match = _number_like(self.text, start)
        assert match
        end = match.end()
        if start > 1 and self.text[start - 1] == ".":
            # Digits after a point that begin no number: the fault is in the decimal number that they belong to.
            first = start - 1
            while first > 0 and self.text[first - 1] in "0123456789":
                first -= 1
            if first < start - 1:
                start = first
        check_number(self.text[start:end], start)
        raise LexError(f"Illegal number '{self.text[start:end]}'", start + 1)
