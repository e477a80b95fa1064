"""What a heredoc's `:syntax` promises of its text: json, base64, pp or epp; others are not checked."""

from __future__ import annotations

import re

from bunraku.language.errors import CompileError


def fault(text: str, syntax: str) -> str | None:
    """What is wrong with `text`, as Puppet words it, or None.

    syntax: as written, such as `json` or `data+json`; the last part that is known counts.
    """
    parts = syntax.split("+")
    for first in range(len(parts)):
        check = _CHECKS.get("+".join(parts[first:]))
        if check:
            problem = check(text)
            return problem and f"Invalid produced text having syntax: '{syntax}'. {problem}"
    return None


def _json(text: str) -> str | None:
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        rest = text[_reported(text, error.pos) :] if isinstance(error, json.JSONDecodeError) else text
        message = f"unexpected token at '{rest}'"[:100].replace("\r\n", "\\n").replace("\n", "\\n")
        return f'JSON syntax checker: Cannot parse invalid JSON string. "{message}"'
    return None


def _reported(text: str, pos: int) -> int:
    """Where Ruby's JSON parser says that a fault at `pos` is: at the outermost of the objects right around it."""
    opened: list[int] = []
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[][{}]', text[:pos]):
        if match[0] in "[{":
            opened.append(match.start())
        elif match[0] in "]}" and opened:
            opened.pop()
    while opened and text[opened[-1]] == "{":
        pos = opened.pop()
    return pos


def _base64(text: str) -> str | None:
    import base64

    cleaned = re.sub(r"[\s?]", "", text)
    try:
        base64.b64decode(cleaned, validate=True)
    except ValueError:
        problem = (
            "padding is not correct"
            if len(cleaned.encode()) * 8 % 6
            else "contains letters outside strict base 64 range (or whitespace)"
        )
        return f"Base64 syntax checker: Cannot parse invalid Base64 string - {problem}"
    return None


def _pp(text: str) -> str | None:
    from bunraku.language.parser import parse

    try:
        parse(text)
    except CompileError as error:
        return f'PP syntax checker: "{_one_line(error)}"'
    return None


def _epp(text: str) -> str | None:
    from bunraku.language.parser import parse_epp

    try:
        parse_epp(text)
    except CompileError as error:
        return f'EPP syntax checker: "{_one_line(error)}"'
    return None


def _one_line(error: CompileError) -> str:
    return str(error)[:500].replace("\r\n", "\\n").replace("\n", "\\n")


_CHECKS = {"json": _json, "base64": _base64, "pp": _pp, "epp": _epp}
