"""The constructors of the built-in types: what each takes, and the functions that make the values.

Names and texts are those of the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import DEFAULT, Binary, Sensitive, from_hash_key, hash_key
from bunraku.language.errors import CompileError
from bunraku.language.types.constructor import Constructor
from bunraku.language.types.inference import infer_reduced
from bunraku.language.types.iteration import iterate
from bunraku.language.types.mismatch import assert_instance
from bunraku.language.types.quoting import literal
from bunraku.language.types.regexp import Regexp
from bunraku.language.types.timespan import TimeData, Timespan
from bunraku.language.types.type_parser import parse

_NUMBER = r"0[xX][0-9A-Fa-f]+)|(?:0[0-7]+)|(?:0[bB][01]+))\z"
_FLOAT = r"\A[+-]?\s*(?:(?:(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE]-?\d+)?)|(?:" + _NUMBER
_INTEGER = r"\A[+-]?\s*(?:(?:\d+)|(?:0[xX][0-9A-Fa-f]+)|(?:0[bB][01]+))\z"


# ---------------------------------------------------------------- numbers


def _no_conversion(to: str) -> Callable[..., str | None]:
    def complain(value: Any, *rest: Any) -> str | None:
        fits = len(rest) < 2 and all(isinstance(absolute, bool) for absolute in rest)
        return _cannot(value, to) if fits else None

    return complain


def _cannot(value: Any, to: str) -> str:
    if isinstance(value, str):
        return f"The string '{value}' cannot be converted to {to}"
    return f"Value of type {infer_reduced(value).generalize()} cannot be converted to {to}"


def _integer(value: Any, radix: Any = DEFAULT, absolute: bool = False) -> int:
    if isinstance(value, str):
        result = _integer_of(value, None if radix is DEFAULT else radix)
    else:
        result = value.to_int() if isinstance(value, TimeData) else int(value)
    return abs(result) if absolute else result


def _integer_of_hash(given: dict[str, Any]) -> int:
    return _integer(given["from"], given.get("radix", DEFAULT), given.get("abs") or False)


_RADIX_PREFIX = {"0x": 16, "0b": 2, "0o": 8}


def _integer_of(text: str, radix: int | None) -> int:
    """Ruby's `Integer(text, radix)`, with space allowed after the sign."""
    match = re.match(r"([+-]?)\s*(.*)\Z", text.strip(), re.DOTALL)
    assert match is not None
    digits = match[2].lower()
    prefix = _RADIX_PREFIX.get(digits[:2])
    if prefix is None and digits.startswith("0") and len(digits) > 1 and radix in (None, 8):
        prefix, digits = 8, "00" + digits
    if prefix is not None and radix in (None, prefix):
        base, digits = prefix, digits[2:]
    else:
        base = radix or 10
    try:
        value = int(digits, base)
    except ValueError:
        raise CompileError(f'invalid value for Integer(): "{text}"') from None
    return -value if match[1] == "-" else value


def _complain_integer(value: Any, radix: Any = None, absolute: Any = None) -> str | None:
    if isinstance(value, dict):
        kind = CONSTRUCTORS["Integer"].signatures[0].type.parameters
        named = CONSTRUCTORS["Integer"].signatures[1].type.parameters
        assert kind is not None and named is not None
        if "from" in value and not kind.types[0].instance(value["from"]):
            return _cannot(value["from"], "Integer")
        _check_radix(value.get("radix", DEFAULT))
        assert_instance("Integer.new", named.types[0], value)
    if (radix is not None and type(radix) is not int) or absolute not in (None, True, False):
        return None
    _check_radix(radix)
    return _cannot(value, "Integer")


def _check_radix(radix: Any) -> None:
    if radix not in (2, 8, 10, 16, None) and radix is not DEFAULT:
        raise CompileError(f"Illegal radix: {radix}, expected 2, 8, 10, 16, or default")


def _float(value: Any, absolute: bool = False) -> float:
    if isinstance(value, str):
        text = re.sub(r"\A([+-])\s+", r"\1", value)
        if text[:1] == "0" and text[1:2].lower() == "b":
            result = float(_integer_of(text, None))
        elif "x" in text.lower():
            result = float.fromhex(text)
        else:
            result = float(text)
    else:
        result = value.to_float() if isinstance(value, TimeData) else float(value)
    return abs(result) if absolute else result


def _numeric(value: Any, absolute: bool = False) -> int | float:
    result: int | float
    if isinstance(value, str):
        is_float = re.search(r"[.eE]", value) and "x" not in value.lower()
        result = _float(value) if is_float else _integer_of(value, None)
    elif isinstance(value, TimeData):
        result = value.to_float()
    else:
        result = int(value) if isinstance(value, bool) else value
    return abs(result) if absolute else result


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() not in ("false", "no", "n")
    return bool(value)


# ---------------------------------------------------------------- collections


def _array(value: Any, wrap: bool = False) -> list[Any]:
    if isinstance(value, Binary):
        return list(value.data)
    elements = iterate(value)
    return [] if elements is None else list(elements)


def _wrapped(value: Any, wrap: bool) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _hash(value: Any) -> dict[Any, Any]:
    if isinstance(value, dict):
        return value
    elements = iterate(value)
    if elements is None:
        raise CompileError(_cannot(value, "Hash"))
    flat = list(elements)
    if len(flat) % 2:
        what = "odd number of arguments for Hash"
        raise CompileError(what)
    return {hash_key(key): element for key, element in zip(flat[::2], flat[1::2], strict=True)}


def _hash_of_pairs(pairs: list[list[Any]]) -> dict[Any, Any]:
    return {hash_key(key): value for key, value in pairs}


def _hash_of_tree(entries: list[list[Any]], option: str | None = None) -> dict[Any, Any]:
    """A nested hash out of pairs of a path and a value; `hash_tree` makes hashes of arrays too."""
    if option is None:
        return _hash_of_pairs(entries)
    result: dict[Any, Any] = {}
    for path, given in entries:
        value = _copied(given, hashes_only=option == "hash_tree")
        if not path:
            pairs = enumerate(given) if isinstance(given, list) else value.items()
            result.update(pairs)
            continue
        _place(result, path, value)
    return result


def _place(result: dict[Any, Any], path: list[Any], value: Any) -> None:
    target: Any = result
    for step in path[:-1]:
        if isinstance(target, dict):
            target = target.setdefault(hash_key(step), {})
        elif isinstance(target, list) and type(step) is int and -len(target) <= step < len(target):
            target = target[step]
    last = path[-1]
    if isinstance(target, list) and type(last) is int:
        target.extend([None] * (last + 1 - len(target)))
        target[last] = value
    elif isinstance(target, dict):
        target[hash_key(last)] = value
    else:
        raise CompileError(f"The path {literal(path)} does not lead into an Array or Hash")


def _copied(value: Any, hashes_only: bool) -> Any:
    """A value that may be changed; arrays as hashes by index where that is asked."""
    if isinstance(value, list):
        elements = [_copied(element, hashes_only) for element in value]
        return dict(enumerate(elements)) if hashes_only else elements
    return {key: _copied(v, False) for key, v in value.items()} if isinstance(value, dict) else value


# ---------------------------------------------------------------- others


def _string(value: Any, formats: Any = DEFAULT) -> str:
    from bunraku.language.types.strings import to_string

    return to_string(value, formats)


def _regexp(pattern: str, escape: bool = False) -> Regexp:
    result = Regexp(_ruby_escaped(pattern) if escape else pattern)
    result.compiled  # noqa: B018 -- what is no pattern is told here
    return result


def _ruby_escaped(text: str) -> str:
    controls = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", " ": "\\ "}
    return re.sub(r"[\[\](){}.*+?^$|\\#\-\s]", lambda m: controls.get(m[0], "\\" + m[0]), text)


def _sensitive(value: Any) -> Sensitive:
    return value if isinstance(value, Sensitive) else Sensitive(value)


def _binary(text: str, form: str | None = None) -> Binary:
    from base64 import b64decode, urlsafe_b64decode
    from binascii import Error

    form = form or "%B"
    if form == "%s":
        return Binary(text.encode())
    if form == "%r":
        return Binary(text.encode("utf-8", "surrogateescape"))
    try:
        if form == "%b":
            clean = re.sub(r"[^A-Za-z0-9+/]", "", text.partition("=")[0])
            clean = clean[: len(clean) - (len(clean) % 4 == 1)]
            return Binary(b64decode(clean + "=" * (-len(clean) % 4)))
        if form == "%u":
            return Binary(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return Binary(b64decode(text, validate=True))
    except (Error, ValueError):
        raise CompileError("invalid base64") from None


def _binary_of_hash(given: dict[str, Any]) -> Binary:
    value = given["value"]
    return Binary(bytes(value)) if isinstance(value, list) else _binary(value, given.get("format"))


def _semver(major: Any, *rest: Any) -> Any:
    from bunraku.language.types.semver import SemVer

    if isinstance(major, str):
        return SemVer.parse(major)
    minor, patch, prerelease, build = (*rest, None, None)[:4]
    return SemVer(major, minor, patch, prerelease and (prerelease,), build and (build,))


def _semver_of_hash(given: dict[str, Any]) -> Any:
    return _semver(*(given.get(name) for name in ("major", "minor", "patch", "prerelease", "build")))


def _semver_range(low: Any, high: Any = DEFAULT, exclude: bool = False) -> Any:
    from bunraku.language.types.semver import MAX, MIN, SemVerRange

    if isinstance(low, str):
        return SemVerRange.parse(low)
    return SemVerRange.between(MIN if low is DEFAULT else low, MAX if high is DEFAULT else high, exclude)


def _semver_range_of_hash(given: dict[str, Any]) -> Any:
    return _semver_range(given["min"], given.get("max", DEFAULT), given.get("exclude_max", False))


def _timespan_of_seconds(seconds: float) -> Timespan:
    from bunraku.language.types.timespan import nanoseconds_of

    return Timespan(nanoseconds_of(seconds))


def _timestamp(value: Any = None, form: Any = None, zone: str | None = None) -> Any:
    from bunraku.language.types.timespan import nanoseconds_of
    from bunraku.language.types.timestamp import Timestamp

    if value is None:
        return Timestamp.now()
    if isinstance(value, dict):
        return Timestamp.of_hash(value)
    return Timestamp.parse(value, form, zone) if isinstance(value, str) else Timestamp(nanoseconds_of(value))


def _uri(value: Any) -> Any:
    from bunraku.language.types.uri import URI

    if isinstance(value, dict):
        return URI.build({from_hash_key(key): part for key, part in value.items()})
    return URI.parse(value)


UNIT = Constructor("new_unit", [("Any from", lambda value: value)])

CONSTRUCTORS: dict[str, Constructor] = {
    "Integer": Constructor(
        "new",
        [("Convertible from; Radix ?radix; Boolean ?abs", _integer), ("NamedArgs hash_args", _integer_of_hash)],
        {
            "Radix": "Variant[Default, Integer[2,2], Integer[8,8], Integer[10,10], Integer[16,16]]",
            "Convertible": f"Variant[Numeric, Boolean, Pattern[/{_INTEGER}/], Timespan, Timestamp]",
            "NamedArgs": "Struct[{from => Convertible, Optional[radix] => Radix, Optional[abs] => Boolean}]",
        },
        _complain_integer,
    ),
    "Float": Constructor(
        "new_float",
        [
            ("Convertible from; Boolean ?abs", _float),
            ("NamedArgs hash_args", lambda given: _float(given["from"], given.get("abs") or False)),
        ],
        {
            "Convertible": f"Variant[Numeric, Boolean, Pattern[/{_FLOAT}/], Timespan, Timestamp]",
            "NamedArgs": "Struct[{from => Convertible, Optional[abs] => Boolean}]",
        },
        _no_conversion("Float"),
    ),
    "Numeric": Constructor(
        "new_numeric",
        [
            ("Convertible from; Boolean ?abs", _numeric),
            ("NamedArgs hash_args", lambda given: _numeric(given["from"], given.get("abs") or False)),
        ],
        {
            "Convertible": f"Variant[Integer, Float, Boolean, Pattern[/{_FLOAT}/], Timespan, Timestamp]",
            "NamedArgs": "Struct[{from => Convertible, Optional[abs] => Boolean}]",
        },
        _no_conversion("Numeric"),
    ),
    "Boolean": Constructor(
        "new_boolean",
        [("Variant[Integer, Float, Boolean, Enum['false','true','yes','no','y','n',true]] from", _boolean)],
        complain=lambda value, *rest: None if rest else _cannot(value, "Boolean"),
    ),
    "String": Constructor(
        "new_string",
        [("Convertible from; Formats ?string_formats", _string)],
        {
            "Format": r"Pattern[/^%([\s\[+#0{<(|-]*)([1-9][0-9]*)?(?:\.([0-9]+))?([a-zA-Z])$/]",
            "ContainerFormat": (
                "Struct[{Optional[format] => Format, Optional[separator] => String, Optional[separator2] => String,"
                " Optional[string_formats] => Hash[Type, Format]}]"
            ),
            "TypeMap": "Hash[Type, Variant[Format, ContainerFormat]]",
            "Convertible": "Any",
            "Formats": "Variant[Default, String[1], TypeMap]",
        },
    ),
    "Array": Constructor(
        "new_array",
        [
            ("Variant[Array,Hash,Binary,Iterable] from; Boolean[false] ?wrap", _array),
            ("Any from; Boolean[true] wrap", _wrapped),
        ],
        complain=_no_conversion("Array"),
    ),
    "Hash": Constructor(
        "new_hash",
        [
            ("TreeArray from; NewHashOption ?build_option", _hash_of_tree),
            ("KeyValueArray from", _hash_of_pairs),
            ("Any from", _hash),
        ],
        {
            "KeyValueArray": "Array[Tuple[Any,Any],1]",
            "TreeArray": "Array[Tuple[Array,Any],1]",
            "NewHashOption": "Enum[tree, hash_tree]",
        },
    ),
    "Regexp": Constructor("new_float", [("String pattern; Boolean ?escape", _regexp)]),
    "Type": Constructor("new_type", [("String[1] type_string", parse)]),
    "Unit": UNIT,
    "Sensitive": Constructor("new_Sensitive", [("Sensitive value", _sensitive), ("Any value", _sensitive)]),
    "Binary": Constructor(
        "new_Binary",
        [
            ("String str; Base64Format ?format", _binary),
            ("Array[ByteInteger] byte_array", lambda given: Binary(bytes(given))),
            ("BinaryArgsHash hash_args", _binary_of_hash),
        ],
        {
            "ByteInteger": "Integer[0,255]",
            "Base64Format": 'Enum["%b", "%u", "%B", "%s", "%r"]',
            "StringHash": 'Struct[{value => String, "format" => Optional[Base64Format]}]',
            "ArrayHash": "Struct[{value => Array[ByteInteger]}]",
            "BinaryArgsHash": "Variant[StringHash, ArrayHash]",
        },
    ),
    "SemVer": Constructor(
        "new_Version",
        [
            ("SemVerPattern str", _semver),
            (
                "PositiveInteger major; PositiveInteger minor; PositiveInteger patch;"
                " SemVerQualifier ?prerelease; SemVerQualifier ?build",
                _semver,
            ),
            ("SemVerHash hash_args", _semver_of_hash),
        ],
        {
            "PositiveInteger": "Integer[0,default]",
            "SemVerQualifier": r"Pattern[/\A(?<part>[0-9A-Za-z-]+)(?:\.\g<part>)*\Z/]",
            "SemVerPattern": (
                r"Pattern[/\A(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
                r"(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\Z/]"
            ),
            "SemVerHash": (
                "Struct[{major=>PositiveInteger,minor=>PositiveInteger,patch=>PositiveInteger,"
                "Optional[prerelease]=>SemVerQualifier,Optional[build]=>SemVerQualifier}]"
            ),
        },
        lambda value, *rest: _cannot(value, "a SemVer") if isinstance(value, str) and not rest else None,
    ),
    "SemVerRange": Constructor(
        "new_VersionRange",
        [
            ("SemVerRangeString str", _semver_range),
            ("Variant[Default,SemVer] min; Variant[Default,SemVer] max; Boolean ?exclude_max", _semver_range),
            ("SemVerRangeHash hash_args", _semver_range_of_hash),
        ],
        {
            "SemVerRangeString": "String[1]",
            "SemVerRangeHash": (
                "Struct[{min=>Variant[Default,SemVer],Optional[max]=>Variant[Default,SemVer],"
                "Optional[exclude_max]=>Boolean}]"
            ),
        },
    ),
    "Timespan": Constructor(
        "new_timespan",
        [
            ("Variant[Integer,Float] seconds", _timespan_of_seconds),
            ("String[1] string; Formats ?format", Timespan.parse),
            (
                "Integer days; Integer hours; Integer minutes; Integer seconds;"
                " Integer ?milliseconds; Integer ?microseconds; Integer ?nanoseconds",
                Timespan.of_fields,
            ),
            ("Struct[{string => String[1], Optional[format] => Formats}] hash_arg", Timespan.of_hash),
            (
                "Struct[{Optional[negative] => Boolean, Optional[days] => Integer, Optional[hours] => Integer,"
                " Optional[minutes] => Integer, Optional[seconds] => Integer, Optional[milliseconds] => Integer,"
                " Optional[microseconds] => Integer, Optional[nanoseconds] => Integer}] hash_arg",
                Timespan.of_hash,
            ),
        ],
        {"Formats": "Variant[String[2],Array[String[2], 1]]"},
    ),
    "Timestamp": Constructor(
        "new_timestamp",
        [
            ("", _timestamp),
            ("Variant[Integer,Float] seconds", _timestamp),
            ("String[1] string; Formats ?format; String[1] ?timezone", _timestamp),
            (
                "Struct[{string => String[1], Optional[format] => Formats, Optional[timezone] => String[1]}] hash_arg",
                _timestamp,
            ),
        ],
        {"Formats": "Variant[String[2],Array[String[2], 1]]"},
    ),
    "URI": Constructor(
        "new_error",
        [
            ("String[1] uri", _uri),
            (
                "Struct[{Optional[scheme] => String[1], Optional[userinfo] => String[1], Optional[host] => String[1],"
                " Optional[port] => Integer[0], Optional[path] => String[1], Optional[query] => String[1],"
                " Optional[fragment] => String[1], Optional[opaque] => String[1]}] hash",
                _uri,
            ),
        ],
    ),
}
CONSTRUCTORS["Tuple"] = CONSTRUCTORS["Array"]
CONSTRUCTORS["Struct"] = CONSTRUCTORS["Hash"]
