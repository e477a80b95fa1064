from pathlib import Path

import pytest

from bunraku import resources
from bunraku.catalog.catalog import Resource
from bunraku.resources.base import Param, ResourceType, Run, absolute_path, boolean, integer, seconds


def test_a_type_is_found_by_name_and_helpers_are_not() -> None:
    assert resources.find("notify").namevars == ("name",)
    assert resources.find("notify").parameters["message"].is_property
    assert resources.load("base") is None
    assert resources.load("signatures") is None
    assert resources.find("no::such") is None
    assert "notify" in resources.names()


def test_types_without_a_file_have_a_surface() -> None:
    assert resources.find("zpool").namevars == ("pool",)


def test_values_are_munged_and_bad_ones_are_named(tmp_path: Path) -> None:
    class Sample(ResourceType):
        type_name = "sample"
        name = Param("", namevar=True)
        path = Param("", munge=absolute_path)
        count = Param("", munge=integer, default=3)
        way = Param("", values=("up", "down", "true"))
        many = Param("", many=True)
        refresh_ = Param("")

    def make(**parameters: object) -> Sample:
        return Sample(Resource("Sample", "x", dict(parameters)), Run(tmp_path))

    sample = make(path="/a//b/", way=True, many="one", refresh=["cmd"])
    assert (sample.name, sample.path, sample.count, sample.way) == ("x", "/a/b", 3, "true")
    assert (sample.many, sample.refresh_) == (["one"], "cmd")
    with pytest.raises(ValueError, match=r"Parameter way failed: Invalid value left. Valid values are up, down, true."):
        make(way="left")
    with pytest.raises(ValueError, match=r"Parameter path failed: File paths must be fully qualified, not 'a'"):
        make(path="a")


def test_common_munges() -> None:
    assert boolean("yes") is True
    assert boolean("false") is False
    assert integer("12") == 12
    assert seconds("1.5") == 1.5
    for munge in (boolean, integer, seconds, absolute_path):
        with pytest.raises(ValueError):
            munge([1])
