"""How a call finds its overload, and what it says where it finds none."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bunraku.language import functions
from bunraku.language.errors import CompileError
from bunraku.language.functions import dispatch, find
from bunraku.language.functions.dispatch import NativeFunction, Overload, Signature


class Block:
    """A lambda of `count` parameters (or any number) that gives what it was called with."""

    def __init__(self, count: int | None) -> None:
        self.count = count
        self.parameter_names = [f"p{i}" for i in range(count or 0)]

    @property
    def ptype(self) -> Any:
        from bunraku.language import types

        count = "0, default" if self.count is None else f"{self.count}, {self.count}"
        return types.parse(f"Callable[{count}]")

    def takes(self, count: int) -> bool:
        return self.count is None or self.count == count

    def __call__(self, *arguments: Any) -> Any:
        return list(arguments)


def made(*signatures: str) -> NativeFunction:
    """A function `made` that gives the signature that was chosen and the arguments."""
    function = NativeFunction("made")
    for text in signatures:

        def python(scope: Any, *arguments: Any, chosen: str = text, **named: Any) -> Any:
            return chosen, list(arguments), *named.values()

        function.overloads.append(Overload(text, python))
    return function


def why(function: NativeFunction, *arguments: Any, block: Any = None) -> str:
    with pytest.raises(CompileError) as caught:
        function.call(None, arguments, block)
    return caught.value.message


def test_a_signature_is_read() -> None:
    signature = Signature("Variant[String, Pattern[/,[/]] a, Enum['x,y', 'z'] ?b, Any *c, Callable[1, 1] ?&block")
    assert [(p.text, p.name, p.optional) for p in signature.parameters] == [
        ("Variant[String, Pattern[/,[/]]", "a", False),
        ("Enum['x,y', 'z']", "b", True),
        ("Any", "c", False),
    ]
    assert (signature.least, signature.most) == (1, None)
    assert signature.block is not None and signature.block.optional


def test_the_first_overload_that_fits_is_called() -> None:
    function = made("Integer a", "Numeric a", "Array[Integer] a", "Array a", "Any *a")
    assert function.call(None, [1])[0] == "Integer a"
    assert function.call(None, [1.5])[0] == "Numeric a"
    assert function.call(None, [True])[0] == "Any *a"
    assert function.call(None, [[1]])[0] == "Array[Integer] a"
    assert function.call(None, [["a"]])[0] == "Array a"
    assert function.call(None, [[1]])[0] == "Array[Integer] a", "a choice by value is not remembered by class"
    assert function.call(None, [])[0] == "Any *a"


def test_a_choice_by_block_depends_on_what_the_block_takes() -> None:
    function = made("Array a, Callable[2, 2] &block", "Array a, Callable[1, 1] &block")
    for _ in "twice, as the second time comes from memory":
        assert function.call(None, [[]], Block(2))[0] == "Array a, Callable[2, 2] &block"
        assert function.call(None, [[]], Block(1))[0] == "Array a, Callable[1, 1] &block"
        assert function.call(None, [[]], Block(None))[0] == "Array a, Callable[2, 2] &block"
    assert why(function, [], block=Block(3)) == "'made' block expects between 1 and 2 arguments, got 3"
    assert why(function, []) == "'made' expects a block"


def test_blocks_of_other_counts_are_not_confused() -> None:
    function = made("Any *a, Callable[3, 3] &block", "Any *a, Callable &block")
    assert function.call(None, [1], Block(4))[0] == "Any *a, Callable &block"
    assert function.call(None, [1], Block(3))[0] == "Any *a, Callable[3, 3] &block"


def test_a_call_that_fits_nothing_is_described() -> None:
    assert why(made("String str, String pattern"), "a") == "'made' expects 2 arguments, got 1"
    assert why(made("String str"), 1) == "'made' parameter 'str' expects a String value, got Integer"
    assert why(made("String str"), "a", block=Block(1)) == "'made' does not expect a block"
    assert why(made("Integer a", "String a"), []) == (
        "'made' parameter 'a' expects a value of type Integer or String, got Array"
    )


def test_a_legacy_function_counts_and_maps_its_arguments() -> None:
    seen: list[Any] = []
    call = dispatch.legacy_call("old", -2, True, lambda scope, *arguments: seen.extend(arguments))
    assert call(None, None, [None, {"a": None}]) is None
    assert seen == ["", [None, {"a": None}]]
    with pytest.raises(CompileError, match=r"old\(\): Wrong number of arguments given \(0 for minimum 1\)"):
        call(None)
    with pytest.raises(CompileError, match=r"old\(\): Wrong number of arguments given \(3 for 1\)"):
        dispatch.legacy_call("old", 1, True, print)(None, 1, 2, 3)


def test_families_name_what_the_files_hold() -> None:
    for family, listed in functions.FAMILIES.items():
        import_module(f"{functions.__name__}.{family}")
        for name in listed.split():
            assert find(name) is not None, f"{name} is not in {family}"
    listed_names = {name for listed in functions.FAMILIES.values() for name in listed.split()}
    assert set(functions._functions) == listed_names


def test_every_file_of_functions_is_a_family() -> None:
    helpers = {"dispatch", "iterables", "regex", "ruby_text", "stdlib.crypt", "stdlib.hocon", "stdlib.yaml_text"}
    folder = Path(functions.__path__[0])
    paths = (path.relative_to(folder).with_suffix("").parts for path in folder.rglob("*.py"))
    assert {".".join(parts) for parts in paths if parts[-1] != "__init__"} - helpers == set(functions.FAMILIES)


def test_an_unknown_function_is_none() -> None:
    assert find("no_such_function") is None


def test_every_signature_can_be_read() -> None:
    for name in functions.names():
        function = find(name)
        assert function is not None
        for overload in function.overloads:
            overload.signature.described()
