"""Types built through the Python API: what the recorded cases, which go through text, do not show."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bunraku.language.types import BadParameter, describe_mismatch, infer, lookup
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.collections import PArrayType, PHashType
from bunraku.language.types.scalars import PIntegerType, PStringType
from bunraku.language.types.variants import variant_of


def test_parameters_make_types():
    integer = lookup("integer")
    assert str(integer.parameterize([1, 5])) == "Integer[1, 5]"
    assert lookup("class").parameterize(["a", "b"])[1].class_name == "b"
    with pytest.raises(BadParameter, match="requires all arguments to be integers") as caught:
        integer.parameterize([1, "x"])
    assert caught.value.key == 1


def test_a_mismatch_names_its_path():
    struct = lookup("struct").parameterize([{"a": PIntegerType.DEFAULT}])
    assert describe_mismatch("x", struct, infer({"a": "b"})) == "x entry 'a' expects an Integer value, got String"


def test_an_alias_may_speak_of_itself():
    tree = PTypeAliasType("Tree", lambda: variant_of((PIntegerType.DEFAULT, PArrayType(tree))))
    assert tree.instance([1, [2, [3]]])
    assert not tree.instance([1, ["x"]])
    assert tree.assignable(infer([[1], 2]))
    other = PTypeAliasType("Other", lambda: variant_of((PIntegerType.DEFAULT, PArrayType(other))))
    assert tree.assignable(other)
    assert str(tree) == "Tree = Variant[Integer, Array[Tree]]"


def test_equal_types_are_one_key():
    assert {PHashType(PStringType.DEFAULT, PIntegerType(1, 2)): 1}[PHashType(PStringType(), PIntegerType(1, 2))] == 1


def test_importing_the_package_imports_no_type():
    code = (
        "import sys, bunraku.language.types; print(any(m.startswith('bunraku.language.types.') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
