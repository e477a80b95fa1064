"""Strings: paths, line ends, escapes of shells and of other syntaxes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby
from bunraku.language.functions.logging import deprecation
from bunraku.language.functions.sprintf import formatted
from bunraku.language.functions.stdlib import renamed, wrong_count

# ---------------------------------------------------------------- paths


@legacy("basename", -1)
def basename(scope: Any, *arguments: Any) -> str:
    """The last part of a path, without a suffix that is named (".*": any)."""
    if not arguments:
        raise CompileError("basename(): No arguments given")
    if len(arguments) > 2:
        raise CompileError(f"basename(): Too many arguments given ({len(arguments)})")
    for value, place in zip(arguments, ("first", "second"), strict=False):
        if not isinstance(value, str):
            raise CompileError(f"basename(): Requires string as {place} argument")
    path, suffix = (*arguments, "")[:2]
    name: str = path.rstrip("/").rpartition("/")[2] or path[:1]
    if suffix == ".*":
        return name.removesuffix(extension(name))
    return name.removesuffix(suffix) if suffix != name else name


@legacy("dirname", -1)
def dirname(scope: Any, *arguments: Any) -> str:
    """The path without its last part."""
    if not arguments:
        raise CompileError("dirname(): No arguments given")
    if len(arguments) > 1:
        raise CompileError(f"dirname(): Too many arguments given ({len(arguments)})")
    path = arguments[0]
    if not isinstance(path, str):
        raise CompileError("dirname(): Requires string as argument")
    if not path:
        raise CompileError("dirname(): Requires a non-empty string as argument")
    leading = "/" if path.startswith("/") else ""
    return leading + re.sub("^/+", "", path.rstrip("/").rpartition("/")[0]).rstrip("/") or "."


@function("stdlib::extname", "String filename")
def extname(scope: Any, path: str) -> str:
    """The part of a file's name from its last dot on."""
    return extension(path.rstrip("/").rpartition("/")[2])


def extension(name: str) -> str:
    """`File.extname` of a name: none for `.profile`, and "." for `a.`."""
    stem, dot, rest = name.rpartition(".")
    if not dot or not stem.strip("."):
        return ""
    return dot + rest


# ---------------------------------------------------------------- line ends, case, repeats


@legacy("dos2unix", 1)
def dos2unix(scope: Any, text: Any) -> str:
    """With the line ends of Unix."""
    if not isinstance(text, str):
        raise CompileError("dos2unix(): Requires string as argument")
    return text.replace("\r\n", "\n")


@legacy("unix2dos", 1)
def unix2dos(scope: Any, text: Any) -> str:
    """With the line ends of DOS."""
    if not isinstance(text, str):
        raise CompileError("unix2dos(): Requires string as argument")
    return re.sub(r"\r*\n", "\r\n", text)


def _each_text(name: str, change: Callable[[str], str], what: str) -> None:
    """Registers `name`, which changes a string or the strings in an array. what: what it gives."""

    def changed(scope: Any, *arguments: Any) -> Any:
        if not arguments:
            raise wrong_count(name, arguments, "1")
        value = arguments[0]
        if isinstance(value, list):
            return [change(v) if isinstance(v, str) else v for v in value]
        if not isinstance(value, str):
            raise CompileError(f"{name}(): Requires either array or string to work with")
        return change(value)

    changed.__doc__ = what
    legacy(name, -1)(changed)


_REGEXP_SPECIAL: Final = re.compile(r"[\[\]{}()|\-*.\\?+^$#]")
_REGEXP_SPACE: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", " ": "\\ "}
_URI_SAFE: Final = ";/?:@&=+$,[]-_.!~*'()"


def _escape_regexp(text: str) -> str:
    return "".join(_REGEXP_SPACE.get(c) or _REGEXP_SPECIAL.sub(r"\\\g<0>", c) for c in text)


def _escape_uri(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe=_URI_SAFE)


_each_text(
    "regexpescape", _escape_regexp, "The text, or each of an array, such that a regular expression takes it as it is."
)
_each_text(
    "swapcase", str.swapcase, "The text, or each of an array, with small letters for capitals and the other way round."
)
_each_text(
    "uriescape", _escape_uri, "The text, or each of an array, with what a URI cannot hold escaped by percent signs."
)


@legacy("squeeze", -1)
def squeeze(scope: Any, *arguments: Any) -> Any:
    """Runs of the same character as one; of all characters, or of a set like "a-z"."""
    if len(arguments) not in (1, 2):
        raise CompileError(f"squeeze(): Wrong number of arguments given {len(arguments)} for 2 or 1")
    value, kinds = (*arguments, None)[:2]
    wanted = None if kinds is None or kinds is False else character_set(ruby.text_of(kinds))
    if isinstance(value, list):
        return [_squeezed(v, wanted) for v in value]
    return _squeezed(value, wanted)


def _squeezed(text: Any, wanted: Callable[[str], bool] | None) -> str:
    if not isinstance(text, str):
        raise CompileError(f"undefined method `squeeze' for {ruby.described(text)}")
    return re.sub(r"(.)\1+", lambda run: run[1] if wanted is None or wanted(run[1]) else run[0], text, flags=re.DOTALL)


def character_set(text: str) -> Callable[[str], bool]:
    """The characters that a set like "a-z_" or "^0-9" of Ruby's `count` and `squeeze` names."""
    negated = len(text) > 1 and text.startswith("^")
    body = text[1:] if negated else text
    chars: set[str] = set()
    i = 0
    while i < len(body):
        if body[i] == "\\" and i + 1 < len(body):
            i += 1
        elif i + 2 < len(body) and body[i + 1] == "-":
            first, last = body[i], body[i + 2]
            if first > last:
                raise CompileError(f'invalid range "{first}-{last}" in string transliteration')
            chars.update(map(chr, range(ord(first), ord(last) + 1)))
            i += 3
            continue
        chars.add(body[i])
        i += 1
    return lambda char: (char in chars) != negated


# ---------------------------------------------------------------- beginnings and ends


@function("stdlib::start_with", "String test_string, Variant[String[1],Array[String[1], 1]] prefixes")
def start_with(scope: Any, text: str, prefixes: Any) -> bool:
    """Whether the text begins with the string, or one of several."""
    return text.startswith(tuple(prefixes) if isinstance(prefixes, list) else prefixes)


@function("stdlib::end_with", "String test_string, Variant[String[1],Array[String[1], 1]] suffixes")
def end_with(scope: Any, text: str, suffixes: Any) -> bool:
    """Whether the text ends with the string, or one of several."""
    return text.endswith(tuple(suffixes) if isinstance(suffixes, list) else suffixes)


# ---------------------------------------------------------------- escapes


@function("stdlib::batch_escape", "Any string")
def batch_escape(scope: Any, value: Any) -> str:
    """Quoted for a batch file."""
    return '"' + "".join({'"': '""', "$": "\\$", "\\": "\\\\"}.get(c, c) for c in ruby.to_s(value)) + '"'


@function("stdlib::powershell_escape", "Any string")
def powershell_escape(scope: Any, value: Any) -> str:
    """Escaped for PowerShell."""
    return "".join('\\`"' if c == '"' else f"`{c}" if c in " '`|\n$" else c for c in ruby.to_s(value))


@function("stdlib::shell_escape", "Any string")
def shell_escape(scope: Any, value: Any) -> str:
    """Escaped with backslashes for a Bourne shell."""
    return escape_for_shell(ruby.to_s(value))


renamed("batch_escape")
renamed("powershell_escape")
renamed("shell_escape")


def escape_for_shell(text: str) -> str:
    """`Shellwords.shellescape`."""
    if not text:
        return "''"
    return re.sub(r"[^A-Za-z0-9_\-.,:+/@\n]", r"\\\g<0>", text).replace("\n", "'\n'")


@legacy("shell_join", -1)
def shell_join(scope: Any, *arguments: Any) -> str:
    """The words as a command line."""
    if len(arguments) != 1:
        raise wrong_count("shell_join", arguments, "1")
    if not isinstance(arguments[0], list):
        raise CompileError(f"First argument is not an Array: {ruby.inspect(arguments[0])}")
    return " ".join(escape_for_shell(ruby.to_s(word)) for word in arguments[0])


_SHELL_WORD: Final = re.compile(r"\s*(?:([^\s\\'\"]+)|'([^']*)'|\"((?:[^\"\\]|\\.)*)\"|(\\.?)|(\S))(\s|\Z)?", re.DOTALL)


@legacy("shell_split", -1)
def shell_split(scope: Any, *arguments: Any) -> list[str]:
    """The words of a command line."""
    if len(arguments) != 1:
        raise wrong_count("shell_split", arguments, "1")
    line = ruby.to_s(arguments[0])
    words, word, at = [], "", 0
    while match := _SHELL_WORD.match(line, at):
        bare, single, double, escaped, garbage, end = match.groups()
        if garbage:
            raise CompileError(f"Unmatched quote: {ruby.inspect_text(line)}")
        if escaped:
            word += escaped[1:] or "\\"
        elif double is not None:
            word += re.sub(r"\\([$`\"\\\n])", r"\1", double)
        else:
            word += bare or single or ""
        if end is not None:
            words.append(word)
            word = ""
        at = match.end()
    return words


@function("stdlib::xml_encode", "String str, Enum['text','attr'] ?type")
def xml_encode(scope: Any, text: str, kind: str = "text") -> str:
    """Escaped for XML: as text, or quoted as an attribute."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped if kind == "text" else '"' + escaped.replace('"', "&quot;") + '"'


@function("sprintf_hash", "String format, Hash arguments")
def sprintf_hash(scope: Any, template: str, arguments: dict[Any, Any]) -> str:
    """`sprintf` with named arguments."""
    deprecation(
        scope,
        "sprintf_hash",
        "This method is deprecated. From Puppet 4.10.10/5.3.4 please use the built-in sprintf instead",
    )
    return formatted(template, [arguments])
