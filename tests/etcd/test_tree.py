"""Keys to a tree and back."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bunraku.etcd.tree import from_tree, to_tree

KEYS = st.text(st.sampled_from("/ab=.\n"), min_size=1, max_size=8)


@given(st.dictionaries(KEYS, st.text(max_size=5), max_size=12))
def test_any_keys_come_back_from_their_tree_through_yaml(values: dict[str, str]) -> None:
    assert dict(from_tree(yaml.safe_load(yaml.safe_dump(to_tree(values))))) == values


def test_a_tree_reads_like_folders() -> None:
    values = {"/nginx/up/a": "1", "/nginx/up/b": "2", "/nginx/up": "x", "plain": "y"}
    assert to_tree(values) == {"/nginx": {"up": "x", "up/": {"a": "1", "b": "2"}}, "plain": "y"}


def test_numbers_and_booleans_are_text_and_lists_are_refused() -> None:
    tree = {"/a": {"port": 80, "on": True, 1: 0.5}}
    assert dict(from_tree(tree)) == {"/a/port": "80", "/a/on": "true", "/a/1": "0.5"}
    with pytest.raises(ValueError, match="/a/b is a list"):
        dict(from_tree({"/a": {"b": [1]}}))
