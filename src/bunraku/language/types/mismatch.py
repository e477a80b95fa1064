"""What is wrong with a value or a call: messages that name the path, what was expected and what came.

`describe` compares an expected type with an actual one and gives the list of mismatches; where several alternatives
fail alike, they are told as one. The texts are those that the reference prints (observed from Puppet 7.23).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple

from bunraku.catalog.values import Deferred
from bunraku.language.errors import CompileError
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import PAnyType, PType, inf
from bunraku.language.types.callables import PCallableType
from bunraku.language.types.collections import PArrayType, PHashType, PTupleType
from bunraku.language.types.inference import infer
from bunraku.language.types.mismatches import (
    Complaint,
    CountMismatch,
    Mismatch,
    MissingBlock,
    Path,
    PatternMismatch,
    SizeMismatch,
    Step,
    TypeMismatch,
    UnexpectedBlock,
    parameter_step,
)
from bunraku.language.types.references import PTypeReferenceType
from bunraku.language.types.scalars import PEnumType, PIntegerType, PPatternType, PUndefType
from bunraku.language.types.structured import PStructType
from bunraku.language.types.variants import POptionalType, PVariantType


class Signature(NamedTuple):
    """One way to call a function: the Callable, its parameters' names, and its block's."""

    type: PCallableType
    names: Sequence[str]
    block: str = "block"


def _entry(key: str) -> Step:
    return Step(f"entry '{key}'")


def _key_of(key: str) -> Step:
    return Step(f"key of entry '{key}'")


def _index(index: int) -> Step:
    return Step(f"index {index}")


def _variant(index: int) -> Step:
    return Step(f"variant {index}", is_choice=True)


_BLOCK = Step("block")
_RETURN = Step("return")


# ---------------------------------------------------------------- comparing types


def describe(expected: PType, actual: PType, path: Path = ()) -> list[Mismatch]:
    """Why `actual` is not assignable to `expected`; nothing where it is."""
    unresolved = _unresolved(expected, set())
    if unresolved is not None:
        return [Complaint(path, f"references an unresolved type '{unresolved}'")]
    return _describe(expected.normalize(), expected, actual, path)


def _unresolved(kind: PType, seen: set[str]) -> str | None:
    if isinstance(kind, PTypeReferenceType):
        return kind.type_string
    if isinstance(kind, PTypeAliasType):
        if kind.name in seen:
            return None
        seen.add(kind.name)
    found = (_unresolved(inner, seen) for inner in kind.contained())
    return next((name for name in found if name is not None), None)


def _describe(expected: PType, original: PType, actual: PType, path: Path) -> list[Mismatch]:
    """`original` is what the expectation was called before it was taken apart; messages speak of it."""
    if isinstance(expected, PVariantType):
        return _describe_variant(expected, original, actual, path)
    if isinstance(expected, POptionalType):
        if isinstance(actual, PUndefType) or expected.type is None:
            return []
        called = original if isinstance(original, PTypeAliasType) else expected
        return _describe(expected.type, called, actual, path)
    if isinstance(expected, PTypeAliasType):
        return _describe(expected.resolved.normalize(), expected, actual, path)
    if isinstance(expected, PEnumType | PPatternType):
        return [PatternMismatch(path, original, actual)]
    for kind, how in _CONTAINERS.items():
        if isinstance(expected, kind):
            found: list[Mismatch] | None = how(expected, original, actual, path)
            return [TypeMismatch(path, original, actual)] if found is None else found
    return [] if expected.assignable(actual) else [TypeMismatch(path, original, actual)]


def _describe_variant(expected: PVariantType, original: PType, actual: PType, path: Path) -> list[Mismatch]:
    types = list(expected.types)
    if isinstance(original, POptionalType):
        types.insert(0, PUndefType.DEFAULT)
    alternatives: list[list[Mismatch]] = []
    for index, kind in enumerate(types):
        found = describe(kind, actual, (*path, _variant(index)))
        if not found:
            return []
        alternatives.append(found)
    merged = _merge(len(path), SizeMismatch, alternatives)
    if isinstance(original, PTypeAliasType) and len(merged) == 1:
        return [TypeMismatch(path, original, actual)]
    return merged


def _merge(choice: int, size: type[SizeMismatch], alternatives: list[list[Mismatch]]) -> list[Mismatch]:
    """The mismatches of all alternatives; one, where all fail alike at the same place. choice: its step in the path."""
    flat = [mismatch for found in alternatives for mismatch in found]
    for kind in (size, MissingBlock, UnexpectedBlock, TypeMismatch):
        alike: list[Any] = [mismatch for mismatch in flat if isinstance(mismatch, kind)]
        if len(alike) == len(alternatives) and alike and len({mismatch.place for mismatch in alike}) == 1:
            flat = [reduce(_merged, alike)]
            break
    unique: list[Mismatch] = []
    for mismatch in flat:
        blocks = isinstance(mismatch, MissingBlock | UnexpectedBlock)
        if not blocks or not any(type(u) is type(mismatch) and u.place == mismatch.place for u in unique):
            unique.append(mismatch)
    return [unique[0].without(choice)] if len(unique) == 1 else unique


def _merged(a: Any, b: Any) -> Mismatch:
    result: Mismatch = a.merged(b)
    return result


def _describe_array(expected: PArrayType, original: PType, actual: PType, path: Path) -> list[Mismatch] | None:
    if isinstance(actual, PTupleType):
        sizes = actual.declared_sizes
        if not expected.sizes.accepts(sizes):
            return [SizeMismatch(path, expected.sizes, sizes)]
        return [
            mismatch
            for index, kind in enumerate(actual.types)
            if not expected.element.assignable(kind)
            for mismatch in describe(expected.element, kind, (*path, _index(index)))
        ]
    if not isinstance(actual, PArrayType):
        return None
    if expected.size is None or expected.size.accepts(actual.sizes):
        return [TypeMismatch(path, original, PArrayType(actual.element))]
    return [SizeMismatch(path, expected.size, actual.sizes)]


def _describe_hash(expected: PHashType, original: PType, actual: PType, path: Path) -> list[Mismatch] | None:
    if isinstance(actual, PStructType):
        sizes = PIntegerType(actual.required(), len(actual.elements))
        if not expected.sizes.accepts(sizes):
            return [SizeMismatch(path, expected.sizes, sizes)]
        result: list[Mismatch] = []
        for element in actual.elements:
            key = element.key_type
            if not expected.key.assignable(key):
                result += describe(expected.key, key, (*path, _key_of(element.name)))
            if not expected.value.assignable(element.value):
                result += describe(expected.value, element.value, (*path, _entry(element.name)))
        return result
    if not isinstance(actual, PHashType):
        return None
    if expected.size is None or expected.size.accepts(actual.sizes):
        return [TypeMismatch(path, original, PHashType(actual.key, actual.value))]
    return [SizeMismatch(path, expected.size, actual.sizes)]


def _describe_struct(expected: PStructType, original: PType, actual: PType, path: Path) -> list[Mismatch] | None:
    if isinstance(actual, PStructType):
        return list(_struct_mismatches(expected, actual, path))
    if not isinstance(actual, PHashType):
        return None
    sizes = PIntegerType(expected.required(), len(expected.elements))
    if sizes.accepts(actual.sizes):
        return [TypeMismatch(path, original, PHashType(actual.key, actual.value))]
    return [SizeMismatch(path, sizes, actual.sizes)]


def _struct_mismatches(expected: PStructType, actual: PStructType, path: Path) -> Iterator[Mismatch]:
    for element in expected.elements:
        theirs = actual.by_name.get(element.name)
        if theirs is None:
            if not element.optional:
                yield Complaint(path, f"expects a value for key '{element.name}'")
            continue
        if theirs.optional and not element.optional:
            yield from describe(element.key_type, theirs.key_type, (*path, _key_of(element.name)))
        if not element.value.assignable(theirs.value):
            yield from describe(element.value, theirs.value, (*path, _entry(element.name)))
    for name in actual.by_name:
        if name not in expected.by_name:
            yield Complaint(path, f"unrecognized key '{name}'")


def _describe_tuple(
    expected: PTupleType, original: PType, actual: PType, path: Path, size: type[SizeMismatch] = SizeMismatch
) -> list[Mismatch] | None:
    if expected == actual or (not expected.types and isinstance(actual, PArrayType)):
        return []
    if not isinstance(actual, PTupleType | PArrayType):
        return None
    if not expected.sizes.accepts(actual.sizes):
        return [size(path, expected.sizes, actual.sizes)]
    if isinstance(actual, PTupleType):
        last = len(expected.types) - 1
        pairs = [(min(i, last), kind) for i, kind in enumerate(actual.types) if expected.types]
    else:
        pairs = [(i, actual.element) for i in range(len(expected.types))]
    found = [describe(expected.types[i], kind, (*path, _index(i))) for i, kind in pairs]
    return [mismatch for mismatches in found for mismatch in mismatches]


def _describe_callable(expected: PCallableType, original: PType, actual: PType, path: Path) -> list[Mismatch] | None:
    if not isinstance(actual, PCallableType):
        return None
    if expected.parameters is None and expected.returns is None:
        return []
    wanted = expected.parameters or PTupleType.DEFAULT
    found = _describe_tuple(wanted, original, actual.parameters or PTupleType.DEFAULT, path, CountMismatch)
    if found is None or found:
        return found
    returns, returned = (kind.returns or PAnyType.DEFAULT for kind in (expected, actual))
    if not returns.assignable(returned):
        return [TypeMismatch((*path, _RETURN), returns, returned)]
    block, given = (kind.block or PUndefType.DEFAULT for kind in (expected, actual))
    return [] if given.assignable(block) else [TypeMismatch((*path, _BLOCK), block, given)]


_CONTAINERS: dict[type[PType], Any] = {
    PArrayType: _describe_array,
    PHashType: _describe_hash,
    PStructType: _describe_struct,
    PTupleType: _describe_tuple,
    PCallableType: _describe_callable,
}


# ---------------------------------------------------------------- what others ask for


def describe_mismatch(subject: str, expected: PType, actual: PType) -> str:
    """`SUBJECT expects a String value, got Integer`, one line a mismatch; empty where nothing is wrong."""
    found = describe(expected, actual, (Step(subject),))
    return found[0].text().strip() if len(found) == 1 else "\n ".join(mismatch.text() for mismatch in found)


def assert_instance(subject: str, expected: PType, value: Any) -> Any:
    """`value`, if it is of the type. Raises CompileError `SUBJECT has wrong type, expects …`."""
    if not expected.instance(value):
        raise CompileError(describe_mismatch(f"{subject} has wrong type,", expected, infer(value)))
    return value


def check_parameters(
    subject: str, parameters: PStructType, values: Mapping[str, Any], missing_ok: bool = False
) -> None:
    """Checks what a class, define or resource is given: unknown, missing and mistyped parameters, all in one error.

    subject: `Class[A]`, `A::B[title]`. parameters: one entry each, optional where there is a default. A Deferred
    passes: its value is known only when the catalog is applied. Raises CompileError.
    """
    found: list[Mismatch] = [
        Complaint((), f"has no parameter named '{name}'") for name in values if name not in parameters.by_name
    ]
    for element in parameters.elements:
        if element.name in values:
            value = values[element.name]
            if not element.value.instance(value) and not isinstance(value, Deferred):
                found += describe(element.value, infer(value), (parameter_step(element.name),))
        elif not (missing_ok or element.optional):
            found.append(Complaint((), f"expects a value for parameter '{element.name}'"))
    _refuse(subject, found)


def check_default(subject: str, name: str, expected: PType, value: Any) -> None:
    """Checks the value that a parameter's default gave. Raises CompileError."""
    if not expected.instance(value):
        _refuse(subject, describe(expected, infer(value).generalize(), (parameter_step(name),)))


def _refuse(subject: str, found: list[Mismatch]) -> None:
    if found:
        lines = "\n ".join(mismatch.text() for mismatch in found)
        raise CompileError(f"{subject}:{lines}" if len(found) == 1 else f"{subject}:\n {lines}")


def describe_call(name: str, signatures: Sequence[Signature], arguments: Sequence[Any], block: Any = None) -> str:
    """Why no signature of a function takes these arguments. name: the function's, or `lambda` for a block."""
    types = [infer(argument) for argument in arguments]
    if block is not None:
        types.append(infer(block))
    return describe_signatures(name, signatures, PTupleType(types))


def describe_signatures(name: str, signatures: Sequence[Signature], given: PTupleType) -> str:
    """As `describe_call`, for the types of the arguments; a Callable at their end is the block."""
    errors = [_signature_mismatches(s, given, (Step(f"{i + 1}.", True),)) for i, s in enumerate(signatures)]
    if not all(errors):
        blocks = [_block_mismatches(s, given, (Step(f"{i + 1}.", True),)) for i, s in enumerate(signatures)]
        errors = blocks if all(blocks) else [found or of_block for found, of_block in zip(errors, blocks, strict=True)]
    label = "block" if name == "lambda" else f"'{name}'"
    merged = _merge(0, CountMismatch, errors)
    if len(merged) == 1:
        return f"{label}{merged[0].text()}"
    if len(signatures) == 1:
        lines = [f"{label} expects ({signature_text(signatures[0])})"]
        return "\n".join(lines + [f"  rejected:{found.without(0).text()}" for found in errors[0]])
    lines = [f"The function {label} was called with arguments it does not accept. It expects one of:"]
    for signature, found_here in zip(signatures, errors, strict=True):
        lines.append(f"  ({signature_text(signature)})")
        lines += [f"    rejected:{found.without(0).text()}" for found in found_here]
    return "\n".join(lines)


def _signature_mismatches(signature: Signature, given: PTupleType, path: Path) -> list[Mismatch]:
    parameters = signature.type.parameters or PTupleType.DEFAULT
    types = given.types
    if types and types[-1].is_callable():
        types = types[:-1]
    expected = parameters.sizes if parameters.types or parameters.size else PIntegerType(0, inf)
    count = PIntegerType(len(types), len(types))
    if not expected.accepts(count):
        return [CountMismatch(path, expected, count)]
    last = len(parameters.types) - 1
    for index, kind in enumerate(types):
        wanted = parameters.type_at(index)
        if not wanted.assignable(kind):
            found = describe(wanted, kind, (*path, parameter_step(signature.names[min(index, last)])))
            if found:
                return found
    return []


def _block_mismatches(signature: Signature, given: PTupleType, path: Path) -> list[Mismatch]:
    wanted = signature.type.block
    last = given.types[-1] if given.types else None
    if last is not None and last.is_callable():
        return [UnexpectedBlock(path)] if wanted is None else describe(wanted, last, (*path, _BLOCK))
    return [] if wanted is None or wanted.assignable(PUndefType.DEFAULT) else [MissingBlock(path)]


def signature_text(signature: Signature) -> str:
    """A signature as messages print it: `String x, Integer y?, Any z*, Callable block?`."""
    parameters = signature.type.parameters or PTupleType.DEFAULT
    low, high = parameters.sizes.low, parameters.sizes.high
    if (low, high) == (0, 0):
        return ""
    names = signature.names or [""] * len(parameters.types)
    shown = []
    for index, name in enumerate(names):
        kind, mark = parameters.type_at(index), ""
        if high == inf and index == len(names) - 1:
            mark = "+" if low == len(names) else "*"
        elif index >= low:
            mark = "?"
            kind = kind.type if isinstance(kind, POptionalType) and kind.type is not None else kind
        shown.append(f"{kind} {name}{mark}")
    block = signature.type.block
    if isinstance(block, POptionalType):
        shown.append(f"{block.type} {signature.block}?")
    elif isinstance(block, PCallableType):
        shown.append(f"{block} {signature.block}")
    return ", ".join(shown)
