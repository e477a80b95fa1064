"""Text to tokens.

Rules:
- Tokens are three parallel lists (kind, value, start), which costs a third of what an object a token would.
- The kind of an operator, bracket or keyword is its text. The others are NAME, WORD (a bare word with a hyphen or a
  leading underscore), TYPE (a capitalised name), VARIABLE, NUMBER, BOOLEAN, STRING, REGEX, HEREDOC, OTHER (a character
  that begins nothing), ERROR and EOF. An interpolated string is flat: BEGIN text, the tokens of an expression,
  (MIDDLE text, tokens of an expression)…, END text. A template's are TEMPLATE, TEXT, EXPR and TAGEND.
- `LIST[` is a `[` after white space and begins an array; `WS(` is a `(` that is first on its line and begins an
  expression. A `[` or `(` close to what stands before it is an access or a call.
- One pattern finds white space, comments and the next token together; only what a regular expression cannot know
  (a slash, interpolation, heredocs, templates) leaves that loop.
- Nothing here raises for bad input: the list ends with an ERROR token, whose value is the message, so that a syntax
  error before it is reported first.
- The lexical rules are those of the Puppet 7 language specification ("Lexical structure", "Heredoc", "EPP") and,
  where it is silent, of what Puppet 7.23 was seen to do.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_KEYWORDS = """
    and attr case class default define else elsif function if in inherits node or private type undef unless
"""
KEYWORDS = {word: word for word in _KEYWORDS.split()} | {"true": "BOOLEAN", "false": "BOOLEAN"}
"""Words that are no names, and the kind of token that each makes."""

_BEFORE_DIVISION = frozenset(
    [")", "]", "|>", "|>>", "NAME", "TYPE", "NUMBER", "STRING", "BOOLEAN", "END", "REGEX"] + ["VARIABLE", "WORD"]
)
"""The kinds after which a slash divides; elsewhere it begins a regular expression."""

_BLANK = r" \t\r\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_BARE = r"[a-z_](?:[\w-]*\w)?"

_TOKEN = rf"""
    (?: [{_BLANK}\n]++ | \#[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+\*/ )*+
    (?:
      ((?:::)?+[a-z]\w*+(?:::[a-z]\w*+)*+(?!-+\w|::[a-z_]))        # 1 name or keyword
    | \$((?:::)?(?:\w+::)*\w+)                                     # 2 variable
    | '((?!'(?:\\\\)*')[^'\\]*+)'                                  # 3 single-quoted string without escapes
    | "((?!"(?:\\\\)*["$])[^"\\$]*+)"                              # 4 double-quoted string without escapes
    | (=>|[\]{{}}),;.] | :(?!:) | (?<![{_BLANK}\n])(?<!\A)[\[(]            # 5 operators and brackets
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

# The reference takes a quote right behind the opening one for text if another quote follows it: so do these.
_single_quoted = re.compile(r"'('(?:\\\\)*(?=')|[^'\\]*+(?:\\.[^'\\]*+)*+)'", re.DOTALL).match
_quote_as_text = re.compile(r'"(?:\\\\)*(?=["$])').match
_regex = re.compile(r"/((?:[^/\\]++|\\.)*+)/", re.DOTALL).match
_type_name = re.compile(r"(?:(?:::)?[A-Z]\w*)+", re.ASCII).match
_variable_name = re.compile(r"(?:::)?(?:\w+::)*\w+", re.ASCII).match
_last_word = re.compile(r"(\$?[\w:]*\w)?[^\w\s$]*\Z", re.ASCII).search
_number_like = re.compile(r"\w+", re.ASCII).match
_blank_line_start = re.compile(rf"[{_BLANK}]*\Z").match

# Text of a string up to what ends it: a quote, a dollar sign, or the end. One a kind of string.
_in_quotes = re.compile(r'[^"\\$]*+(?:\\.[^"\\$]*+)*+', re.DOTALL)
_in_heredoc_escapes = re.compile(r"[^\\$]*+(?:\\.[^\\$]*+)*+\\?", re.DOTALL)
_in_heredoc = re.compile(r"[^$]*+")

_heredoc_tag = re.compile(
    rf"@\(([^:/\r\n)]+)(?::[{_BLANK}]*([a-z][a-zA-Z0-9_+]+)[{_BLANK}]*)?(?:/((?:\w|[$])*)[{_BLANK}]*)?\)", re.ASCII
).search

_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "s": " ", "\n": "", "\r\n": ""}
_QUOTED_ESCAPES = frozenset(["\\", "$", "'", '"', "r", "n", "t", "s", "u", "\r\n", "\n"])
_unicode_escape = re.compile(r"((?:[^\\]|^)(?:\\\\)*)\\u(?:([\da-fA-F]{4})|\{([\da-fA-F]{1,6})\})", re.MULTILINE)
_escape = re.compile(r"\\([^\r\n]|\r?\n)")

_tag_text_end = re.compile(r"<%|\Z")
_comment_end = re.compile(r"[^%]%>", re.DOTALL)
_trim_start = re.compile(r"\A[ \t]*\r?\n?")


class LexError(Exception):
    """Text that is no token. pos: the offset that the error names."""

    def __init__(self, message: str, pos: int) -> None:
        super().__init__(message)
        self.message = message
        self.pos = pos


class Tokens:
    """The tokens of a text: kinds[i], values[i] and starts[i] belong together; the last kind is EOF or ERROR.

    values: str; bool for BOOLEAN; the pattern for REGEX; for HEREDOC its syntax. warnings: (message, offset) in order.
    """

    __slots__ = ("kinds", "starts", "values", "warnings")

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.values: list[object] = []
        self.starts: list[int] = []
        self.warnings: list[tuple[str, int]] = []

    def add(self, kind: str, value: object, start: int) -> None:
        """Append one token."""
        self.kinds.append(kind)
        self.values.append(value)
        self.starts.append(start)

    def cut(self, count: int) -> None:
        """Keep the first `count` tokens."""
        del self.kinds[count:], self.values[count:], self.starts[count:]


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


class Lexer:
    """One pass over one text (a file, or the text of a heredoc), adding to `tokens`.

    resume: after a heredoc on the current line, the offset behind its text, where lexing goes on when the line ends.
    """

    def __init__(self, text: str, tokens: Tokens, *, template: bool = False) -> None:
        self.text = text
        self.tokens = tokens
        self.resume: int | None = None
        self.template = template
        self.in_tag = False
        self.in_expression_tag = False

    def lex(self) -> None:
        """Add the tokens of the whole text."""
        if not self.template:
            self._code(0, nested=False)
            return
        self.tokens.add("TEMPLATE", None, 0)
        pos = self._template_text(0, trim=False)
        if pos < len(self.text):
            self._code(pos, nested=False)
        if self.in_tag:
            raise LexError("Unbalanced epp tag, reached <eof> without closing tag.", len(self.text))

    def _code(self, pos: int, *, nested: bool) -> int:
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
                    _check_number(value, match.start(group))
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
            return self._single_quoted(start)
        elif char == '"':
            return self._interpolated(start)
        elif char == "/":
            return self._slash(start)
        elif char == "@":
            return self._heredoc(start)
        elif char == "$":
            add("VARIABLE", "", start)
        elif char in "-%":
            return self._tag_end(char, start)
        elif "0" <= char <= "9":
            self._bad_number(start)
        elif char == ":":
            self._bad_qualified_name(start)
        elif "A" <= char <= "Z":
            raise LexError("Illegal class reference", self._type_end(start) + 1)
        else:
            add("OTHER", "", start)
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
        _check_number(self.text[start:end], start)
        raise LexError(f"Illegal number '{self.text[start:end]}'", start + 1)

    # ------------------------------------------------------------ strings

    def _single_quoted(self, start: int) -> int:
        match = _single_quoted(self.text, start)
        if not match:
            raise self._unclosed('"\'"', start + 1)
        self.tokens.add("STRING", re.sub(r"\\([\\'])", r"\1", match[1]), start)
        return match.end()

    def _unclosed(self, after: str, pos: int) -> LexError:
        rest = self.text[pos : pos + 5]
        shown = rest.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") + "..." if rest else "<eof>"
        return LexError(f"Unclosed quote after {after} followed by '{shown}'", pos)

    def _interpolated(self, start: int) -> int:
        """A double-quoted string that has escapes or interpolation."""
        first = len(self.tokens.kinds)
        try:
            return self._string_parts(start, start + 1, _in_quotes, _QUOTED_ESCAPES, quoted=True)
        except LexError:
            self.tokens.cut(first)  # it is reported before an error in the tokens that the string begins with
            raise

    def heredoc_text(self, escapes: frozenset[str], *, interpolate: bool) -> None:
        """Add the whole of `text` as the tokens of a string."""
        if not interpolate:
            self.tokens.add("STRING", self._unescape(self.text, escapes, len(self.text), quoted=False), 0)
            return
        part = _in_heredoc_escapes if "$" in escapes else _in_heredoc
        self._string_parts(0, 0, part, escapes, quoted=False)

    def _string_parts(
        self, start: int, pos: int, part: re.Pattern[str], escapes: frozenset[str], *, quoted: bool
    ) -> int:
        """The tokens of a string whose text begins at `pos`; says where it ends.

        part: the pattern that finds text up to a dollar sign or the end.
        """
        text, tokens = self.text, self.tokens
        literal = ""
        kind = "BEGIN"
        after = "'\"'"
        while True:
            match = (quoted and _quote_as_text(text, pos)) or part.match(text, pos)
            assert match  # it may be empty
            end = match.end()
            char = text[end : end + 1]
            if quoted and char not in ('"', "$"):
                raise self._unclosed(after, pos)
            literal += self._unescape(text[pos:end], escapes, end + 1, quoted=quoted)
            if char != "$":
                tokens.add("STRING" if kind == "BEGIN" else "END", literal, start)
                return end + 1
            if text.startswith("{", end + 1):
                tokens.add(kind, literal, start)
                pos = self._interpolation(end + 2)
                after = f"'{self._last_word(end + 2, pos)}'"
            elif name := _variable_name(text, end + 1):
                tokens.add(kind, literal, start)
                tokens.add("VARIABLE", name[0], end)
                pos = name.end()
                after = f"'{name[0]}'"
            else:
                literal += "$"
                pos = end + 1
                after = "''"
                continue
            literal, kind, start = "", "MIDDLE", pos

    def _interpolation(self, pos: int) -> int:
        """The tokens of `${…}` from behind its brace. A first bare word, if alone or accessed, is a variable."""
        kinds = self.tokens.kinds
        first = len(kinds)
        end = self._code(pos, nested=True)
        count = len(kinds) - first
        if count == 1 or (count > 1 and kinds[first + 1] in (".", "[")):
            kind = kinds[first]
            if kind in ("NAME", "WORD", "NUMBER") or kind in KEYWORDS:
                kinds[first] = "VARIABLE"
        return end

    def _last_word(self, start: int, end: int) -> str:
        """What a message about an unclosed quote names: the last word of an interpolation, unless space follows it."""
        match = _last_word(self.text, max(start, end - 100), end)
        return (match and match[1]) or ""

    def _unescape(self, raw: str, escapes: frozenset[str], pos: int, *, quoted: bool) -> str:
        """Text with its escapes replaced. pos: where a warning about them points."""
        if "\\" not in raw:
            return raw
        if "u" in escapes and "\\u" in raw:
            raw = _replace_unicode_escapes(raw, pos)

        def replace(match: re.Match[str]) -> str:
            char = match[1]
            if char not in escapes:
                if quoted:
                    self.tokens.warnings.append((f"Unrecognized escape sequence '\\{char}'", pos))
                return match[0]
            if char == "u":
                self.tokens.warnings.append((_BAD_UNICODE, pos))
                return match[0]
            return _ESCAPES.get(char, char)

        return _escape.sub(replace, raw)

    # ------------------------------------------------------------ slashes

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

    # ------------------------------------------------------------ heredocs

    def _heredoc(self, start: int) -> int:
        """`@(tag:syntax/escapes)`: its token, and those of its text further down."""
        text = self.text
        close = text.find(")", start) + 1
        if not close:
            raise self._heredoc_unclosed(start)
        first = len(self.tokens.kinds)
        try:
            self._heredoc_behind(start, close)
        except LexError:
            self.tokens.cut(first)
            raise
        return close

    def _heredoc_behind(self, start: int, close: int) -> None:
        """The tokens of the heredoc whose tag is from `start` to `close`."""
        text = self.text
        endtag, syntax, escapes, interpolate = self._heredoc_tag(start, close)
        self.tokens.add("HEREDOC", syntax, start)
        body = self.resume if self.resume is not None else text.find("\n", close) + 1
        if not body:
            raise LexError("Heredoc without any following lines of text", close)
        lines: list[tuple[int, str]] = []
        is_end = re.compile(
            rf"([{_BLANK}]*)(?:([|])[{_BLANK}]*)?(?:(-)[{_BLANK}]*)?{re.escape(endtag)}[{_BLANK}]*\r?(?:\n|\Z)"
        ).search
        pos = body
        while pos < len(text):
            newline = text.find("\n", pos) + 1 or len(text)
            end = is_end(text, pos, newline)
            if end:
                self.resume = newline
                self._heredoc_lines(lines, end, body, escapes, interpolate)
                return
            lines.append((pos, text[pos:newline]))
            pos = newline
        raise LexError("Heredoc without end-tagged line", body)

    def _heredoc_unclosed(self, start: int) -> LexError:
        rest = self.text[start : start + 5].replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        return LexError(f"Unclosed parenthesis after '@(' followed by '{rest}...'", start)

    def _heredoc_tag(self, start: int, close: int) -> tuple[str, str, frozenset[str], bool]:
        """What a heredoc's tag says: its end tag, syntax, escapes, and whether to interpolate."""
        match = _heredoc_tag(self.text, start, close)
        if not match:
            raise LexError("Invalid syntax in heredoc expected @(endtag[:syntax][/escapes])", close)
        endtag = match[1].strip()
        interpolate = len(endtag) > 1 and endtag[0] == endtag[-1] == '"'
        if interpolate:
            endtag = endtag[1:-1].strip()
        if not endtag:
            raise LexError("Heredoc with an empty endtag", close)
        escapes: set[str] = set()
        if match[3] is not None:
            letters = match[3] or "trnsuL$"
            if len(set(letters)) != len(letters):
                shown = ", ".join(letters)
                raise LexError(f"An escape char for @() may only appear once. Got '{shown}'", close)
            escapes.add("\\")
            for letter in letters:
                if letter not in "trnsuL$":
                    raise LexError(
                        f"Invalid heredoc escape char. Only t, r, n, s,  u, L, $ allowed. Got '{letter}'", close
                    )
                escapes |= {"\n", "\r\n"} if letter == "L" else {letter}
        return endtag, match[2] or "", frozenset(escapes), interpolate

    def _heredoc_lines(
        self, lines: list[tuple[int, str]], end: re.Match[str], body: int, escapes: frozenset[str], interpolate: bool
    ) -> None:
        """Add the text of a heredoc: its margin removed, and every token's place that in the file."""
        margin = end[1] if end[2] else ""
        pieces: list[str] = []
        local, origins, offsets = 0, [], []
        for start, line in lines:
            cut = len(margin) if margin and line.startswith(margin) else 0
            origins.append(local)
            offsets.append(start + cut - local)
            pieces.append(line[cut:])
            local += len(line) - cut
        content = "".join(pieces)
        if end[3]:
            content = re.sub(r"\r?\n\Z", "", content)
        inner = Lexer(content, Tokens())
        inner.heredoc_text(escapes, interpolate=interpolate)

        def place(pos: int) -> int:
            # The first character stands at the beginning of its line, before the margin, as Puppet has it.
            return pos + offsets[bisect_right(origins, pos) - 1] if pos else body

        tokens = self.tokens
        tokens.kinds += inner.tokens.kinds
        tokens.values += inner.tokens.values
        tokens.starts += [place(start) for start in inner.tokens.starts]
        tokens.warnings += [(message, place(pos)) for message, pos in inner.tokens.warnings]

    # ------------------------------------------------------------ templates

    def _tag_end(self, char: str, start: int) -> int:
        """`%>` or `-%>` in a template; elsewhere the operators `-` and `%`."""
        if not self.template:
            self.tokens.add(char, char, start)
            return start + 1
        length = 3 if char == "-" else 2
        if self.in_expression_tag:
            self.tokens.add("TAGEND", self.text[start : start + length], start)
        return self._template_text(start + length, trim=length == 3)

    def _template_text(self, start: int, *, trim: bool) -> int:
        """Add the text of a template up to the next tag; says where that tag's code begins. trim: after `-%>`."""
        text, tokens = self.text, self.tokens
        self.in_tag = False
        pos, literal = start, ""
        if pos >= len(text):
            return pos
        while pos < len(text):
            match = _tag_text_end.search(text, pos)
            assert match
            part = text[pos : match.start()]
            pos = match.end()
            if trim:
                part = _trim_start.sub("", part)
                trim = False
            literal += part.replace("%%>", "%>")
            if not match[0]:
                break
            char = text[pos : pos + 1]
            if not char:
                raise LexError("Unbalanced embedded expression - opening <% and reaching end of input", pos)
            if char == "%":
                literal += "<%"
                pos += 1
            elif char == "#":
                pos, literal, trim = self._template_comment(pos, literal)
            else:
                return self._open_tag(char, pos, literal, start)
        tokens.add("TEXT", literal, start)
        return pos

    def _template_comment(self, pos: int, literal: str) -> tuple[int, str, bool]:
        match = _comment_end.search(self.text, pos)
        if not match:
            raise LexError("Reaching end after opening <%# without seeing %>", pos)
        comment = self.text[pos : match.end()]
        if comment[1] == "-":
            literal = literal.rstrip(" \t")
        return match.end(), literal, comment.endswith("-%>")

    def _open_tag(self, char: str, pos: int, literal: str, start: int) -> int:
        """`<%`, `<%-` or `<%=` after `literal`; pos is behind the `<%`."""
        if char == "-":
            literal = literal.rstrip(" \t")
        if literal:
            self.tokens.add("TEXT", literal, start)
        self.in_tag = True
        self.in_expression_tag = char == "="
        if self.in_expression_tag:
            self.tokens.add("EXPR", "", start)
        return pos + 1 if char in "-=" else pos


_BAD_UNICODE = "Unicode escape '\\u' was not followed by 4 hex digits or 1-6 hex digits in {} or was > 10ffff"


def _replace_unicode_escapes(raw: str, pos: int) -> str:
    """Text with `\\uXXXX` and `\\u{X…}` replaced. Repeated, since a match takes in the character before it."""

    def replace(match: re.Match[str]) -> str:
        code = int(match[2] or match[3], 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise LexError(_BAD_UNICODE, pos)
        return match[1] + chr(code)

    while True:
        replaced = _unicode_escape.sub(replace, raw)
        if replaced == raw:
            return raw
        raw = replaced


def _check_number(value: str, start: int) -> None:
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
