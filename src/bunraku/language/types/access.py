"""`Type[…]`: a type made of another and parameters, with the errors of the reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bunraku.catalog.values import DEFAULT
from bunraku.language.errors import CompileError
from bunraku.language.types.base import BadParameter, PType
from bunraku.language.types.callables import PCallableType
from bunraku.language.types.collections import (
    PArrayType,
    PCollectionType,
    PHashType,
    PIterableType,
    PIteratorType,
    PTupleType,
)
from bunraku.language.types.inference import infer_reduced
from bunraku.language.types.labels import label, ruby_class, with_article
from bunraku.language.types.references import (
    PClassType,
    PResourceType,
    PRuntimeType,
    PTypeReferenceType,
    capitalize_segments,
)
from bunraku.language.types.regexp import Regexp
from bunraku.language.types.scalars import (
    PBooleanType,
    PEnumType,
    PFloatType,
    PIntegerType,
    PPatternType,
    PRegexpType,
    PStringType,
)
from bunraku.language.types.structured import PStructType
from bunraku.language.types.variants import PNotUndefType, POptionalType, PSensitiveType, PTypeType, variant_of

_MANY = -1
_CLASS_NAME = re.compile(r"((::)?[a-z_]\w*)(::[a-z]\w*)*\Z", re.ASCII)
_TYPE_NAME = re.compile(r"((::)?[A-Z]\w*)+\Z", re.ASCII)


def parameterize(target: PType, keys: list[Any]) -> Any:
    """`target[keys]`: a type; or a list of types, where there are several titles. Raises BadParameter."""
    how = _HOW.get(type(target))
    if how is None:
        how = _LATER.get(type(target).__name__)
    if how is None:
        raise BadParameter(f"Operator '[]' is not applicable to {with_article(label(target))}.")
    try:
        return how(target, keys)
    except CompileError:
        raise
    except ValueError as error:
        raise BadParameter(f"Error while evaluating a '[]' expression, {error}") from None


# ---------------------------------------------------------------- words of the messages


def key_name(value: Any) -> str:
    """What messages call a value that is no good as a key."""
    if value is None:
        return "Undef"
    if value is DEFAULT:
        return "Default"
    return str(infer_reduced(value).generalize())


def _arity(target: PType | str, low: int, high: int | None, given: int, key: int | None = None) -> BadParameter:
    name = target if isinstance(target, str) else with_article(label(target), capital=True)
    if high == _MANY:
        count = f"{low} or more arguments"
    elif high is not None and high != low:
        count = f"{low} to {high} arguments"
    else:
        count = f"{low} {'argument' if low == 1 else 'arguments'}"
    return BadParameter(f"{name}[] accepts {count}. Got {given}", key)


def _must_be_types(name: str, value: Any, key: int = 0) -> BadParameter:
    return BadParameter(f"{name}[] arguments must be types. Got {ruby_class(value)}", key)


def _not_usable(target: PType, value: Any, expected: str, key: int) -> BadParameter:
    return BadParameter(
        f"Error creating type specialization of {with_article(label(target))}, "
        f"Cannot use {key_name(value)} where {expected} is expected",
        key,
    )


def _flat(keys: list[Any]) -> list[Any]:
    result: list[Any] = []
    for key in keys:
        result.extend(_flat(key) if isinstance(key, list) else (key,))
    return result


def _checked(target: PType, keys: list[Any], low: int, high: int, kinds: tuple[type, ...], expected: str) -> None:
    if len(keys) < low or (high != _MANY and len(keys) > high):
        raise _arity(target, 1, high, len(keys))
    for index, key in enumerate(keys):
        if not isinstance(key, kinds):
            raise _not_usable(target, key, expected, index)


# ---------------------------------------------------------------- sizes


def is_bound(value: Any) -> bool:
    """Whether a parameter can end a range."""
    return type(value) is int or value is DEFAULT or value == "default"


def size_of(bounds: list[Any]) -> PIntegerType | None:
    """The range of the bounds at the end of a Tuple or Callable; None for none."""
    if not bounds:
        return None
    low, high = (DEFAULT if bound == "default" else bound for bound in (*bounds, DEFAULT)[:2])
    return PIntegerType(low, high)


def _size(keys: list[Any], start: int = 0) -> PIntegerType:
    """A size out of an Integer type, or of one or two bounds; `start` is the index of the first."""
    if len(keys) == 1 and isinstance(keys[0], PIntegerType):
        return keys[0]
    for index, key in enumerate(keys):
        if type(key) is not int and key is not DEFAULT:
            raise BadParameter(
                "A Type's size constraint arguments must be a single Integer type, or 1-2 integers (or default)."
                f" Got {with_article(label(key) if isinstance(key, PType) else ruby_class(key))}",
                start + index,
            )
    return PIntegerType(*keys)


# ---------------------------------------------------------------- one rule a type


def _array(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if not 1 <= len(keys) <= 3:
        raise _arity("Array-Type", 1, 3, len(keys))
    if isinstance(keys[0], PType):
        return PArrayType(keys[0], _size(keys[1:], 1) if len(keys) > 1 else None)
    if len(keys) != 2:
        raise _must_be_types("Array-Type", keys[0])
    return PArrayType(None, _size(keys))


def _hash(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if len(keys) == 2 and type(keys[0]) is int and type(keys[1]) is int:
        return PHashType(None, None, PIntegerType(*keys))
    for index, key in enumerate(keys[:2]):
        if not isinstance(key, PType):
            raise _must_be_types("Hash-Type", key, index)
    if not 2 <= len(keys) <= 4:
        raise _arity("Hash-Type", 2, 4, len(keys))
    if len(keys) == 3 and not isinstance(keys[2], PIntegerType):
        if type(keys[2]) not in (int, float) and keys[2] is not DEFAULT:
            raise ValueError(f"comparison of {ruby_class(keys[2])} with Infinity failed")
        return PHashType(keys[0], keys[1], PIntegerType(keys[2]))
    return PHashType(keys[0], keys[1], _size(keys[2:], 2) if len(keys) > 2 else None)


def _collection(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if not 1 <= len(keys) <= 2:
        raise _arity("Collection-Type", 1, 2, len(keys))
    return PCollectionType(_size(keys))


def _string(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if not 1 <= len(keys) <= 2:
        raise BadParameter(f"String supports [] with one or two arguments. Got {len(keys)}")
    return PStringType(_size(keys))


def _integer(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if not 1 <= len(keys) <= 2:
        raise BadParameter(f"Integer-Type supports [] with one or two arguments (from, to). Got {len(keys)}")
    for index, key in enumerate(keys):
        if type(key) is not int and key is not DEFAULT:
            message = f"Integer-Type [] requires all arguments to be integers (or default). Got {ruby_class(key)}"
            raise BadParameter(message, index)
    return PIntegerType(*keys)


def _float(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if not 1 <= len(keys) <= 2:
        raise BadParameter(f"Float-Type supports [] with one or two arguments (from, to). Got {len(keys)}")
    for index, key in enumerate(keys):
        if type(key) not in (int, float) and key is not DEFAULT:
            message = (
                f"Float-Type [] requires all arguments to be floats, or integers (or default). Got {ruby_class(key)}"
            )
            raise BadParameter(message, index)
    return PFloatType(*(key if key is DEFAULT else float(key) for key in keys))


def _boolean(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    _checked(target, keys, 1, 1, (bool,), "TrueClass or FalseClass")
    return PBooleanType.TRUE if keys[0] else PBooleanType.FALSE


def _enum(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    case_insensitive = bool(keys) and keys.pop() if keys and isinstance(keys[-1], bool) else False
    _checked(target, keys, 1, _MANY, (str,), "String")
    return PEnumType(keys, case_insensitive)


def _pattern(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    kinds = (str, Regexp, PPatternType, PRegexpType)
    _checked(target, keys, 1, _MANY, kinds, "String or Regexp or Pattern-Type or Regexp-Type")
    regexps: list[Regexp] = []
    for key in keys:
        if isinstance(key, str):
            regexps.append(Regexp(key))
            regexps[-1].compiled  # noqa: B018 -- what cannot be translated is told here
        elif isinstance(key, Regexp):
            regexps.append(key)
        else:
            regexps.extend(key.regexps if isinstance(key, PPatternType) else (key.regexp or Regexp(""),))
    return PPatternType(regexps)


def _regexp(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if len(keys) != 1:
        raise _arity(target, 1, None, len(keys), 1 if keys else None)
    _checked(target, keys, 1, 1, (str, Regexp), "String or Regexp")
    return PRegexpType(Regexp(keys[0]) if isinstance(keys[0], str) else keys[0])


def _variant(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    _checked(target, keys, 1, _MANY, (PType,), "Any-Type")
    return variant_of(keys)


def _tuple(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    bounds: list[Any] = []
    while keys and len(bounds) < 2 and is_bound(keys[-1]):
        bounds.insert(0, keys.pop())
    _checked(target, keys, 1, _MANY, (PType,), "Any-Type")
    return PTupleType(keys, size_of(bounds))


def _struct(target: PType, keys: list[Any]) -> PType:
    _checked(target, keys, 1, 1, (dict,), "Hash")
    from bunraku.language.types.inference import type_of

    return PStructType.of({key: type_of(value) for key, value in keys[0].items()})


def _callable(target: PType, keys: list[Any]) -> PType:
    if keys and isinstance(keys[0], list):
        if len(keys) != 2:
            raise _arity(target, 2, 2, len(keys))
    return PCallableType.of(keys)


def _one_type(make: Callable[[PType], PType], literal: bool = False) -> Callable[[PType, list[Any]], PType]:
    def how(target: PType, keys: list[Any]) -> PType:
        keys = _flat(keys)
        name = f"{target.kind}-Type"
        if len(keys) != 1:
            raise _arity(name, 1, None, len(keys))
        if literal and isinstance(keys[0], str):
            return make(PStringType(value=keys[0]))
        if not isinstance(keys[0], PType):
            raise _must_be_types(name, keys[0])
        return make(keys[0])

    return how


def _not_undef(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if not keys:
        return PNotUndefType.DEFAULT
    if len(keys) > 1:
        raise _arity("NotUndef-Type", 0, 1, len(keys))
    if isinstance(keys[0], str):
        return PNotUndefType(PStringType(value=keys[0]))
    if not isinstance(keys[0], PType):
        raise BadParameter(f"NotUndef-Type[] argument must be a Type or a String. Got {ruby_class(keys[0])}", 0)
    return PNotUndefType(keys[0])


def _runtime(target: PType, keys: list[Any]) -> PType:
    keys = _flat(keys)
    _checked(target, keys, 2, 2, (str,), "String or String")
    return PRuntimeType(keys[0], keys[1])


def _resource(target: PType, keys: list[Any]) -> Any:
    assert isinstance(target, PResourceType)
    if target.type_name is not None and len(keys) == 1 and type(keys[0]) is str:
        return PResourceType(target.type_name, keys[0])
    if not keys:
        raise _arity(str(target), 1, _MANY, 0)
    keys = list(keys)
    shift = 0
    name: Any = target.type_name
    if name is None:
        name, shift = keys.pop(0), 1
        if isinstance(name, PResourceType):
            name = name.type_name
        if not isinstance(name, str):
            message = f"First argument to Resource[] must be a resource type or a String. Got {key_name(name)}."
            raise BadParameter(message, 0)
        name = capitalize_segments(name.removeprefix("::"))
    if not _TYPE_NAME.match(name):
        message = f"Illegal type reference. The given name '{name}' does not conform to the naming rule"
        raise BadParameter(message, 0)
    several = len(keys) > 1 or (bool(keys) and isinstance(keys[0], list))
    given, titles = len(keys), [key for key in _flat(keys) if key is not None]
    if given and not titles:
        return [] if several else None
    if not given:
        return PResourceType(name)
    for index, title in enumerate(titles):
        if not isinstance(title, str):
            raise BadParameter(
                f"Error creating type specialization of {with_article(label(target))}, "
                f"Cannot use {key_name(title)} where a resource title String is expected",
                index + shift,
            )
    result = [PResourceType(name, title) for title in titles]
    return result if several else result[0]


def _class_type(target: PType, keys: list[Any]) -> Any:
    if not keys:
        raise _arity(str(target), 1, _MANY, 0)
    several = len(keys) > 1 or isinstance(keys[0], list)
    names = [key for key in _flat(keys) if key is not None]
    if not names:
        return [] if several else None
    result: list[PClassType] = []
    for index, name in enumerate(names):
        if not isinstance(name, str):
            what = with_article(label(name), capital=True)
            message = f"Illegal Class name in class reference. {what} cannot be used where a String is expected"
            raise BadParameter(message, index)
        folded = name.lower().removeprefix("::")
        if not _CLASS_NAME.match(folded):
            rule = r"/^((::)?[a-z_]\w*)(::[a-z]\w*)*$/"
            message = f"Illegal name. The given name '{name}' does not conform to the naming rule {rule}"
            raise BadParameter(message, index)
        result.append(PClassType(folded))
    return result if several else result[0]


def _unknown(target: PType, keys: list[Any]) -> PType:
    assert isinstance(target, PTypeReferenceType)
    raise BadParameter(f"Resource type not found: {target.type_string}")


_How = Callable[[Any, list[Any]], Any]
_HOW: dict[type, _How] = {
    PArrayType: _array,
    PBooleanType: _boolean,
    PCallableType: _callable,
    PClassType: _class_type,
    PCollectionType: _collection,
    PEnumType: _enum,
    PFloatType: _float,
    PHashType: _hash,
    PIntegerType: _integer,
    PIterableType: _one_type(PIterableType),
    PIteratorType: _one_type(PIteratorType),
    PNotUndefType: _not_undef,
    POptionalType: _one_type(POptionalType, literal=True),
    PPatternType: _pattern,
    PRegexpType: _regexp,
    PResourceType: _resource,
    PRuntimeType: _runtime,
    PSensitiveType: _one_type(PSensitiveType),
    PStringType: _string,
    PStructType: _struct,
    PTupleType: _tuple,
    PTypeReferenceType: _unknown,
    PTypeType: _one_type(PTypeType),
    type(variant_of(())): _variant,
}


def _semver(target: PType, keys: list[Any]) -> PType:
    from bunraku.language.types.semver import PSemVerType, SemVerRange

    keys = _flat(keys)
    _checked(target, keys, 1, _MANY, (str, SemVerRange), "String or SemanticPuppet::VersionRange")
    return PSemVerType(keys)


def _time(target: Any, keys: list[Any]) -> PType:
    keys = _flat(keys)
    if len(keys) > 2:
        raise _arity(target, 0, 2, len(keys))
    made: PType = type(target)(*keys)
    return made


def _uri(target: PType, keys: list[Any]) -> PType:
    from bunraku.language.types.uri import PURIType

    keys = _flat(keys)
    if len(keys) != 1:
        raise _arity("URI-Type", 1, None, len(keys))
    if not _uri_parameter().instance(keys[0]):
        raise _must_be_types("URI-Type", keys[0])
    return PURIType.of(keys[0])


def _uri_parameter() -> PType:
    from bunraku.language.types.type_parser import parse

    condition = (
        "Optional[Variant[String[1], Regexp, Type[Pattern], Type[Enum], Type[NotUndef], Type[Undef], Integer[0]]]"
    )
    names = ("scheme", "userinfo", "host", "port", "path", "query", "fragment", "opaque")
    return parse(f"Variant[String[1], Struct[{{{', '.join(f'Optional[{n}] => {condition}' for n in names)}}}]]")


def _init(target: PType, keys: list[Any]) -> PType:
    from bunraku.language.types.init import PInitType

    if not keys or not isinstance(keys[0], PType):
        raise _must_be_types("Init-Type", keys[0] if keys else None)
    return PInitType(keys[0], keys[1:])


def _object(target: Any, keys: list[Any]) -> PType:
    from bunraku.language.types.objects import PObjectType

    keys = _flat(keys)
    if len(keys) != 1:
        raise _arity("Object-Type", 1, None, len(keys))
    _checked(target, keys, 1, 1, (dict,), "Hash")
    made = PObjectType(None, lambda: keys[0])
    try:
        made.members()
    except CompileError as error:
        raise ValueError(error.message) from None
    return made


def _typeset(target: PType, keys: list[Any]) -> PType:
    from bunraku.language.types.typesets import PTypeSetType

    keys = _flat(keys)
    if len(keys) != 1:
        raise _arity("TypeSet-Type", 1, None, len(keys))
    _checked(target, keys, 1, 1, (dict,), "Hash")
    return PTypeSetType(None, lambda _: keys[0])


# Types whose modules are imported only when they are used, by the name of the class.
_LATER: dict[str, _How] = {
    "PInitType": _init,
    "PObjectType": _object,
    "PSemVerType": _semver,
    "PTimespanType": _time,
    "PTimestampType": _time,
    "PTypeSetType": _typeset,
    "PURIType": _uri,
}
