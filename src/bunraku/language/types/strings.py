"""Values as text: `String.new`, which prints a value in the format for its type.

A format is `%`, flags, width, precision and a letter. Formats are given by type; the most specific one that takes the
type of a value counts, and arrays and hashes have formats for what they hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from bunraku.catalog.values import DEFAULT, Binary, Default, Deferred, Sensitive, from_hash_key
from bunraku.language.types.base import PType
from bunraku.language.types.collections import PArrayType, PHashType
from bunraku.language.types.formats import ELEMENTS, PLAIN, Format, Formats, defaults, given, merged
from bunraku.language.types.inference import infer
from bunraku.language.types.interpolation import base64_text, text_of
from bunraku.language.types.iteration import IteratorValue
from bunraku.language.types.labels import ruby_class
from bunraku.language.types.quoting import float_text, quote
from bunraku.language.types.regexp import Regexp


def puppet_repr(value: Any) -> str:
    """`value` as `String.new(value, '%p')` prints it: strings quoted, undef as `undef`."""
    return to_string(value, "%p")


class Indent(NamedTuple):
    """How deep a value is within others, whether it is the first of them, and whether lines are indented."""

    level: int = 0
    first: bool = True
    on: bool = False

    @property
    def padding(self) -> str:
        """The spaces at the start of a line."""
        return "  " * self.level

    @property
    def breaks(self) -> bool:
        """Whether a container starts on a line of its own."""
        return self.on and self.level > 0 and not self.first


def to_string(value: Any, formats: Any = DEFAULT) -> str:
    """`String.new(value, formats)`.

    formats: DEFAULT, one format for the value, or a hash of formats by type. Raises ValueError for a bad format.
    """
    if formats is DEFAULT or formats is None:
        return _convert(infer(value), value, defaults(), Indent())
    kind = infer(value)
    if isinstance(formats, str):
        bare: PType = kind
        for container in (PArrayType.DEFAULT, PHashType.DEFAULT):
            bare = container if container.assignable(kind) else bare
        formats = {bare: {"format": formats} if bare is not kind else formats}
    return _convert(kind, value, merged(defaults(), given(formats)) or {}, Indent())


def _convert(kind: PType, value: Any, formats: Formats, indent: Indent) -> str:
    form = next((f for k, f in formats.items() if k.assignable(kind)), PLAIN)
    how = _CONVERT.get(type(value))
    if how is not None:
        return how(form, value, formats, indent)
    if isinstance(value, PType):
        return _type(form, value)
    if isinstance(value, IteratorValue):
        elements = value.to_list()
        return _convert(infer(elements), elements, formats, indent)
    formatted = getattr(value, "formatted", None)
    if formatted is not None:
        return str(formatted(form, indent))
    return _plain(form, value)


def _plain(form: Format, value: Any) -> str:
    """A value without formats of its own: as Ruby's `format` has it, which takes times for their seconds."""
    for letters, number, name in (("diubBoxX", "to_int", "Integer"), ("eEfgGaA", "to_float", "Float")):
        if form.letter in letters:
            convert = getattr(value, number, None)
            if convert is None:
                form.run(0)  # what is wrong with the format itself comes first
                raise ValueError(f"can't convert {ruby_class(value)} into {name}")
            return form.run(convert())
    text = text_of(value)
    return form.run(f"#<{text}>" if form.letter == "p" and isinstance(value, Sensitive) else text)


def _deferred_call(form: Format, value: Deferred, formats: Formats, indent: Indent) -> str:
    if form.letter not in "spq":
        raise form.refuse("Object", "spq")
    return text_of(value)


def _undef(form: Format, value: None, formats: Formats, indent: Indent) -> str:
    letter, alternative = form.letter, form.alternative
    if letter in "dxXobBeEfgGaA":
        text = "NaN"
    elif letter in _UNDEF:
        text = _UNDEF[letter][alternative]
    else:
        raise form.refuse("Undef", "nudxXobBeEfgGaAvVsp")
    return form.aligned(text)


_UNDEF = {
    "n": ("nil", "null"),
    "u": ("undef", "undefined"),
    "v": ("n/a", "n/a"),
    "V": ("N/A", "N/A"),
    "s": ("", '""'),
    "p": ("undef", '"undef"'),
}


def _default(form: Format, value: Default, formats: Formats, indent: Indent) -> str:
    if form.letter not in "dDsp":
        raise form.refuse("Default", "dDsp")
    text = "Default" if form.letter == "D" else "default"
    return form.aligned(f'"{text}"' if form.alternative else text)


def _boolean(form: Format, value: bool, formats: Formats, indent: Indent) -> str:
    letter = form.letter
    if letter in "dxXobB":
        return form.run(int(value))
    if letter in "eEfgGaA":
        return form.run(float(value))
    if letter in "sp":
        return form.aligned("true" if value else "false")
    if letter not in "tTyY":
        raise form.refuse("Boolean", "tTyYdxXobBeEfgGaAsp")
    word = ("true" if value else "false") if letter in "tT" else ("yes" if value else "no")
    word = word.capitalize() if letter.isupper() else word
    return form.aligned(word[0] if form.alternative else word)


def _integer(form: Format, value: int, formats: Formats, indent: Indent) -> str:
    letter = form.letter
    if letter in "dxXobB":
        return form.run(value)
    if letter == "p":
        return form.run(str(value))
    if letter in "eEfgGaA":
        return form.run(float(value))
    if letter == "c":
        if not 0 <= value < 0x110000:
            raise ValueError("pack(U): value out of range")
        char = chr(value)
        return form.run(f'"{char}"' if form.alternative else char, "s")
    if letter == "s":
        return form.run(f'"{value}"' if form.alternative else str(value))
    raise form.refuse("Integer", "dxXobBeEfgGaAspc")


def _float(form: Format, value: float, formats: Formats, indent: Indent) -> str:
    letter = form.letter
    if letter in "dxXobB":
        return form.run(int(value))
    if letter in "eEfgGaA":
        return form.run(value)
    if letter in "sp":
        text = float_text(value)
        return form.run(f'"{text}"' if form.alternative and letter == "s" else text)
    raise form.refuse("Float", "dxXobBeEfgGaAsp")


def _string(form: Format, value: str, formats: Formats, indent: Indent) -> str:
    letter = form.letter
    if letter == "s":
        return form.run(value)
    if letter == "p":
        return form.aligned(quote(value, double=form.alternative))
    if letter not in _CASES:
        raise form.refuse("String", "cCudspt")
    text = _CASES[letter](value)
    return form.aligned(quote(text)) if form.alternative else form.run(text, "s")


_CASES: dict[str, Callable[[str], str]] = {
    "c": str.capitalize,
    "C": lambda v: "::".join(map(str.capitalize, v.split("::"))),
    "u": str.upper,
    "d": str.lower,
    "t": lambda v: v.strip(" \t\n\v\f\r\0"),
}


def _regexp(form: Format, value: Regexp, formats: Formats, indent: Indent) -> str:
    if form.letter == "p":
        return form.aligned(str(value))
    if form.letter == "s":
        return form.aligned(quote(value.pattern) if form.alternative else value.pattern)
    raise form.refuse("Regexp", "sp")


def _binary(form: Format, value: Binary, formats: Formats, indent: Indent) -> str:
    from base64 import encodebytes, urlsafe_b64encode

    letter = form.letter
    if letter == "p":
        return f'Binary("{form.run(base64_text(value), "s")}")'
    if letter == "s":
        try:
            text = value.data.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = value.data[error.start]
            raise ValueError(f'"\\x{byte:02X}" from ASCII-8BIT to UTF-8') from None
    elif letter in "bBu":
        ways = {"b": encodebytes, "u": urlsafe_b64encode}
        text = _ruby_lines(ways[letter](value.data)) if letter in ways else base64_text(value)
    elif letter in "tT":
        text = "Binary" if letter == "t" else "BINARY"
    else:
        raise form.refuse("Binary", "bButTsp")
    return form.run(quote(text, double=True) if form.alternative else text, "s")


def _ruby_lines(encoded: bytes) -> str:
    """Base64 in lines of 60 characters, as Ruby has it; Python's are longer."""
    text = encoded.decode()
    if "\n" not in text:
        return text
    flat = text.replace("\n", "")
    return "".join(f"{flat[i : i + 60]}\n" for i in range(0, len(flat), 60))


def _type(form: Format, value: PType) -> str:
    if form.letter == "s":
        return form.run(f'"{value}"' if form.alternative else str(value))
    if form.letter == "p":
        return form.run(str(value))
    raise form.refuse("Type", "sp")


def _element(value: Any, form: Format, formats: Formats, indent: Indent) -> str:
    """An element: a container by the formats of the whole, others by those that their container has for them."""
    is_container = type(value) in (list, dict) or getattr(value, "is_object", False)
    return _convert(infer(value), value, formats if is_container else form.elements or ELEMENTS, indent)


def _is_nested(value: Any) -> bool:
    return type(value) in (list, dict)


def _array(form: Format, value: list[Any], formats: Formats, indent: Indent) -> str:
    if form.letter not in "asp":
        raise form.refuse("Array", "asp")
    alternative = form.alternative
    separator = ", " if form.separator is None else form.separator
    opening, closing = form.delimiters("[]")
    indent = indent._replace(on=alternative or indent.on)
    inner = Indent(indent.level + 1, False, alternative)
    shown = [_element(element, form, formats, inner) for element in value]
    breaks_size = alternative and form.width is not None and _widest(value, shown) > form.width
    text = (f"\n{indent.padding}" if indent.breaks else "") + opening
    for index, (element, one) in enumerate(zip(value, shown, strict=True)):
        nested = _is_nested(element)
        if index == 0:
            text += " " if breaks_size and not nested else ""
        else:
            text += separator
            after_nested = alternative and _is_nested(value[index - 1])
            if not nested and (breaks_size or after_nested):
                text = (text if text.endswith("\n") else text.rstrip()) + f"\n{inner.padding}"
        if text.endswith(" ") and one.startswith("\n"):
            text = text.rstrip()
        text += one
    return text + closing


def _widest(value: list[Any], shown: list[str]) -> int:
    """The length of the longest run of elements that are no containers."""
    runs = [0]
    for element, text in zip(value, shown, strict=True):
        if _is_nested(element):
            runs.append(0)
        else:
            runs[-1] += len(text)
    return max(runs)


def _hash(form: Format, value: dict[Any, Any], formats: Formats, indent: Indent) -> str:
    if form.letter == "a":
        pairs = [[from_hash_key(key), element] for key, element in value.items()]
        return _convert(infer(pairs), pairs, formats, indent)
    if form.letter not in "hsp":
        raise form.refuse("Hash", "hasp")
    alternative = form.alternative
    separator = ", " if form.separator is None else form.separator
    arrow = " => " if form.separator2 is None else form.separator2
    opening, closing = form.delimiters("{}")
    if alternative:
        separator = (separator if separator.endswith("\n") else separator.rstrip()) + "\n"
    indent = indent._replace(on=alternative or indent.on)
    inner = Indent(indent.level + 1, True, False)
    padding = inner.padding if alternative else ""
    entries = [
        padding + _element(from_hash_key(k), form, formats, inner) + arrow + _element(v, form, formats, inner)
        for k, v in value.items()
    ]
    text = (f"\n{indent.padding}" if indent.breaks else "") + opening + ("\n" if alternative else "")
    text += separator.join(entries)
    return text + (f"\n{indent.padding}" if alternative else "") + closing


_CONVERT: dict[type, Callable[[Format, Any, Formats, Indent], str]] = {
    type(None): _undef,
    Default: _default,
    bool: _boolean,
    int: _integer,
    float: _float,
    str: _string,
    Regexp: _regexp,
    Binary: _binary,
    Deferred: _deferred_call,
    list: _array,
    dict: _hash,
}
