"""Values as JSON, written as Go's encoding/json writes it."""

from __future__ import annotations

import json
import math
import re

from bunraku.confd.template import FunctionError
from bunraku.confd.template.values import Struct, Value, type_name

_UNSAFE = re.compile("[<>&]|\u2028|\u2029|[\udc80-\udcff]")
"""What HTML and JavaScript would mistake, and bytes that are no UTF-8."""


def json_text(value: Value, indent: str = "") -> str:
    """`value` as JSON: keys in order, what HTML would mistake escaped. `indent` (per level) breaks it into lines.

    Raises FunctionError for what JSON has no form for.
    """
    return _text(value, indent, "\n")


def _text(value: Value, indent: str, line: str) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float(value)
        case str():
            return _string(value)
        case list():
            return _nested("[]", [_text(item, indent, line + indent) for item in value], indent, line)
        case dict():
            pairs = sorted(value.items())
        case Struct() if value.fields:
            pairs = [(name, getattr(value, name)) for name in value.fields]
        case _:
            raise FunctionError(f"json: unsupported type: {type_name(value)}")
    colon = ": " if indent else ":"
    return _nested(
        "{}", [_string(key) + colon + _text(item, indent, line + indent) for key, item in pairs], indent, line
    )


def _nested(marks: str, items: list[str], indent: str, line: str) -> str:
    if not items or not indent:
        return marks[0] + ",".join(items) + marks[1]
    return marks[0] + line + indent + ("," + line + indent).join(items) + line + marks[1]


def _string(text: str) -> str:
    return _UNSAFE.sub(
        _escape, json.dumps(text, ensure_ascii=False).replace("\\b", "\\u0008").replace("\\f", "\\u000c")
    )


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return "\\ufffd" if char >= "\udc80" else f"\\u{ord(char):04x}"


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise FunctionError(f"json: unsupported value: {'NaN' if math.isnan(value) else f'{value:+}'.title()}")
    if value.is_integer() and abs(value) < 1e21:
        return f"{value:.0f}"
    text = repr(value)
    if "e-" in text and abs(value) >= 1e-6:
        return _unscientific(text)
    return re.sub(r"e([+-])0(\d)$", r"e\1\2", text)


def _unscientific(text: str) -> str:
    """A small number that Python writes with an exponent and JSON without one."""
    mantissa, exponent = text.split("e")
    sign = "-" if mantissa[0] == "-" else ""
    return f"{sign}0." + "0" * (-int(exponent) - 1) + mantissa.lstrip("-").replace(".", "")
