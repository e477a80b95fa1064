"""Whatever is asked: an answer or a QueryError, nothing else."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bunraku.inventory import pql
from bunraku.inventory.answers import answer, as_json
from bunraku.inventory.ast import compile_query
from bunraku.inventory.commands import submit
from bunraku.inventory.entities import ENTITIES
from bunraku.inventory.errors import QueryError
from bunraku.inventory.store import Store
from tests.inventory.conftest import catalog, facts, report

OPERATORS = [
    "=",
    "~",
    "~>",
    "<",
    ">=",
    "null?",
    "and",
    "or",
    "not",
    "in",
    "extract",
    "from",
    "subquery",
    "array",
    "function",
    "group_by",
    "limit",
    "order_by",
]
ATOMS = [*OPERATORS, *ENTITIES, "certname", "value", "path", "facts.os.name", "select_facts", "tags", "line", "x", "("]
ATOMS += ["node_state", 'facts.match("x")', "count", 1, 2.5, 2**63, True, None, {}]
NONSENSE = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.builds(lambda name, rest: [name, *rest], st.sampled_from(OPERATORS), st.lists(inner, max_size=3)),
    max_leaves=12,
)
WORDS = [
    "nodes",
    "facts",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "certname",
    "=",
    "~",
    '"x"',
    "1",
    "and",
    "or",
    "!",
    "in",
    "is",
    "null",
    "limit",
    "order",
    "by",
    "group",
    "count",
    ",",
    "true",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(str(tmp_path_factory.mktemp("nonsense") / "i.db"))
    submit(made, "replace facts", 5, facts("a", "Debian", 1))
    submit(made, "replace catalog", 9, catalog("a"))
    submit(made, "store report", 8, report("a"))
    return made


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entity=st.sampled_from([None, *ENTITIES]), query=NONSENSE)
def test_ast(store: Store, entity: str | None, query: Any) -> None:
    with suppress(QueryError):
        assert as_json(answer(store, compile_query(entity, query), total=True).rows).startswith(b"[")


@settings(max_examples=400, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), max_size=10))
def test_pql(store: Store, words: list[str]) -> None:
    with suppress(QueryError):
        tree = pql.parse(" ".join(["nodes {", *words, "}"]))
        assert as_json(answer(store, compile_query(None, tree)).rows).startswith(b"[")
