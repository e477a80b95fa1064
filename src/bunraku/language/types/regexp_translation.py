"""Ruby's regular expressions in Python's syntax.

What differs, after Ruby's `doc/regexp` and observation:
- `^` and `$` are at every line (and `^` not after a final newline); `(?m)` is Python's `s`; `\\Z` is before a final
  newline; `\\w \\d \\s` are ASCII, `\\b` and POSIX brackets are Unicode.
- Options in the middle, `a(?i)b|c`, hold up to the end of the group: `a(?i:b|c)`.
- Where a group has a name, those without one do not capture.
- `\\g<name>` runs a group's pattern again: it is written out here, unless it is within itself.
- Sets nest and intersect: `[a-z&&[^aeiou]]`; a set is translated to one of Python's, or to alternatives.
- Look-behind may have alternatives of several lengths; quantifiers may follow quantifiers.
"""

from __future__ import annotations

import re

from bunraku.language.errors import CompileError

_SETS = {
    "w": "a-zA-Z0-9_",
    "d": "0-9",
    "s": r" \t\r\n\f\v",
    "h": "0-9a-fA-F",
}
_ESCAPES = {"A": r"\A", "z": r"\Z", "Z": r"(?=\n?\Z)", "b": r"\b", "B": r"\B", "G": r"\A"}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
_LINE_BREAK = "(?:\\r\\n|[\\n\\v\\f\\r\u0085\u2028\u2029])"
_LINE_START = r"^(?!(?<=\n)\Z)"

# POSIX brackets and \p{…}: a set, or an alternative in Python's terms.
_CLASSES = {
    "alpha": r"[^\W\d_]",
    "digit": r"\d",
    "alnum": r"[^\W_]",
    "word": r"\w",
    "space": r"\s",
    "xdigit": "[0-9a-fA-F]",
    "blank": r"[ \t]",
    "cntrl": r"[\x00-\x1f\x7f-\x9f]",
    "ascii": r"[\x00-\x7f]",
    "punct": r"(?:[^\w\s\x00-\x1f\x7f]|_)",
    "graph": r"[^\s\x00-\x1f\x7f-\x9f]",
    "print": r"[^\x00-\x1f\x7f-\x9f]",
    "l": r"[^\W\d_]",
    "letter": r"[^\W\d_]",
    "n": r"\d",
    "nd": r"\d",
    "p": r"(?:[^\w\s\x00-\x1f\x7f$+<=>^`|~]|_)",
    "any": r"[\s\S]",
}
_QUANTIFIER = re.compile(r"[*+?]|\{(?:\d+(?:,\d*)?|,\d+)\}")
_REFUSALS = (
    ("unterminated character set", "premature end of char-class"),
    ("unterminated subpattern", "end pattern with unmatched parenthesis"),
    ("unbalanced parenthesis", "unmatched close parenthesis"),
    ("nothing to repeat", "target of repeat operator is not specified"),
    ("bad character range", "empty range in char class"),
    ("invalid group reference", "invalid backref number/name"),
    ("look-behind requires fixed-width", "invalid pattern in look-behind"),
)


def translate(pattern: str) -> re.Pattern[str]:
    """The compiled translation of Ruby's `pattern`. Raises CompileError."""
    try:
        return re.compile(_Translator(pattern).whole(), re.MULTILINE)
    except re.error as error:
        raise _refusal(error.msg, pattern) from None
    except (OverflowError, RecursionError):
        raise _refusal("too big or too deep a pattern", pattern) from None


def _refusal(message: str, pattern: str) -> CompileError:
    for ours, rubys in _REFUSALS:
        if ours in message:
            message = rubys
            break
    return CompileError(f"{message}: /{pattern}/")


class _Set:
    """A character set: what Python's brackets can hold, and further alternatives."""

    def __init__(self) -> None:
        self.chars: list[str] = []
        self.others: list[str] = []

    def union(self) -> str:
        alternatives = list(self.others)
        if self.chars:
            alternatives.insert(0, f"[{''.join(self.chars)}]")
        if not alternatives:
            return r"(?!)"
        return alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})"

    def negated(self) -> str:
        if not self.others:
            return f"[^{''.join(self.chars)}]" if self.chars else r"[\s\S]"
        return rf"(?:(?!{self.union()})[\s\S])"


class _Translator:
    """One pass over a pattern; `pos` is where it stands. Groups that run again are translated from their place."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.pos = 0
        self.named = _group_starts(pattern)
        self.capturing = True
        self.defined: set[str] = set()
        self.running: list[str] = []

    def fail(self, message: str) -> CompileError:
        return _refusal(message, self.pattern)

    def peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.pos)

    def take(self) -> str:
        char = self.pattern[self.pos]
        self.pos += 1
        return char

    def escaped(self) -> str:
        """Take the character behind a backslash."""
        if self.pos >= len(self.pattern):
            raise self.fail("too short escape sequence")
        return self.take()

    def until(self, end: str) -> str:
        stop = self.pattern.find(end, self.pos)
        if stop < 0:
            raise self.fail(f"'{end}' is missing")
        text = self.pattern[self.pos : stop]
        self.pos = stop + len(end)
        return text

    def whole(self) -> str:
        text = self.alternatives()
        if self.pos < len(self.pattern):
            raise self.fail("unbalanced parenthesis")
        return text

    def alternatives(self) -> str:
        return "|".join(self.branches())

    def branches(self) -> list[str]:
        """The alternatives up to the end of the group, which is left standing."""
        branches = [self.branch()]
        while self.peek("|"):
            self.pos += 1
            branches.append(self.branch())
        return branches

    def branch(self) -> str:
        atoms: list[str] = []
        quantified = False
        while self.pos < len(self.pattern) and self.pattern[self.pos] not in "|)":
            quantifier = _QUANTIFIER.match(self.pattern, self.pos)
            if quantifier and atoms:
                self.pos = quantifier.end()
                atoms[-1] = self.repeated(atoms[-1], quantifier[0], quantified)
                quantified = True
            else:
                atom = self.atom()
                if atom:
                    atoms.append(atom)
                    quantified = False
        return "".join(atoms)

    def repeated(self, atom: str, quantifier: str, again: bool) -> str:
        if again or atom.startswith(_LINE_START):
            atom = f"(?:{atom})"
        mode = ""
        if self.peek("?") or (self.peek("+") and quantifier[0] != "{"):
            mode = self.take()
        return atom + quantifier + mode

    def atom(self) -> str:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return self.brackets()
        if char == "\\":
            return self.escape()
        if char == "^":
            return _LINE_START
        if char in "{}]":
            return "\\" + char
        return char

    # ---- groups

    def group(self) -> str:
        if not self.peek("?"):
            return self.captured(None)
        self.pos += 1
        for look in ("<=", "<!"):
            if self.peek(look):
                self.pos += 2
                return self.look_behind(look[1])
        if self.peek("<") or self.peek("'"):
            return self.captured(self.until(">" if self.take() == "<" else "'"))
        if self.peek("#"):
            self.until(")")
            return ""
        for opening in (":", "=", "!", ">"):
            if self.peek(opening):
                self.pos += 1
                return f"(?{opening}{self.closed(self.alternatives())})"
        if self.peek("("):
            self.pos += 1
            condition = self.until(")").strip("<>'")
            return f"(?({condition}){self.closed(self.alternatives())})"
        if self.peek("~"):
            raise self.fail("the absence operator (?~…) is not supported")
        return self.options()

    def closed(self, text: str) -> str:
        if not self.peek(")"):
            raise self.fail("unterminated subpattern")
        self.pos += 1
        return text

    def captured(self, name: str | None) -> str:
        capturing = self.capturing and (name is not None or not self.named)
        text = self.closed(self.alternatives())
        if not capturing:
            return f"(?:{text})"
        if name is None or name in self.defined or not name.isidentifier():
            return f"({text})"
        self.defined.add(name)
        return f"(?P<{name}>{text})"

    def look_behind(self, sign: str) -> str:
        looks = [f"(?<{sign}{branch})" for branch in self.branches()]
        self.closed("")
        if sign == "!" or len(looks) == 1:
            return "".join(looks)
        return f"(?:{'|'.join(looks)})"

    def options(self) -> str:
        match = re.compile(r"([mixadu]*)(?:-([mix]*))?([:)])").match(self.pattern, self.pos)
        if match is None:
            raise self.fail("undefined group option")
        self.pos = match.end()
        on, off = (_python_flags(flags or "") for flags in match.group(1, 2))
        flags = on + (f"-{off}" if off else "")
        end = "\n" if "x" in on else ""  # a comment may reach up to the end
        if match[3] == ")":
            return f"(?{flags}:{self.alternatives()}{end})"
        return f"(?{flags}:{self.closed(self.alternatives())}{end})"

    def called(self, name: str) -> str:
        """`\\g<name>`: the group's pattern, written out without capturing."""
        if name not in self.named:
            raise self.fail(f"undefined name <{name}> call")
        if name in self.running:
            raise self.fail(f"a group that runs itself, \\g<{name}>, is not supported")
        place, capturing = self.pos, self.capturing
        self.pos, self.capturing = self.named[name], False
        self.running.append(name)
        text = self.closed(self.alternatives())
        self.running.pop()
        self.pos, self.capturing = place, capturing
        return f"(?:{text})"

    # ---- escapes

    def escape(self) -> str:
        char = self.escaped()
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char.lower() in _SETS:
            return f"[{'^' if char.isupper() else ''}{_SETS[char.lower()]}]"
        if char == "R":
            return _LINE_BREAK
        if char in "pP" and self.peek("{"):
            return self.property(char == "P")
        if char in "kg" and self.peek("<"):
            self.pos += 1
            name = self.until(">")
            return self.called(name) if char == "g" else self.reference(name)
        if char in "KX":
            raise self.fail(f"\\{char} is not supported")
        if char.isdigit() and char != "0" and not self.named:
            digits = char
            while self.pos < len(self.pattern) and self.pattern[self.pos].isdigit() and len(digits) < 2:
                digits += self.take()
            if digits[0] not in "89" and len(digits) == 2 and re.match("[0-7]", self.pattern[self.pos :]):
                return re.escape(chr(int(digits + self.take(), 8)))
            return f"(?:\\{digits})"
        return re.escape(self.character(char))

    def reference(self, name: str) -> str:
        return f"(?P={name})" if not name.isdigit() else f"(?:\\{name})"

    def character(self, char: str) -> str:
        """The character that an escape stands for; `char` is what follows the backslash."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        rest = self.pattern[self.pos :]
        if char == "x":
            match = re.match(r"\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{1,2})", rest)
        elif char == "u":
            match = re.match(r"\{\s*([0-9a-fA-F]+)\s*\}|([0-9a-fA-F]{4})", rest)
        elif char == "0":
            match = re.match(r"()([0-7]{0,2})", rest)
        elif char == "c" and rest:
            self.pos += 1
            return chr(ord(rest[0].upper()) ^ 64)
        else:
            return char
        if match is None:
            raise self.fail("invalid hex escape" if char == "x" else "invalid Unicode escape")
        self.pos += match.end()
        try:
            return chr(int(match[1] or match[2] or "0", 8 if char == "0" else 16))
        except (ValueError, OverflowError):
            raise self.fail("invalid Unicode range") from None

    def property(self, negated: bool) -> str:
        self.pos += 1
        name = self.until("}")
        if name.startswith("^"):
            name, negated = name[1:], not negated
        return self.character_class(name, negated)

    def character_class(self, name: str, negated: bool) -> str:
        found = _CLASSES.get(name.lower()) or _cased(name.lower())
        if found is None:
            raise self.fail(f"invalid character property name {{{name}}}")
        return rf"(?:(?!{found})[\s\S])" if negated else found

    # ---- sets

    def brackets(self) -> str:
        """A set; its opening bracket is behind."""
        negated = self.peek("^")
        self.pos += negated
        parts = [self.members()]
        while self.peek("&&"):
            self.pos += 2
            parts.append(self.members())
        if not self.peek("]"):
            raise self.fail("unterminated character set")
        self.pos += 1
        if len(parts) == 1:
            return parts[0].negated() if negated else parts[0].union()
        looks = "".join(f"(?={part.union()})" for part in parts)
        return rf"(?:(?!{looks})[\s\S])" if negated else rf"(?:{looks}[\s\S])"

    def members(self) -> _Set:
        result = _Set()
        first = True
        while self.pos < len(self.pattern) and (first or not self.peek("]")) and not self.peek("&&"):
            first = False
            posix = re.compile(r"\[:(\^?)([a-z]+):\]").match(self.pattern, self.pos)
            if posix:
                self.pos = posix.end()
                result.others.append(self.character_class(posix[2], bool(posix[1])))
            elif self.peek("["):
                self.pos += 1
                result.others.append(self.brackets())
            else:
                self.member(result)
        return result

    def member(self, result: _Set) -> None:
        """One character, range or escape of a set."""
        char = self.take()
        if char == "\\":
            char = self.escaped()
            if char in _SETS:
                result.chars.append(_SETS[char])
                return
            if char in "WDSH":
                result.others.append(f"[^{_SETS[char.lower()]}]")
                return
            if char in "pP" and self.peek("{"):
                result.others.append(self.property(char == "P"))
                return
            if char == "R":
                result.others.append(_LINE_BREAK)
                return
            char = "\b" if char == "b" else self.character(char)
        if self.peek("-") and self.pos + 1 < len(self.pattern) and self.pattern[self.pos + 1] not in "]":
            place = self.pos
            self.pos += 1
            last = self.take()
            if last == "[" or (last == "\\" and self.pattern[self.pos : self.pos + 1] in (*"wdshWDSHpP",)):
                self.pos = place  # the hyphen stands for itself
            else:
                last = self.character(self.escaped()) if last == "\\" else last
                result.chars.append(f"{re.escape(char)}-{re.escape(last)}")
                return
        result.chars.append(re.escape(char) if char not in "&~|" else f"\\{char}")


def _python_flags(flags: str) -> str:
    return flags.replace("m", "s").translate({ord(c): None for c in "adu"})


def _group_starts(pattern: str) -> dict[str, int]:
    """Where each named group's pattern begins. Sets and escapes are skipped."""
    starts: dict[str, int] = {}
    scan = re.compile(r"\\.|\[(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')", re.DOTALL)
    for match in scan.finditer(pattern):
        name = match[1] or match[2]
        if name:
            starts.setdefault(name, match.end())
    return starts


def _cased(name: str) -> str | None:
    """The set of upper or lower case letters of the Basic Multilingual Plane, which Python has no name for."""
    if name not in ("upper", "lower", "lu", "ll"):
        return None
    of_case = str.isupper if name in ("upper", "lu") else str.islower
    ranges: list[list[int]] = []
    for code in range(0x10000):
        if of_case(chr(code)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges) + "]"
